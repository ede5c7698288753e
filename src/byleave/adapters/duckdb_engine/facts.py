"""The facts about single items, as the definition reads them: for explaining one decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.tables import FILE, ROW, UNREADABLE
from byleave.ledger.covering import read_unused
from byleave.policy.facts import Act, Item, Member, NoticeDelivery, Objection, Register, Residence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byleave.adapters.duckdb_engine.items import Corpus
    from byleave.adapters.duckdb_engine.session import Session

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A row with the id that was asked for."""

    item: Item
    file: str
    row: int


def find_items(session: Session, corpus: Corpus, item_id: str) -> list[Found]:
    """Every row with this item id, in the order of files and rows."""
    columns = [
        "item_id", "member_id", "category", "visibility", *(_micros(corpus, n) for n in _INSTANTS),
        *(name if name in corpus.columns else "NULL" for name in ("withheld", "subjects", "ai_written")),
    ]  # fmt: skip
    rows = session.rows(
        f"SELECT {', '.join(columns)}, {UNREADABLE}, {FILE}, {ROW} FROM items WHERE item_id = ? ORDER BY {FILE}, {ROW}",
        [item_id],
    )
    return [Found(_item(row[:-2]), row[-2], row[-1]) for row in rows]


_INSTANTS = ("created_at", "changed_at", "public_since")


def _micros(corpus: Corpus, name: str) -> str:
    return f"epoch_us({name})" if name in corpus.columns else "NULL"


def _item(row: tuple[Any, ...]) -> Item:
    item_id, member_id, category, visibility, created, changed, public, withheld, subjects, ai_written, unreadable = row
    return Item(
        item_id, member_id, category, visibility, _instant(created), _instant(changed), _instant(public),
        withheld, None if subjects is None else tuple(subjects), ai_written, bool(unreadable),
    )  # fmt: skip


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def facts_for(session: Session, found: Iterable[Found]) -> Register:
    """What the register holds about the owners, the subjects and the ids of these rows."""
    items = [one.item for one in found]
    owners = {item.member_id for item in items if item.member_id is not None}
    subjects = {subject for item in items for subject in (*(item.subjects or ()), *(item.named or ()))}
    ids = {item.item_id for item in items if item.item_id is not None}
    flagged = {item.item_id for item in items if item.withheld}
    withheld: dict[str, tuple[datetime | None, ...]] = {name: (None,) for name in flagged if name is not None}
    dated = 'SELECT item_id, epoch_us("at") FROM withholdings WHERE list_contains(?, item_id)'
    for item_id, at in session.rows(dated, [sorted(ids)]):
        withheld[item_id] = (*withheld.get(item_id, ()), _instant(at))
    members = {owner: member for owner in owners if (member := _member(session, owner)) is not None}
    return Register(members, _objections(session, sorted(owners | subjects)), withheld)


def _member(session: Session, member_id: str) -> Member | None:
    homes = session.rows(
        "SELECT country, epoch_us(since), epoch_us(recorded_at), birth_date::VARCHAR FROM members WHERE member_id = ?",
        [member_id],
    )
    if not homes:
        return None
    notices = session.rows(
        "SELECT notice, epoch_us(delivered_at), version, epoch_us(recorded_at) FROM notices WHERE member_id = ?",
        [member_id],
    )
    return Member(
        residences=tuple(Residence(country, _instant(since), _instant(known)) for country, since, known, _ in homes),
        birth_dates=tuple(date.fromisoformat(born) for *_, born in homes if born is not None),
        acts=_acts(session, member_id),
        notices=tuple(
            NoticeDelivery(notice, _required(at), version, _instant(recorded))
            for notice, at, version, recorded in notices
        ),
    )


def _acts(session: Session, member_id: str) -> tuple[Act, ...]:
    # only a ledger says what an act covered and reached
    told = session.one(
        "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'preferences' AND column_name = 'covers'"
    )
    more = "covers, reaches, frees, unused_since" if told else "NULL, NULL, NULL, NULL"
    rows = session.rows(
        f"SELECT setting, value = 'on', epoch_us(\"at\"), seq, epoch_us(recorded_at), actor, {more} FROM preferences"
        " WHERE member_id = ?",
        [member_id],
    )
    return tuple(
        Act(
            setting,
            on,
            _required(at),
            seq,
            _instant(recorded),
            actor,
            None if covers is None else frozenset(covers),
            reaches,
            frees,
            read_unused(unused),
        )
        for setting, on, at, seq, recorded, actor, covers, reaches, frees, unused in rows
    )


def _required(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _objections(session: Session, subjects: list[str]) -> dict[str, tuple[Objection, ...]]:
    rows = session.rows(
        "SELECT subject_id, purpose, epoch_us(received_at), status, epoch_us(resolved_at) FROM objections"
        " WHERE list_contains(?, subject_id)",
        [subjects],
    )
    result: dict[str, tuple[Objection, ...]] = {}
    for subject, purpose, received, status, resolved in rows:
        one = Objection(purpose, _required(received), status, _instant(resolved))
        result[subject] = (*result.get(subject, ()), one)
    return result
