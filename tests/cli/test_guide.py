"""`byleave guide` from the command line to what is printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from byleave.cli import main as entry
from tests.cli.entrance import dated_runner
from tests.policy.small_pack import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.entrance import Run

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run `byleave guide` on a day: exit code, what it printed, what it said."""
    yield from dated_runner(monkeypatch, capsys, "guide", NOW)


def as_json(run: Run, *arguments: str, today: datetime = NOW) -> dict[str, Any]:
    """What `--json` prints."""
    code, out, _ = run("linkedin", "--json", *arguments, today=today)
    assert code == 0
    value = json.loads(out)
    assert isinstance(value, dict)
    return value


def statements(value: dict[str, Any], part: str) -> set[str]:
    """The codes of a part's statements."""
    return {line["statement"]["code"] for line in value[part] if "statement" in line}


@pytest.mark.parametrize(("country", "begins"), [
    ("DE", "2025-11-03"), ("GB", "2025-11-03"), ("UK", "2025-11-03"), ("ch", "2025-11-03"), ("RE", "2025-11-03"),
    ("CA", "2025-11-03"), ("HK", "2025-11-03"), ("US", "2024-09-18"), ("AU", "2024-09-18"),
])  # fmt: skip
def test_what_applies(run: Run, country: str, begins: str) -> None:
    """M4, M5, M6, M9, M10: begin, default, steps, link and limits for each country, from one command."""
    value = as_json(run, "--country", country)

    assert value["begins"] == f"{begins}T00:00:00Z"
    assert value["in_force"] is True
    assert "default-on" in statements(value, "applies")
    assert value["steps"][0]["link"].endswith("/mypreferences/d/settings/data-for-ai-improvement")
    assert "reaches-training" in statements(value, "reach")
    assert {"form", "form-everybody"} <= statements(value, "objection")


@pytest.mark.parametrize("pack", ["linkedin@2025-10-24", "linkedin@2026-08-21"])
def test_territory_of_the_union(run: Run, pack: str) -> None:
    """M5: La Réunion has a code of its own and goes with the EU."""
    assert as_json(run, "--country", "RE", "--pack", pack)["regime"] == "europe"


def test_readings_side_by_side(run: Run) -> None:
    """M7, M10: company, regulator and article stand side by side in one table."""
    _, out, _ = run("linkedin", "--country", "DE", "--opted-out", "2025-12-01")
    row = next(line for line in out.splitlines() if line.startswith("    shared before 3 November 2025"))

    assert "pack      company   regulator    article" in out
    assert re.split(r" {2,}", row)[2:] == ["left out", "left out", "may be used", "may be used"]
    assert "Past training is not undone." in " ".join(out.split())


def test_switching_off_in_time(run: Run) -> None:
    """M7: on 25 October 2025, by the article's own rules, switching off that day keeps out all that was shared."""
    value = as_json(run, "--country", "DE", today=datetime(2025, 10, 25, 12, tzinfo=UTC))

    assert value["pack"]["id"] == "linkedin@2025-10-24"
    assert value["in_force"] is False
    assert {one["reason"] for one in value["outcomes"] if one["scenario"] == "off-today"} == {"opted-out"}


def test_affiliates(run: Run) -> None:
    """M8: what Microsoft may use is told for each country, with its source."""
    told = {country: as_json(run, "--country", country)["affiliates"][0] for country in ("DE", "GB", "US")}

    assert {country: bool(one["categories"]) for country, one in told.items()} == {"DE": False, "GB": True, "US": True}
    assert all(one["source"]["date"] for one in told.values())


def test_gap(run: Run) -> None:
    """M6: for a country without a rule the guide says so, promises nothing and still shows where the switch is."""
    code, out, _ = run("linkedin", "--country", "CN")

    assert code == 0
    assert "has no rule for your country (China)" in " ".join(out.split())
    assert "may be used," not in out
    assert "mypreferences/d/settings/data-for-ai-improvement" in out


def test_minor(run: Run) -> None:
    """M5: a birth date decides under which rule somebody is left out, and until when."""
    _, out, _ = run("linkedin", "--country", "DE", "--born", "2010-05-01")

    assert "By your birth date you are under 18 until 1 May 2028" in " ".join(out.split())


def test_without_country(run: Run) -> None:
    """M5, M6: without a country the groups of countries stand in one line each."""
    code, out, _ = run("linkedin")

    assert code == 0
    assert "EU, EEA and Switzerland: since 3 November 2025, on by default. [1 A]" in out


def test_german(run: Run) -> None:
    """M19: the same guide in German."""
    _, out, _ = run("LinkedIn", "--country", "DE", "--lang", "de")

    assert out.startswith("LinkedIn: KI-Training mit dem, was ")


