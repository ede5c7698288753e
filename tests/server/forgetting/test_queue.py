"""The queue of forgetting on a real ledger, with a real model: who is queued, what is done, and what a crash leaves."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.forgetting import models_in
from byleave.adapters.talent.forgetting import Talent
from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.training import MODEL, VISIBLE
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.api import now
from byleave.kernel.errors import ByleaveError, InputError, LedgerError
from byleave.learn.signing import read_certificate, verify_certificate
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.lineage.keys import key_text, keyed
from byleave.server.db.opening import connect
from byleave.server.db.session import BusyError
from byleave.server.db.store import Store
from byleave.server.forgetting import working
from byleave.server.forgetting.due import members_due
from byleave.server.forgetting.elsewhere import acknowledge
from byleave.server.forgetting.queue import ERASED, OBJECTED, OPTED_OUT, Queue
from byleave.server.forgetting.working import Done, Forgetting
from byleave.server.lineage.certifying import kept
from byleave.server.lineage.doors import LineageReader
from byleave.server.lineage.recording import record_model
from byleave.server.lineage.training import audit, train_talent
from byleave.server.policy_in_force import in_force
from tests.server.db.ledgers import SECRET, objected, switched
from tests.server.forgetting.queueing import act, forgotten, narrow, queue_of, step, tasks
from tests.server.lineage.trained import MEMBER, POSTER, WORLD, Place, make

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.learn.forgetting import Certified, Means

KEY = keyed(SECRET)
OTHERS = [one.member for one in WORLD.everybody[2:12]]


def holds(place: Place, *members: str) -> list[bool]:
    """Whether anything of each was learned."""
    with closing(ModelFile.open(place.model / MODEL)) as model:
        return [model.has(KEY(one)) for one in members]


def shown(place: Place) -> set[str]:
    """Who can be found."""
    with closing(VisibleFile.open(place.model / VISIBLE)) as visible:
        return set(visible.members())


def test_an_opt_out_and_an_objection_reach_the_model(place: Place) -> None:
    """`M18` Who switches off or objects is taken out, with a certificate that is kept, and nobody else is."""
    off, against = act(place, switched(MEMBER), objected(OTHERS[0], "o-1"))
    done = step(place)
    entry = forgotten(place)[0]

    assert done == Done(2, 2, 2, ())
    assert [(one.cause, one.seq, one.done_by) for one in tasks(place)] == [
        (OPTED_OUT, off.seq, entry.seq),
        (OBJECTED, against.seq, entry.seq),
    ]
    assert holds(place, MEMBER, OTHERS[0], OTHERS[1]) == [False, False, True]
    with closing(connect(place.ledger)) as session:
        file = kept(session, entry.data["certificate"])
    assert file is not None
    found = verify_certificate(file, read_certificate(file, "kept") or {}, None, unsigned=True)
    assert found.checked is not None
    assert (
        set(found.checked.forgotten)
        == set(entry.data["forgotten"])
        == {key_text(KEY(one)) for one in (MEMBER, OTHERS[0])}
    )
    assert audit(place.model, place.snapshot, place.ledger, SECRET) == []
    assert step(place) == Done(0, 0, 0, ())
    assert len(forgotten(place)) == 1
    assert {MEMBER, OTHERS[0]} <= shown(place)  # opting out of training hides nobody


def test_an_objection_to_something_else_and_a_visit_before_queue_nobody(place: Place) -> None:
    """`M18` An objection to another purpose reaches no model; nor does an act of somebody whom it has not seen."""
    with Store(place.ledger) as store:
        other = {"objection": "o-1", "purpose": "generative-ai"}
        store.append([Proposal(Kind.OBJECTION_RECEIVED, MEMBER, "member", other)])

    assert step(place) == Done(0, 0, 0, ())
    assert holds(place, MEMBER) == [True]


def test_who_is_erased_is_out_of_search_too(place: Place) -> None:
    """`M18` An erased account leaves the model and the index of those who can be found, though no id is known."""
    with Store(place.ledger, suppression_secret=SECRET) as store:
        store.erase(MEMBER)
    done = step(place)

    assert done == Done(1, 1, 1, ())
    assert [one.cause for one in tasks(place)] == [ERASED]
    assert holds(place, MEMBER) == [False]
    assert MEMBER not in shown(place)
    assert all(MEMBER.encode() not in path.read_bytes() for path in place.model.rglob("*") if path.is_file())


def test_who_hides_while_nothing_runs_is_out_of_search_with_the_first_step(place: Place) -> None:
    """`M1` Hiding and opting out, both recorded while no service runs, are followed at its start, each for itself."""
    step(place)
    act(place, Proposal(Kind.SEARCH_HIDDEN, MEMBER, "member", {}), switched(OTHERS[0]))
    step(place)

    assert MEMBER not in shown(place)
    assert OTHERS[0] in shown(place)
    assert holds(place, MEMBER, OTHERS[0]) == [True, False]


def test_who_comes_back_in_time_is_left_alone(place: Place) -> None:
    """`M18` What is queued and has not begun is taken back when the person switches on again."""
    act(place, switched(MEMBER))
    assert step(place, models="nowhere") == Done(1, 0, 0, ())
    act(place, switched(MEMBER, "on"))
    step(place, models="nowhere")

    assert tasks(place) == []
    assert step(place) == Done(0, 0, 0, ())
    assert holds(place, MEMBER) == [True]


def test_who_had_nothing_in_the_model_is_told_so_in_the_ledger(place: Place) -> None:
    """`M17` Of whom a model learned nothing, though its snapshot held something, the ledger says they are out."""
    act(place, switched(POSTER))
    assert step(place) == Done(1, 1, 1, ())
    (entry,) = forgotten(place)
    with LineageReader(place.ledger, SECRET) as reader:
        trace, model = reader.member(POSTER), reader.lineage().models["talent-1"]

    assert "certificate" not in entry.data
    assert (trace.to_rebuild, model.earlier) == ((), ())
    assert audit(place.model, place.snapshot, place.ledger, SECRET) == []


def test_what_an_act_reached_no_later_pack_takes_back(tmp_path: Path) -> None:
    """`M18` Under a pack that reaches no models, only that act counts which reached them when it was recorded."""
    pack = narrow(tmp_path)
    place = make(tmp_path, pack)
    reached = switched(MEMBER)
    reached = replace(reached, data={**reached.data, "covers": ["generative-ai", "other-ai"], "reaches": "models"})
    act(place, reached, switched(OTHERS[0]), objected(OTHERS[1], "o-1"))

    assert members_due(place.ledger, SECRET, "talent-1", in_force([pack]), now()) == [MEMBER]
    assert step(place, pack=pack) == Done(1, 1, 1, ())
    assert holds(place, MEMBER, *OTHERS[:2]) == [False, True, True]
    assert members_due(place.ledger, SECRET, "talent-1", in_force([pack]), now()) == []
    promised = replace(queue_of(place, pack=pack), promised=lambda one: "models" if one.subject == OTHERS[1] else None)
    act(place, Proposal(Kind.OBJECTION_RECEIVED, OTHERS[1], "member", {"objection": "o-2", "purpose": None}))
    with closing(Forgetting(promised)) as work:
        assert work.step() == Done(1, 1, 1, ())
    assert holds(place, *OTHERS[:2]) == [True, False]


def test_a_stricter_pack_reaches_those_who_refused_before(tmp_path: Path) -> None:
    """`M18` Once a pack is in force that reaches models, everybody who refuses is looked at again."""
    pack = narrow(tmp_path)
    place = make(tmp_path, pack)
    act(place, switched(MEMBER))
    assert step(place, pack=pack) == Done(0, 0, 0, ())

    assert step(place) == Done(1, 1, 1, ())
    assert holds(place, MEMBER) == [False]


def test_a_model_that_was_trained_elsewhere_is_open_until_somebody_says_so(place: Place) -> None:
    """`M18` A model elsewhere is asked for, never called forgotten, and acknowledged by who trained it."""
    digest = "sha256:" + "7" * 64
    model = record_model([place.snapshot], place.ledger, digest, name="elsewhere", purpose="other-ai").model
    act(place, switched(MEMBER))
    step(place)
    with LineageReader(place.ledger, SECRET) as reader:
        lineage, trace = reader.lineage(), reader.member(MEMBER)
    assert [one.model for one in tasks(place) if one.done_by is None] == [model]
    assert [one.model for one in trace.to_rebuild] == [model]

    key = key_text(KEY(MEMBER))
    append = queue_of(place).append
    entry = acknowledge(append, lineage, model, [key], "retrained", "trainer")
    assert acknowledge(append, lineage, model, [key, key], "retrained", "trainer").seq == entry.seq
    step(place)
    with LineageReader(place.ledger, SECRET) as reader:
        used = {one.model.model: one for one in reader.member(MEMBER).models}

    assert (used[model].forgotten_by, used[model].acknowledged_by) == (None, entry.seq)
    assert all(one.done_by for one in tasks(place))
    with pytest.raises(Exception, match="was trained here"):
        acknowledge(append, lineage, "talent-1", [key], "retrained", "trainer")


DEATHS = {
    "queued": (Queue, "stopped"),
    "stopped": (Forgetting, "_renew"),
    "made anew, and not recorded": (working, "recorder"),
    "recorded": (Queue, "done"),
}


@pytest.mark.parametrize("when", DEATHS)
def test_a_crash_loses_nobody_and_does_nothing_twice(place: Place, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` A process that dies at any step leaves the rest to the next: once queued, once out, once recorded."""
    act(place, *(switched(one) for one in (MEMBER, POSTER, *OTHERS)))

    def die(*_: Any, **__: Any) -> Any:
        os._exit(9)

    def crash() -> None:
        where, name = DEATHS[when]
        monkeypatch.setattr(where, name, (lambda *_: die) if name == "recorder" else die)
        step(place)

    child = multiprocessing.get_context("fork").Process(target=crash)
    child.start()
    child.join()
    assert child.exitcode == 9
    step(place)

    assert {one.key for one in tasks(place)} == {KEY(one) for one in (MEMBER, POSTER, *OTHERS)}
    assert all(one.done_by for one in tasks(place))
    told = [key for entry in forgotten(place) for key in entry.data["forgotten"]]
    assert sorted(told) == sorted({key_text(KEY(one)) for one in (MEMBER, POSTER, *OTHERS)})
    assert not any(holds(place, MEMBER, *OTHERS))
    assert audit(place.model, place.snapshot, place.ledger, SECRET) == []


