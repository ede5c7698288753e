"""Instants without a zone: read only when a zone is assumed, and then never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from byleave.adapters.duckdb_engine.columns import check_zone
from byleave.adapters.duckdb_engine.session import Session
from byleave.kernel.errors import UsageError
from byleave.kernel.instants import FIRST, LAST
from tests.adapters.reference import UNREADABLE, Told
from tests.adapters.tables import as_csv, as_typed, read
from tests.gate.scene import byleave

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# ordinary daylight saving on both halves of the Earth, half an hour, two hours, three hours, quarters, a lost day, no
# daylight saving at all, and a clock that was once set back by half an hour
ZONES = {
    "UTC": [],
    "Europe/Berlin": [datetime(2025, 3, 30, 2), datetime(2025, 10, 26, 3), datetime(1945, 5, 24, 2)],  # noqa: DTZ001
    "America/New_York": [datetime(2025, 3, 9, 2), datetime(2025, 11, 2, 2)],  # noqa: DTZ001
    "Australia/Lord_Howe": [datetime(2025, 4, 6, 2), datetime(2025, 10, 5, 2)],  # noqa: DTZ001
    "Antarctica/Troll": [datetime(2025, 3, 30, 1), datetime(2025, 10, 26, 3)],  # noqa: DTZ001
    "Antarctica/Casey": [datetime(2010, 3, 5, 2), datetime(2009, 10, 18, 2)],  # noqa: DTZ001
    "Pacific/Chatham": [datetime(2025, 4, 6, 3, 45), datetime(2025, 9, 28, 2, 45)],  # noqa: DTZ001
    "Pacific/Apia": [datetime(2011, 12, 30), datetime(2011, 12, 31)],  # noqa: DTZ001
    "Pacific/Kwajalein": [datetime(1969, 9, 30, 12), datetime(1993, 8, 21, 12)],  # noqa: DTZ001
    "Asia/Kathmandu": [datetime(1986, 1, 1)],  # noqa: DTZ001
    "America/Caracas": [datetime(2007, 12, 9, 3), datetime(2016, 5, 1, 2, 30)],  # noqa: DTZ001
}
OFFSETS = [timedelta(minutes=minutes) for minutes in range(-240, 241, 15)]
EVERYWHERE = [
    datetime(1900, 1, 1),  # noqa: DTZ001
    datetime(1970, 1, 1),  # noqa: DTZ001
    datetime(2025, 6, 1, 12, 0, 0, 123456),  # noqa: DTZ001
    datetime(2199, 12, 31),  # noqa: DTZ001
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One connection for all zones."""
    opened = Session(tmp_path_factory.mktemp("spill"))
    yield opened
    opened.close()


def local(text: datetime, zone: str) -> Told:
    """The only instant at which clocks in the zone show this; unreadable if there is none, or more than one."""
    place = ZoneInfo(zone)
    candidates = {text.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)}
    shown = [one for one in candidates if one.astimezone(place).replace(tzinfo=None) == text]
    return Told(shown[0]) if len(shown) == 1 and FIRST <= shown[0] < LAST else UNREADABLE


@pytest.mark.parametrize("zone", ZONES)
def test_local_times_are_read_where_they_are_unique(session: Session, tmp_path: Path, zone: str) -> None:
    """Text and typed local times give the instant of that zone; skipped and doubled ones are unreadable."""
    times = [turn + offset for turn in ZONES[zone] for offset in OFFSETS] + EVERYWHERE
    expected = [local(time, zone) for time in times]

    assert read(session, as_csv(tmp_path, [time.isoformat(sep=" ") for time in times]), "instant", zone) == expected
    assert read(session, as_typed(tmp_path, pa.array(times, pa.timestamp("us"))), "instant", zone) == expected
    if ZONES[zone]:
        assert UNREADABLE in expected


def test_a_zone_in_the_text_comes_first(session: Session, tmp_path: Path) -> None:
    """An assumed zone changes nothing about an instant that names its own."""
    values = ["2025-11-03T00:00:00Z", "2025-11-03T02:00:00+02:00", "2025-11-03T00:00:00", "2025-11-03T00:00"]
    found = read(session, as_csv(tmp_path, values), "instant", "America/New_York")

    assert [one.value.hour for one in found] == [0, 0, 5, 5]


NAIVE = ["2025-11-03T00:00:00", "2025-11-03 00:00", "2025-11-03T00:00:00.5"]
NEITHER = ["2025-11-03", "2025-11-03T00", "2025-11-03T24:00:00", "2025-02-30T00:00:00", "20251103T000000"]


def test_without_a_zone_nothing_is_assumed(session: Session, tmp_path: Path) -> None:
    """Local times are unreadable unless a zone is assumed; a date is not an instant even then."""
    path = as_csv(tmp_path, [*NAIVE, *NEITHER])

    assert {one.unreadable for one in read(session, path, "instant")} == {True}
    assert [one.unreadable for one in read(session, path, "instant", "UTC")] == [False] * 3 + [True] * 5


MISSPELT = {
    "Europe/Berln": "did you mean `Europe/Berlin`?",
    "europe/berlin": "did you mean `Europe/Berlin`?",
    "America/New York": "did you mean `America/New_York`?",
    "utc": "did you mean `UTC`?",
    "BST": "",
    "PST": "",
    "+02:00": "",
    "": "",
}


@pytest.mark.parametrize(("zone", "hint"), MISSPELT.items())
def test_misspelt_zones_are_refused(session: Session, zone: str, hint: str) -> None:
    """A zone that IANA lacks is wrong usage, with the nearest name; abbreviations that mean two zones are none."""
    known = [name for (name,) in session.rows("SELECT name FROM pg_timezone_names()")]
    with pytest.raises(UsageError) as caught:
        check_zone(zone, known)

    assert caught.value.message == f"there is no time zone `{zone}`"
    assert hint in str(caught.value.hint)


def test_a_misspelt_zone_ends_the_command(tmp_path: Path) -> None:
    """On the command line a misspelt zone is exit code 2, before anything is read."""
    told = byleave(
        *("gate", "nothing.csv", "--register=none", "--pack=linkedin@2025-10-24", "--purpose=generative-ai"),
        *("--recipient=linkedin", "--dry-run", "--assume-zone=Europe/Berln"),
        cwd=tmp_path,
    )

    assert told.returncode == 2
    assert told.stderr == "error: there is no time zone `Europe/Berln`\n  help: did you mean `Europe/Berlin`?\n"
