"""The store: what it takes down, in which order, and what it refuses."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.errors import InputError, LedgerError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.ledger.fold import fold
from byleave.server.db.opening import connect
from byleave.server.db.store import Store
from tests.ledger.histories import History
from tests.server.db.ledgers import SECRET, asked, objected, registered, switched

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.ledger.entries import Entry

STEPS = 60


def test_what_is_recorded_is_read_back(store: Store) -> None:
    """An entry comes back as it was acknowledged, with days, instants and what may be unknown."""
    at = datetime(2025, 10, 28, 19, 12, 40, 123456, tzinfo=UTC)
    born = {"country": None, "birth_date": at.date()}
    acts = [
        Proposal(Kind.MEMBER_REGISTERED, "ana “ß” \\ 007", "import", born, at),
        Proposal(Kind.MEMBER_MOVED, "ana “ß” \\ 007", "member", {"country": "DE", "since": at}),
    ]
    entries = store.append(acts)

    assert list(store.entries()) == entries == store.history("ana “ß” \\ 007")
    assert [entry.seq for entry in entries] == [1, 2]
    assert entries[0].at == at
    assert entries[1].at == entries[1].recorded_at
    assert store.head().seq == 2


def test_the_store_takes_and_refuses_what_the_fold_does(tmp_path: Path) -> None:
    """Random acts, one by one: each is taken exactly when the pure fold takes it, and both end in one register."""
    from tests.server.db.ledgers import new_ledger

    taken = refused = 0
    for seed in range(25):
        with Store(new_ledger("sqlite", tmp_path, f"s{seed}"), suppression_secret=SECRET) as store:
            taken_now, refused_now = _both(store, seed)
        taken, refused = taken + taken_now, refused + refused_now
    assert taken > 500
    assert refused > 200


def test_both_databases_hold_one_history(store: Store) -> None:
    """The same on either database, one history."""
    assert _both(store, 101)[0] > 20


def _both(store: Store, seed: int) -> tuple[int, int]:
    """Offer a random history to the store, and what the fold refuses; how many acts were taken, and how many not."""
    history, refused = History(seed), 0
    store.append([asked(entry) for entry in history.entries])
    offered: list[Entry] = []
    history.offered = offered.append
    for _ in range(STEPS):
        entry = history.step()
        try:
            store.append([asked(offered[-1])])
        except InputError:
            refused += 1
            assert entry is None, f"seed {seed}: the store refuses {offered[-1]}"
        else:
            assert entry is not None, f"seed {seed}: the store takes {offered[-1]}"
    told = list(store.entries())
    dates = {entry.seq: entry.recorded_at for entry in history.entries}

    assert fold(replace(entry, recorded_at=dates[entry.seq]) for entry in told).register() == history.state.register()
    assert store.reader.verify().seq == len(told) == len(history.entries)
    return len(told), refused


def test_a_refused_act_does_not_fail_its_neighbours(store: Store) -> None:
    """Of many acts that are handed in together, each group is judged for itself, and whole."""
    store.append([registered("ana")])
    groups = [
        [switched("ana")],
        [switched("nobody")],
        [registered("bo"), switched("bo"), switched("nobody")],
        [registered("bo"), switched("bo")],
        [objected("x", "o-1")],
        [objected("y", "o-1")],
    ]
    answers = [store.submit(group) for group in groups]
    told = [answer.exception() for answer in answers]

    assert [isinstance(one, InputError) for one in told] == [False, True, True, False, False, True]
    assert [(entry.seq, entry.subject) for entry in store.entries()] == [
        (1, "ana"),
        (2, "ana"),
        (3, "bo"),
        (4, "bo"),
        (5, "x"),
    ]


def born(day: object) -> Proposal:
    """Somebody is registered with a birth date."""
    return Proposal(Kind.MEMBER_REGISTERED, "bo", "platform", {"country": "DE", "birth_date": day})


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (born("2000-01-01"), "cannot hold"),
        (born(date(1, 1, 1)), "not a day"),
        (Proposal(Kind.MEMBER_MOVED, "ana", "member", {"country": "DE", "since": "soon"}), "cannot hold"),
        (Proposal(Kind.PREFERENCE_SET, "ana", "member", {"setting": [1], "value": "on"}), "cannot hold"),
        (switched("nobody"), "`nobody` was never registered"),
        (registered("ana"), "registered already"),
        (objected("bo", "o-1"), "there is an objection `o-1` already"),
        (Proposal(Kind.OBJECTION_WITHDRAWN, "bo", "member", {"objection": "o-1"}), "`bo` has no objection `o-1`"),
        (Proposal(Kind.OBJECTION_WITHDRAWN, "ana", "platform", {"objection": "o-1"}), "only the person"),
        (Proposal(Kind.MEMBERS_MERGED, "ana", "platform", {"into": "nobody"}), "`nobody` was never registered"),
        (Proposal(Kind.MEMBER_ERASED, "", "platform", {"entries": [1]}), "an erasure is not recorded as an act"),
        (switched("ana", "maybe"), "expected `on` or `off`"),
        (switched("ana", actor="robot"), "got `robot`"),
        (switched("ana\x00"), "cannot be kept"),
        (switched("ana\ud800"), "cannot be kept"),
        (Proposal(Kind.PREFERENCE_SET, "ana", "member", {"setting": {}, "value": "on"}), "cannot hold"),
        (replace(switched("ana"), at=datetime(2025, 1, 1)), "not an instant"),  # noqa: DTZ001 - what is refused
        (replace(switched("ana"), at=datetime(1, 1, 1, tzinfo=UTC)), "not an instant"),
    ],
)
def test_a_wrong_act_is_refused(store: Store, act: Proposal, words: str) -> None:
    """What cannot be is refused with the reason, and leaves no trace."""
    store.append([registered("ana"), objected("ana", "o-1")])
    before = store.head()

    with pytest.raises(InputError) as error:
        store.append([act])
    assert words in error.value.message
    assert store.head() == before


def test_whoever_objected_may_withdraw_under_another_id(store: Store) -> None:
    """After a merge the person ends an objection under either id; a stranger never does."""
    store.append(
        [registered("ana"), registered("bo"), registered("cem"), objected("ana", "o-1"), objected("cem", "o-2")]
    )
    store.append([Proposal(Kind.MEMBERS_MERGED, "ana", "platform", {"into": "bo"})])
    store.append([Proposal(Kind.OBJECTION_WITHDRAWN, "bo", "member", {"objection": "o-1"})])

    with pytest.raises(InputError):
        store.append([Proposal(Kind.OBJECTION_WITHDRAWN, "bo", "member", {"objection": "o-2"})])
    assert fold(store.entries()).register().objections["ana"][0].status == "withdrawn"


def test_recording_never_runs_backwards(address: str) -> None:
    """`recorded_at` grows with `seq` while the clock stands still, jumps back a year, and forward again."""
    now = datetime(2026, 5, 1, tzinfo=UTC)
    jumps = itertools.cycle([timedelta(0), timedelta(days=-365), timedelta(days=400), timedelta(0)])
    with Store(address, clock=lambda: now + next(jumps)) as store:
        store.append([registered("ana"), switched("ana")])
        for _ in range(12):
            store.append([switched("ana")])
        dates = [entry.recorded_at for entry in store.entries()]

    assert dates == sorted(set(dates))
    assert len(dates) == 14


def test_a_key_is_answered_once(store: Store) -> None:
    """The same request again, even at the same moment, gets the first answer; another under its key an error."""
    acts = [registered("ana"), switched("ana")]
    both = [store.submit(acts, key="k-1") for _ in range(2)]
    first = both[0].result()

    assert both[1].result() == first == store.append(acts, key="k-1")
    assert store.head().seq == 2
    with pytest.raises(InputError, match="was used for another request"):
        store.append([switched("ana")], key="k-1")
    assert store.head().seq == 2


def test_a_refused_key_may_be_used_again(store: Store) -> None:
    """A refusal is no answer to keep: after what was missing is there, the same request is taken."""
    with pytest.raises(InputError):
        store.append([switched("ana")], key="k-1")
    store.append([registered("ana")])

    assert store.append([switched("ana")], key="k-1")[0].seq == 2


def test_a_reader_goes_on_from_its_watermark(store: Store) -> None:
    """Reading in pieces gives what reading at once gives; watching gives what is recorded meanwhile."""
    store.append([registered("ana"), *(switched("ana") for _ in range(9))])
    watching = store.watch(8, every_seconds=0.01)
    seen = [next(watching).seq, next(watching).seq]
    store.append([switched("ana")])
    seen.append(next(watching).seq)

    assert seen == [9, 10, 11]
    assert [entry.seq for entry in store.entries(3, 7)] == [4, 5, 6, 7]
    assert [*store.entries(0, 5), *store.entries(5)] == list(store.entries())


def test_a_closed_store_takes_nothing(address: str) -> None:
    """What waits is recorded before a store closes; then it says that it is closed."""
    store = Store(address)
    answers = [store.submit([objected("x", f"o-{number}")]) for number in range(50)]
    store.close()

    assert [answer.result()[0].seq for answer in answers] == list(range(1, 51))
    with pytest.raises(LedgerError):
        store.append([objected("x", "late")])


def test_an_act_that_was_taken_back_is_not_recorded(address: str) -> None:
    """A caller that gives up before its turn leaves nothing behind, and does not stop the others."""
    first = connect(address)
    first.begin()
    with Store(address) as store:
        blocked = store.submit([objected("x", "o-1")])
        while not blocked.running():
            pass
        answers = [store.submit([objected("x", f"o-{number}")]) for number in (2, 3, 4)]
        assert [answers[0].cancel(), answers[2].cancel(), blocked.cancel()] == [True, True, False]
        first.roll_back()

        assert [blocked.result()[0].seq, answers[1].result()[0].seq] == [1, 2]
        assert [entry.data["objection"] for entry in store.entries()] == ["o-1", "o-3"]
    first.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_writer_leaves_nobody_waiting(address: str) -> None:
    """When something fails that should not, whoever waits is told that the outcome is not known."""

    def broken(length: int) -> bytes:
        raise ZeroDivisionError(length)

    store = Store(address, random_bytes=broken)
    answers = [store.submit([objected("x", f"o-{number}")]) for number in range(3)]

    assert [type(answer.exception(timeout=20)) for answer in answers] == [LedgerError] * 3
    with pytest.raises(LedgerError, match="has stopped"):
        store.append([objected("x", "o-9")])
    store.close()
    with Store(address) as again:
        assert again.append([objected("x", "o-1")])[0].seq == 1


@pytest.mark.parametrize("length", [1_024, 1_025])
def test_ids_are_kept_up_to_a_length(store: Store, length: int) -> None:
    """An id that no index could hold is refused before it reaches the database; the longest that is taken is found."""
    name = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))
    if length > 1_024:
        for acts, key in (([objected(name, "o")], None), ([objected("x", name)], None), ([objected("x", "o")], name)):
            with pytest.raises(InputError, match="too long"):
                store.append(acts, key)
    else:
        assert store.append([registered(name), objected(name, name)], key=name) == store.history(name)
        with pytest.raises(InputError, match="there is an objection"):
            store.append([objected("x", name)])


def test_the_checks_use_indexes(tmp_path: Path) -> None:
    """With many people and many acts of one, a check reads the few rows that it needs."""
    from tests.server.db.ledgers import new_ledger

    address = new_ledger("sqlite", tmp_path)
    with Store(address) as store:
        from byleave.server.db import lookups

        session = store.reader._session
        plans = list[str]()
        query = session.query

        def explained(sql: str, values: object = ()) -> list[tuple[object, ...]]:
            plans.extend(str(row[3]) for row in query("EXPLAIN QUERY PLAN " + sql, values))  # type: ignore[arg-type]
            return query(sql, values)  # type: ignore[arg-type]

        session.query = explained  # type: ignore[method-assign]
        ended = Proposal(Kind.OBJECTION_WITHDRAWN, "ana", "member", {"objection": "o-1"})
        lookups.facts_about(session, [switched("ana"), ended, objected("bo", "o-2")])

    assert [plan for plan in plans if plan.startswith(("SCAN ledger", "SCAN p"))] == []
    assert any("ledger_payload_objection" in plan for plan in plans)
