"""Traces over a ledger: what they say is what reading every folder and every entry says."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.canonical import digest_bytes
from byleave.kernel.errors import InputError, RefusedError, UsageError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.ledger.suppression import refusals
from byleave.lineage.keys import key_text, keyed
from byleave.server.db.opening import connect
from byleave.server.db.store import Store
from byleave.server.lineage import index as index_module
from byleave.server.lineage.doors import LineageReader
from byleave.server.lineage.items import trace_item
from byleave.server.lineage.recording import record_model, record_snapshot
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET, Raw, new_ledger, objected, registered, switched
from tests.server.lineage.published import publish

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.ledger.entries import Entry

DIGEST = "sha256:" + "a" * 64
TABLES = ("roster", "snapshot", "counts", "gone")


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger, on either database."""
    return new_ledger(request.param, tmp_path)


def epoch_of(url: str) -> str:
    """The epoch that is open."""
    with Store(url) as store:
        return store.head().name


def naive_left(entries: list[Entry], ids: set[str], after: int) -> bool:
    """Whether a person with these ids refuses now and did not do so at `after`, from all entries."""
    now = entries[-1].recorded_at
    mine = [entry for entry in entries if entry.subject in ids]
    merged = any(entry.kind is Kind.MEMBERS_MERGED and entry.seq > after for entry in mine)
    return any(merged or one.seq > after for one in refusals(mine, now))


def test_traces_say_what_all_folders_and_entries_say(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """M17: over random ledgers and snapshots, counts of members, models and leavers are those of reading everything."""
    monkeypatch.setattr(index_module, "BLOCK", 3)  # so that a few people fill several blocks
    chance, people = random.Random(5), [f"m{number}" for number in range(14)]
    epoch, folders = epoch_of(url), list[tuple[Counter[str], str, int]]()
    with Store(url, suppression_secret=SECRET) as store:
        store.append([registered(name) for name in people])
        for number in range(12):
            for _ in range(4):
                store.append([switched(chance.choice(people), chance.choice(["off", "off", "on"]))])
            if number == 6:
                store.append([Proposal(Kind.MEMBERS_MERGED, people[0], "platform", {"into": people[1]})])
            owners = [chance.choice(people[: number + 3]) for _ in range(chance.randint(0, 30))]
            rows = [(f"i{number}-{place}", owner) for place, owner in enumerate(owners)]
            watermark = store.head().seq
            folder = publish(tmp_path / f"s{number}", rows, watermark, epoch)
            told = record_snapshot(folder, url, SECRET)
            folders.append((Counter(owners), told.snapshot.manifest, watermark))
            if number % 3 == 0:
                record_model([folder], url, digest_bytes(bytes([number])))
        entries = list(store.entries())
    with LineageReader(url, SECRET, clock=lambda: entries[-1].recorded_at) as reader:
        for name in [*people, "nobody"]:
            ids = set(people[:2]) if name in people[:2] else {name}
            trace = reader.member(name)
            expected = {
                manifest: sum(counts[one] for one in ids)
                for counts, manifest, _ in folders
                if any(counts[one] for one in ids)
            }
            assert {one.manifest: items for one, items in trace.snapshots} == expected
            assert {used.items for used in trace.models} <= set(expected.values())
            assert [used.model.snapshots[0] for used in trace.models] == [
                manifest for number, (_, manifest, _) in enumerate(folders) if number % 3 == 0 and manifest in expected
            ]
        left = 0
        for counts, manifest, watermark in folders:
            found = reader.snapshot(manifest)
            assert found.holds is not None
            assert found.left is not None
            assert (found.holds.members, found.holds.items) == (len(counts), counts.total())
            persons = {name: set(people[:2]) if name in people[:2] else {name} for name in counts}
            gone = {name: counts[name] for name, ids in persons.items() if naive_left(entries, ids, watermark)}
            assert dict(found.left.refused) == gone
            left += len(gone)
        assert left > 20


def test_recording_again_changes_nothing_and_mends_a_crash(tmp_path: Path, url: str) -> None:
    """A run killed after publishing, or after the entry and before the index, is mended by recording once more."""
    folder = publish(tmp_path / "s", [("i1", "ana"), ("i2", "ana"), ("i3", "bo")], 0, epoch_of(url))
    first = record_snapshot(folder, url, None)  # as if the process had been killed before the index was made
    with LineageReader(url, SECRET) as reader:
        assert [one.manifest for one in reader.member("ana").unknown] == [first.snapshot.manifest]
    again = record_snapshot(folder, url, SECRET)
    third = record_snapshot(folder, url, SECRET)

    assert (first.was_known, first.indexed) == (False, False)
    assert (again.was_known, again.indexed, third.snapshot) == (True, True, first.snapshot)
    with Store(url) as store:
        assert store.head().seq == 1
    with LineageReader(url, SECRET) as reader:
        trace = reader.member("ana")
    assert ([items for _, items in trace.snapshots], trace.unknown) == ([2], ())


def test_the_index_tells_nobody_who_is_in_it(tmp_path: Path, url: str) -> None:
    """M17: no id stands in any table, a key cannot be made without the secret, and another secret is refused."""
    folder = publish(tmp_path / "s", [("i-canary-1", "ana-canary"), ("i-canary-2", "bo-canary")], 0, epoch_of(url))
    record_snapshot(folder, url, SECRET)
    raw = Raw(url)
    told = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for table in TABLES
        for row in raw.run(f"SELECT * FROM lineage_{table}")
        for value in row
    )
    told += str([raw.run(f"SELECT * FROM ledger_{table}") for table in ("entry", "payload")]).encode()
    raw.close()

    assert b"canary" not in told
    assert keyed(SECRET)("ana-canary").to_bytes(8, "little") in told
    assert keyed(SECRET[::-1])("ana-canary").to_bytes(8, "little") not in told
    with LineageReader(url, None) as reader, pytest.raises(InputError, match="without the suppression key"):
        reader.member("ana-canary")
    with LineageReader(url, SECRET[::-1]) as reader, pytest.raises(InputError, match="is not the one"):
        reader.member("ana-canary")


