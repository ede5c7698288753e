"""Which files make a table: paths, folders and globs; one format for each table, known by the suffix."""

from __future__ import annotations

import csv
import glob
import gzip
import hashlib
import io
import os
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
}
SUFFIXES = "`.parquet`, `.csv`, `.jsonl` (also `.csv.gz`, `.jsonl.gz`)"
_CHUNK = 1 << 20
_WHOLE = "write it again where it comes from"


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The files of one table, sorted by path, all in one format."""

    name: str
    format: str
    paths: tuple[Path, ...]


@contextmanager
def readable(path: str | Path) -> Iterator[None]:
    """Turn what the system says about a file that cannot be read into an InputError."""
    try:
        yield
    except gzip.BadGzipFile:
        raise InputError(f"`{path}` is not compressed with gzip, or damaged", hint=_WHOLE) from None
    except (EOFError, zlib.error):
        raise InputError(f"`{path}` is cut off or damaged", hint=_WHOLE) from None
    except OSError as error:
        raise InputError(f"cannot read `{path}`: {(error.strerror or str(error)).lower()}") from None


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
        with readable(place):
            paths += _files_at(name, str(place))
    return table_of(name, paths)


def _files_at(name: str, place: str) -> list[Path]:
    path = Path(place)
    if path.is_dir():
        found = [file for file in files_below(path) if format_of(file) and not file.name.startswith("_")]
        if not found:
            raise InputError(f"folder `{place}` holds no table of {name}", hint=f"tables end in {SUFFIXES}")
        return found
    if path.exists():
        if format_of(path) is None:
            raise InputError(f"`{place}` is not a table of {name} by its name", hint=f"tables end in {SUFFIXES}")
        return [path]
    matches = [Path(match) for match in glob.glob(place, recursive=True)]  # noqa: PTH207 - the pattern may be absolute
    found = [match for match in matches if match.is_file() and format_of(match)]
    if not found:
        if matches:
            raise InputError(f"nothing that `{place}` matches is a table of {name}", hint=f"tables end in {SUFFIXES}")
        hint = "give a file, a folder or a pattern such as 'items/*.parquet'"
        raise InputError(f"there is no file `{place}`", hint=hint)
    return found


def files_below(folder: Path) -> list[Path]:
    """The files in a folder and its subfolders, links followed; names that begin with `.` are left out.

    A subfolder whose name begins with `_` holds what a job has not finished, and is left out, too.

    Raises: InputError for a folder of a table format in which old files may hold deleted rows; OSError.
    """
    found: list[Path] = []
    seen: set[str] = set()
    for here, folders, names in os.walk(folder, followlinks=True, onerror=_raise):
        real = os.path.realpath(here)
        if real in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(real)
        _refuse_versioned(Path(here), folders)
        folders[:] = sorted(one for one in folders if not one.startswith((".", "_")))
        found += [Path(here, one) for one in names if not one.startswith(".") and Path(here, one).is_file()]
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error


def _refuse_versioned(here: Path, folders: Sequence[str]) -> None:
    kinds = {"_delta_log": "Delta", ".hoodie": "Hudi"}
    kind = next((kinds[one] for one in folders if one in kinds), None)
    if kind is None and "metadata" in folders and any((here / "metadata").glob("*.metadata.json")):
        kind = "Iceberg"
    if kind is not None:
        hint = "read its present state with Ibis and pass that table in Python, or write it out as Parquet"
        raise InputError(f"`{here}` is a table of {kind}, whose files may hold rows that were deleted", hint=hint)


def table_of(name: str, paths: Sequence[Path]) -> TableFiles:
    """One table made of these files.

    Raises: InputError when formats are mixed or a file is empty.
    """
    ordered = tuple(sorted({path.resolve(): path for path in sorted(paths, reverse=True)}.values()))
    first = ordered[0]
    for path in ordered:
        if format_of(path) != format_of(first):
            hint = "keep the files of one table in one format"
            raise InputError(f"{name}: `{first}` and `{path}` are in different formats", hint=hint)
        with readable(path):
            empty = path.stat().st_size == 0
        if empty:
            raise no_header(path)
        require_text(path)
    return TableFiles(name, str(format_of(first)), ordered)


def require_text(path: Path) -> None:
    """Refuse a name that is bytes without a meaning as text, since nothing could write it down."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", errors="backslashreplace")
        raise InputError(f"the name `{shown}` is not text in UTF-8", hint="rename it") from None


def no_header(path: Path) -> InputError:
    """The error for a file without a header, or without a single object."""
    hint = "a table without rows still needs its header"
    if format_of(path) == "jsonl":
        hint = (
            f"JSON Lines has no header: say that there are no rows with a file `{stem_of(path)}.csv` of a header alone"
        )
    return InputError(f"`{path}` is empty", hint=hint)


def csv_header(path: Path) -> list[str]:
    """The column names in the first line of a CSV file.

    Raises: InputError when the line cannot be read, or does not name each column once.
    """
    try:
        with readable(path), open_text(path) as stream:
            names = next(csv.reader(stream, strict=True), [])
    except UnicodeDecodeError:
        raise InputError(f"`{path}` is not text in UTF-8", hint="save it as UTF-8") from None
    except csv.Error as error:
        raise InputError(f"`{path}`: the header cannot be read: {error}") from None
    if not names:
        raise no_header(path)
    if len(names) == 1 and (other := next((mark for mark in ";\t|" if mark in names[0]), None)):
        shown = {"\t": "tabs"}.get(other, f"`{other}`")
        raise InputError(f"`{path}` is separated by {shown}", hint="separate the values by commas")
    return names


def open_text(path: Path) -> io.TextIOBase:
    """A text file, compressed or not, without its byte order mark."""
    return io.TextIOWrapper(open_bytes(path), encoding="utf-8-sig", newline="")


def open_bytes(path: Path) -> BinaryIO:
    """A file, unpacked if it is compressed."""
    packed = path.name.lower().endswith(".gz")
    return cast("BinaryIO", gzip.open(path)) if packed else path.open("rb")


def last_byte(path: Path) -> bytes:
    """The last byte of a text file. A compressed one is read to its end, which shows whether it is whole.

    Raises: InputError when it is cut off or damaged.
    """
    with readable(path):
        if path.name.lower().endswith(".gz"):
            last = b""
            with gzip.open(path) as packed:
                while chunk := packed.read(_CHUNK):
                    last = chunk[-1:]
            return last
        with path.open("rb") as stream:
            stream.seek(-1, io.SEEK_END)
            return stream.read(1)


def file_digest(path: Path) -> str:
    """`sha256:` and the digest of a file's bytes; reads the file in pieces."""
    with path.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
