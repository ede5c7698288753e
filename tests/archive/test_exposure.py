"""What is counted in an archive: every row once, by kind and year, in each scenario, by each reading."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from byleave.archive.exposure import Standing
from byleave.archive.exposure.count import MOST_SHOWN
from byleave.kernel.decision import Reason
from tests.archive.export import Quirks, table, tables, write_export, write_table
from tests.archive.exposures import PUBLIC, UNSAID, alone, export_files, measured, posts
from tests.archive.guides import ARTICLE, PACKS

if TYPE_CHECKING:
    from byleave.archive.exposure import Exposure

WINTER = date(2025, 12, 1)
MESSAGES = next(one for one in tables() if one.stem == "messages")


def rows(exposure: Exposure, scenario: str, kind: str) -> dict[str, int]:
    """The counts in one scenario, as the first claimant of a kind reads the rule."""
    number = next(number for number, claim in enumerate(exposure.guide.claims) if claim.kind == kind)
    column = next(one for one in exposure.columns if one.scenario == scenario and number in one.claims)
    return {standing.value: count for standing, count in column.rows.items() if count}


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("country", ["DE", "GB", "CH", "US", "CA", "CN"])
def test_every_row_is_counted_once(country: str, pack: str) -> None:
    """M13: rows in are rows judged, rows that the rules do not speak of, and rows reported; in every column."""
    exposure = measured(export_files(), country, pack=pack)
    inventory = exposure.inventory

    assert inventory.rows == inventory.accounted > 200
    assert sum(cell.rows for cell in exposure.cells) == inventory.judged
    assert {sum(column.rows.values()) for column in exposure.columns} == {inventory.judged}
    assert sum(exposure.total(standing) for standing in Standing) == inventory.judged


def test_unreadable_rows_are_counted_and_named() -> None:
    """M13: a row that cannot be read is reported with file and row, and the sum still holds."""
    text = "Date,Link,Message\n2026-07-20 10:25:25,https://www.linkedin.com/a,Hello\nonly,two\n"
    inventory = measured([("Comments.csv", text.encode())]).inventory

    assert (inventory.rows, inventory.judged, inventory.unreadable) == (2, 1, 1)
    assert (inventory.faults[0].file, inventory.faults[0].row) == ("Comments.csv", 2)
    assert "2 cells where the header has 3" in inventory.faults[0].why


def test_many_faults_are_counted_and_the_first_named() -> None:
    """M13: however many rows are broken, the report stays small and the count stays right."""
    text = "Date,Link,Message\n" + "only,two\n" * 1000
    inventory = measured([("Comments.csv", text.encode())]).inventory

    assert inventory.unreadable == 1000
    assert len(inventory.faults) == MOST_SHOWN


def test_posts_by_what_the_archive_says() -> None:
    """M2: a post marked PUBLIC may be used; MEMBER_NETWORK says nothing, so it may be used if everyone can see it."""
    exposure = measured(alone(posts(("2024-05-01", PUBLIC), ("2024-05-02", UNSAID), ("2026-01-01", ""))))

    assert exposure.by_category() == {"post": {Standing.USED: 1, Standing.IF_PUBLIC: 2}}
    assert exposure.by_year() == {2024: {Standing.USED: 1, Standing.IF_PUBLIC: 1}, 2026: {Standing.IF_PUBLIC: 1}}


def test_private_messages_are_out() -> None:
    """M3: private messages are left out by their category, whatever the date, the country and the pack."""
    for pack in PACKS:
        exposure = measured(alone(MESSAGES), "US", pack=pack)
        assert {cell.ruling.reason for cell in exposure.cells} == {Reason.EXCLUDED_CATEGORY}
        assert exposure.total(Standing.OUT) == exposure.inventory.judged == 3
        assert exposure.inventory.doubtful == {"private-message": 3}


def test_three_columns() -> None:
    """M7, M10: who opts out today keeps out all of it as the company reads the rule, and only what is new by others."""
    exposure = measured(alone(posts(("2024-05-01", PUBLIC), ("2026-05-01", PUBLIC))))

    for kind in ("pack", "company", "regulator", "article"):
        assert rows(exposure, "as-you-are", kind) == {"used": 2}
        assert rows(exposure, "off-in-time", kind) == {"out": 2}
    assert rows(exposure, "off-today", "company") == {"out": 2}
    assert rows(exposure, "off-today", "regulator") == rows(exposure, "off-today", "article") == {"used": 2}


def test_switched_off_late() -> None:
    """M7: after an opt-out of December 2025 the article lets in what was there before, and not what came later."""
    files = alone(posts(("2024-05-01", PUBLIC), ("2026-05-01", PUBLIC)))

    assert rows(measured(files, off=WINTER, pack=ARTICLE), "as-you-are", "pack") == {"used": 1, "out": 1}
    assert rows(measured(files, off=WINTER), "as-you-are", "pack") == {"out": 2}
    assert "off-today" not in {one.scenario for one in measured(files, off=WINTER).columns}


def test_before_the_start_there_is_time() -> None:
    """M5, M7: on 25 October 2025 switching off that day keeps out all of it, by every reading."""
    today = datetime(2025, 10, 25, 9, tzinfo=UTC)
    exposure = measured(alone(posts(("2024-05-01", PUBLIC))), pack=ARTICLE, today=today)

    assert {tuple(one.rows) for one in exposure.columns if one.scenario == "off-today"} == {(Standing.OUT,)}
    assert rows(exposure, "as-you-are", "pack") == {"used": 1}


def test_young() -> None:
    """M5: what somebody shared under 18 is left out for that reason, also after they came of age."""
    exposure = measured(alone(posts(("2024-05-01", PUBLIC), ("2026-10-01", PUBLIC))), born=date(2008, 1, 1))
    found = {cell.year: cell.ruling for cell in exposure.cells}

    assert found[2024].reason is Reason.MINOR
    assert found[2026].standing is Standing.USED


def test_a_missing_file_means_nothing() -> None:
    """M13: a file that is not there is named as absent, and no count says that there is none of it."""
    exposure = measured(alone(posts(("2024-05-01", PUBLIC))))

    assert "Comments" in exposure.inventory.absent
    assert "Shares" not in exposure.inventory.absent
    assert "comment" not in exposure.by_category()


def test_other_people() -> None:
    """M12: files about other people are counted, and nothing of them is kept."""
    exposure = measured(export_files())
    told = json.dumps(exposure.as_json(), ensure_ascii=False)

    assert {"connections", "messages", "recommendations-received", "invitations"} <= set(exposure.inventory.others)
    assert "somebody-1" not in told
    assert "Grüße aus Köln" not in told


def test_unknown_files() -> None:
    """M13: files that byleave does not know are counted and named, and none is taken for empty."""
    inventory = measured([("Photos/me.jpg", b"\xff"), ("Secret.csv", b"a,b\n1,2\n")]).inventory

    assert inventory.files == {"unknown": 2}
    assert inventory.unknown == ("Photos/me.jpg", "Secret.csv")
    assert inventory.rows == 0


def test_memory_does_not_grow() -> None:
    """M13: twenty times the messages take no more memory to count; a row is gone once it is counted."""
    peaks = []
    for count in (1_000, 20_000):
        made = table("messages.csv", ",".join(MESSAGES.columns), count)
        files = [("messages.csv", write_table(made, Quirks()))]
        del made
        measured(files)
        tracemalloc.start()
        exposure = measured(files)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert exposure.inventory.judged == count

    assert peaks[1] < peaks[0] + (2 << 20)


def test_json_is_whole() -> None:
    """M17: the JSON has nothing but JSON values, and its counts are those of the report."""
    exposure = measured(write_export(Quirks()), "GB")
    value = json.loads(json.dumps(exposure.as_json()))

    assert sum(value["summary"].values()) == value["archive"]["judged"] == sum(one["rows"] for one in value["cells"])
    assert {one["scenario"] for one in value["columns"]} == {"as-you-are", "off-today", "off-in-time"}
    assert value["guide"]["regime"] == "united-kingdom"
