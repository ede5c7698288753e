"""Which files make a table: paths, folders and globs; one format for each table, known by the suffix."""

from __future__ import annotations

import csv
import glob
import gzip
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from byleave.kernel.errors import InputError

FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
}
_SUFFIXES = "`.parquet`, `.csv`, `.jsonl` (also `.csv.gz`, `.jsonl.gz`)"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The files of one table, sorted by path, all in one format."""

    name: str
    format: str
    paths: tuple[Path, ...]


def format_of(path: Path) -> str | None:
    """`parquet`, `csv` or `jsonl`, by the suffix; None for any other file."""
    name = path.name.lower()
    return next((kind for suffix, kind in FORMATS.items() if name.endswith(suffix)), None)


def stem_of(path: Path) -> str:
    """The file's name without the suffix that tells its format."""
    name = path.name
    suffix = next((suffix for suffix in sorted(FORMATS, key=len, reverse=True) if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)]


def find_table(name: str, places: Iterable[str | Path]) -> TableFiles:
    """The files that files, folders and globs name together.

    Raises: InputError when a place has no table, or formats are mixed, or a file is empty.
    """
    paths: list[Path] = []
    for place in places:
        paths += _files_at(name, str(place))
    return table_of(name, paths)


def _files_at(name: str, place: str) -> list[Path]:
    path = Path(place)
    if path.is_dir():
        found = [
            file for file in path.rglob("*") if format_of(file) and file.is_file() and not file.name.startswith(".")
        ]
        if not found:
            raise InputError(f"folder `{place}` holds no table of {name}", hint=f"tables end in {_SUFFIXES}")
        return found
    if path.exists():
        if format_of(path) is None:
            raise InputError(f"`{place}` is not a table of {name} by its name", hint=f"tables end in {_SUFFIXES}")
        return [path]
    found = [Path(match) for match in glob.glob(place, recursive=True)]  # noqa: PTH207 - the pattern may be absolute
    found = [match for match in found if match.is_file() and format_of(match)]
    if not found:
        raise InputError(
            f"there is no file `{place}`", hint="give a file, a folder or a pattern such as 'items/*.parquet'"
        )
    return found


def table_of(name: str, paths: Sequence[Path]) -> TableFiles:
    """One table made of these files.

    Raises: InputError when formats are mixed or a file is empty.
    """
    ordered = tuple(sorted(set(paths)))
    first = ordered[0]
    for path in ordered:
        if format_of(path) != format_of(first):
            hint = "keep the files of one table in one format"
            raise InputError(f"{name}: `{first}` and `{path}` are in different formats", hint=hint)
        if path.stat().st_size == 0:
            raise InputError(f"{name}: `{path}` is empty", hint="a table without rows still needs its header")
    return TableFiles(name, str(format_of(first)), ordered)


def csv_header(path: Path) -> list[str]:
    """The column names in the first line of a CSV file.

    Raises: InputError when the line cannot be read or names a column twice.
    """
    try:
        with _open_text(path) as stream:
            names = next(csv.reader(stream, strict=True), [])
    except (UnicodeDecodeError, OSError, csv.Error, EOFError) as error:
        raise InputError(f"`{path}` is not readable CSV in UTF-8: {error}") from None
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise InputError(f"`{path}` names the column `{repeated}` twice")
    if len(names) == 1 and ";" in names[0]:
        raise InputError(f"`{path}` is separated by `;`", hint="separate the values by commas")
    return names


def _open_text(path: Path) -> io.TextIOBase:
    if path.name.lower().endswith(".gz"):
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def ends_with_newline(path: Path) -> bool:
    """Whether a text file's last byte ends a line; reads a compressed file to its end."""
    if path.name.lower().endswith(".gz"):
        last = b""
        with gzip.open(path) as packed:
            while chunk := packed.read(_CHUNK):
                last = chunk[-1:]
        return last == b"\n"
    with path.open("rb") as stream:
        stream.seek(-1, io.SEEK_END)
        return stream.read(1) == b"\n"


def file_digest(path: Path) -> str:
    """`sha256:` and the digest of a file's bytes; reads the file in pieces."""
    with path.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
