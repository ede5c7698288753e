"""Talent search is trained through the gate alone, recorded, and forgets: on a real ledger, with real files."""

from __future__ import annotations

import json
import multiprocessing
import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from byleave import api
from byleave.adapters import packs
from byleave.adapters.certificate_files import verify_certificate_file
from byleave.adapters.talent.leaving import enqueue, settle
from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.training import MODEL, VISIBLE, read_model_manifest
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import ByleaveError
from byleave.learn.manifest import root
from byleave.ledger.entries import Kind
from byleave.lineage.keys import key_text, keyed
from byleave.lineage.records import fold
from byleave.server.db.opening import connect
from byleave.server.db.store import Store
from byleave.server.lineage.certifying import recorder
from byleave.server.lineage.doors import LineageReader
from byleave.server.lineage.forgetting import due, forget, take_off_search
from byleave.server.lineage.recording import record_snapshot
from byleave.server.lineage.training import audit, train_talent
from tests.server.db.ledgers import SECRET, objected, switched
from tests.server.lineage.trained import DECIDE, EARLY, MEMBER, OUT, WORLD, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.learn.forgetting import Certified


def models(ledger: str) -> Mapping[str, Any]:
    """Models as the ledger tells of them."""
    with LineageReader(ledger, SECRET) as reader:
        return reader.lineage().models


def in_model(place: Place, member: str) -> bool:
    """Whether anything of somebody was learned."""
    with closing(ModelFile.open(place.model / MODEL)) as model:
        return model.has(keyed(SECRET)(member))


def test_training_is_recorded_whole(once: Place) -> None:
    """`M1` `M18` Run and model stand in the ledger, under the digest of a manifest that names the snapshot."""
    with LineageReader(once.ledger, SECRET) as reader:
        lineage = reader.lineage()
    (model,), manifest = lineage.models.values(), read_model_manifest(once.model)

    assert model.digest == root(manifest) == root(json.loads((once.model / "manifest.json").read_bytes()))
    assert (lineage.runs[model.run or ""].outcome, model.purpose) == ("completed", "other-ai")
    assert list(model.snapshots) == [manifest["snapshot"]]
    assert manifest["rows"]["profiles"] == len(WORLD.everybody) - 1
    assert audit(once.model, once.snapshot, once.ledger, SECRET) == []


def test_who_is_out_of_training_is_found(once: Place) -> None:
    """`M1` Who is off was not learned from, neither as a profile nor as a hirer's judgement of it, and can be found."""
    assert not in_model(once, OUT)
    assert in_model(once, MEMBER)
    with closing(VisibleFile.open(once.model / VISIBLE)) as visible:
        found = visible.connection.execute("SELECT count(*) FROM shown WHERE member_id = ?", [OUT]).fetchall()
    assert found == [(1,)]


def refused(place: Place, **changes: Any) -> str:
    """The error of a training run that must not start; nothing is published."""
    asked = place.asked(**{"out": place.folder / "other", "run": "talent-2", **changes})
    with pytest.raises(ByleaveError) as error:
        train_talent(asked, SECRET)
    assert not asked.out.exists()
    assert list(models(place.ledger)) == ["talent-1"]
    return str(error.value)


def test_what_may_not_be_trained_on_is_refused(place: Place) -> None:
    """`M18` A replay, changed files and another purpose are refused, each with its reason."""
    replay = place.folder / "replay"
    api.gate(place.folder / "items.parquet", register=place.ledger, out=replay, as_of=EARLY, **DECIDE)
    record_snapshot(replay, place.ledger, SECRET)
    assert "replay" in refused(place, snapshot=replay)

    other = place.folder / "other-purpose"
    api.gate(place.folder / "items.parquet", register=place.ledger, out=other, **{**DECIDE, "purpose": "generative-ai"})
    record_snapshot(other, place.ledger, SECRET)
    assert "is for `generative-ai`, not for `other-ai`" in refused(place, snapshot=other)

    told = refused(place, pack="linkedin@2025-10-24")
    assert "is for `other-ai`, not for `generative-ai`" in told  # as the article has it, for talent search too

    part = place.snapshot / "items" / "part-0.parquet"
    pq.write_table(pq.read_table(part)[1:], part)
    assert "files-changed" in refused(place)


def test_who_left_before_training_is_noticed(place: Place) -> None:
    """`M18` A snapshot of which somebody has left is not trained on."""
    with Store(place.ledger) as store:
        store.append([switched(MEMBER)])

    assert "left-since" in refused(place)


def test_who_leaves_while_a_model_is_trained_is_noticed(place: Place) -> None:
    """`M18` A model is not published when somebody left while it was trained; the run is recorded as failed."""
    asked = place.asked(out=place.folder / "other", run="talent-2")

    def leave(step: str, done: float) -> None:
        if step == "learning":
            assert done == 0
            with Store(place.ledger) as store:
                store.append([switched(MEMBER)])

    with pytest.raises(ByleaveError, match="may not be trained on"):
        train_talent(asked, SECRET, leave)
    with LineageReader(place.ledger, SECRET) as reader:
        lineage = reader.lineage()

    assert (lineage.runs["talent-2"].outcome, list(lineage.models)) == ("failed", ["talent-1"])
    assert not asked.out.exists()


