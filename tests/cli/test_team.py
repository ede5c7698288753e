"""`byleave check --team` from the command line to the report and its exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.archive.export import Quirks, tables, write_export, zipped
from tests.cli.entrance import dated_runner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.entrance import Run

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run `byleave check` on a day: exit code, what it printed, what it said."""
    yield from dated_runner(monkeypatch, capsys, "check", NOW)


@pytest.fixture
def archives(tmp_path: Path) -> list[str]:
    """Six people's archives."""
    files = [tmp_path / f"person-{number}.zip" for number in range(6)]
    for number, file in enumerate(files):
        chosen = [one for one in tables(2 + number) if one.path in {"Shares.csv", "Comments.csv"}]
        file.write_bytes(zipped(write_export(Quirks(), chosen)))
    return [str(file) for file in files]


@pytest.mark.parametrize("country", ["DE", "GB", "CH", "US", "CA"])
def test_team(run: Run, archives: list[str], tmp_path: Path, country: str) -> None:
    """M20: sums, a page, and the figures of who agreed; of nobody else."""
    people, page = tmp_path / "people.csv", tmp_path / "team.html"
    people.write_text("archive,agreed,opted_out\nperson-0.zip,yes,2025-10-01\n", encoding="utf-8")
    asked = (*archives, "--team", "--country", country, "--people", str(people))
    code, out, error = run(*asked, "--html", str(page))
    _, printed, _ = run(*asked, "--json")
    value = json.loads(printed)

    assert code == 0
    assert error.startswith("1 of 6: person-0.zip\n")
    assert {one["name"]: one["people"] for one in value["categories"]}["post"] == 6
    assert [one["archive"] for one in value["agreed"]] == ["person-0.zip"]
    for told in (out, page.read_text(encoding="utf-8"), json.dumps(value)):
        assert "person-0.zip" in told
        assert "person-1.zip" not in told


def test_one_that_fails_does_not_hide_the_others(run: Run, archives: list[str], tmp_path: Path) -> None:
    """M20: what cannot be read is named and counted, the report on the others is there, and the code is 1."""
    bad, page = tmp_path / "bad.zip", tmp_path / "team.html"
    bad.write_bytes(b"%PDF-1.7")
    code, out, error = run(str(bad), *archives, "--team", "--country", "DE", "--html", str(page))

    assert code == 1
    assert "1 of 7 archives could not be read: `bad.zip`" in error
    assert "is not a zip" in error
    assert "Archives that were read: 6." in out
    assert page.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("{0}", "{1}"), "check reads one archive"),
        (("{0}", "--people", "people.csv"), "--people goes with --team"),
        (("{0}", "{0}", "--team"), "two archives are called `person-0.zip`"),
        (("{0}", "--team", "--letter", "a.txt"), "are about one person"),
        (("{0}", "--team", "--opted-out", "2025-12-01"), "are about one person"),
        (("--team",), "check needs an archive"),
    ],
)
def test_usage(run: Run, archives: list[str], arguments: tuple[str, ...], message: str) -> None:
    """What does not go together is told, with what does."""
    code, _, error = run(*(one.format(*archives) for one in arguments), "--country", "DE")

    assert code == 2
    assert message in error
    assert "help: " in error


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("nobody.zip,,", "row 2: `nobody.zip` is not among the archives"),
        ("person-0.zip,2099-01-01,", "`2099-01-01` has not come yet"),
        ("person-0.zip,,perhaps", "row 2: `perhaps` is neither yes nor no"),
    ],
)
def test_bad_table(run: Run, archives: list[str], tmp_path: Path, row: str, message: str) -> None:
    """M20: a table that cannot be right stops the run before an archive is read."""
    people = tmp_path / "people.csv"
    people.write_text(f"archive,opted_out,agreed\n{row}\n", encoding="utf-8")
    code, out, error = run(*archives, "--team", "--country", "DE", "--people", str(people))

    assert code in {1, 2}
    assert message in error
    assert out == ""
