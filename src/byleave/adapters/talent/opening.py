"""Open a database of talent search so that what is deleted is gone from its file.

Deleted rows are overwritten with zeros (`secure_delete`), and so are entries of a full-text index (`secure-delete` of
FTS5, SQLite 3.42 or later). The journal is deleted with each commit, so that no other file keeps what was deleted.
Sources: sqlite.org/pragma.html#pragma_secure_delete, sqlite.org/fts5.html#the_secure_delete_configuration_option (read
2026-11-28). Copies that a file system or a disk keeps by itself are beyond a program's reach.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

TOKENIZER = ("unicode61", "remove_diacritics", "2")
"""How text becomes words, in the index and everywhere else: letters and digits, folded."""
WAIT_MILLISECONDS = 10_000


def open_database(path: Path | str, *, new: bool = False, building: bool = False) -> Any:  # noqa: ANN401 - apsw's
    """A connection.

    Args:
        path: the file; `:memory:` for one without.
        new: whether to make it; otherwise it must be there.
        building: whether nobody relies on the file yet, so that no commit need wait for the disk.

    Raises: InputError when there is no such file, or it is no database; OutputError when it cannot be made.
    """
    import apsw

    mode = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if new else 0)
    try:
        connection = apsw.Connection(str(path), flags=mode)
        connection.set_busy_timeout(WAIT_MILLISECONDS)
        connection.pragma("secure_delete", "on")
        connection.pragma("journal_mode", "memory" if building else "delete")
        connection.pragma("synchronous", "off" if building else "extra")
    except apsw.Error as error:
        if new:
            raise OutputError(f"cannot write `{path}`: {error}") from error
        hint = "give the folder that `byleave train talent --out` named"
        raise InputError(f"`{path}` is no database of talent search", hint=hint) from error
    return connection


def tokenizer(connection: Any) -> Callable[[str], list[str]]:  # noqa: ANN401 - apsw's
    """The function from a text to its words."""
    import apsw

    name, *options = TOKENIZER
    split, why = connection.fts5_tokenizer(name, options), apsw.FTS5_TOKENIZE_DOCUMENT

    def words(text: str) -> list[str]:
        data = text.encode("utf-8", "replace")
        return list(split(data, why, None, include_offsets=False, include_colocated=False))

    return words


def writing(connection: Any) -> AbstractContextManager[None]:  # noqa: ANN401 - apsw's
    """A transaction that takes the right to write at once, and is undone when anything fails."""
    from contextlib import contextmanager

    @contextmanager
    def held() -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        done = False
        try:
            yield
            connection.execute("COMMIT")
            done = True
        finally:
            if not done and connection.in_transaction:
                connection.execute("ROLLBACK")

    return held()


@cache
def versions() -> Mapping[str, str]:
    """What computes: bytes are promised to be equal where these are."""
    import platform
    from importlib import metadata

    import apsw

    return {
        "byleave": metadata.version("byleave"),
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
    }
