"""Compare the reading layer with plain Python, and try a few runs that must be refused or obeyed; the first wrong.

Run as a module, in a process of its own, so that the byleave it judges is the first on its path.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from collections import Counter
from datetime import datetime
from functools import partial
from itertools import chain, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byleave.adapters.duckdb_engine import columns
from byleave.adapters.duckdb_engine.session import Session
from byleave.kernel.errors import ByleaveError
from tests.adapters.reference import KINDS, Told, told, told_by_json
from tests.adapters.tables import as_csv, as_json_values, as_parquet, as_typed, read
from tests.adapters.values import BLANK, DATES, IDS, JSON, ODD, ORDERS
from tests.gate.scene import (
    HEADERS,
    OFF,
    SETTING,
    THREE,
    csv_text,
    decisions,
    during,
    gate,
    reasons,
    snapshot,
    table,
    write_parquet,
    write_register,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INSTANTS = ["2025-11-03T00:00:00Z", "2025-11-03t00:00:00.1234569z", "2025-11-03T00:00:00", "0001-01-01T00:00:00Z"]
TEXTS = [None, *BLANK, *ODD, *DATES, *ORDERS, *IDS, *INSTANTS, "2200-01-01T00:00:00Z", "2025-11-03T24:00:00Z"]
LOCAL = ["2025-10-26T02:30:00", "2025-03-30T02:30:00", "2025-06-01T12:00:00"]


def readings(folder: Path) -> Iterator[str]:
    """Each kind of column that some source reads otherwise than plain Python does."""
    session = Session(folder / "spill")
    for kind in KINDS:
        expected = [told(kind, value) for value in TEXTS]
        for write in (as_csv, as_parquet):
            if read(session, write(folder, TEXTS), kind) != expected:
                yield f"{kind}: {write.__name__}"
        if read(session, as_json_values(folder, JSON), kind) != [told_by_json(kind, json.loads(one)) for one in JSON]:
            yield f"{kind}: JSON"
    typed = as_typed(folder, pa.array([-1, 0, None]))
    if [one.unreadable for one in read(session, typed, "order")] != [True, False, False]:
        yield "order: typed"
    if not once_a_day(read(session, as_csv(folder, LOCAL), "instant", "Europe/Berlin")):
        yield "instant: local"
    naive = as_typed(folder, pa.array([datetime.fromisoformat(one) for one in LOCAL], pa.timestamp("us")))
    if not once_a_day(read(session, naive, "instant", "Europe/Berlin")):
        yield "instant: typed local"
    session.close()


def once_a_day(found: list[Told]) -> bool:
    """Whether the doubled and the skipped hour of `LOCAL` are unreadable, and the ordinary one is read."""
    return [one.unreadable for one in found] == [True, True, False]


def refusals(folder: Path) -> Iterator[str]:
    """Each register that is not refused as it must be."""
    items = write_parquet(folder / "items.parquet")
    for name, change in REFUSED.items():
        if not fails(items, write_register(folder / name, change)):
            yield f"not refused: {name}"
    if fails(items, write_register(folder / "good")):
        yield "refused: nothing"


REFUSED: dict[str, dict[str, str | bytes | None]] = {
    "orphan": {"preferences.csv": table("preferences", OFF.replace("m3", "m9"))},
    "misspelt": {"preferences.csv": table("preferences", OFF.replace("data", "date"))},
    "unreadable": {"preferences.csv": table("preferences", OFF.replace(",off,", ",OFF,"))},
    "blank": {"preferences.csv": table("preferences", OFF.replace("m3", " "))},
    "cut-off": {"preferences.csv": table("preferences", OFF, OFF)[:-1]},
    "packed": {"preferences.csv": None, "preferences.csv.gz": gzip.compress(table("preferences", OFF).encode())[:-4]},
    "stranger": {"withholding.csv": table("withholdings")},
    "suffix": {"withholdings.json": "[]"},
    "country": {"members.csv": table("members", "m1,Germany", "m2,US", "m3,FR")},
    "same-seq": {
        "preferences.csv": table("preferences", f"{OFF},1", f"{OFF},1", header=f"{HEADERS['preferences']},seq")
    },
    "objector": {"objections.csv": table("objections", "n9,,2025-10-20T09:00:00Z,open,")},
    "case": {"preferences.csv": table("preferences", f"{OFF},1", header=f"{HEADERS['preferences']},Seq")},
}


def fails(items: Any, register: Any, **options: Any) -> bool:
    """Whether a run is refused."""
    try:
        gate(items, register, **options)
    except ByleaveError:
        return True
    return False


LATE = "writing what is left out"


def meanwhile(folder: Path) -> Iterator[str]:
    """What arrives while a snapshot is written, in a file that is overwritten at once by one of equal size."""
    items = write_parquet(folder / "items.parquet")
    register = write_register(folder / "meanwhile", {"preferences.csv": None})
    act = acts(register / "preferences.parquet")
    act("m3")
    if fails(items, register, out=folder / "seen", progress=during(LATE, lambda: act("m1"))):
        yield "an off that arrives cannot be read"
    if snapshot(folder / "seen").ids != ["i2"]:
        yield "an off that arrives is not obeyed"
    turn = during("writing decisions", lambda: act("m3"))
    result = gate(items, register, out=folder / "decided", decisions_only=True, progress=turn)
    found = decisions(folder / "decided")
    if found != {"i1": "opted-out", "i2": "eligible", "i3": "opted-out"} or reasons(result) != Counter(found.values()):
        yield "decisions are not those of both instants"
    act("m3")
    for who, refused in (("m3", False), ("n9", True)):
        objections = table("objections", f"{who},,2025-10-20T09:00:00Z,open,")
        objector = during(LATE, partial((register / "objections.csv").write_text, objections))
        if fails(items, register, out=folder / who, progress=objector) is not refused:
            yield f"whether `{who}` owns something, who objects meanwhile, is not looked for"
        (register / "objections.csv").write_text(table("objections"))
    others = [{**row, "member_id": "m1"} for row in THREE]
    if not fails(items, register, out=folder / "changed", progress=during(LATE, lambda: write_parquet(items, others))):
        yield "items that change are not noticed"


def acts(path: Path) -> Callable[[str], None]:
    """Overwrites the preferences with one act of somebody, each time with the columns in the other order."""
    orders = cycle([1, -1])

    def act(member: str) -> None:
        values = {"member_id": [member], "setting": [SETTING], "value": ["off"], "at": ["2025-10-20T09:00:00Z"]}
        pq.write_table(pa.table(values).select(list(values)[:: next(orders)]), path)

    return act


def names(folder: Path) -> Iterator[str]:
    """Files whose names are patterns, rows that are too long, and columns that are spelt otherwise."""
    register = write_register(folder / "known")
    write_parquet(folder / "x1.parquet")
    gate(write_parquet(folder / "x[1].parquet", THREE[:1]), register, out=folder / "out[1]")
    if snapshot(folder / "out[1]").ids != ["i1"]:
        yield "a name is taken for a pattern"
    (folder / "long.csv").write_text(csv_text(THREE) + "i4,m1,post\n")
    (folder / "packed.csv.gz").write_bytes(gzip.compress(csv_text(THREE * 50).encode())[:-8])
    other = write_parquet(folder / "other.parquet", Subjects=pa.array([["m1"]] * 3))
    for path in (folder / "long.csv", folder / "packed.csv.gz", other):
        if not fails(path, register):
            yield f"not refused: {path.name}"


AREAS = {"readings": readings, "refusals": refusals, "meanwhile": meanwhile, "names": names}


def main() -> None:
    """Judge the byleave that is first on the path in the areas that are named, and print one JSON object."""
    with tempfile.TemporaryDirectory() as name:
        wrong = chain.from_iterable(AREAS[area](Path(name)) for area in sys.argv[1:] or AREAS)
        try:
            found = next(wrong, None)
        except ByleaveError as error:  # what must not be refused
            found = error.message
    judged = str(Path(str(columns.__file__)).parents[3])
    json.dump({"judged": judged, "wrong": found}, sys.stdout)


if __name__ == "__main__":
    main()