def test_a_pack_of_ones_own(run: Run, tmp_path: Path) -> None:
    """M19: rules of another platform, from a file, make its guide."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")

    assert run("somewhere", "--country", "DE", "--pack", str(file))[0] == 0
    code, _, error = run("linkedin", "--country", "DE", "--pack", str(file))
    assert (code, error) == (2, "error: pack `small@1` is not about `linkedin`\n  help: it is about `small`\n")


@pytest.mark.parametrize(("arguments", "message", "hint"), [
    (("linkedn",), "there is no guide to `linkedn`", "did you mean `linkedin`?"),
    (("linkedin", "--country", "XX"), "there is no country `XX`", "such as DE for Germany"),
    (("linkedin", "--country", "Germany"), "there is no country `Germany`", "two letters"),
    (("linkedin", "--country", "DE", "--opted-out", "1.12.2025"), "`1.12.2025` is not a day", "like 2025-12-01"),
    (("linkedin", "--country", "DE", "--opted-out", "2025-02-30"), "`2025-02-30` is not a day", "like 2025-12-01"),
    (("linkedin", "--country", "DE", "--opted-out", "2027-01-01"), "has not come yet", "today is 2026-11-23"),
    (("linkedin", "--country", "DE", "--born", "2027-01-01"), "has not come yet (--born)", "today is 2026-11-23"),
    (("linkedin", "--born", "2001-01-01"), "need --country", "differ by country"),
    (("linkedin", "--lang", "it"), "there is no language `it`", "en, de, fr"),
    (("linkedin", "--json", "--html", "x.html"), "cannot go together", "once for each"),
])  # fmt: skip
def test_wrong_usage(run: Run, arguments: tuple[str, ...], message: str, hint: str) -> None:
    """M9: a mistake gives exit code 2, says what is wrong in one line, and how to mend it; nothing is printed."""
    code, out, error = run(*arguments)

    assert (code, out) == (2, "")
    assert message in error.splitlines()[0]
    assert hint in error


def test_page_is_written_once(run: Run, tmp_path: Path) -> None:
    """M15: the page is written whole; what stands there already stays as it is."""
    file = tmp_path / "guide.html"
    assert run("linkedin", "--country", "DE", "--html", str(file)) == (0, "", f"wrote {file}\n")
    written = file.read_text(encoding="utf-8")

    code, _, error = run("linkedin", "--country", "US", "--html", str(file))

    assert (code, error.splitlines()[0]) == (1, f"error: `{file}` exists already")
    assert file.read_text(encoding="utf-8") == written
    assert written.startswith('<!doctype html>\n<html lang="en">')
    assert [one.name for one in tmp_path.iterdir()] == ["guide.html"]


def test_page_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    """M15: a folder that is not there is named, and nothing is left behind."""
    code, _, error = run("linkedin", "--html", str(tmp_path / "none" / "guide.html"))

    assert code == 1
    assert error == f"error: there is no folder `{tmp_path / 'none'}`\n  help: make the folder first\n"
    assert list(tmp_path.iterdir()) == []


GUIDE = "group(['guide', 'linkedin', '--country', 'DE'], standalone_mode=False)"


def test_answers_at_once() -> None:
    """M15: thirty seconds are not spent waiting: no engine is loaded (timed in bench/start.py)."""
    loaded = "sorted({'ibis', 'duckdb', 'pyarrow', 'rich'} & set(sys.modules))"
    script = f"import sys; from byleave.cli.main import group; {GUIDE}; print({loaded}, file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(Path(entry.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert done.stderr == "[]\n"


def test_list(run: Run) -> None:
    """M19: every platform about which something is known, by the name to ask for; those with rules are marked."""
    code, out, _ = run("--list")
    _, listed, _ = run("--list", "--json")

    assert code == 0
    assert out.splitlines()[0] == "linkedin          LinkedIn"
    assert [one["name"] for one in json.loads(listed) if one["rules"]] == ["linkedin"]
    assert all(run(line.split()[0])[0] == 0 for line in out.splitlines())


@pytest.mark.parametrize(
    ("country", "regime", "limited"),
    [
        ("DE", "EU, EEA and Switzerland", {"meta-europe"}),
        ("GB", "United Kingdom", set()),
        ("CH", "EU, EEA and Switzerland", set()),
        ("US", "United States", {"meta-us"}),
        ("CA", "Canada", set()),
    ],
)
def test_all(run: Run, tmp_path: Path, country: str, regime: str, limited: set[str]) -> None:
    """M19: one page about all platforms for one country: on the terminal, as JSON and as a page."""
    html = tmp_path / "all.html"
    code, out, _ = run("--all", "--country", country)
    value = json.loads(run("--all", "--country", country, "--json")[1])
    names = {one["name"] for one in value["records"]}

    assert code == run("--all", "--country", country, "--html", str(html))[0] == 0
    assert regime in " ".join(out.split())
    assert names & {"meta-europe", "meta-us"} == limited
    assert {"github-copilot", "reddit", "deviantart"} < names
    assert [one["pack"]["id"] for one in value["guides"]] == ["linkedin@2026-08-21"]
    assert all(one["title"] in html.read_text(encoding="utf-8") for one in value["records"])


def test_other_platform(run: Run, tmp_path: Path) -> None:
    """M19: what is known about one other platform, in words and as a page; a person's dates would change nothing."""
    code, out, _ = run("Reddit")

    assert (code, "No switch and no form was found." in out) == (0, True)
    assert run("reddit", "--html", str(tmp_path / "reddit.html"))[0] == 0
    assert run("reddit", "--country", "DE", "--opted-out", "2025-12-01")[0] == 2


@pytest.mark.parametrize("arguments", [(), ("linkedin", "--all"), ("--all", "--list"), ("--list", "--html", "x.html")])
def test_one_question_at_a_time(run: Run, arguments: tuple[str, ...]) -> None:
    """M15: no platform, or two questions at once, is a mistake that says how to ask."""
    code, out, error = run(*arguments)

    assert (code, out) == (2, "")
    assert "help: " in error
