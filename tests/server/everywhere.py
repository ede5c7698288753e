"""Where words lie: a search of every file of a folder, and of every table of a database in it."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from django.core import signing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SQLITE = b"SQLite format 3\0"


def holding(folder: Path, sought: Mapping[str, Sequence[bytes]], key: str = "") -> dict[str, set[str]]:
    """Name of what is sought → places that hold one of its ways to be written, small or large.

    A place is a file, a table of a database or a file of Parquet, which is read, as it is compressed. Sessions are
    opened with `key`.
    """
    found: dict[str, set[str]] = {name: set() for name in sought}
    for place, data in _everything(folder, key):
        small = data.lower()
        for name, ways in sought.items():
            if any(one.lower() in small for one in ways):
                found[name].add(place)
    return found


def _everything(folder: Path, key: str) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        name, data = str(file.relative_to(folder)), file.read_bytes()
        if data.startswith(_SQLITE):
            # everything that was committed is in its tables; what lies between them is searched, too
            yield from ((f"{name} {table}", rows) for table, rows in _tables(file, key))
        elif name.endswith(".parquet"):
            yield name, json.dumps(pq.read_table(file).to_pylist(), default=str, ensure_ascii=False).encode()
        yield name, data


def _tables(file: Path, key: str) -> Iterator[tuple[str, bytes]]:
    database = sqlite3.connect(file, timeout=60)
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        rows = database.execute(f'SELECT * FROM "{name}"').fetchall()
        if name == "django_session":
            yield name, "".join(json.dumps(_opened(row[1], key)) for row in rows).encode()
        else:
            yield name, repr(rows).encode()
    database.close()


def _opened(session: str, key: str) -> object:
    salt = "django.contrib.sessions.SessionStore"
    return signing.loads(session, key=key, salt=salt, serializer=signing.JSONSerializer, fallback_keys=[])
