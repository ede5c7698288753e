"""`byleave check`: what of a person's own archive is in scope of AI training, and what they can do about it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.cli.archive import ASK, Files, measure_archive
from byleave.cli.options import json_option, print_json
from byleave.cli.person import person_of, rules_of
from byleave.cli.team import Request, report
from byleave.kernel.errors import UsageError

if TYPE_CHECKING:
    from byleave.archive.exposure import Exposure
    from byleave.archive.guide_model import Person
    from byleave.policy.model import Pack

_PLATFORM = "linkedin"
"""The platform whose archives can be read."""


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
    files = Files(html, letter, language or language_of(os.environ.get("LC_ALL") or os.environ.get("LANG")))
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
        raise UsageError("check needs an archive", hint=f"{ASK}; without one, see `byleave guide linkedin`")
    if team:
        report(Request(archives, people, rules, person, today), files, as_json=as_json)
        return
    if len(archives) > 1 or people:
        what = "check reads one archive" if len(archives) > 1 else "--people goes with --team"
        raise UsageError(what, hint="say --team for one report on the archives of several people")
    _tell(measure_archive(Path(archives[0]), rules, person, today), files, as_json=as_json)


def _now() -> datetime:
    return datetime.now(UTC)


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


def _tell(exposure: Exposure, files: Files, *, as_json: bool) -> None:
    """Write what was asked for, then print JSON, or the short report and where the whole is."""
    from byleave.archive.exposure import tell_report
    from byleave.archive.guide_layout import lines

    files.write(exposure)
    if as_json:
        print_json(exposure.as_json())
        return
    for line in lines(tell_report(exposure, files.language, brief=True)):
        click.echo(line)
    asked = {"the whole report: --html report.html": files.html, "an objection: --letter objection.txt": files.letter}
    for told in (told for told, name in asked.items() if name is None):
        click.echo(told, err=True)
