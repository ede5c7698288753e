"""The register that the gate reads from a live ledger is the fold of its entries."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.duckdb_engine.register import load_register
from byleave.adapters.duckdb_engine.session import Session
from byleave.gate.request import Reading, Waivers
from byleave.kernel.errors import InputError, RefusedError, UsageError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.fold import fold
from byleave.policy.facts import Act, Member, NoticeDelivery, Objection, Register, Residence
from byleave.policy.loader import parse_pack, shipped_text
from byleave.policy.rules import rules_for
from byleave.server.db.store import Store
from tests.ledger.histories import START, History
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET, Raw, asked, new_ledger, registered, switched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = rules_for(parse_pack(shipped_text("linkedin@2025-11-03"), "pack"), "generative-ai", "linkedin")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """An engine's connection."""
    one = Session(tmp_path / "spill")
    yield one
    one.close()


def read(session: Session, url: str, before: Any = None) -> Any:
    """Load a ledger."""
    return load_register(session, url, RULES, Waivers(), Reading(), before)


def as_register(session: Session) -> Register:
    """The loaded tables as the facts that a decision reads, in an order that does not depend on the engine."""
    homes, births, acts, notices, objections, withheld = (defaultdict[str, list[Any]](list) for _ in range(6))

    def rows(columns: str, table: str) -> list[tuple[Any, ...]]:
        return session.rows(f"SELECT {columns} FROM {table} ORDER BY ALL")

    at = 'epoch_us("{0}")'.format
    for name, country, born, since, recorded in rows(
        f"member_id, country, birth_date::VARCHAR, {at('since')}, {at('recorded_at')}", "members"
    ):
        homes[name].append(Residence(country, instant(since), instant(recorded)))
        births[name] += [date.fromisoformat(born)] if born else []
    for name, *act in rows(f"member_id, setting, value, {at('at')}, seq, {at('recorded_at')}, actor", "preferences"):
        acts[name].append(Act(act[0], act[1] == "on", must(act[2]), act[3], instant(act[4]), act[5]))
    for name, notice, version, delivered, recorded in rows(
        f"member_id, notice, version, {at('delivered_at')}, {at('recorded_at')}", "notices"
    ):
        notices[name].append(NoticeDelivery(notice, must(delivered), version, instant(recorded)))
    for name, purpose, received, status, resolved in rows(
        f"subject_id, purpose, {at('received_at')}, status, {at('resolved_at')}", "objections"
    ):
        objections[name].append(Objection(purpose, must(received), status, instant(resolved)))
    for item, when in rows(f"item_id, {at('at')}", "withholdings"):
        withheld[item].append(instant(when))
    members = {
        name: Member(tuple(several), tuple(births[name]), tuple(acts[name]), tuple(notices[name]))
        for name, several in homes.items()
    }
    return in_order(
        Register(members, {k: tuple(v) for k, v in objections.items()}, {k: tuple(v) for k, v in withheld.items()})
    )


def in_order(register: Register) -> Register:
    """The same register with everything sorted, and of birth dates the latest, which is the one that counts."""
    members = {
        name: Member(
            tuple(sorted(one.residences, key=repr)),
            (max(one.birth_dates),) if one.birth_dates else (),
            tuple(sorted(one.acts, key=lambda act: (act.seq or 0, act.setting))),
            tuple(sorted(one.notices, key=repr)),
        )
        for name, one in register.members.items()
    }
    objections = {name: tuple(sorted(several, key=repr)) for name, several in register.objections.items()}
    withheld = {item: tuple(sorted(several, key=repr)) for item, several in register.withheld.items()}
    return Register(members, objections, withheld)


def instant(value: int | None) -> datetime | None:
    """Microseconds as an instant."""
    return None if value is None else must(value)


