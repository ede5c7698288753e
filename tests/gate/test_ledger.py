"""The gate on a live ledger: whoever holds a receipt that the manifest covers was obeyed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import byleave
from byleave.adapters.packs import load_pack
from byleave.gate import run
from byleave.kernel.errors import InputError, RefusedError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.proof.seen import Outcome, compare
from byleave.receipts.draft import draft
from byleave.server.activating import activate_pack
from byleave.server.db.store import Store
from tests.gate.scene import DECIDE, THREE, decisions, during, gate, leftovers, reasons, snapshot, write_parquet
from tests.server.db.ledgers import SECRET, Raw, new_ledger, objected, registered, switched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byleave.ledger.entries import Entry

LATE = "writing what is left out"
TRAINING = "linkedin@2025-11-03"
"""A pack whose opt-outs reach every later training, old content included."""


def outcome(entry: Entry, store: Store, manifest: Any) -> Outcome:
    """What the receipt of an act says about a snapshot."""
    receipt = draft(entry, epoch=store.head().name, pack=load_pack(TRAINING))
    return compare(receipt, manifest).outcome


def test_a_choice_that_arrives_while_the_snapshot_is_written_is_seen(
    tmp_path: Path, store: Store, url: str, items: Path
) -> None:
    """M10: an opt-out and an objection during the build are in W', are obeyed, and their receipts say so."""
    before = store.append([switched("m3")])[0]
    during_it: list[Entry] = []

    def act() -> None:
        during_it.extend(store.append([switched("m2"), objected("guest", "o-1")]))

    result = gate(items, url, pack=TRAINING, out=tmp_path / "out", progress=during(LATE, act))
    after = store.append([switched("m1")])[0]
    manifest = result.manifest

    assert (manifest["watermark"], manifest["recheck"]["watermark"]) == (before.seq, during_it[-1].seq)
    assert manifest["register"]["kind"] == "ledger"
    assert snapshot(tmp_path / "out").ids == []
    assert reasons(result) == {"opted-out": 2, "subject-objection": 1}
    assert [outcome(one, store, manifest) for one in (before, *during_it)] == [Outcome.SEEN] * 3
    assert outcome(after, store, manifest) is Outcome.LATER


def test_a_ledger_that_cannot_be_reached_at_the_end_publishes_nothing(tmp_path: Path, items: Path) -> None:
    """Without fresh state a gate stops, and leaves nothing behind."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url) as store:
        for name in ("m1", "m2", "m3"):
            store.append([registered(name)])
    file = tmp_path / "ledger.db"

    with pytest.raises(InputError, match="there is no ledger"):
        gate(items, url, out=tmp_path / "out", progress=during(LATE, lambda: file.rename(tmp_path / "moved.db")))
    assert not (tmp_path / "out").exists()
    assert leftovers(tmp_path) == []


STAGES = (
    "reading the register",
    "opening the items",
    "folding the register",
    "deciding",
    "writing eligible items",
    LATE,
    "checking again",
)


@pytest.mark.parametrize("stage", STAGES)
def test_an_act_at_any_stage_is_obeyed(tmp_path: Path, store: Store, url: str, items: Path, stage: str) -> None:
    """M10: whatever a build is doing when an opt-out is acknowledged, the snapshot is made in its sight."""
    acts: list[Entry] = []
    act = during(stage, lambda: acts.extend(store.append([switched("m2")])))
    result = gate(items, url, pack=TRAINING, out=tmp_path / "out", progress=act)

    assert outcome(acts[0], store, result.manifest) is Outcome.SEEN
    assert snapshot(tmp_path / "out").ids == ["i1", "i3"]


def slowly(monkeypatch: pytest.MonkeyPatch, store: Store, names: list[str]) -> Callable[[str, float], None]:
    """A build that takes too long whenever it decides again; people switch off before the last look, and just then."""
    seconds = [0.0]
    monkeypatch.setattr(run, "Gate", partial(run.Gate, timer=lambda: seconds[0]))
    acts = [lambda name=name: store.append([switched(name)]) for name in names]
    begin = during("checking again", acts.pop(0))

    def progress(name: str, done: float) -> None:
        begin(name, done)
        if name == "deciding again" and done == 0 and acts:
            acts.pop(0)()
            seconds[0] += run.MOST_AGE_SECONDS + 1

    return progress


@pytest.mark.parametrize("decisions_only", [False, True])
def test_a_look_that_is_too_old_is_taken_again(
    tmp_path: Path, store: Store, url: str, monkeypatch: pytest.MonkeyPatch, *, decisions_only: bool
) -> None:
    """What arrives while deciding again takes long is decided as well, each time: rows are in one place, once."""
    result = gate(
        write_parquet(tmp_path / "items.parquet"),
        url,
        pack=TRAINING,
        out=tmp_path / "out",
        decisions_only=decisions_only,
        progress=slowly(monkeypatch, store, ["m1", "m2", "m3"]),
    )

    assert result.manifest["recheck"]["watermark"] == store.head().seq
    assert result.manifest["recheck"]["left_out"] == 3
    assert reasons(result) == {"opted-out": 3}
    if decisions_only:
        assert set(decisions(tmp_path / "out").values()) == {"opted-out"}
    else:
        assert snapshot(tmp_path / "out").ids == []
        assert len(snapshot(tmp_path / "out").left_out) == 3


def test_a_register_that_never_stands_still_stops_the_build(
    tmp_path: Path, store: Store, url: str, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where each look takes so long that the next one is due, nothing is published with old choices."""
    monkeypatch.setattr(run, "MOST_LOOKS", 3)
    progress = slowly(monkeypatch, store, ["m1", *["m2", "m3"] * 50])
    with pytest.raises(RefusedError, match="faster than the snapshot can be written"):
        gate(items, url, pack=TRAINING, out=tmp_path / "out", progress=progress)

    assert not (tmp_path / "out").exists()
    assert leftovers(tmp_path) == []