def test_who_was_erased_is_counted_and_not_named(tmp_path: Path, url: str) -> None:
    """M18: after an erasure a model's trace says that somebody whom it saw is gone; who comes back is in it again."""
    with Store(url, suppression_secret=SECRET) as store:
        store.append([registered("ana"), registered("bo")])
        folder = publish(tmp_path / "s", [("i1", "ana"), ("i2", "bo")], store.head().seq, store.head().name)
        record_snapshot(folder, url, SECRET)
        record_model([folder], url, DIGEST, name="rewrite")
        store.erase("ana")
        with LineageReader(url, SECRET) as reader:
            left = reader.model("rewrite").seen[0].left
            assert left is not None
            assert (left.erased, left.members, dict(left.refused)) == (1, 1, {})
            assert [used.items for used in reader.member("ana").models] == [1]


def test_who_closed_or_holds_back_is_told_apart(tmp_path: Path, url: str) -> None:
    """Closing an account and withholding an item after the snapshot count; both undone count no more."""
    with Store(url, suppression_secret=SECRET) as store:
        store.append([registered(name) for name in ("ana", "bo", "cem")])
        rows = [("i1", "ana"), ("i2", "bo"), ("i3", "cem")]
        folder = publish(tmp_path / "s", rows, store.head().seq, store.head().name)
        name = record_snapshot(folder, url, SECRET).snapshot.manifest
        store.append([Proposal(Kind.MEMBER_CLOSED, "ana", "member", {}), objected("stranger", "o-1")])
        store.append(
            [Proposal(Kind.ITEM_WITHHELD, "bo", "member", {"item": "i2"}), switched("cem"), switched("cem", "on")]
        )
        with LineageReader(url, SECRET) as reader:
            left = reader.snapshot(name).left
            assert left is not None
            assert (dict(left.closed), dict(left.withheld), dict(left.refused)) == ({"ana": 1}, {"bo": ("i2",)}, {})
        store.append([Proposal(Kind.MEMBER_REOPENED, "ana", "member", {})])
        store.append([Proposal(Kind.ITEM_RELEASED, "bo", "member", {"item": "i2"})])
        with LineageReader(url, SECRET) as reader:
            left = reader.snapshot(name).left
            assert left is not None
            assert left.members == 0


