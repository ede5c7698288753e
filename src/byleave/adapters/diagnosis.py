"""Why a text file cannot be read: found line by line after an engine gave up, so that a message can say where."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.adapters.files import open_bytes, readable
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byleave.adapters.files import TableFiles

LONGEST = 16 << 20
"""Bytes that a line may have. The engine keeps a buffer of twice that for each of its threads."""
_BOM = b"\xef\xbb\xbf"


class Problem(NamedTuple):
    """What is wrong: words that follow `file, `, and how to mend it."""

    what: str
    hint: str


class _FoundError(Exception):
    """Carries a problem out of a reader that pulls the lines."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.problem = Problem(what, hint)


def diagnosed(files: TableFiles, error: InputError) -> InputError:
    """A better error for text files that an engine could not read; the engine's own if nothing is found."""
    find = {"csv": csv_problem, "jsonl": json_problem}.get(files.format)
    if find is None:
        return error
    named = [path for path in files.paths if f"`{path}`" in error.message]
    for path in named or files.paths:
        with readable(path):
            problem = find(path)
        if problem is not None:
            return InputError(f"`{path}`, {problem.what}", hint=problem.hint)
    return error


def csv_problem(path: Path) -> Problem | None:
    """The first problem of a CSV file."""
    mixed: list[int] = []
    try:
        with open_bytes(path) as stream, _long_fields():
            problem = _ragged(csv.reader(_lines(stream, mixed), strict=True))
    except _FoundError as found:
        return found.problem
    if problem is None and mixed:
        hint = "end every line in the same way, and put a value with a line break into double quotes"
        return Problem(f"line {mixed[0]}: ends differently from the first", hint)
    return problem


def _ragged(rows: Any) -> Problem | None:  # noqa: ANN401 - csv's own type has no public name
    header: list[str] = []
    number, start = -1, 1
    try:
        for row in rows:
            if not header:
                header = row
            if row:
                number += 1
            # an engine may let a comma at the end of a line pass
            if row and len(row) != len(header):
                what = f"row {number} (line {start}): {len(row)} values, while the header names {len(header)} columns"
                return Problem(what, "put a value that holds a comma, a quote or a line break into double quotes")
            start = rows.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            return Problem(f"line {start}: a double quote is opened and never closed", "close it, or write it twice")
        hint = "put such a value into double quotes, and write a double quote inside it twice"
        return Problem(f"line {start}: a quote or a line break stands in the middle of a value", hint)
    return None


def _lines(stream: Any, mixed: list[int]) -> Iterator[str]:  # noqa: ANN401 - a stream of bytes
    """The lines as text; `mixed` gets the first that does not end as the first line does."""
    ends: bytes | None = None
    for number, line in _numbered(stream):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            raise _FoundError(f"line {number}: not text in UTF-8", "save the file as UTF-8") from None
        end = line[len(line.rstrip(b"\r\n")) :]
        if ends is not None and end and end != ends and not mixed:
            mixed.append(number)
        ends = ends or end
        yield text


def json_problem(path: Path) -> Problem | None:
    """The first problem of a JSON Lines file."""
    try:
        with open_bytes(path) as stream:
            for number, line in _numbered(stream):
                problem = _json_line(line)
                if problem is not None:
                    return Problem(f"line {number}: {problem.what}", problem.hint)
    except _FoundError as found:
        return found.problem
    return None


def _json_line(line: bytes) -> Problem | None:  # noqa: PLR0911 - one return for each fault
    one_each = "write one JSON object on each line"
    if not line.strip():
        return None
    if line.startswith(_BOM):
        return Problem("a byte order mark stands before the text", "save the file as UTF-8 without it")
    try:
        text = line.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_once_each, parse_int=str, parse_float=str)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except _FoundError as found:
        return found.problem
    except json.JSONDecodeError as error:
        return Problem(f"not a JSON object (at character {error.pos + 1})", one_each)
    except UnicodeDecodeError:
        return Problem("not text in UTF-8", "save the file as UTF-8")
    except UnicodeEncodeError:
        return Problem("half of a surrogate pair stands alone", "write every character whole")
    except RecursionError:
        return Problem("lists and objects are nested too deeply", one_each)
    if not isinstance(value, dict):
        return Problem("not a JSON object", one_each)
    return None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    twice = next((key for key in keys if keys.count(key) > 1), None) if len(set(keys)) < len(keys) else None
    if twice is not None:
        raise _FoundError(f"the key `{twice}` stands there twice", "name each key once")
    return dict(pairs)


def _numbered(stream: Any) -> Iterator[tuple[int, bytes]]:  # noqa: ANN401 - a stream of bytes
    for number, line in enumerate(stream, start=1):
        if len(line) > LONGEST:
            what = f"line {number}: longer than {LONGEST >> 20} MiB"
            raise _FoundError(what, "cut the text into several items, or write Parquet")
        yield number, line


@contextmanager
def _long_fields() -> Iterator[None]:
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
