"""`byleave check --team`: one report for an organisation on the archives of its people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from byleave.cli.archive import measure_archive
from byleave.cli.options import print_json
from byleave.cli.person import person_of
from byleave.kernel.errors import ByleaveError, InputError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.archive.guide_model import Person
    from byleave.archive.team import Member, Statement
    from byleave.cli.archive import Files
    from byleave.policy.model import Pack


class Request(NamedTuple):
    """What is asked for."""

    archives: tuple[str, ...]
    people: str | None
    """A table of what people say about themselves."""
    rules: Pack
    person: Person
    """What holds for whoever says nothing."""
    today: datetime


def report(request: Request, files: Files, *, as_json: bool) -> None:
    """Read every archive, one after another, and tell the sums.

    Raises: UsageError for options that are about one person, InputError when an archive could not be read; what the
    others show is told and written before.
    """
    if files.letter or request.person.opted_out or request.person.born:
        hint = "say when people switched off in a table: --people people.csv; a letter is written for one person"
        raise UsageError("--letter, --opted-out and --born are about one person, not a team", hint=hint)
    names = _names(request.archives)
    said = _said(request, names)
    members, failed = _measured(request, names, said)
    _tell(request, files, members, failed, as_json=as_json)
    if failed:
        count = f"{len(failed)} of {len(names)} archives"
        raise InputError(f"{count} could not be read: {', '.join(failed)}", hint="the report is about the others")


def _names(archives: tuple[str, ...]) -> dict[str, Path]:
    """The archives by the name that stands in the table."""
    names: dict[str, Path] = {}
    for path in map(Path, archives):
        if path.name in names:
            hint = "give each person's archive a name of its own"
            raise UsageError(f"two archives are called `{path.name}`", hint=hint)
        names[path.name] = path
    return names


def _said(request: Request, names: dict[str, Path]) -> dict[str, Statement]:
    """What people say, checked before an archive is read."""
    from byleave.adapters.small_file import read_bytes
    from byleave.archive.team import read_people

    if request.people is None:
        return {}
    text = read_bytes(Path(request.people)).decode("utf-8-sig", errors="replace")
    said = read_people(text.splitlines(), request.people)
    for one in said.values():
        if one.archive not in names:
            hint = "the table has the names of the files, such as mira.zip"
            raise InputError(f"`{request.people}`, row {one.row}: `{one.archive}` is not among the archives", hint=hint)
        _person(request, one)
    return said


def _person(request: Request, said: Statement | None) -> Person:
    if said is None:
        return request.person
    return person_of(said.country or request.person.country, said.opted_out, None, request.today)


def _measured(request: Request, names: dict[str, Path], said: dict[str, Statement]) -> tuple[list[Member], list[str]]:
    """Each archive for itself; one that fails does not hide the others."""
    from byleave.archive.team import Member

    members: list[Member] = []
    failed: list[str] = []
    for number, (name, path) in enumerate(names.items(), start=1):
        statement = said.get(name)
        click.echo(f"{number} of {len(names)}: {name}", err=True)
        try:
            exposure = measure_archive(path, request.rules, _person(request, statement), request.today)
        except ByleaveError as error:
            failed.append(f"`{name}`")
            click.echo(f"  not read: {error.message}", err=True)
        else:
            members.append(Member(name, exposure, statement is not None and statement.agreed))
    return members, failed


def _tell(request: Request, files: Files, members: list[Member], failed: list[str], *, as_json: bool) -> None:
    from byleave.archive.guide import make_guide
    from byleave.archive.guide_layout import lines
    from byleave.archive.guide_notes import shipped_notes
    from byleave.archive.guide_page import page
    from byleave.archive.team import add_up, tell_team

    team = add_up(members, len(failed))
    guide = make_guide(request.rules, request.person, request.today, shipped_notes(request.rules.pack))
    document = tell_team(team, guide, files.language)
    files.write_page(page(document))
    if as_json:
        print_json({**team.as_json(), "guide": guide.as_json()})
        return
    for line in lines(document):
        click.echo(line)
