"""Columns are read exactly as plain Python reads them, whatever file or table they come from."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.adapters.duckdb_engine.session import Session
from byleave.kernel.errors import InputError
from byleave.kernel.instants import FIRST, LAST
from tests.adapters import reference
from tests.adapters.reference import KINDS, Told, told, told_by_json
from tests.adapters.tables import SOURCES, as_json_values, as_parquet, as_typed, read
from tests.adapters.values import JSON, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One connection for all values."""
    opened = Session(tmp_path_factory.mktemp("spill"))
    yield opened
    opened.close()


def differing(values: list[Any], expected: list[Told], found: list[Told]) -> list[tuple[Any, Told, Told]]:
    """Each value that was read otherwise than it should be, with both readings."""
    assert len(found) == len(expected)
    return [row for row in zip(values, expected, found, strict=True) if row[1] != row[2]]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", KINDS)
def test_text_is_read_as_python_reads_it(session: Session, tmp_path: Path, kind: str, source: str) -> None:
    """Every malformed, blank or odd text gives the value that plain Python gives, or is unreadable as there."""
    values = [None, *TEXTS[kind]]
    path = SOURCES[source](tmp_path, values)

    assert differing(values, [told(kind, value) for value in values], read(session, path, kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_json_is_read_as_python_reads_it(session: Session, tmp_path: Path, kind: str) -> None:
    """In JSON Lines a value is text, or the JSON type that says the same; every other type is unreadable."""
    expected = [told_by_json(kind, json.loads(value)) for value in JSON]

    assert differing(JSON, expected, read(session, as_json_values(tmp_path, JSON), kind)) == []


INSTANT_LIKE = st.text("0123456789-:TtZz+. ", min_size=1, max_size=30)
ALMOST = st.builds(
    lambda text, place, mark: text[:place] + mark + text[place + 1 :],
    st.sampled_from(["2025-11-03T01:02:03Z", "2025-11-03 01:02:03.123456789+02:00", "1999-12-31t23:59-0800"]),
    st.integers(0, 34),
    st.text("0123456789-:TtZz+. ", max_size=2),
)
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
LIKELY = {
    "instant": INSTANT_LIKE | ALMOST | st.datetimes(timezones=st.just(UTC)).map(str),
    "date": st.text("0123456789-", max_size=11) | st.dates().map(str),
    "ids": st.text('[]"a ,\\1', max_size=9) | st.lists(ANY_TEXT).map(json.dumps),
    "order": st.text("0123456789", max_size=21),
    "flag": st.sampled_from(["true", "false", "True"]),
    "choice": st.sampled_from(["on", "off", "ON"]),
    "text": st.text(" \t\r\n!a", max_size=4),
}


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_text_is_read_as_python_reads_it(session: Session, tmp_path: Path, kind: str) -> None:
    """So is any other text: near misses of good values, and plain noise."""

    @given(st.lists(LIKELY[kind] | ANY_TEXT, min_size=1, max_size=60))
    def check(values: list[str]) -> None:
        # engines let a comma after the last element of an array pass
        drawn = [value for value in values if kind != "ids" or "," not in value.replace(" ", "").partition("]")[0][-1:]]
        found = read(session, as_parquet(tmp_path, drawn), kind)

        assert differing(drawn, [told(kind, value) for value in drawn], found) == []

    check()


MICROSECOND = timedelta(microseconds=1)
EDGES = [FIRST - MICROSECOND, FIRST, datetime(1970, 1, 1, tzinfo=UTC) - MICROSECOND, LAST - MICROSECOND, LAST]
IN_BOUNDS = [FIRST <= edge < LAST for edge in EDGES]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "+05:30"])
def test_typed_instants_are_read_in_bounds(session: Session, tmp_path: Path, zone: str) -> None:
    """A typed instant keeps its value to the microsecond; outside 1900 to 2199 it is unreadable."""
    found = read(session, as_typed(tmp_path, pa.array([*EDGES, None], pa.timestamp("us", zone))), "instant")

    assert [one.unreadable for one in found] == [*(not inside for inside in IN_BOUNDS), False]
    assert [one.value for one in found] == [*EDGES, None]


@pytest.mark.parametrize("unit", ["s", "ms", "ns"])
def test_typed_instants_of_any_unit(session: Session, tmp_path: Path, unit: str) -> None:
    """Seconds, milliseconds and nanoseconds say the same instant; what is finer than a microsecond is cut off."""
    array = pa.array([1_762_128_000, None], pa.int64()).cast(pa.timestamp("s", "UTC")).cast(pa.timestamp(unit, "UTC"))

    assert read(session, as_typed(tmp_path, array), "instant") == [Told(datetime(2025, 11, 3, tzinfo=UTC)), Told()]


