"""What is kept of an erased person beside that they refused: how far, and what they held back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.ledger.fold import fold
from byleave.ledger.merging import counting
from byleave.ledger.suppression import open_item, seal_item
from byleave.server.db.backup import back_up
from byleave.server.db.restoring import restore
from byleave.server.db.store import Store
from tests.server.db.ledgers import SECRET, SETTING, Raw, registered, server

if TYPE_CHECKING:
    from pathlib import Path

OFF = {"setting": SETTING, "value": "off", "covers": ["generative-ai"], "reaches": "models"}


def withheld(name: str, item: str, *, free: bool = False) -> Proposal:
    """The person holds an item back, or gives it free."""
    return Proposal(Kind.ITEM_RELEASED if free else Kind.ITEM_WITHHELD, name, "member", {"item": item})


def test_who_comes_back_holds_back_what_they_held_back(address: str, store: Store) -> None:
    """What was held back, under any id, is held back again in the commit of the return; what was given free is not."""
    store.append(
        [registered("ana"), registered("bo"), withheld("ana", "i-1"), withheld("ana", "i-2"), withheld("bo", "i-3")]
    )
    store.append([withheld("ana", "i-2", free=True), Proposal(Kind.MEMBERS_MERGED, "ana", "platform", {"into": "bo"})])
    store.erase("bo")
    back = store.append([registered("ana")])

    assert [(entry.kind.value, entry.data.get("item")) for entry in back[1:]] == [
        ("item-withheld", "i-1"),
        ("item-withheld", "i-3"),
    ]
    assert set(fold(store.entries()).register().withheld) == {"i-1", "i-3"}
    assert "i-3" not in str(_told(address, "SELECT * FROM ledger_suppression"))


def test_what_was_held_back_twice_is_kept_once(address: str, store: Store) -> None:
    """M11: one row for each id of a person and each item, beside the mark of the key."""
    store.append([registered("ana"), withheld("ana", "i-1"), withheld("ana", "i-1")])
    store.erase("ana")

    assert _told(address, "SELECT count(*) FROM ledger_suppression") == [(2,)]


def test_an_off_that_is_kept_covers_and_reaches_what_it_did(store: Store) -> None:
    """Several *off*s are one: of all that they covered, as far as the farthest; an *on* for less ends none of it."""
    both = {"setting": SETTING, "value": "off", "covers": ["generative-ai", "other-ai"], "reaches": "collection"}
    one = {**both, "covers": ["generative-ai"], "reaches": "models"}
    store.append([registered(name) for name in ("ana", "bo")])
    for name in ("ana", "bo"):
        store.append([Proposal(Kind.PREFERENCE_SET, name, "member", data) for data in (both, one)])
    some = {"setting": SETTING, "value": "on", "covers": ["generative-ai"]}
    store.append([Proposal(Kind.PREFERENCE_SET, "ana", "member", some)])
    store.append([Proposal(Kind.PREFERENCE_SET, "bo", "member", {**some, "covers": both["covers"]})])
    for name in ("ana", "bo"):
        store.erase(name)
    offs = [[entry.data for entry in store.append([registered(name)])[1:]] for name in ("ana", "bo")]

    # what ana said last is an on for one of the two uses: the off for the other goes on, as far as it reached
    assert offs == [[both, both], []]


def test_an_item_is_read_by_nobody_without_the_key() -> None:
    """Another secret, another person or a changed row give an error, and no item (M11)."""
    nonce = bytes(range(12))
    sealed = seal_item(SECRET, "ana", "i-1", nonce)
    changed = sealed[:-1] + ("0" if sealed[-1] != "0" else "1")

    assert open_item(SECRET, "ana", sealed) == "i-1"
    assert seal_item(SECRET, "bo", "i-1", nonce) != sealed
    for secret, name, text in ((SECRET[::-1], "ana", sealed), (SECRET, "bo", sealed), (SECRET, "ana", changed)):
        with pytest.raises(InputError, match="cannot be read"):
            open_item(secret, name, text)


def _told(address: str, sql: str) -> list[tuple[object, ...]]:
    raw = Raw(address)
    rows = raw.run(sql)
    raw.close()
    return rows


@pytest.mark.parametrize("copied", ["file", "database"])
def test_what_is_kept_is_in_the_second_copy(address: str, tmp_path: Path, copied: str) -> None:
    """A ledger made anew from a copy: who comes back refuses as much as before, and a trace finds who is gone (M11)."""
    on_sqlite = address.startswith("sqlite")
    other = server().database() if on_sqlite else f"sqlite:///{tmp_path / 'copy.db'}"
    copy, target = tmp_path / "copy.jsonl" if copied == "file" else other, f"sqlite:///{tmp_path / 'again.db'}"
    with Store(address, copy=copy, suppression_secret=SECRET) as store:
        store.append([registered("bo")])
        back_up(address, tmp_path / "backup.jsonl")
        store.append([registered("ana"), Proposal(Kind.PREFERENCE_SET, "ana", "member", OFF), withheld("ana", "i-1")])
        store.erase("ana")
    restore(tmp_path / "backup.jsonl", target, copy=copy)
    gone = [_told(one, "SELECT key, seq FROM lineage_gone ORDER BY seq") for one in (address, target)]

    assert gone[0] == gone[1]
    assert [seq for _, seq in gone[0]] == [0, 5]
    with Store(target, suppression_secret=SECRET) as store:
        back = store.append([registered("ana")])
    assert [entry.data for entry in back[1:]] == [OFF, OFF, {"item": "i-1"}]


def test_a_copy_of_an_earlier_form_is_read(tmp_path: Path, store: Store, address: str) -> None:
    """Lines that were written before these columns were there give what they gave then."""
    store.append([registered("ana"), Proposal(Kind.PREFERENCE_SET, "ana", "member", OFF)])
    store.erase("ana")
    out = tmp_path / "backup.jsonl"
    back_up(address, out)
    lines = out.read_text().splitlines()
    told = json.loads(lines[-1])
    told["kept"] = [row[:5] for row in told["kept"]]
    del told["gone"]
    out.write_text("\n".join([*lines[:-1], canonical_json(told).decode()]) + "\n")
    target = f"sqlite:///{tmp_path / 'again.db'}"
    restore(out, target)

    with Store(target, suppression_secret=SECRET) as restored:
        back = restored.append([registered("ana")])
    assert [entry.data for entry in back[1:]] == [{"setting": SETTING, "value": "off"}] * 2


def test_a_hole_before_an_erasure_leaves_a_ledger_that_can_be_read(address: str, tmp_path: Path) -> None:
    """What was emptied by an erasure that is lost is no entry: the ledger ends before it, and builds are shut."""
    copy, out = tmp_path / "copy.jsonl", tmp_path / "backup.jsonl"
    with Store(address, copy=copy, suppression_secret=SECRET) as store:
        store.append([registered("bo")])
        back_up(address, out)
        store.append([registered("cem")])
        store.append([registered("ana")])
        store.append([registered("dee")])
        store.erase("ana")
    lines = copy.read_bytes().splitlines(keepends=True)
    copy.write_bytes(b"".join([*lines[:3], *lines[4:]]))  # without dee; ana's line is empty
    target = f"sqlite:///{tmp_path / 'again.db'}"
    done = restore(out, target, copy=copy)

    assert done.replayed == 1
    assert done.shut is not None
    assert "the entry that says that it was erased cannot be read" in done.shut
    with Store(target, suppression_secret=SECRET) as store:
        assert [entry.subject for entry in store.entries()] == ["bo", "cem", ""]


def test_an_import_from_between_two_offs_switches_nobody_on(store: Store) -> None:
    """M9: of somebody who was erased the first *off* is kept; an imported *on* that the last one beat stays beaten."""
    store.append([registered("ana")])
    for day, value, actor in ((1, "off", "member"), (20, "off", "member")):
        at = datetime(2025, 3, day, tzinfo=UTC)
        store.append([Proposal(Kind.PREFERENCE_SET, "ana", actor, {"setting": SETTING, "value": value}, at)])
    store.erase("ana")
    store.append([registered("ana")])
    late = datetime(2025, 3, 10, tzinfo=UTC)
    store.append([Proposal(Kind.PREFERENCE_SET, "ana", "import", {"setting": SETTING, "value": "on"}, late)])
    (member,) = fold(store.entries()).register().members.values()

    assert [act.on for act in counting(member.acts, SETTING)] == [False, False]


def test_an_off_that_was_dated_ahead_keeps_its_date(store: Store, address: str, tmp_path: Path) -> None:
    """M9: an imported *on* that an *off* by a fast clock beats stays beaten when its person was erased and is back."""
    ahead, between = datetime(2199, 3, 1, tzinfo=UTC), datetime(2198, 3, 1, tzinfo=UTC)
    store.append([registered("ana")])
    for at in (ahead, None):
        store.append([Proposal(Kind.PREFERENCE_SET, "ana", "member", {"setting": SETTING, "value": "off"}, at)])
    store.erase("ana")
    assert [entry.at == ahead for entry in store.append([registered("ana")])[1:]] == [False, False, True]
    store.erase("ana")
    back_up(address, tmp_path / "backup.jsonl")
    target = f"sqlite:///{tmp_path / 'again.db'}"
    restore(tmp_path / "backup.jsonl", target)
    with Store(target, suppression_secret=SECRET) as restored:
        restored.append([registered("ana")])
        told = {"setting": SETTING, "value": "on"}
        restored.append([Proposal(Kind.PREFERENCE_SET, "ana", "import", told, between)])
        (member,) = fold(restored.entries()).register().members.values()

    assert [act.on for act in counting(member.acts, SETTING)] == [False, False, False]
