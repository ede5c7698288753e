"""What a good engineer would write for this one pack, in DuckDB and without byleave: the benchmark's measure.

It decides as `linkedin@2025-10-24` does for `generative-ai` and LinkedIn, for tables of one residence each and without
optional columns, and takes every value on trust. `copy` writes the eligible rows alone and does not say why the others
are left out; `decide` writes both outputs.

    python bench/by_hand.py {decide|copy} DATA OUT
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb

EUROPE = (  # one string, so that the list stays readable
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE GF GP MQ RE YT MF "
    "AX IS LI NO CH GB "
).split()
IN_USE = "('profile', 'post', 'article', 'comment', 'reaction', 'repost', 'poll-response')"
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"

# One row a member: from when the pack applies, whether an objection stands, and before which instant an item must
# have been made to be open to use at some time in force: `hi`. Acts count in the order of `seq`: one whose `seq` is
# below that of an act of an earlier `at` was overtaken before it began.
STATE = """
CREATE TEMP TABLE state AS
WITH applies AS (
    SELECT member_id, CASE WHEN country IN ({europe}) THEN TIMESTAMPTZ '2025-11-03 00:00:00+00'
        WHEN country IS NOT NULL THEN TIMESTAMPTZ '2024-09-18 00:00:00+00' END AS effective
    FROM '{data}/register/members.parquet'),
acts AS (
    SELECT member_id, value, "at" FROM '{data}/register/preferences.parquet'
    WHERE setting = 'data-for-ai-improvement' AND "at" <= now()
    QUALIFY seq = max(seq) OVER (PARTITION BY member_id ORDER BY "at")),
spans AS (
    SELECT member_id, value, "at", lead("at", 1, 'infinity') OVER (PARTITION BY member_id ORDER BY "at") AS until
    FROM acts),
chosen AS (
    SELECT member_id, min("at") AS first_act, max(until) FILTER (value = 'on') AS on_until
    FROM spans GROUP BY member_id),
objecting AS (
    SELECT DISTINCT subject_id FROM '{data}/register/objections.parquet'
    WHERE NOT (status IN ('withdrawn', 'rejected') AND coalesce(resolved_at > received_at AND resolved_at <= now(), false)))
SELECT member_id, effective, subject_id IS NOT NULL AS objects,
    CASE WHEN first_act IS NULL OR on_until = 'infinity' THEN 'infinity'
        ELSE greatest(CASE WHEN first_act > effective THEN first_act ELSE '-infinity' END,
                      CASE WHEN on_until > effective THEN on_until ELSE '-infinity' END) END::TIMESTAMPTZ AS hi
FROM applies LEFT JOIN chosen USING (member_id) LEFT JOIN objecting ON subject_id = member_id
"""  # noqa: E501

ELIGIBLE = """
SELECT items.* FROM '{data}/items/*.parquet' AS items JOIN state USING (member_id)
WHERE item_id IS NOT NULL AND created_at <= now() AND category IN {in_use} AND visibility = 'public'
    AND effective <= now() AND NOT objects AND created_at < hi
"""

LEFT_OUT = """
SELECT item_id, CASE WHEN reason IN ('invalid-item', 'unknown-category', 'unknown-visibility', 'unknown-member',
        'unknown-region') THEN 'gap' ELSE 'excluded' END AS verdict, reason,
    CASE WHEN item_id IS NULL THEN filename END AS file, CASE WHEN item_id IS NULL THEN file_row_number + 1 END AS row
FROM (
    SELECT item_id, filename, file_row_number, CASE
        WHEN item_id IS NULL OR items.member_id IS NULL OR category IS NULL OR created_at IS NULL THEN 'invalid-item'
        WHEN created_at > now() THEN 'not-yet-created'
        WHEN category NOT IN {in_use} AND category <> 'private-message' THEN 'unknown-category'
        WHEN category = 'private-message' THEN 'excluded-category'
        WHEN visibility IS NULL OR visibility NOT IN ('public', 'connections', 'group', 'private')
            THEN 'unknown-visibility'
        WHEN visibility <> 'public' THEN 'not-public'
        WHEN state.member_id IS NULL THEN 'unknown-member'
        WHEN effective IS NULL THEN 'unknown-region'
        WHEN effective > now() THEN 'not-in-force'
        WHEN objects THEN 'objection'
        WHEN created_at >= hi THEN 'opted-out' END AS reason
    FROM read_parquet('{data}/items/*.parquet', filename = true, file_row_number = true) AS items
    LEFT JOIN state ON state.member_id = items.member_id)
WHERE reason IS NOT NULL
"""


def decide(data: Path, out: Path, *, left_out: bool) -> None:
    """Write `items.parquet`, and `left_out.parquet` if asked, and flush them."""
    out.mkdir()
    names = {"data": data, "in_use": IN_USE, "europe": ", ".join(f"'{code}'" for code in EUROPE)}
    outputs = {"items": ELIGIBLE, **({"left_out": LEFT_OUT} if left_out else {})}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("BEGIN")  # now() is the same instant in every statement of a transaction
        connection.execute(STATE.format(**names))
        for name, sql in outputs.items():
            connection.execute(f"COPY ({sql.format(**names)}) TO '{out / name}.parquet' ({PARQUET})")
    for path in [*out.iterdir(), out]:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def main() -> None:
    """Run one of the two."""
    mode, data, out = sys.argv[1:]
    decide(Path(data), Path(out), left_out={"decide": True, "copy": False}[mode])


if __name__ == "__main__":
    main()