def test_a_ledger_that_was_restored_meanwhile_publishes_nothing(tmp_path: Path, items: Path) -> None:
    """A new epoch is another ledger: what it lacks cannot be told from here."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url) as store:
        for name in ("m1", "m2", "m3"):
            store.append([registered(name)])

    def restore() -> None:
        raw = Raw(url)
        raw.run("INSERT INTO ledger_epoch (number, name, opened_at, reason) VALUES (2, 'second', 0, 'restored')")
        raw.close()

    with pytest.raises(RefusedError, match="no longer the ledger that was read"):
        gate(items, url, out=tmp_path / "out", progress=during(LATE, restore))
    assert not (tmp_path / "out").exists()


def test_what_the_platform_does_changes_nothing_and_an_unknown_kind_stops(store: Store, url: str, items: Path) -> None:
    """A policy in force is not mistaken for a choice; an entry of a later version might be a refusal, and stops."""
    digest = "sha256:" + "0" * 64
    policy = {
        "pack": TRAINING,
        "digest": digest,
        "purposes": ["generative-ai"],
        "from": datetime(2026, 1, 1, tzinfo=UTC),
    }
    before = reasons(gate(items, url, pack=TRAINING))
    store.append([Proposal(Kind.POLICY_ACTIVATED, "", "platform", policy)])

    assert reasons(gate(items, url, pack=TRAINING)) == before == {"eligible": 3}
    raw = Raw(url)
    raw.run("INSERT INTO ledger_entry VALUES (5, 1, 7000000000000000, 'all-refused', 'd', 'c')")
    raw.close()
    with pytest.raises(RefusedError, match="entry 5 is of a kind that is not known here: `all-refused`"):
        gate(items, url, pack=TRAINING)


def test_an_erased_person_is_still_left_out_where_others_name_them(
    tmp_path: Path, store: Store, url: str, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M12: the objection of somebody without an account outlives their erasure, also in items that come later."""
    store.append([objected("guest", "o-1")])
    store.erase("guest")
    with pytest.raises(RefusedError, match="cannot be found in items without the key"):
        gate(items, url)
    key = tmp_path / "suppression.key"
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(key))
    key.write_bytes(SECRET[::-1])
    with pytest.raises(RefusedError, match="not the one under which refusals were kept"):
        gate(items, url)
    key.write_bytes(SECRET)

    assert reasons(gate(items, url)) == {"subject-objection": 1, "eligible": 2}


