"""What the commands on archives share: reading one, and the files that are written from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from byleave.kernel.errors import InputError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.archive.exposure import Exposure
    from byleave.archive.guide_model import Person
    from byleave.archive.letter import Letter
    from byleave.policy.model import Pack

ASK = "ask LinkedIn for it: Settings & Privacy, Data privacy, Get a copy of your data"
_LETTERS = (".txt", ".html", ".eml")


class Files(NamedTuple):
    """What is to be written."""

    html: str | None
    letter: str | None
    language: str

    def check(self) -> None:
        """Find out before an archive is read what cannot be written.

        Raises: UsageError for a kind of letter that there is not, OutputError for a file that is there already.
        """
        from byleave.adapters.text_file import require_new

        if self.letter and Path(self.letter).suffix.casefold() not in _LETTERS:
            raise UsageError(f"`{self.letter}` is no letter", hint=f"let the name end in {', '.join(_LETTERS)}")
        named = [Path(name) for name in (self.html, self.letter) if name]
        if len({path.absolute() for path in named}) < len(named):
            raise UsageError("--html and --letter name the same file", hint="name two files")
        for path in named:
            require_new(path)

    def write(self, exposure: Exposure) -> None:
        """Write what was asked for; both texts are whole before the first file is there."""
        from byleave.archive.exposure import tell_report
        from byleave.archive.guide_page import page
        from byleave.archive.letter import letter_of_member

        texts: dict[str, str] = {}
        if self.html:
            texts[self.html] = page(tell_report(exposure, self.language))
        if self.letter:
            texts[self.letter] = self._letter(letter_of_member(exposure, self.language))
        self._write(texts)

    def write_page(self, text: str) -> None:
        """Write a page alone."""
        if self.html:
            self._write({self.html: text})

    def write_letter(self, letter: Letter) -> None:
        """Write a letter alone."""
        if self.letter:
            self._write({self.letter: self._letter(letter)})

    def _letter(self, letter: Letter) -> str:
        from byleave.archive.letter import as_html, as_mail, as_text

        forms = {".txt": as_text, ".html": as_html, ".eml": as_mail}
        return forms[Path(self.letter or "").suffix.casefold()](letter)

    def _write(self, texts: dict[str, str]) -> None:
        from byleave.adapters.text_file import write_new

        for name, text in texts.items():
            write_new(Path(name), text)
            click.echo(f"wrote {name}", err=True)


def measure_archive(archive: Path, rules: Pack, person: Person, today: datetime) -> Exposure:
    """Read and count. Raises: InputError when there is no such archive, or nothing in it is LinkedIn's."""
    from byleave.adapters.archives import open_archive
    from byleave.archive.exposure import measure
    from byleave.archive.guide_notes import shipped_notes
    from byleave.archive.linkedin import read_archive

    if not archive.exists():
        raise InputError(f"there is no `{archive}`", hint=f"name the .zip from LinkedIn; to get one, {ASK}")
    with open_archive(archive) as entries:
        exposure = measure(read_archive(entries), rules, person, today, shipped_notes(rules.pack))
    files = exposure.inventory.files
    if not any(files.get(status) for status in ("read", "empty", "refused")):
        hint = f"is it the archive of another platform? to get LinkedIn's, {ASK}"
        raise InputError(f"`{archive}` holds no file of LinkedIn's archive", hint=hint)
    return exposure
