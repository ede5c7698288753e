"""Another record's register, or a part of it, read as strictly as the gate reads one, and told person by person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import literal
from byleave.adapters.duckdb_engine.register import (
    load_strictly,
    refuse_cut_off,
    register_digest,
    table_at,
)
from byleave.adapters.duckdb_engine.register_checks import check_order
from byleave.adapters.duckdb_engine.register_tables import TABLES
from byleave.adapters.duckdb_engine.tables import FILE, ROW, file_source, table_source
from byleave.adapters.files import readable, table_of
from byleave.kernel.canonical import digest_value
from byleave.kernel.errors import InputError, RefusedError, UsageError
from byleave.kernel.instants import parse_date
from byleave.ledger.importing import (
    Given,
    GivenAct,
    GivenHome,
    GivenNotice,
    GivenObjection,
    GivenWithholding,
    Place,
)
from byleave.ledger.wire import from_microseconds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from byleave.adapters.duckdb_engine.session import Session
    from byleave.adapters.duckdb_engine.tables import Source
    from byleave.adapters.files import TableFiles
    from byleave.gate.request import Reading

_NAMES = f"give files named {', '.join(TABLES)}, or their folder"
_WHO = {name: "subject_id" if name == "objections" else "member_id" for name in TABLES}
_US = 'epoch_us("{}")'.format
_COLUMNS = {
    "members": f"country, birth_date::VARCHAR, {_US('since')}",
    "preferences": f"setting, value = 'on', {_US('at')}, seq, {_US('recorded_at')}, actor",
    "objections": f"purpose, {_US('received_at')}, status, {_US('resolved_at')}",
    "notices": f"notice, version, {_US('delivered_at')}",
    "withholdings": f"item_id, {_US('at')}",
}


class People:
    """The rows of a register in one session of the engine, ordered by person. Memory is bounded by the engine's."""

    def __init__(self, session: Session, source: Sequence[Path] | Mapping[str, Any], reading: Reading) -> None:
        """Read and check everything.

        Args:
            session: where the rows go; it spills to disk.
            source: files and folders, each by its name a table of a register, or table name → table.
            reading: how to read instants.

        Raises: InputError or RefusedError, naming file and row; UsageError when nothing is given.
        """
        self._session = session
        sources, self.digest = _sources(session, source)
        self.tables = frozenset(sources)
        """Which tables were given."""
        self.rows = load_strictly(session, sources, reading)
        check_order(session)
        _refuse_withholding_of_nobody(session)
        several = " UNION ".join(f"SELECT {who} AS person FROM {name}" for name, who in _WHO.items())
        session.run(
            "CREATE OR REPLACE TEMP TABLE byleave_people AS"
            f" SELECT person, row_number() OVER (ORDER BY person) AS n FROM ({several})"
        )
        for name, who in _WHO.items():
            session.run(
                f"CREATE OR REPLACE TEMP TABLE byleave_told_{name} AS SELECT n, t.* FROM {name} AS t"
                f" JOIN byleave_people ON person = {who} ORDER BY n, {FILE}, {ROW}"
            )
            session.run(f"DROP TABLE {name}")
        self.count = int(session.one("SELECT count(*) FROM byleave_people"))

    def chunks(self, size: int) -> Iterator[list[Given]]:
        """Everybody, ordered by id, so many at a time."""
        for first in range(1, self.count + 1, size):
            yield self._between(first, first + size - 1)

    def without(self, names: Sequence[str]) -> list[str]:
        """Those of `names` who are not among the members here."""
        listing = f"[{', '.join(map(literal, names))}]::VARCHAR[]"
        rows = self._session.rows(
            f"SELECT v FROM (SELECT unnest({listing}) AS v) ANTI JOIN byleave_told_members ON member_id = v ORDER BY v"
        )
        return [name for (name,) in rows]

    def unknown_setting(self, known: Collection[str]) -> tuple[Place, str] | None:
        """The first row whose setting is none of these."""
        listing = f"[{', '.join(map(literal, sorted(known)))}]::VARCHAR[]"
        rows = self._session.rows(
            f"SELECT {FILE}, {ROW}, setting FROM byleave_told_preferences WHERE NOT list_contains({listing}, setting)"
            " ORDER BY 1, 2 LIMIT 1"
        )
        return (Place(*rows[0][:2]), rows[0][2]) if rows else None

    def _between(self, first: int, last: int) -> list[Given]:
        span = f"n BETWEEN {first} AND {last}"
        people = dict(self._session.rows(f"SELECT n, person FROM byleave_people WHERE {span} ORDER BY n"))
        found = {n: Given(person) for n, person in people.items()}
        for name in self.tables:
            rows = self._session.rows(
                f"SELECT n, {FILE}, {ROW}, {_COLUMNS[name]} FROM byleave_told_{name} WHERE {span}"
                f" ORDER BY n, {FILE}, {ROW}"
            )
            for n, file, row, *values in rows:
                _ADD[name](found[n], Place(file, row), *values)
        return list(found.values())