def test_an_opt_out_reaches_the_model(place: Place) -> None:
    """`M18` From the switch to the certificate: who must leave is found, leaves, and that is recorded."""
    with Store(place.ledger) as store:
        store.append([switched(MEMBER), objected(WORLD.everybody[5].member, "o-1")])
    before = read_model_manifest(place.model)
    found = due(place.model, place.snapshot, place.ledger, None, lambda *_: None)
    assert set(found.members) == {MEMBER, WORLD.everybody[5].member}
    done = forget(place.model, place.ledger, found.members, SECRET)

    assert set(done.keys) == {key_text(keyed(SECRET)(name)) for name in found.members}
    assert not in_model(place, MEMBER)
    assert models(place.ledger)["talent-1"].digest == done.digest == root(read_model_manifest(place.model))
    assert audit(place.model, place.snapshot, place.ledger, SECRET) == []
    with LineageReader(place.ledger, SECRET) as reader:
        assert reader.member(MEMBER).to_rebuild == ()
    checked = verify_certificate_file(done.certificates[0], None, unsigned=True)
    assert checked is not None
    assert checked.problem is None
    assert checked.checked is not None
    assert (checked.checked.old_root, checked.checked.new_root) == (root(before), done.digest)

    again = forget(place.model, place.ledger, found.members, SECRET)
    assert (again.keys, again.digest) == ((), done.digest)


def test_who_is_erased_is_not_found_either(place: Place) -> None:
    """`M18` Of an erased account nothing stays in the model, and nothing in the index of who can be found."""
    with Store(place.ledger, suppression_secret=SECRET) as store:
        store.erase(MEMBER)
    found = due(place.model, place.snapshot, place.ledger, None, lambda *_: None)
    assert (found.members, found.erased) == ((MEMBER,), (MEMBER,))
    forget(place.model, place.ledger, found.members, SECRET)
    take_off_search(place.model, found.erased)

    text = WORLD.everybody[1].text.splitlines()[0]
    assert text
    assert all(MEMBER.encode() not in path.read_bytes() for path in place.model.rglob("*") if path.is_file())


def test_a_later_pack_takes_no_promise_back(place: Place) -> None:
    """`M18` Of the pack of the snapshot and the one of today the stricter decides who must leave."""
    narrow = place.folder / "narrow.yaml"
    shipped = (Path(packs.__file__).parents[1] / "policy" / "packs" / "byleave@1.yaml").read_text(encoding="utf-8")
    narrow.write_text(shipped.replace("reaches: models", "reaches: training"), encoding="utf-8")
    with Store(place.ledger) as store:
        store.append([switched(MEMBER)])

    assert due(place.model, place.snapshot, place.ledger, str(narrow), lambda *_: None).members == (MEMBER,)


@pytest.mark.parametrize("when", ["queued", "taken out", "recorded"])
def test_a_crash_loses_nobody(place: Place, when: str) -> None:
    """`M18` A process that dies after any step leaves it to the next to finish: once out, once recorded."""
    key = keyed(SECRET)(MEMBER)

    def die(made: Certified) -> None:
        if when == "recorded":
            with Store(place.ledger) as store, closing(connect(place.ledger)) as session:
                recorder(session, store.append)(made)
        os._exit(9)

    def crash() -> None:
        enqueue(place.model, [key], EARLY)
        if when == "queued":
            os._exit(9)
        settle(place.model, [], die, api.now)

    child = multiprocessing.get_context("fork").Process(target=crash)
    child.start()
    child.join()
    assert child.exitcode == 9
    assert in_model(place, MEMBER) is (when == "queued")

    done = forget(place.model, place.ledger, [], SECRET)
    with Store(place.ledger) as store:
        entries = [entry for entry in store.reader.artefacts() if entry.kind is Kind.MODEL_FORGOTTEN]
        model = fold(store.reader.artefacts()).models["talent-1"]

    assert done.keys == (key_text(key),)
    assert len(entries) == 1
    assert model.digest == root(read_model_manifest(place.model))
    assert not in_model(place, MEMBER)


def test_an_audit_finds_what_was_not_taken_out(place: Place) -> None:
    """`M18` A model that still has the sums of somebody who left differs from one trained again."""
    with closing(ModelFile.open(place.model / MODEL)) as model:
        kept = model.connection.execute("SELECT value FROM state WHERE name = 'sums'").fetchall()[0]
    forget(place.model, place.ledger, [MEMBER], SECRET)
    with closing(ModelFile.open(place.model / MODEL)) as model:
        model.connection.execute("UPDATE state SET value = ? WHERE name = 'sums'", kept)
        value = {**model.manifest(), "artefacts": model.artefacts()}
        model.connection.execute("UPDATE state SET value = ? WHERE name = 'manifest'", [canonical_json(value).decode()])

    assert audit(place.model, place.snapshot, place.ledger, SECRET) == ["artefacts", "digest"]


def test_an_audit_reads_what_a_model_holds_and_not_only_what_it_says(place: Place) -> None:
    """`M18` A model whose counts of words are others than its own manifest says is found out."""
    assert audit(place.model, place.snapshot, place.ledger, SECRET) == []
    with closing(ModelFile.open(place.model / MODEL)) as model:
        term = model.connection.execute("SELECT min(term) FROM documents").fetchall()[0]
        model.connection.execute("UPDATE documents SET profiles = profiles + 1 WHERE term = ?", term)

    assert audit(place.model, place.snapshot, place.ledger, SECRET) == ["artefacts"]
