"""`byleave check`: what of a person's own archive is in scope of AI training, and what they can do about it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from byleave.cli.options import json_option, print_json
from byleave.cli.person import person_of, rules_of
from byleave.kernel.errors import InputError, OutputError, UsageError

if TYPE_CHECKING:
    from byleave.archive.exposure import Exposure
    from byleave.archive.guide_model import Person
    from byleave.archive.letter import Letter
    from byleave.policy.model import Pack

_PLATFORM = "linkedin"
"""The platform whose archives can be read."""
_ASK = "ask LinkedIn for it: Settings & Privacy, Data privacy, Get a copy of your data"
_LETTERS = (".txt", ".html", ".eml")


@click.command("check")
@click.argument("archives", metavar="ARCHIVE...", nargs=-1)
@click.option("--country", metavar="CODE", help="Where you live: two letters of ISO 3166-1, such as DE or GB.")
@click.option("--opted-out", metavar="DATE", help="The day on which you switched off, if you did: YYYY-MM-DD.")
@click.option("--born", metavar="DATE", help="Your birth date, to know what age changes: YYYY-MM-DD. It is not kept.")
@click.option("--pack", metavar="PACK", help="Rules other than the newest in force: a pack, or a YAML file.")
@json_option
@click.option("--html", metavar="FILE", help="Write the whole report as a page to FILE; FILE is never replaced.")
@click.option("--letter", metavar="FILE", help="Write an objection to FILE (.txt, .html or .eml), never replaced.")
@click.option("--non-member", is_flag=True, help="Write the letter for somebody without an account; no ARCHIVE then.")
@click.option(
    "--team", is_flag=True, help="Make one report on the archives of several people, without their own figures."
)
@click.option("--people", metavar="FILE", help="With --team: who agreed to be shown, who switched off when (CSV).")
@click.option("--language", "--lang", metavar="LANG", help="Language: en, de or fr. Default: that of your terminal.")
def command(  # noqa: PLR0913 - the options of the command
    *,
    archives: tuple[str, ...],
    country: str | None,
    opted_out: str | None,
    born: str | None,
    pack: str | None,
    as_json: bool,
    html: str | None,
    letter: str | None,
    non_member: bool,
    team: bool,
    people: str | None,
    language: str | None,
) -> None:
    """Say what of ARCHIVE, the copy of your data that LinkedIn gives you, AI may be trained on.

    ARCHIVE is the .zip as it came, the folder that it unpacks to, or one of its .csv files. It is read on your own
    machine. Nothing is sent anywhere, and nothing is written but what you ask for.
    """
    from byleave.text.catalogue import Catalogue, language_of

    if language:
        Catalogue(language)  # a language that is not there is an error before anything is read
    spoken = language or language_of(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    files = Files(html, letter, spoken)
    if country is None:
        raise UsageError("check needs --country", hint="the rules differ by country; say it like --country DE")
    today = _now()
    person = person_of(country, opted_out, born, today)
    files.check()
    rules = rules_of(_PLATFORM, pack, today)
    if non_member:
        _non_member(archives, rules, person, files)
        return
    if not archives:
        raise UsageError("check needs an archive", hint=f"{_ASK}; without one, see `byleave guide linkedin`")
    if team:
        from byleave.cli.team import Request, report

        report(Request(archives, people, rules, person, today), files, as_json=as_json)
        return
    if len(archives) > 1 or people:
        what = "check reads one archive" if len(archives) > 1 else "--people goes with --team"
        raise UsageError(what, hint="say --team for one report on the archives of several people")
    exposure = measure_archive(Path(archives[0]), rules, person, today)
    files.write(exposure)
    if as_json:
        print_json(exposure.as_json())
    else:
        _show(exposure, spoken, files)


def _now() -> datetime:
    return datetime.now(UTC)


class Files(NamedTuple):
    """What is to be written."""

    html: str | None
    letter: str | None
    language: str

    def check(self) -> None:
        """Find out before an archive is read what cannot be written.

        Raises: UsageError for a kind of letter that there is not, OutputError for a file that is there already.
        """
        if self.letter and Path(self.letter).suffix.casefold() not in _LETTERS:
            raise UsageError(f"`{self.letter}` is no letter", hint=f"let the name end in {', '.join(_LETTERS)}")
        named = [Path(name) for name in (self.html, self.letter) if name]
        if len({path.absolute() for path in named}) < len(named):
            raise UsageError("--html and --letter name the same file", hint="name two files")
        for path in named:
            if path.exists() or path.is_symlink():
                hint = "choose another name, or move the old one away"
                raise OutputError(f"`{path}` exists already", hint=hint)
            if not path.absolute().parent.is_dir():
                raise OutputError(f"cannot write `{path}`: there is no such folder", hint="make the folder first")

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
        raise InputError(f"there is no `{archive}`", hint=f"name the .zip from LinkedIn; to get one, {_ASK}")
    with open_archive(archive) as entries:
        exposure = measure(read_archive(entries), rules, person, today, shipped_notes(rules.pack))
    files = exposure.inventory.files
    if not any(files.get(status) for status in ("read", "empty", "refused")):
        hint = f"is it the archive of another platform? to get LinkedIn's, {_ASK}"
        raise InputError(f"`{archive}` holds no file of LinkedIn's archive", hint=hint)
    return exposure


def _non_member(archives: tuple[str, ...], rules: Pack, person: Person, files: Files) -> None:
    """The letter of somebody without an account, and so without an archive."""
    from byleave.archive.guide import make_guide
    from byleave.archive.guide_notes import shipped_notes
    from byleave.archive.letter import letter_of_non_member

    if archives or files.html:
        raise UsageError("--non-member goes without an archive and without --html", hint="it writes a letter alone")
    if not files.letter:
        raise UsageError("--non-member needs --letter", hint="say where to write it, such as --letter objection.txt")
    guide = make_guide(rules, person, _now(), shipped_notes(rules.pack))
    files.write_letter(letter_of_non_member(guide, files.language))


def _show(exposure: Exposure, language: str, files: Files) -> None:
    """The short report on the terminal, and where the whole is."""
    from byleave.archive.exposure import tell_report
    from byleave.archive.guide_layout import lines

    for line in lines(tell_report(exposure, language, brief=True)):
        click.echo(line)
    asked = {"the whole report: --html report.html": files.html, "an objection: --letter objection.txt": files.letter}
    for told in (told for told, name in asked.items() if name is None):
        click.echo(told, err=True)
