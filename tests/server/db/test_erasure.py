"""Erasing a person: nothing of theirs is left, the order holds, and whoever refused is off on return."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.errors import ConflictError, InputError, UnknownError, UsageError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.ledger.fold import State, fold
from byleave.ledger.suppression import held_back, refusals
from byleave.server.db.store import Store
from tests.ledger.histories import PEOPLE, History
from tests.server.db.ledgers import SECRET, SETTING, Raw, asked, objected, registered, switched

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(12)
BEGAN = datetime(2025, 10, 28, 19, 12, tzinfo=UTC)


def everything(address: str) -> str:
    """The text of every row of every table of the ledger."""
    raw = Raw(address)
    tables = ("epoch", "entry", "payload", "erasure", "suppression", "idempotency")
    told = str([raw.run(f"SELECT * FROM ledger_{table}") for table in tables])
    raw.close()
    return told


def test_nothing_of_an_erased_person_is_left(address: str, store: Store) -> None:
    """No table holds their id, their item or their words; the chain still holds, and others are untouched."""
    withheld = Proposal(Kind.ITEM_WITHHELD, "ana-xyzzy", "member", {"item": "item-xyzzy"})
    store.append([registered("ana-xyzzy"), switched("ana-xyzzy"), objected("ana-xyzzy", "o-xyzzy"), withheld], key="k")
    store.append([registered("bo"), switched("bo")])
    before = store.history("bo")
    declared = store.erase("ana-xyzzy")

    assert "xyzzy" not in everything(address)
    assert declared.data == {"entries": [1, 2, 3, 4]}
    assert declared.subject == ""
    assert store.history("ana-xyzzy") == []
    assert store.history("bo") == before
    assert store.reader.verify().seq == 7
    assert [entry.erased for entry in store.entries()] == [True] * 4 + [False] * 3
    assert list(fold(store.entries()).register().members) == ["bo"]


def test_who_comes_back_is_off_at_once(store: Store) -> None:
    """Registered again after an erasure: the refusals stand in the same commit, dated as before (M11)."""
    store.append([registered("ana"), replace(switched("ana"), at=BEGAN), objected("ana", "o-1", "other-ai")])
    store.erase("ana")
    again = store.append([registered("ana"), Proposal(Kind.MEMBER_CLOSED, "ana", "platform", {})], key="again")
    register = fold(store.entries()).register()

    assert [entry.kind.value for entry in again] == [
        "member-registered",
        "preference-set",
        "preference-set",
        "objection-received",
        "member-closed",
    ]
    acts = register.members["ana"].acts
    assert [(act.on, act.setting) for act in acts] == [(False, SETTING)] * 2
    assert acts[0].at == BEGAN < again[0].recorded_at <= acts[1].at
    assert [one.purpose for one in register.objections["ana"]] == ["other-ai"]
    assert store.append([registered("ana"), Proposal(Kind.MEMBER_CLOSED, "ana", "platform", {})], key="again") == again


def test_who_did_not_refuse_comes_back_as_anybody(store: Store) -> None:
    """Somebody who switched on again themselves, or withdrew, is not off; nothing is kept of them."""
    store.append([registered("ana"), switched("ana"), switched("ana", "on"), objected("ana", "o-1")])
    store.append([Proposal(Kind.OBJECTION_WITHDRAWN, "ana", "member", {"objection": "o-1"})])
    store.erase("ana")

    assert [entry.kind for entry in store.append([registered("ana")])] == [Kind.MEMBER_REGISTERED]


def test_merged_accounts_are_erased_together(store: Store) -> None:
    """What one account refused before the merge is kept for all ids of the person."""
    store.append([registered("ana"), registered("bo"), registered("cem"), switched("ana")])
    store.append([Proposal(Kind.MEMBERS_MERGED, "ana", "platform", {"into": "bo"})])
    store.append([Proposal(Kind.MEMBERS_MERGED, "cem", "platform", {"into": "bo"})])
    store.erase("cem")
    register = fold(store.entries()).register()

    assert register.members == {}
    for name in ("ana", "bo", "cem"):
        assert [entry.data.get("value") for entry in store.append([registered(name)])] == [None, "off", "off"]


def test_a_reader_who_saw_everything_ends_where_a_later_one_does(tmp_path: Path) -> None:
    """Folding on over an erasure gives the register of a reader who never saw what was erased."""
    from tests.server.db.ledgers import new_ledger

    for seed in SEEDS:
        history = History(seed)
        for _ in range(40):
            history.step()
        with Store(new_ledger("sqlite", tmp_path, f"s{seed}"), suppression_secret=SECRET) as store:
            store.append([asked(entry) for entry in history.entries])
            early, seen = State(), 0
            for name in (PEOPLE[seed % 3], "stranger"):
                seen = _fold_on(early, store, seen)
                if store.history(name):
                    store.erase(name)
                    if name in PEOPLE:
                        store.append([registered(name)])
            _fold_on(early, store, seen)

            assert early.register() == fold(store.entries()).register()
            assert early.watermark == store.reader.verify().seq


def _fold_on(state: State, store: Store, seen: int) -> int:
    entries = list(store.entries(seen))
    state.apply(entries)
    return seen + len(entries)


def test_what_is_kept_is_never_less_than_what_was_refused(tmp_path: Path) -> None:
    """Whoever was off, or objected, in a random history is off, or objects, after erasure and return (M11)."""
    from tests.server.db.ledgers import new_ledger

    refused = held = 0
    for seed in range(40):
        history = History(seed, covering=bool(seed % 2))
        for _ in range(40):
            history.step()
        before = history.state.register()
        with Store(new_ledger("sqlite", tmp_path, f"s{seed}"), suppression_secret=SECRET) as store:
            # in the ledger's own time, which is later than all dates of the history
            store.append([asked(entry) for entry in history.entries])
            before = fold(store.entries()).register()
            for name in PEOPLE[:3]:
                last = max(before.members[name].acts, key=lambda act: act.seq or 0, default=None)
                stands = {one.purpose for one in before.objections.get(name, ()) if one.status in {"open", "upheld"}}
                if not store.history(name):
                    continue  # went with another account of the same person
                mine = {one.item for one in held_back(store.history(name))} & set(before.withheld)
                store.erase(name)
                after = fold(store.append([registered(name)]) and store.entries()).register()
                if last is not None and not last.on:
                    refused += 1
                    assert [act.on for act in after.members[name].acts] == [False, False], f"seed {seed}, {name}"
                    assert after.members[name].acts[0].at <= last.at
                assert stands <= {one.purpose for one in after.objections.get(name, ())}, f"seed {seed}, {name}"
                assert mine <= set(after.withheld), f"seed {seed}, {name}"
                held += len(mine)
    assert refused > 20
    assert held > 10


def test_what_merging_made_of_two_accounts_is_kept(store: Store) -> None:
    """An account that was switched off and on, merged with one that was left alone, is off; so it is after a return."""
    store.append([registered("ana"), registered("cem"), switched("ana"), switched("ana", "on")])
    store.append([Proposal(Kind.MEMBERS_MERGED, "cem", "platform", {"into": "ana"})])
    before = fold(store.entries()).register().members["ana"].acts
    store.erase("ana")
    after = fold(store.append([registered("ana")]) and store.entries()).register().members["ana"].acts

    assert [before[-1].on, *(act.on for act in after)] == [False, False, False]


def test_an_on_for_later_lifts_nothing_yet(store: Store) -> None:
    """An *on* that is dated tomorrow, by a platform, or before a merge does not end a refusal that is kept."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    store.append([registered("ana"), switched("ana"), replace(switched("ana", "on"), at=tomorrow)])
    store.append([switched("ana", "on", "platform")])
    kept = refusals(store.history("ana"), datetime.now(UTC))

    assert [(one.setting, one.seq) for one in kept] == [(SETTING, 2)]
    assert refusals(store.history("ana"), tomorrow) == []


