"""`byleave check` from the command line to what is printed and written."""

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

from tests.archive.export import Quirks, table, tables, write_export, zipped
from tests.archive.hostile import REFUSED
from tests.cli.entrance import dated_runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.entrance import Run

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COUNTRIES = ("DE", "GB", "CH", "US", "CA")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run `byleave check` on a day: exit code, what it printed, what it said."""
    yield from dated_runner(monkeypatch, capsys, "check", NOW)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A made-up archive with every file."""
    file = tmp_path_factory.mktemp("archive") / "Complete_LinkedInDataExport_07-20-2026.zip"
    file.write_bytes(zipped(write_export(Quirks(suffix="_123456789"))))
    return str(file)


def as_json(run: Run, *arguments: str) -> dict[str, Any]:
    """What `--json` prints."""
    code, out, _ = run(*arguments, "--json")
    assert code == 0
    value = json.loads(out)
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("country", COUNTRIES)
def test_end_to_end(run: Run, archive: str, tmp_path: Path, country: str) -> None:
    """M3, M5, M6, M7, M8, M9, M10, M13: terminal, JSON, page and letter of one person, from one archive."""
    html, letter = tmp_path / "report.html", tmp_path / "objection.eml"
    code, out, error = run(archive, "--country", country, "--html", str(html), "--letter", str(letter))
    value = as_json(run, archive, "--country", country)
    guide, page = value["guide"], html.read_text(encoding="utf-8")
    out_rows = [one for one in value["cells"] if one["category"] == "private-message"]

    assert code == 0
    assert error == f"wrote {html}\nwrote {letter}\n"
    assert {(one["standing"], one["reason"], one["rows"]) for one in out_rows} == {
        ("out", "excluded-category", 3)
    }  # M3
    assert guide["begins"] == ("2024-09-18" if country == "US" else "2025-11-03") + "T00:00:00Z"  # M5, M6
    assert {one["scenario"] for one in value["columns"]} == {"as-you-are", "off-today", "off-in-time"}  # M7
    assert bool(guide["affiliates"][0]["categories"]) is (country not in {"DE", "CH"})  # M8
    assert "/mypreferences/d/settings/data-for-ai-improvement" in out  # M9
    assert "Past training is not undone." in " ".join(out.split())  # M10
    assert value["archive"]["rows"] == 218  # M13
    assert sum(value["summary"].values()) == value["archive"]["judged"] == 113
    assert page.startswith("<!doctype html>")
    assert letter.read_text(encoding="utf-8").startswith(
        "Subject: Objection to the use of my personal data to train AI"
    )


def test_late_opt_out(run: Run, archive: str) -> None:
    """M7, M10: who switched off late is told that the company leaves out all, and that others read it otherwise."""
    value = as_json(run, archive, "--country", "DE", "--opted-out", "2025-12-01")
    now = {tuple(one["claims"]): one["rows"] for one in value["columns"] if one["scenario"] == "as-you-are"}

    assert now[0, 1] == {"used": 0, "if-public": 0, "open": 0, "out": 113}
    assert now[2, 3]["if-public"] == 12


def test_the_article_s_rules(run: Run, archive: str) -> None:
    """M7: by the article's pack a late opt-out leaves open what has no date: it may be older."""
    value = as_json(run, archive, "--country", "DE", "--opted-out", "2025-12-01", "--pack", "linkedin@2025-10-24")

    assert value["pack"]["id"] == "linkedin@2025-10-24"
    assert "date" in {one["cause"] for one in value["cells"] if one["category"] == "profile"}


def test_folder_and_single_file(run: Run, tmp_path: Path) -> None:
    """M13: a folder and a single file are read as the zip is; what is not there is named and means nothing."""
    files = write_export(Quirks())
    for name, data in files:
        path = tmp_path / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    folder = as_json(run, str(tmp_path / "export"), "--country", "DE")
    single = as_json(run, str(tmp_path / "export" / "Shares.csv"), "--country", "DE")

    assert folder["archive"]["rows"] == 218
    assert single["archive"]["rows"] == single["summary"]["if-public"] == 3
    assert "Comments" in single["archive"]["absent"]


