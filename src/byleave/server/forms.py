"""The forms of receipts, each kept in a file before the first act that names it is recorded (docs/adr/0129)."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from byleave.adapters.small_file import read_bytes
from byleave.kernel.errors import InputError, LedgerError
from byleave.receipts.form import Drawing, Form, read_form

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

FOLDER = "forms"
"""Below the folder of the keys: whoever draws a receipt up again needs both."""
MOST = 10_000
_MODE, _FOLDER_MODE = 0o600, 0o700


class Forms:
    """The forms in one folder. May be used by many threads, and by several processes."""

    def __init__(self, folder: Path) -> None:
        """Take a folder, which is made when the first form is kept."""
        self._folder = folder
        self._known: dict[str, Drawing] = {}
        self._names: dict[Hashable, str] = {}
        self._lock = threading.Lock()

    def keep(self, form: Form) -> str:
        """Keep a form, durably, unless it is kept; its digest. Raises: LedgerError when it cannot be written."""
        digest = form.digest
        with self._lock:
            if digest not in self._known:
                try:
                    self._write(digest, form.data())
                except OSError as error:
                    told = (error.strerror or "").lower()
                    hint = "nothing was recorded; mend the folder and try again"
                    raise LedgerError(f"cannot write the folder `{self._folder}`: {told}", hint=hint) from error
                self._remember(digest, Drawing(form))
        return digest

    def known(self, same: Hashable, make: Callable[[], Form]) -> str:
        """As `keep`, of a form that is made only if none was kept for `same`, which is all that it depends on."""
        name = self._names.get(same)
        if name is None or name not in self._known:
            name = self.keep(make())
            if len(self._names) >= MOST:
                self._names.clear()
            self._names[same] = name
        return name

    def find(self, digest: str) -> Drawing:
        """A form that was kept. Raises: InputError when it is not here, or was changed."""
        with self._lock:
            if digest not in self._known:
                path = self._path(digest)
                if not path.exists():
                    hint = "bring the folder of keys back from a backup, with its forms"
                    raise InputError(f"`{path}`, after which a receipt was drawn up, is not here", hint=hint)
                self._remember(digest, Drawing(read_form(read_bytes(path), digest)))
            return self._known[digest]

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest.removeprefix('sha256:')}.json"

    def _remember(self, digest: str, drawing: Drawing) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[digest] = drawing

    def _write(self, digest: str, data: bytes) -> None:
        """Write whole or not at all: under another name, flushed, then linked."""
        path = self._path(digest)
        if path.exists():
            return
        self._folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        work = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        handle = os.open(work, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(work, path)
        finally:
            work.unlink()
        for folder in (self._folder, self._folder.parent):
            flushed = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(flushed)
            finally:
                os.close(flushed)
