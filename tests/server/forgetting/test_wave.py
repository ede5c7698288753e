"""A tenth of the members leaves a rewriter at once: it answers all the while, from nothing that saw them."""

from __future__ import annotations

import random
import threading
import time
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.rewrite import leaving
from byleave.adapters.rewrite.model_file import opened, read_serving
from byleave.adapters.rewrite.training import train_shards
from byleave.adapters.rewrite.writer import open_rewriter
from byleave.api import now
from byleave.kernel.errors import ByleaveError
from byleave.lineage.keys import keyed
from byleave.server.forgetting.working import Forgetting
from byleave.server.lineage import certifying
from byleave.server.lineage.rewrite_audit import Audit, audit_rewriter
from tests.server.db.ledgers import SECRET, switched
from tests.server.forgetting.queueing import act, forgotten, queue_of, tasks
from tests.server.lineage.rewriters import Place, make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byleave.adapters.rewrite.model_file import ModelFile

pytestmark = pytest.mark.needs("torch")
MEMBERS, SHARDS, TENTH = 160, 8, 16
SECONDS = 300
"""Far more than the five that are promised, since this machine may do much else; the end of the run tells the time."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A rewriter in eight shards."""
    return make(tmp_path, MEMBERS, SHARDS)


def test_a_tenth_leaves_at_once(
    place: Place, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """`M18` Ten in a hundred leave: no shard is trained twice, drafts are answered, what saw them is out."""
    trained, went = list[int](), train_shards

    def counted(model: ModelFile, shards: Any, learning: Any) -> Any:
        trained.extend(shards)
        return went(model, shards, learning)

    monkeypatch.setattr(leaving, "train_shards", counted)
    before = read_serving(place.model)[0]
    names = random.Random(3).sample([f"m{number}" for number in range(1, MEMBERS)], TENTH)
    answered, failed, over = [0], list[Exception](), threading.Event()

    def ask() -> None:
        try:
            writer = open_rewriter(place.model)
            while not over.is_set():
                assert len(writer.attempts("we met in Oslo", "clear")) == 2
                answered[0] += 1
                time.sleep(0.05)
        except (AssertionError, ByleaveError, OSError, RuntimeError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    with closing(Forgetting(queue_of(place, window=timedelta(0)), apart=True)) as work:
        work.step()
        act(place, *map(switched, names))
        began = time.monotonic()
        out_of_service = None
        while any(one.done_by is None for one in tasks(place)) or not tasks(place):
            assert work.step().problems == ()
            if out_of_service is None and read_serving(place.model)[0] != before:
                out_of_service = time.monotonic() - began
            assert time.monotonic() - began < SECONDS
            time.sleep(0.02)
        took = time.monotonic() - began
        during = answered[0]
    time.sleep(0.1)
    over.set()
    asking.join()

    assert failed == []
    assert during > 0
    assert before is not None
    assert not before.exists()
    assert out_of_service is not None
    assert sorted(trained) == sorted(set(trained))  # never more than one training
    assert len(trained) <= SHARDS
    with opened(place.model) as model:
        assert not any(model.has(keyed(SECRET)(name)) for name in names)
    assert read_serving(place.model)[1] == "whole"
    audit = Audit(place.model, place.folder / "s", place.ledger, workers=1)
    assert audit_rewriter(audit, SECRET).differing == ()
    told = f"{out_of_service:.2f} s until nothing served has seen them, {took:.1f} s until they are out"
    record_property("walked", (f"a tenth of {MEMBERS} leaves a rewriter", f"{told}, {len(trained)} of {SHARDS} shards"))


def test_certificates_of_a_wave_are_told_in_parts(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` An entry names so many people and no more: a larger wave has several, with one certificate."""
    monkeypatch.setattr(certifying, "MOST_KEYS", 5)
    names = [f"m{number}" for number in range(1, 13)]
    act(place, *map(switched, names))
    with closing(Forgetting(queue_of(place, window=timedelta(0), clock=now))) as work:
        assert work.step().out == 12

    entries = forgotten(place)
    assert [len(one.data["forgotten"]) for one in entries] == [5, 5, 2]
    assert len({one.data["certificate"] for one in entries}) == 1
    assert len({one.data["digest"] for one in entries}) == 1