def test_german(run: Run, archive: str, tmp_path: Path) -> None:
    """M11: terminal and letter in German."""
    letter = tmp_path / "brief.txt"
    _, out, _ = run(archive, "--country", "DE", "--language", "de", "--letter", str(letter))
    text = letter.read_text(encoding="utf-8")

    assert out.splitlines()[0].endswith("LinkedIn und KI-Training")
    assert "ich widerspreche nach Artikel 21 Absatz 1" in " ".join(text.split())
    assert "bis zum 23. " in " ".join(text.split())


def test_non_member(run: Run, tmp_path: Path) -> None:
    """M12: somebody without an account gets a letter without any archive."""
    letter = tmp_path / "objection.html"
    code, out, error = run("--non-member", "--country", "GB", "--letter", str(letter))

    assert (code, out, error) == (0, "", f"wrote {letter}\n")
    assert "I have no account with you." in letter.read_text(encoding="utf-8")
    assert "Article 21 of the UK GDPR" in letter.read_text(encoding="utf-8")


@pytest.mark.parametrize(("arguments", "message", "hint"), [
    ((), "check needs --country", "--country DE"),
    (("--country", "DE"), "check needs an archive", "Get a copy of your data"),
    (("ARCHIVE", "--country", "Germany"), "there is no country `Germany`", "two letters"),
    (("ARCHIVE", "--country", "DE", "--opted-out", "2027-01-01"), "has not come yet", "today is 2026-11-23"),
    (("ARCHIVE", "--country", "DE", "--opted-out", "1.12.2025"), "is not a day", "like 2025-12-01"),
    (("ARCHIVE", "--country", "DE", "--born", "2027-01-01"), "has not come yet (--born)", "today is 2026-11-23"),
    (("ARCHIVE", "--country", "DE", "--language", "it"), "there is no language `it`", "en, de, fr"),
    (("ARCHIVE", "--country", "DE", "--letter", "x.doc"), "`x.doc` is no letter", ".txt, .html, .eml"),
    (("ARCHIVE", "--country", "DE", "--pack", "byleave@1"), "`byleave@1` is not about `linkedin`", "about `byleave`"),
    (("ARCHIVE", "--country", "DE", "--html", "a.html", "--letter", "a.html"), "name the same file", "two files"),
    (("--non-member", "--country", "DE"), "--non-member needs --letter", "--letter objection.txt"),
    (("ARCHIVE", "--non-member", "--country", "DE"), "goes without an archive", "a letter alone"),
])  # fmt: skip
def test_wrong_usage(run: Run, archive: str, arguments: tuple[str, ...], message: str, hint: str) -> None:
    """M13: a mistake gives exit code 2, says what is wrong in one line, and how to mend it; nothing is printed."""
    code, out, error = run(*(archive if one == "ARCHIVE" else one for one in arguments))

    assert (code, out) == (2, "")
    assert message in error.splitlines()[0]
    assert hint in error


def test_no_such_file(run: Run, tmp_path: Path) -> None:
    """M13: an archive that is not there is named, and the way to one."""
    code, out, error = run(str(tmp_path / "none.zip"), "--country", "DE")

    assert (code, out) == (1, "")
    assert error.splitlines()[0] == f"error: there is no `{tmp_path / 'none.zip'}`"
    assert "Get a copy of your data" in error


def test_not_linkedin_s(run: Run, tmp_path: Path) -> None:
    """M13: an archive in which nothing is LinkedIn's is an error, and no report that everything is fine."""
    file = tmp_path / "other.zip"
    file.write_bytes(zipped([("tweets.js", b"[]"), ("photo.jpg", b"\xff")]))
    code, out, error = run(str(file), "--country", "DE")

    assert (code, out) == (1, "")
    assert "holds no file of LinkedIn's archive" in error.splitlines()[0]