def must(value: int) -> datetime:
    """The same where there is one."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)


def record(store: Store, entries: list[Entry]) -> None:
    """Hand acts in; what the ledger refuses is not in it."""
    for entry in entries:
        with suppress(InputError):
            store.append([asked(entry)])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(8))
def test_the_tables_are_the_fold(tmp_path: Path, session: Session, engine: str, seed: int) -> None:
    """Random histories with moves, merges, objections and withheld items: read at once or in parts, equal the fold."""
    url = new_ledger(engine, tmp_path)
    history, done = History(seed), 0
    info: Any = None
    with Store(url, suppression_secret=SECRET) as store:
        for _ in range(3):
            for _ in range(25):
                history.step()
            record(store, history.entries[done:])
            done = len(history.entries)
            before, info = info, read(session, url, info)
            entries = list(store.entries())

            assert as_register(session) == in_order(fold(entries).register())
            assert info.head.watermark.seq == len(entries)
            assert before is None or info.digest != before.digest


def test_dates_and_moves(tmp_path: Path, session: Session) -> None:
    """Birth dates, dated moves and moves without a date arrive as they were recorded, merged accounts or not."""
    url = new_ledger("sqlite", tmp_path)
    moved, born = START - timedelta(days=3), date(2008, 2, 29)
    with Store(url) as store:
        for name in ("ana", "bo"):
            store.append([registered(name)])
        store.append([Proposal(Kind.MEMBER_REGISTERED, "eve", "platform", {"country": "DE", "birth_date": born})])
        store.append([Proposal(Kind.MEMBER_MOVED, "eve", "platform", {"country": "US", "since": moved})])
        at = START + timedelta(microseconds=1)
        store.append([Proposal(Kind.MEMBER_MOVED, "ana", "platform", {"country": None, "since": None}, at)])
        store.append([Proposal(Kind.MEMBERS_MERGED, "eve", "platform", {"into": "bo"})])
        store.append([registered("dee")])
        store.append([Proposal(Kind.MEMBER_MOVED, "dee", "platform", {"country": "FR", "since": moved})])
        read(session, url)

        assert as_register(session) == in_order(fold(store.entries()).register())
    assert as_register(session).members["bo"].birth_dates == (born,)
    since = {name: {home.since for home in one.residences} for name, one in as_register(session).members.items()}
    assert since["ana"] == {None, at}
    assert since["dee"] == since["eve"] == {None, moved}


def test_the_last_word_on_an_objection_counts(tmp_path: Path, session: Session) -> None:
    """An objection that was upheld and then withdrawn is withdrawn; one dated back stands from that date."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url) as store:
        store.append([registered("ana")])
        dated = {"objection": "o-1", "purpose": None}
        store.append([Proposal(Kind.OBJECTION_RECEIVED, "ana", "member", dated, START)])
        store.append([Proposal(Kind.OBJECTION_UPHELD, "ana", "platform", {"objection": "o-1"})])
        store.append([Proposal(Kind.OBJECTION_WITHDRAWN, "ana", "member", {"objection": "o-1"})])
        late = {"objection": "o-2", "purpose": None}
        store.append([Proposal(Kind.OBJECTION_RECEIVED, "ana", "member", late, START + timedelta(days=10_000))])
        read(session, url)

        assert as_register(session) == in_order(fold(store.entries()).register())
    found = as_register(session).objections["ana"]
    assert {one.status for one in found} == {"withdrawn", "open"}
    assert min(one.received_at for one in found) == START
    assert max(one.received_at for one in found) < datetime.now(UTC)


def test_an_empty_ledger(tmp_path: Path, session: Session) -> None:
    """A ledger without entries has a watermark of 0 and nobody in it."""
    info = read(session, new_ledger("sqlite", tmp_path))

    assert info.watermark == 0
    assert set(info.rows.values()) == {0}


def test_a_gap_is_refused(tmp_path: Path, session: Session) -> None:
    """A missing entry may be a refusal: the ledger is not read around it, even if its guards were taken away."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url) as store:
        for name in ("ana", "bo", "cem"):
            store.append([registered(name)])
    raw = Raw(url)
    for (name,) in raw.run("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        raw.run(f"DROP TRIGGER {name}")
    raw.run("DELETE FROM ledger_payload WHERE seq = 2")
    raw.run("DELETE FROM ledger_entry WHERE seq = 2")
    raw.close()

    with pytest.raises(RefusedError, match="gave 2 entries from 1 to 3"):
        read(session, url)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_erased_person_is_nobody(tmp_path: Path, session: Session, engine: str) -> None:
    """Of an erased person the order stays and the content is gone: from the ledger, and from what was read before.

    Somebody who comes back under the id is off from the first entry on.
    """
    url = new_ledger(engine, tmp_path)
    with Store(url, suppression_secret=SECRET) as store:
        store.append([registered("ana")])
        store.append([registered("bo")])
        store.append([switched("ana")])
        first = read(session, url)
        store.erase("ana")
        second = read(session, url, first)
        assert set(as_register(session).members) == {"bo"}

        store.append([registered("ana")])
        read(session, url, second)

        assert as_register(session) == in_order(fold(store.entries()).register())
    assert [act.on for act in as_register(session).members["ana"].acts] == [False, False]


def test_another_epoch_is_another_ledger(tmp_path: Path, session: Session) -> None:
    """A ledger that was restored while it was read is not gone on with."""
    url = new_ledger("sqlite", tmp_path)
    first = read(session, url)
    raw = Raw(url)
    raw.run("INSERT INTO ledger_epoch (number, name, opened_at, reason) VALUES (2, 'second', 0, 'restored')")
    raw.close()

    with pytest.raises(RefusedError, match="no longer the ledger that was read"):
        read(session, url, first)


def test_a_ledger_of_another_form_is_not_read(tmp_path: Path, session: Session) -> None:
    """What a newer byleave keeps in its tables is not known here: it may be a refusal."""
    url = new_ledger("sqlite", tmp_path)
    raw = Raw(url)
    raw.run("INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999_later', '2027-01-01')")
    raw.close()

    with pytest.raises(InputError, match="a ledger of another form: `9999_later`"):
        read(session, url)


def test_what_is_no_ledger(tmp_path: Path, session: Session) -> None:
    """A missing file, another database, another scheme: told apart, nothing is made."""
    raw = Raw(f"sqlite:///{tmp_path}/other.db")
    raw.run("CREATE TABLE x (y)")
    raw.close()
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at\n" * 20)

    with pytest.raises(InputError, match="there is no ledger"):
        read(session, f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(InputError, match="is no ledger"):
        read(session, f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(InputError, match="cannot read the ledger"):
        read(session, f"sqlite:///{tmp_path}/text.db")
    with pytest.raises(UsageError, match="is no address of a ledger"):
        read(session, "mysql://somewhere/x")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.needs("postgresql")
def test_a_server_that_cannot_be_reached(session: Session) -> None:
    """Without the ledger there is no answer, and the password is not in the message."""
    with pytest.raises(InputError, match="cannot read the ledger") as caught:
        read(session, "postgresql://ana:secret@127.0.0.1:1/none")

    assert "secret" not in str(caught.value)