def test_without_the_key_nobody_is_erased_or_comes_back(address: str) -> None:
    """Where refusals are kept, a store without the key, or with another one, registers nobody (M11)."""
    with Store(address) as store:
        store.append([registered("ana"), switched("ana")])
        with pytest.raises(InputError, match="without the suppression key"):
            store.erase("ana")
    with Store(address, suppression_secret=SECRET) as store:
        store.erase("ana")
        with pytest.raises(InputError, match="nothing is recorded"):
            store.erase("ana")
    with Store(address) as store, pytest.raises(InputError, match="without the suppression key"):
        store.append([registered("bo")])
    with Store(address, suppression_secret=SECRET[::-1]) as store, pytest.raises(InputError, match="is not the one"):
        store.append([registered("bo")])
    with pytest.raises(UsageError, match="too short"):
        Store(address, suppression_secret=b"short")


def test_what_the_platform_did_is_nobodys_to_erase(store: Store) -> None:
    """M17: entries about no person have a blank subject, and no erasure takes them or those of earlier erasures."""
    digest = "sha256:" + "0" * 64
    notice = {"notice": "ai-training", "version": "1", "language": "en", "digest": digest}
    published = store.append([Proposal(Kind.NOTICE_PUBLISHED, "", "platform", notice)])
    store.append([registered("ana"), switched("ana")])
    erased = store.erase("ana")

    with pytest.raises(InputError, match="whom to erase is blank"):
        store.erase("")
    assert [entry for entry in store.entries() if not entry.erased] == [*published, erased]


