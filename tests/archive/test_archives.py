"""Opening archives: a zip, a folder, single files; and those that are made to do harm."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.archives import open_archive
from byleave.kernel.errors import InputError
from tests.archive.export import Quirks, write_export, zipped
from tests.archive.hostile import CONTENT, GOOD, REFUSED
from tests.archive.reading import Result, collect

if TYPE_CHECKING:
    from pathlib import Path

MEMORY = 512 << 20
SECONDS = 5
# opens the archive with the memory that it may have, and prints what it is told
LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
from byleave.adapters.archives import open_archive
from byleave.archive.linkedin import read_archive
from byleave.kernel.errors import ByleaveError
try:
    with open_archive(sys.argv[1]) as entries:
        print(sum(1 for _ in read_archive(entries)), "outcomes")
except ByleaveError as error:
    print(error.message)
"""


def opened(*paths: Path) -> Result:
    """Everything in the archive."""
    with open_archive(*paths) as entries:
        return collect(entries)


def unpack(files: list[tuple[str, bytes]], folder: Path) -> Path:
    """The files in a folder."""
    for name, data in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.mark.parametrize("top", ["", "Complete_LinkedInDataExport_07-20-2026"])
def test_zip_and_folder_are_the_same(tmp_path: Path, top: str) -> None:
    """A zip, with a folder at its top or none, gives the same records as the folder that it unpacks to."""
    files = write_export(Quirks(folder=top))
    (tmp_path / "export.zip.zip").write_bytes(zipped(files))

    packed = opened(tmp_path / "export.zip.zip")
    loose = opened(unpack(files, tmp_path / "export"))

    assert len(packed.records) > 200
    assert sorted(packed.records, key=lambda one: (one.file, one.row)) == sorted(
        loose.records, key=lambda one: (one.file, one.row)
    )
    assert packed.reports == loose.reports


def test_single_files(tmp_path: Path) -> None:
    """Single CSV files can be given, each recognised by its name."""
    files = unpack(write_export(Quirks()), tmp_path)

    result = opened(files / "Comments.csv", files / "Shares.csv")

    assert {report.kind for report in result.reports.values()} == {"comments", "shares"}


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_accented_names(tmp_path: Path, marked: bool) -> None:  # noqa: FBT001
    """The name of an article is read whether or not the zip says that names are UTF-8."""
    name = "Articles/Articles/über-leave.html"
    data = zipped([(name, b"<h1>Title</h1>")])
    if not marked:  # the flag stands at byte 6 of the entry and byte 8 of its line in the directory
        changed = bytearray(data)
        changed[7] = changed[data.index(b"PK\1\2") + 9] = 0
        data = bytes(changed)
    (tmp_path / "a.zip").write_bytes(data)

    assert [record.file for record in opened(tmp_path / "a.zip").records] == [name]


@pytest.mark.parametrize("kind", REFUSED)
def test_hostile_zip(tmp_path: Path, kind: str) -> None:
    """Refused in less than 5 s and 512 MB, with a message that says what and why; nothing is written."""
    make, words = REFUSED[kind]
    path = tmp_path / "hostile.zip"
    path.write_bytes(make())
    before = time.monotonic()

    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)

    assert time.monotonic() - before < SECONDS
    assert done.stderr == ""
    assert words in done.stdout
    assert str(path) in done.stdout
    assert os.listdir(tmp_path) == ["hostile.zip"]  # noqa: PTH208


def test_entry_that_unpacks_to_more_than_it_says(tmp_path: Path) -> None:
    """An entry breaks off where the directory says that it ends; what is missing is reported, not made up."""
    data = zipped([(GOOD, CONTENT * 1000)])
    at = data.index(b"PK\1\2") + 24
    path = tmp_path / "lying.zip"
    path.write_bytes(data[:at] + (100).to_bytes(4, "little") + data[at + 4 :])

    result = opened(path)

    assert result.reports[GOOD].records <= 2
    assert any("damaged" in one.why for one in result.unreadable)


def test_damaged_entry(tmp_path: Path) -> None:
    """Damage in one entry is reported with file and row, and the other files are read."""
    data = bytearray(zipped([("Shares.csv", b"x" * 10), (GOOD, CONTENT)]))
    data[41] ^= 0xFF
    path = tmp_path / "damaged.zip"
    path.write_bytes(data)

    result = opened(path)

    assert [(one.file, one.row) for one in result.unreadable] == [("Shares.csv", 1)]
    assert len(result.of(GOOD)) == 1


def test_zip_beside_other_files(tmp_path: Path) -> None:
    """A zip inside of the archive is not opened, and its report says so."""
    path = tmp_path / "a.zip"
    path.write_bytes(zipped([(GOOD, CONTENT), ("more.zip", zipped([(GOOD, CONTENT)]))]))

    report = opened(path).reports["more.zip"]

    assert (report.status, report.notes) == ("refused", ("an archive inside of the archive, which is not opened",))


def test_method_that_is_not_read(tmp_path: Path) -> None:
    """An entry packed in a way that can ask for any amount of memory is reported and not read."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(GOOD, CONTENT, zipfile.ZIP_LZMA)

    assert opened(path).reports[GOOD].notes == ("packed in a way that is not read (method 14)",)


def test_links_in_a_folder(tmp_path: Path) -> None:
    """A link or a pipe in a folder is not followed, and is reported."""
    folder = unpack([(GOOD, CONTENT)], tmp_path / "export")
    (folder / "Shares.csv").symlink_to("/etc/passwd")
    os.mkfifo(folder / "Votes.csv")
    (folder / "Jobs").symlink_to("/etc")

    reports = opened(folder).reports

    assert {name: report.status for name, report in reports.items()} == {
        GOOD: "read",
        "Shares.csv": "refused",
        "Votes.csv": "refused",
        "Jobs": "refused",
    }


@pytest.mark.parametrize("made", ["missing", "folder"])
def test_nothing_there(tmp_path: Path, made: str) -> None:
    """A path that leads nowhere, and an empty folder, are errors and not empty reports."""
    path = tmp_path / made
    if made == "folder":
        path.mkdir()

    with pytest.raises(InputError, match=r"cannot read|holds no files"):
        opened(path)
