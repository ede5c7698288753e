"""Make a large ledger at once: members who register, then acts of some of them, in one valid chain.

The store takes acts one after the other, which would take hours here. This writes the same rows in bulk: digests of
payloads in DuckDB, the chain in Python, COPY into PostgreSQL and one transaction into SQLite. The triggers of the
database are put off meanwhile. `byleave ledger head --verify` checks what is made.

    python bench/big_ledger.py ADDRESS [--members 10_000_000] [--acts 1_000_000]
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg

from byleave.ledger.address import sqlite_path
from byleave.ledger.chain import NOTHING, Row, link
from byleave.server.db.migrating import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_AT = 1_700_000_000_000_000
"""When the first entry was recorded, in microseconds since 1970; each one a millisecond after the one before."""
CHUNK = 200_000
COUNTRIES = ("US", "US", "US", "IN", "BR", "GB", "FR", "DE", "IT", "ES", "NL", "PL", "SE", "CA", "JP", "AU")
SETTING = "data-for-ai-improvement"
ENTRY, PAYLOAD = "seq epoch recorded_at kind digest chain".split(), "seq subject actor at salt data".split()


def _rows(members: int, acts: int) -> str:
    """SQL of all entries in order; an act in eight is an objection, a withheld item or an on."""
    countries = "[" + ", ".join(f"'{name}'" for name in COUNTRIES) + "]"
    born = "(DATE '1950-01-01' + (hash(n, 'born') % 20000)::INTEGER)::VARCHAR"
    registered = f"""'{{"birth_date":"' || {born} || '","country":"' || {countries}[1 + (hash(n, 'country') % {len(COUNTRIES)})::BIGINT] || '"}}'"""  # noqa: E501
    off = f"""'{{"setting":"{SETTING}","value":"off"}}'"""
    act = f"""CASE hash(n, 'act') % 24
        WHEN 0 THEN '{{"objection":"o-' || n || '","purpose":null}}'
        WHEN 1 THEN '{{"item":"i-' || n || '"}}'
        WHEN 2 THEN replace({off}, 'off', 'on') ELSE {off} END"""
    kind = "CASE hash(n, 'act') % 24 WHEN 0 THEN 'objection-received' WHEN 1 THEN 'item-withheld' ELSE 'preference-set' END"  # noqa: E501
    return f"""
        SELECT n AS seq, CASE WHEN n <= {members} THEN 'member-registered' ELSE {kind} END AS kind,
            'm' || CASE WHEN n <= {members} THEN n ELSE 1 + hash(n, 'who') % {members} END AS subject,
            CASE WHEN n <= {members} THEN 'platform' ELSE 'member' END AS actor,
            {FIRST_AT} + n * 1000 AS "at",
            sha256(n::VARCHAR) AS salt,
            CASE WHEN n <= {members} THEN {registered} ELSE {act} END AS data
        FROM range(1, {members + acts + 1}) AS numbers(n)"""


def _chunks(members: int, acts: int) -> Iterator[tuple[list[Row], list[tuple[Any, ...]]]]:
    """Rows of the two tables, some at a time."""
    payload = (
        """'{"actor":"' || actor || '","at":' || "at" || ',"data":' || data || ',"subject":"' || subject || '"}'"""
    )
    sql = f"""SELECT seq, kind, subject, actor, "at", salt, data,
        sha256(unhex(salt) || encode({payload})) AS digest FROM ({_rows(members, acts)})"""
    chain = NOTHING  # the rows come in order: DuckDB keeps that of `range`
    with duckdb.connect() as connection:
        found = connection.execute(sql)
        while rows := found.fetchmany(CHUNK):
            entries, payloads = list[Row](), list[tuple[Any, ...]]()
            for seq, kind, subject, actor, at, salt, data, digest in rows:
                row = link(chain, seq, 1, at, kind, digest)
                chain = row.chain
                entries.append(row)
                payloads.append((seq, subject, actor, at, salt, data))
            yield entries, payloads


def make(address: str, members: int, acts: int) -> None:
    """Migrate an empty database, and fill it."""
    migrate(address)
    path = sqlite_path(address)
    if path is None:
        _into_postgresql(address, members, acts)
    else:
        _into_sqlite(path, members, acts)


def _into_postgresql(address: str, members: int, acts: int) -> None:
    with psycopg.connect(address) as connection:
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE tablename = 'ledger_payload' AND indexname NOT LIKE '%pkey'"
        ).fetchall()
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"'.encode())
        for number, (entries, payloads) in enumerate(_chunks(members, acts)):
            for table, columns, rows in (("entry", ENTRY, entries), ("payload", PAYLOAD, payloads)):
                named = ", ".join(f'"{name}"' for name in columns)
                with connection.cursor().copy(f"COPY ledger_{table} ({named}) FROM STDIN".encode()) as copy:
                    for row in rows:
                        copy.write_row(row)
            _tell(number, members + acts)
        for _, definition in indexes:
            connection.execute(definition.encode())
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _into_sqlite(path: str, members: int, acts: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    kept = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND (type = 'trigger' OR"
        " (type = 'index' AND tbl_name = 'ledger_payload'))"
    ).fetchall()
    connection.execute("BEGIN")
    for kind, name, _ in kept:
        connection.execute(f'DROP {kind} "{name}"')
    for number, (entries, payloads) in enumerate(_chunks(members, acts)):
        connection.executemany("INSERT INTO ledger_entry VALUES (?, ?, ?, ?, ?, ?)", entries)
        connection.executemany(
            f"INSERT INTO ledger_payload ({', '.join(PAYLOAD)}) VALUES (?, ?, ?, ?, ?, ?)",
            payloads,
        )
        _tell(number, members + acts)
    for _, _, sql in kept:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()


def _tell(number: int, rows: int) -> None:
    done = min(rows, (number + 1) * CHUNK)
    print(f"\r{done:,} of {rows:,} entries", end="" if done < rows else "\n", file=sys.stderr)


def main() -> None:
    """Make one ledger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--members", type=int, default=10_000_000)
    parser.add_argument("--acts", type=int, default=1_000_000)
    arguments = parser.parse_args()
    make(arguments.address, arguments.members, arguments.acts)


if __name__ == "__main__":
    main()