def test_who_came_back_withdraws_what_was_kept(
    tmp_path: Path, store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M11: an objection that outlived an erasure stands again for who comes back, and ends when they withdraw it."""
    key = tmp_path / "suppression.key"
    key.write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(key))
    items = write_parquet(tmp_path / "named.parquet", THREE, subjects=pa.array([["m2"], [], []]))
    store.append([objected("m2", "o-1")])
    store.erase("m2")
    again = store.append([registered("m2")])
    before = reasons(gate(items, url))
    store.append([Proposal(Kind.OBJECTION_WITHDRAWN, "m2", "member", {"objection": again[1].data["objection"]})])

    assert before == {"objection": 1, "subject-objection": 1, "eligible": 1}
    assert reasons(gate(items, url)) == {"eligible": 3}


def test_an_erasure_during_the_build_frees_nothing(
    tmp_path: Path, store: Store, url: str, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who objects and is erased while the snapshot is written is left out, and so is an owner who is erased."""
    key = tmp_path / "suppression.key"
    key.write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(key))

    def act() -> None:
        store.append([objected("guest", "o-1")])
        store.erase("guest")
        store.erase("m3")

    result = gate(items, url, out=tmp_path / "out", progress=during(LATE, act))

    assert snapshot(tmp_path / "out").ids == ["i2"]
    assert reasons(result) == {"subject-objection": 1, "unknown-member": 1, "eligible": 1}


def test_items_that_name_nobody_refuse_the_run(tmp_path: Path, store: Store, url: str) -> None:
    """Items that do not say whom they name are refused while an erased person objects, or the manifest says so."""
    store.append([objected("guest", "o-1")])
    store.erase("guest")
    items = write_parquet(tmp_path / "items.parquet")
    with pytest.raises(RefusedError, match="the items do not say whom they name"):
        gate(items, url)

    assert gate(items, url, allow_orphans=True).manifest["waived"]["unmatched_objectors"] == 1


def test_a_withheld_item_of_a_moved_member(store: Store, url: str, items: Path) -> None:
    """M5: residence and withheld items come from the ledger's entries as from a folder's rows."""
    moved = {"country": "US", "since": None}
    store.append(
        [
            Proposal(Kind.MEMBER_MOVED, "m1", "platform", moved),
            Proposal(Kind.ITEM_WITHHELD, "m1", "member", {"item": "i1"}),
        ]
    )
    counts = gate(items, url).manifest["counts"]

    assert counts["by_reason"] == {"withheld": 1, "eligible": 2}
    assert set(counts["by_region"]) == {"europe", "world"}


def test_a_snapshot_from_before_a_restore_is_not_trained_on(tmp_path: Path, items: Path) -> None:
    """Numbers of two epochs do not compare: a snapshot of the first is not usable in the second."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url) as store:
        for name in ("m1", "m2", "m3"):
            store.append([registered(name)])
    gate(items, url, out=tmp_path / "out")
    before = byleave.snapshot_status(tmp_path / "out", register=url)
    raw = Raw(url)
    raw.run("INSERT INTO ledger_epoch (number, name, opened_at, reason) VALUES (2, 'second', 0, 'restored')")
    raw.close()

    assert before.problems == ()
    assert byleave.snapshot_status(tmp_path / "out", register=url).problems == ("other-epoch",)


def test_an_erased_objector_is_in_the_explanation(
    tmp_path: Path, store: Store, url: str, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`explain` decides as the gate does, for somebody who objected and was erased, too."""
    key = tmp_path / "suppression.key"
    key.write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(key))
    store.append([objected("guest", "o-1")])
    store.erase("guest")
    (found,) = byleave.explain("i1", items, register=url, **DECIDE)

    assert found.as_json()["reason"] == "subject-objection"


def test_status_sees_a_policy_that_changed(url: str, items: Path, tmp_path: Path) -> None:
    """M7: a snapshot under a pack that the ledger has replaced since is not usable, once that has begun."""
    out = tmp_path / "snapshot"
    byleave.gate(items, register=url, pack=TRAINING, purpose="generative-ai", recipient="linkedin", out=out)
    now = datetime.now(UTC)
    activate_pack(url, load_pack(TRAINING), (now + timedelta(seconds=1)).isoformat(), (), None, now)
    activate_pack(url, load_pack("byleave@1"), (now + timedelta(days=2)).isoformat(), (), None, now)
    told = []
    for days in (1, 3):
        at = now + timedelta(days=days)
        told.append(
            byleave.snapshot_status(out, register=url, clock=partial(datetime.fromtimestamp, at.timestamp(), UTC))
        )

    assert ["pack-changed" in one.problems for one in told] == [False, True]
