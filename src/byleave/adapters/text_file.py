"""Write one file of text whole or not at all, and never over another."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from byleave.adapters.publishing import flush, require_folder
from byleave.kernel.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path


def write_new(path: Path, text: str) -> None:
    """Write a new file, with the permissions that the person's own mask gives.

    Raises: OutputError when something stands there, or it cannot be written.
    """
    require_new(path)
    work = path.absolute().with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        try:
            with work.open("x", encoding="utf-8") as file:
                file.write(text)
            flush(work)
            # a link fails where something stands by now; a rename would replace it
            os.link(work, path)
        finally:
            work.unlink(missing_ok=True)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise OutputError(f"cannot write `{path}`: {(error.strerror or str(error)).lower()}") from None
    with suppress(OSError):  # the file is there; what remains is to make its name outlive a power cut
        flush(path.absolute().parent)


def require_new(path: Path) -> None:
    """Insist, before any work is done, that nothing stands there and its folder does. Raises: OutputError."""
    if path.exists() or path.is_symlink():
        raise _exists(path)
    require_folder(path)


def _exists(path: Path) -> OutputError:
    return OutputError(f"`{path}` exists already", hint="choose another name, or move the old one away")