def test_several_at_once_do_it_once(place: Place) -> None:
    """`M18` Processes that work through one queue at the same time take each account out once."""
    act(place, *(switched(one) for one in OTHERS))

    def work() -> None:
        for _ in range(20):
            with suppress(ByleaveError, BusyError):  # another one writes; the thread of a server tries again, too
                step(place)
                break

    several = [threading.Thread(target=work) for _ in range(3)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    step(place)

    told = [key for entry in forgotten(place) for key in entry.data["forgotten"]]
    assert sorted(told) == sorted(key_text(KEY(one)) for one in OTHERS)
    assert all(one.done_by for one in tasks(place))


class Slow(Talent):
    """A product whose models take until they are let go on, and break on what they are given first."""

    waits = True

    def __init__(self, *breaks_on: Exception) -> None:
        """Take what it breaks on, in turn; nothing goes on yet."""
        self.going_on, self.breaks_on, self.times = threading.Event(), list(breaks_on), 0

    def renew(self, folder: Path, means: Means) -> list[Certified]:
        """As talent search, and only then."""
        self.times += 1
        assert self.going_on.wait(60)
        if self.breaks_on:
            raise self.breaks_on.pop()
        return super().renew(folder, means)


def _until_all_are_out(place: Place, work: Forgetting) -> list[str]:
    """Step until nobody waits; what was told to stand in the way."""
    until, told = time.monotonic() + 60, list[str]()
    while any(one.done_by is None for one in tasks(place)):
        told += work.step().problems
        assert time.monotonic() < until
        time.sleep(0.05)
    return told


def test_a_model_that_takes_long_keeps_no_other_from_stopping(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` While one model is trained anew, whoever opts out then is stopped and out of the others all the same.

    It is trained once at a time, and again for whoever opts out after that has ended.
    """
    asked = place.asked(out=place.folder / "models" / "second", run="talent-2")
    train_talent(asked, SECRET)
    kind = Slow()
    slow = [one._replace(kind=kind) if one.model == "talent-1" else one for one in models_in(place.folder / "models")]
    monkeypatch.setattr(working, "look_through", lambda _: (slow, []))
    with closing(Forgetting(replace(queue_of(place), window=timedelta(0)), apart=True)) as work:
        act(place, switched(MEMBER))
        assert work.step() == Done(2, 2, 1, ())
        act(place, switched(OTHERS[0]))
        assert work.step() == Done(2, 2, 1, ())
        assert [one.name for one in threading.enumerate()].count("forgetting talent-1") == 1
        kind.going_on.set()
        assert _until_all_are_out(place, work) == []
        act(place, switched(OTHERS[1]))
        assert work.step() == Done(2, 2, 1, ())
        assert _until_all_are_out(place, work) == []
    assert holds(place, MEMBER, *OTHERS[:2]) == [False, False, False]


@pytest.mark.parametrize("error", [LedgerError("the ledger hung up"), InputError("the base is another one")])
def test_what_breaks_beside_the_steps_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, error: ByleaveError
) -> None:
    """`M18` Whatever breaks while a model is trained anew is told by a later step, and it is done again."""
    kind, moment, told = Slow(error), [now()], list[str]()
    slow = [one._replace(kind=kind) for one in models_in(place.folder / "models")]
    monkeypatch.setattr(working, "look_through", lambda _: (slow, []))
    queue = queue_of(place, window=timedelta(0), clock=lambda: moment[0])
    with closing(Forgetting(queue, apart=True)) as work:
        act(place, switched(MEMBER))
        moment[0] += timedelta(minutes=1)
        assert work.step() == Done(1, 1, 0, ())
        kind.going_on.set()
        until = time.monotonic() + 60
        while not told:
            told += work.step().problems
            assert time.monotonic() < until
            time.sleep(0.05)
        assert told == [f"talent-1: {error}"]
        moment[0] += timedelta(hours=1)
        assert _until_all_are_out(place, work) == []
    assert (holds(place, MEMBER), kind.times) == ([False], 2)