@pytest.mark.parametrize("kind", REFUSED)
def test_hostile_archive(run: Run, tmp_path: Path, kind: str) -> None:
    """M13: an archive that is made to do harm is refused with what was found, and nothing is written."""
    make, why = REFUSED[kind]
    file, html = tmp_path / "evil.zip", tmp_path / "report.html"
    file.write_bytes(make())
    code, out, error = run(str(file), "--country", "DE", "--html", str(html), "--letter", str(tmp_path / "a.txt"))

    assert (code, out) == (1, "")
    assert why in error.splitlines()[0]
    assert "help: " in error
    assert [one.name for one in tmp_path.iterdir()] == ["evil.zip"]


@pytest.mark.parametrize("option", ["--html", "--letter"])
def test_nothing_is_replaced(run: Run, archive: str, tmp_path: Path, option: str) -> None:
    """M13: a file that is there stays as it is, and the other one is not written either."""
    there, other = tmp_path / "there.html", tmp_path / "other.html"
    there.write_text("mine", encoding="utf-8")
    options = {"--html": str(other), "--letter": str(other)} | {option: str(there)}
    code, out, error = run(archive, "--country", "DE", *(word for pair in options.items() for word in pair))

    assert (code, out) == (1, "")
    assert error.splitlines()[0] == f"error: `{there}` exists already"
    assert there.read_text(encoding="utf-8") == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["there.html"]


def test_folder_that_is_not_there(run: Run, archive: str, tmp_path: Path) -> None:
    """M13: a folder for the page that is not there is told before anything is read."""
    code, out, error = run(archive, "--country", "DE", "--html", str(tmp_path / "none" / "report.html"))

    assert (code, out) == (1, "")
    assert "there is no folder" in error
    assert "make the folder first" in error
    assert list(tmp_path.iterdir()) == []


CHECKED = """\
import pathlib, re, resource, sys, time
from byleave.cli.main import group
def refuse(event, arguments):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.exec", "os.posix_spawn"):
        raise RuntimeError(event)
sys.addaudithook(refuse)
start = time.process_time()
group(["check", *sys.argv[1:]], standalone_mode=False)
status = pathlib.Path("/proc/self/status")
if status.exists():  # ru_maxrss begins with what the parent had when it forked
    most = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text()).group(1))
else:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
loaded = sorted({"ibis", "duckdb", "pyarrow", "django", "torch"} & set(sys.modules))
print(time.process_time() - start, most, loaded, file=sys.stderr)
"""


def test_large_archive_on_a_machine_without_network(tmp_path: Path) -> None:
    """M13: 45 files and 20,000 messages under 5 s and 300 MB, with sockets and other programs forbidden throughout."""
    made = [table(one.path, ",".join(one.columns), 20_000 if one.stem == "messages" else 20) for one in tables()]
    file = tmp_path / "archive.zip"
    file.write_bytes(zipped(write_export(Quirks(), made)))
    arguments = [str(file), "--country", "DE", "--html", str(tmp_path / "a.html"), "--letter", str(tmp_path / "a.eml")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", CHECKED, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    last = done.stderr.splitlines()[-1]
    seconds, kilobytes, loaded = last.split(maxsplit=2)

    assert done.returncode == 0, done.stderr
    assert float(seconds) < 5
    assert int(kilobytes) < 300 << 10
    assert loaded == "[]"
    assert re.search(r"Your archive has 2\d,\d{3} rows", done.stdout)


def test_the_check_above_finds_a_socket() -> None:
    """The hook that forbids sockets does so: a planted one is an error."""
    planted = CHECKED.replace("start = time", "import socket; socket.socket(); start = time")
    done = subprocess.run(
        [sys.executable, "-c", planted], env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert "RuntimeError: socket" in done.stderr