def test_who_was_taken_out_of_a_model_is_not_in_it(tmp_path: Path, url: str) -> None:
    """M18: once an entry says that a model has forgotten a member, nothing of it must be rebuilt for them."""
    with Store(url, suppression_secret=SECRET) as store:
        store.append([registered("ana"), registered("bo")])
        folder = publish(tmp_path / "s", [("i1", "ana"), ("i2", "bo")], store.head().seq, store.head().name)
        record_snapshot(folder, url, SECRET)
        model = record_model([folder], url, DIGEST)
        store.append([switched("ana")])
        key = key_text(keyed(SECRET)("ana"))
        data = {"model": model.model, "digest": "sha256:" + "b" * 64, "forgotten": [key]}
        with LineageReader(url, SECRET) as reader:
            assert reader.model(DIGEST).somebody_left is True
        (entry,) = store.append([Proposal(Kind.MODEL_FORGOTTEN, "", "platform", data)])
        with LineageReader(url, SECRET) as reader:
            trace = reader.member("ana")
            assert [used.forgotten_by for used in trace.models] == [entry.seq]
            assert trace.to_rebuild == ()
            assert [one.model for one in reader.member("bo").to_rebuild] == [model.model]
            assert reader.model("sha256:bbbbbbbb").somebody_left is False
            assert reader.model(DIGEST).model.digest == data["digest"]


def test_a_model_is_recorded_only_of_what_may_be_trained_on(tmp_path: Path, url: str) -> None:
    """A replay, changed files, another purpose, an unusable snapshot and one that is not recorded are refused."""
    epoch = epoch_of(url)
    good = publish(tmp_path / "good", [("i1", "ana")], 0, epoch)
    replay = publish(tmp_path / "replay", [("i1", "ana")], 0, epoch, mode="replay")
    unknown = publish(tmp_path / "unknown", [("i9", "ana")], 0, epoch)
    for folder in (good, replay):
        record_snapshot(folder, url, SECRET)
    changed = publish(tmp_path / "changed", [("i2", "ana")], 0, epoch)
    (changed / "items" / "part-1.parquet").write_bytes(b"something else")

    for folder, error, words in (
        (replay, RefusedError, "is a replay"),
        (changed, RefusedError, "are not those that its manifest lists"),
        (unknown, InputError, "is not recorded in this ledger"),
    ):
        with pytest.raises(error, match=words):
            record_model([folder], url, DIGEST)
    with pytest.raises(RefusedError, match="are not those that its manifest lists"):
        record_snapshot(changed, url, SECRET)
    with pytest.raises(RefusedError, match="is for `generative-ai`, not for `other-ai`"):
        record_model([good], url, DIGEST, purpose="other-ai")
    with pytest.raises(RefusedError, match="may not be trained on any more"):
        record_model([good], url, DIGEST, usable=False)
    with pytest.raises(UsageError, match="`abc` is no digest"):
        record_model([good], url, "abc")
    with closing(connect(url)) as session:
        assert session.query("SELECT count(*) FROM ledger_entry") == [(2,)]
    first = record_model([good], url, DIGEST, name="rewrite")
    assert record_model([good], url, DIGEST, name="rewrite") == first
    with pytest.raises(InputError, match="is recorded already, in other words"):
        record_model([good], url, DIGEST, name="talent")


def test_an_item_is_looked_for_in_folders(tmp_path: Path, url: str) -> None:
    """M17: an item is found in the folders that are given, and it is said how many recorded ones were not."""
    epoch = epoch_of(url)
    folders = [publish(tmp_path / f"s{number}", [(f"i{number}", "ana")], 0, epoch) for number in range(3)]
    for folder in folders:
        record_snapshot(folder, url, SECRET)
    record_model(folders[:1], url, DIGEST)
    with LineageReader(url, SECRET) as reader:
        trace = trace_item(reader.lineage(), "i0", folders[:2])

        assert [rows for _, rows in trace.snapshots] == [1]
        assert (len(trace.models), trace.looked_at, trace.not_looked_at) == (1, 2, 1)
        with pytest.raises(InputError, match="no snapshot `sha256:0000` is recorded"):
            reader.snapshot("sha256:0000")