def _sources(session: Session, source: Sequence[Path] | Mapping[str, Any]) -> tuple[dict[str, Source], str]:
    if isinstance(source, Mapping):
        from byleave.adapters.arrow import arrow_digest, to_arrow

        unknown = next((name for name in source if name not in TABLES), None)
        if unknown is not None:
            raise InputError(f"a register has no table `{unknown}`", hint=f"its tables are {', '.join(TABLES)}")
        given = {name: to_arrow(table) for name, table in source.items()}
        digest = digest_value({name: arrow_digest(table) for name, table in given.items()})
        return {name: table_source(session, name, table) for name, table in given.items()}, digest
    files = _files(source)
    return {name: file_source(session, table) for name, table in files.items()}, register_digest(files)


def _files(places: Sequence[Path]) -> dict[str, TableFiles]:
    """The tables in files and folders, each table's files together."""
    found: dict[str, list[Path]] = {}
    for place in places:
        if not place.exists():
            raise InputError(f"there is no file `{place}`", hint=_NAMES)
        with readable(place):
            inside = sorted(place.iterdir()) if place.is_dir() and place.name not in TABLES else [place]
        for entry in inside:
            if not entry.name.startswith("."):
                name, paths = table_at(entry)
                found.setdefault(name, []).extend(paths)
    tables = {name: table_of(name, paths) for name, paths in found.items() if paths}
    if not tables:
        raise UsageError("nothing is given to read", hint=_NAMES)
    for table in tables.values():
        refuse_cut_off(table)
    return tables


def _refuse_withholding_of_nobody(session: Session) -> None:
    rows = session.rows(f"SELECT {FILE}, {ROW} FROM withholdings WHERE member_id IS NULL ORDER BY 1, 2 LIMIT 1")
    if rows:
        hint = "say who withheld the item: nobody else may release it"
        raise RefusedError(f"{Place(*rows[0])}: `member_id` is blank", hint=hint)


def _instant(number: int | None) -> datetime | None:
    return None if number is None else from_microseconds(number)


def _home(given: Given, place: Place, country: str | None, born: str | None, since: int | None) -> None:
    given.homes.append(GivenHome(place, country, parse_date(born) if born else None, _instant(since)))


def _act(given: Given, place: Place, setting: str, *values: Any) -> None:  # noqa: ANN401 - the columns of a row
    on, at, seq, recorded, actor = values
    given.acts.append(GivenAct(place, setting, on, from_microseconds(at), seq, _instant(recorded), actor))


def _objection(  # noqa: PLR0913, PLR0917 - the columns of a row
    given: Given, place: Place, purpose: str | None, received: int, status: str | None, resolved: int | None
) -> None:
    one = GivenObjection(place, purpose, from_microseconds(received), status, _instant(resolved))
    given.objections.append(one)


def _notice(given: Given, place: Place, notice: str, version: str | None, delivered: int) -> None:
    given.notices.append(GivenNotice(place, notice, version, from_microseconds(delivered)))


def _withholding(given: Given, place: Place, item: str, at: int | None) -> None:
    given.withholdings.append(GivenWithholding(place, item, _instant(at)))


_ADD: Mapping[str, Any] = {
    "members": _home,
    "preferences": _act,
    "objections": _objection,
    "notices": _notice,
    "withholdings": _withholding,
}