def given(name: str, subject: str, *values: str) -> list[Proposal]:
    """An objection by the form, with what its person gave to be found by."""
    data = {"objection": name, "identifiers": list(values)}
    return [objected(subject, name), Proposal(Kind.OBJECTION_IDENTIFIED, subject, "member", data)]


def ended(name: str, subject: str, kind: Kind = Kind.OBJECTION_WITHDRAWN) -> Proposal:
    """It is taken back, or granted."""
    actor = "member" if kind is Kind.OBJECTION_WITHDRAWN else "platform"
    return Proposal(kind, subject, actor, {"objection": name})


def test_what_was_given_is_erased_where_nothing_stands(address: str, store: Store) -> None:
    """M11, M12: names and hashes go, what became of the objection stays; the chain and the state hold as before."""
    store.append([*given("o-1", "p-1", "name:Xyzzy Lima", "email:0f"), *given("o-2", "p-2", "name:Bo Xyzzy")])
    store.append([ended("o-1", "p-1"), ended("o-2", "p-2")])
    before = fold(store.entries()).register()
    store.erase_given(["p-1", "p-2"])

    assert "Xyzzy" not in everything(address)
    assert "email:0f" not in everything(address)
    assert [one.kind for one in store.history("p-1")] == [Kind.OBJECTION_RECEIVED, Kind.OBJECTION_WITHDRAWN]
    assert fold(store.entries()).register() == before
    assert store.reader.verify().seq == 7
    with pytest.raises(UnknownError):
        store.erase_given(["p-1"])


def test_whoever_is_still_to_be_found_loses_nothing(store: Store) -> None:
    """M12: while any objection of a person stands, also one that was granted, everything that finds them stays."""
    store.append([*given("o-1", "p-1", "name:Ana Lima"), ended("o-1", "p-1"), objected("p-1", "o-3", "other-ai")])
    store.append([*given("o-2", "p-2", "name:Bo Lima"), ended("o-2", "p-2", Kind.OBJECTION_UPHELD)])
    store.append([*given("o-4", "p-4", "name:Cem Lima"), ended("o-4", "p-4")])
    head = store.head().seq
    for several in (["p-1"], ["p-2"], ["p-4", "p-2"]):
        with pytest.raises(ConflictError, match="stands, and its person has to be found"):
            store.erase_given(several)

    assert store.head().seq == head
    assert sum(one.kind is Kind.OBJECTION_IDENTIFIED for one in store.entries()) == 3


def test_an_account_that_was_merged_keeps_what_finds_the_person(store: Store) -> None:
    """M12: an objection of one account stands for the person; what another account gave is not erased."""
    store.append([registered("ana"), registered("bo"), *given("o-1", "ana", "name:Ana Lima"), ended("o-1", "ana")])
    store.append([objected("bo", "o-2"), Proposal(Kind.MEMBERS_MERGED, "ana", "platform", {"into": "bo"})])

    with pytest.raises(ConflictError, match="`o-2` stands"):
        store.erase_given(["ana"])


def test_a_key_whose_answer_was_erased_is_told(address: str, store: Store) -> None:
    """A request that is sent again after its entries were erased is not recorded a second time by accident."""
    store.append([registered("ana"), registered("bo")], key="k")
    store.erase("ana")

    with pytest.raises(InputError, match="what it recorded was erased"):
        store.append([registered("ana"), registered("bo")], key="k")
    assert address