def test_typed_dates_are_read_in_bounds(session: Session, tmp_path: Path) -> None:
    """A typed date keeps its value; outside 1900 to 2199 it is unreadable."""
    days = [date(1, 1, 1), date(1899, 12, 31), date(1900, 1, 1), date(2199, 12, 31), date(2200, 1, 1), None]
    found = read(session, as_typed(tmp_path, pa.array(days, pa.date32())), "date")

    assert [one.unreadable for one in found] == [True, True, False, False, True, False]


LISTS = [[], None, ["a"], ["a", "b"], ["007"], ["a", None], [None], [""], [" \t"], ["\u00a0"]]


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string())], ids=str)
def test_typed_ids_are_whole(session: Session, tmp_path: Path, kind: pa.DataType) -> None:
    """A list of ids is read as it is; one with a blank or a NULL in it is unreadable."""
    found = read(session, as_typed(tmp_path, pa.array(LISTS, kind)), "ids")

    assert [one.unreadable for one in found] == [False] * 5 + [True] * 4 + [False]
    assert [one.value for one in found[:5]] == LISTS[:5]


@pytest.mark.parametrize("name", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_typed_orders_are_whole_numbers(session: Session, tmp_path: Path, name: str) -> None:
    """Whole numbers of any width are read; what is negative, or beyond 63 bits, is unreadable."""
    kind = getattr(pa, name)()
    most = 2**kind.bit_width - 1 if name[0] == "u" else 2 ** (kind.bit_width - 1) - 1
    numbers = [0, 1, most, None] if name[0] == "u" else [0, 1, most, None, -1]
    expected = [Told(0), Told(1), Told(most) if most < 2**63 else reference.UNREADABLE, Told(), reference.UNREADABLE]

    assert read(session, as_typed(tmp_path, pa.array(numbers, kind)), "order") == expected[: len(numbers)]


def test_typed_flags(session: Session, tmp_path: Path) -> None:
    """Booleans are read as they are."""
    found = read(session, as_typed(tmp_path, pa.array([True, False, None])), "flag")

    assert found == [Told(value=True), Told(value=False), Told()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_of_nothing_says_nothing(session: Session, tmp_path: Path, kind: str) -> None:
    """A column without a type, as pandas and Arrow write it when every value is missing, is NULL in every row."""
    assert read(session, as_typed(tmp_path, pa.nulls(2)), kind) == [Told(), Told()]


def test_lists_of_nothing_are_empty(session: Session, tmp_path: Path) -> None:
    """A column of empty lists, whose type nobody knows, names nobody; a NULL inside is unreadable all the same."""
    found = read(session, as_typed(tmp_path, pa.array([[], None, [None]], pa.list_(pa.null()))), "ids")

    assert found == [Told([]), Told(), Told([None], unreadable=True)]


NUMBERS, FRACTIONS = "whole numbers", "numbers with a fraction"
WRONG = [
    ("text", pa.array([7]), NUMBERS),
    ("text", pa.array([7.0]), FRACTIONS),
    ("text", pa.array([Decimal(7)]), FRACTIONS),
    ("text", pa.array([True]), "booleans"),
    ("text", pa.array([b"a"]), "bytes"),
    ("text", pa.array([["a"]]), "lists"),
    ("text", pa.array([{"a": 1}]), "nested values"),
    ("text", pa.array([date(2025, 11, 3)]), "dates"),
    ("choice", pa.array([1]), NUMBERS),
    ("flag", pa.array([1]), NUMBERS),
    ("order", pa.array([1.0]), FRACTIONS),
    ("ids", pa.array([[1]]), "lists"),
    ("ids", pa.array([[["a"]]]), "lists"),
    ("date", pa.array([0], pa.timestamp("us")), "instants without a time zone"),
    ("instant", pa.array([1_762_128_000]), NUMBERS),
    ("instant", pa.array([date(2025, 11, 3)]), "dates"),
    ("instant", pa.array([0], pa.timestamp("us")), "instants without a time zone"),
    ("instant", pa.array([0], pa.timestamp("ns")), "instants without a time zone"),
]


@pytest.mark.parametrize(("kind", "array", "held"), WRONG, ids=lambda value: str(getattr(value, "type", value)))
def test_other_types_are_refused(session: Session, tmp_path: Path, kind: str, array: pa.Array, held: str) -> None:
    """A type that cannot hold such values is refused before anything is decided, with what it holds and a way out."""
    path = as_typed(tmp_path, array)
    with pytest.raises(InputError) as caught:
        read(session, path, kind)

    assert caught.value.message.startswith(f"`{path}`: column `value` holds {held}, expected ")
    assert caught.value.hint
