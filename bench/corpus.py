"""Make the corpus and the register that the benchmark runs on: N items of N/10 members with N/100 preferences.

Everything is drawn from hashes of row numbers, so that one version of DuckDB makes the same rows every time.

    python bench/corpus.py FOLDER [--items 10_000_000]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

PART = 10_000_000
"""Rows of one file of items."""
DRAWN = ("owner", "category", "visibility", "created", "language", "known", "country", "member", "value", "clock")
TEXT = len(DRAWN)
"""The first of the draws for the text."""

# Drawn with these weights (of 32). The last three are categories that the pack does not name.
CATEGORIES = {
    "profile": 2,
    "post": 8,
    "article": 1,
    "comment": 8,
    "reaction": 5,
    "repost": 2,
    "poll-response": 1,
    "private-message": 2,
    "group-message": 1,
    "resume": 1,
    "saved-answer": 1,
}
VISIBILITIES = {"public": 13, "connections": 1, "group": 1, "private": 1}  # of 16
COUNTRIES = (  # one string, so that the list stays readable
    "US US US US US IN IN IN BR GB FR DE DE IT ES NL PL SE CH NO CA MX JP AU ZA NG HK SG TR AR RO IE "
).split()
# The commoner words of English and of working life; a word is drawn the more often the nearer it is to the beginning.
WORDS = (  # one string, so that the list stays readable
    "the and to of a in for we our with is on that this you from as it at are be by more have i how new "
    "all will team work people what your their can about not they was an has who when or my one so out "
    "but up customers business project data time help company years market growth product design career "
    "learning lead experience first year make great build today support process management job best "
    "industry need skills service success change working leadership know world future way better strategy "
    "opportunity quality research engineering software community training impact digital innovation "
    "health sales development role looking join share value global program technology insights event "
    "thank proud excited launch hiring result challenge partner report energy supply finance office "
    "safety budget review meeting interview network solution delivery quarter university student teacher "
    "nurse factory transport climate "
).split()


def weighted(weights: dict[str, int]) -> str:
    """A list in SQL that holds each name as often as its weight says."""
    return "[" + ", ".join(f"'{name}'" for name, weight in weights.items() for _ in range(weight)) + "]"


def pairs_of_words() -> list[str]:
    """All pairs of 256 words with repetitions, each with a trailing blank: two bytes of a hash choose one."""
    slots: list[str] = []
    for rank, word in enumerate(WORDS):
        slots += [word] * max(1, round(25 / (rank + 2)))
    slots = (slots + WORDS)[:256]
    return [f"{first} {second} " for first in slots for second in slots]


def make(folder: Path, items: int) -> None:
    """Write `items/*.parquet` and the register's tables under `folder`."""
    members = items // 10
    for name in ("items", "register"):
        (folder / name).mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE phrases AS SELECT ? AS pairs", [pairs_of_words()])
        for number, start in enumerate(range(0, items, PART)):
            rows = _items(start, min(start + PART, items), members)
            _write(connection, rows, folder / f"items/part-{number:03}.parquet")
        _write(connection, _members(members), folder / "register/members.parquet")
        _write(connection, _preferences(items // 100, members), folder / "register/preferences.parquet")
        _write(connection, _objections(items // 10_000, members), folder / "register/objections.parquet")


def _write(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def _draw(row: str, what: str | int) -> str:
    """A number of 64 bits that row and purpose determine."""
    return f"hash({row} * 32 + {DRAWN.index(what) if isinstance(what, str) else what})"


def _owner(row: str, members: int) -> str:
    """The owner of an item; one owner in a thousand is not among the members."""
    return f"'m' || lpad(({_draw(row, 'owner')} % {members + members // 1000})::VARCHAR, 9, '0')"


def _items(start: int, stop: int, members: int) -> str:
    words = " || ".join(
        f"pairs[1 + (({_draw('i', TEXT + number)} >> {shift}) & 65535)::INT]"
        for number in range(5)
        for shift in (0, 16, 32, 48)
    )
    return f"""
        SELECT 'i' || lpad(i::VARCHAR, 10, '0') AS item_id, {_owner("i", members)} AS member_id,
            {weighted(CATEGORIES)}[1 + ({_draw("i", "category")} % 32)::INT] AS category,
            {weighted(VISIBILITIES)}[1 + ({_draw("i", "visibility")} % 16)::INT] AS visibility,
            TIMESTAMPTZ '2014-01-01 00:00:00+00' + to_seconds(({_draw("i", "created")} % 375_000_000)::BIGINT) AS created_at,
            ['en', 'en', 'en', 'de', 'fr'][1 + ({_draw("i", "language")} % 5)::INT] AS language,
            rpad(({words})[:200], 200, '.') AS text
        FROM range({start}, {stop}) AS numbers(i), phrases"""  # noqa: E501


def _members(members: int) -> str:
    codes = "[" + ", ".join(f"'{code}'" for code in COUNTRIES) + "]"
    return f"""
        SELECT 'm' || lpad(i::VARCHAR, 9, '0') AS member_id,
            CASE WHEN {_draw("i", "known")} % 200 > 0 THEN {codes}[1 + ({_draw("i", "country")} % 32)::INT] END AS country
        FROM range({members}) AS numbers(i)"""  # noqa: E501


def _preferences(rows: int, members: int) -> str:
    """Some members act more than once. `seq` is the order of arrival; the clocks of one act in ten are an hour fast."""
    arrival = f"TIMESTAMPTZ '2025-09-18 00:00:00+00' + to_seconds(i * 6_000_000 // {rows})"
    return f"""
        SELECT 'm' || lpad(({_draw("i", "member")} % {members})::VARCHAR, 9, '0') AS member_id,
            'data-for-ai-improvement' AS setting, CASE WHEN {_draw("i", "value")} % 10 < 8 THEN 'off' ELSE 'on' END AS value,
            {arrival} + CASE WHEN {_draw("i", "clock")} % 10 = 0 THEN INTERVAL 1 HOUR ELSE INTERVAL 0 HOUR END AS "at",
            i + 1 AS seq
        FROM range({rows}) AS numbers(i)"""  # noqa: E501


def _objections(rows: int, members: int) -> str:
    """Of owners of items that are members; a tenth was withdrawn."""
    return f"""
        SELECT subject_id, NULL::VARCHAR AS purpose, TIMESTAMPTZ '2025-10-01 00:00:00+00' AS received_at,
            CASE WHEN withdrawn THEN 'withdrawn' ELSE 'open' END AS status,
            CASE WHEN withdrawn THEN TIMESTAMPTZ '2025-10-20 00:00:00+00' END AS resolved_at
        FROM (SELECT {_owner("i", members)} AS subject_id, i % 10 = 0 AS withdrawn FROM range({rows}) AS numbers(i))
        WHERE subject_id < 'm' || lpad('{members}', 9, '0')"""


def main() -> None:
    """Make the corpus in a folder that is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=10_000_000)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.items)


if __name__ == "__main__":
    main()
