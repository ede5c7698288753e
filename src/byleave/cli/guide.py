"""`byleave guide`: what applies to a person on a platform, without any archive."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from byleave.cli.options import json_option
from byleave.cli.person import person_of, rules_of
from byleave.kernel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from byleave.archive.guide_document import Document


@click.command("guide")
@click.argument("platform", required=False)
@click.option("--list", "listing", is_flag=True, help="List the platforms about which something is known.")
@click.option("--all", "every", is_flag=True, help="Tell about every platform, in short.")
@click.option("--country", metavar="CODE", help="Where you live: two letters of ISO 3166-1, such as DE or GB.")
@click.option("--opted-out", metavar="DATE", help="The day on which you switched off, if you did: YYYY-MM-DD.")
@click.option("--born", metavar="DATE", help="Your birth date, to know what age changes: YYYY-MM-DD. It is not kept.")
@click.option("--pack", metavar="PACK", help="Rules other than the newest in force: a pack, or a YAML file.")
@click.option("--lang", metavar="LANG", help="Language of the answer: en, de or fr. Default: that of your terminal.")
@json_option
@click.option("--html", "html", metavar="FILE", help="Write a page to FILE instead; FILE is never replaced.")
def command(  # noqa: PLR0913 - the options of the command
    *,
    platform: str | None,
    listing: bool,
    every: bool,
    country: str | None,
    opted_out: str | None,
    born: str | None,
    pack: str | None,
    lang: str | None,
    as_json: bool,
    html: str | None,
) -> None:
    """Say what applies to you on PLATFORM: since when, what is used, what switching off reaches, and how to do it."""
    from byleave.text.catalogue import Catalogue, language_of

    if (platform is not None) + listing + every != 1:
        raise UsageError("say one of PLATFORM, --list and --all", hint="such as: byleave guide linkedin --country DE")
    if html and (as_json or listing):
        other = "--json" if as_json else "--list"
        raise UsageError(f"{other} and --html cannot go together", hint="run the command once for each")
    language = Catalogue(lang).language if lang else language_of(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    personal = any((opted_out, born, pack))
    if listing:
        _list(as_json)
    elif platform is not None and (pack or not _is_record(platform)):
        _guide(platform, pack, (country, opted_out, born), Output(language, as_json, html))
    elif personal:
        raise UsageError("--opted-out, --born and --pack need a platform with rules", hint="such as linkedin")
    else:
        _records(platform.casefold() if platform else None, country, Output(language, as_json, html))


class Output(NamedTuple):
    """How the answer is given."""

    language: str
    as_json: bool
    html: str | None

    def give(self, value: Any, document: Callable[[], Document]) -> None:  # noqa: ANN401 - any JSON value
        """Print JSON or text, or write a page."""
        if self.as_json:
            import json

            click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        elif self.html:
            from pathlib import Path

            from byleave.adapters.text_file import write_new
            from byleave.archive.guide_page import page

            write_new(Path(self.html), page(document()))
            click.echo(f"wrote {self.html}", err=True)
        else:
            from byleave.archive.guide_layout import lines

            for line in lines(document()):
                click.echo(line)


def _guide(platform: str, pack: str | None, told: tuple[str | None, str | None, str | None], output: Output) -> None:
    """The guide to one platform by its rules."""
    from byleave.archive.guide import make_guide
    from byleave.archive.guide_notes import shipped_notes
    from byleave.archive.guide_words import tell

    today = _now()
    rules = rules_of(platform, pack, today)
    guide = make_guide(rules, person_of(*told, today), today, shipped_notes(rules.pack))
    output.give(guide.as_json(), lambda: tell(guide, output.language))


def _records(platform: str | None, country: str | None, output: Output) -> None:
    """What is known about one other platform, or about all with the guides in short."""
    from byleave.archive.guide import make_guide
    from byleave.archive.guide_notes import platforms, shipped_notes
    from byleave.archive.other_platforms import record_json, shipped_records
    from byleave.archive.other_words import tell_platforms

    today, known = _now(), shipped_records()
    person = person_of(country, None, None, today)
    names = [] if platform else platforms()
    guides = {name: make_guide(rules_of(name, None, today), person, today, shipped_notes(name)) for name in names}
    chosen = {name: one for name, one in known.platforms.items() if platform in {None, name}}
    shown = chosen if platform else {name: one for name, one in chosen.items() if one.applies_in(person.country)}
    value = {
        "country": person.country,
        "guides": [one.as_json() for one in guides.values()],
        "records": [record_json(name, one, known.sources) for name, one in shown.items()],
    }
    output.give(value, lambda: tell_platforms(guides, shown, known.sources, output.language, person.country, today))


def _list(as_json: bool) -> None:  # noqa: FBT001 - as the flag of the command line
    """The platforms by name: those with a full guide first."""
    from byleave.archive.guide_notes import platforms
    from byleave.archive.other_platforms import shipped_records

    titles = {name: rules_of(name, None, _now()).platform for name in platforms()}
    others = {name: one.title for name, one in shipped_records().platforms.items()}
    if as_json:
        import json

        rows = [{"name": name, "title": title, "rules": name in titles} for name, title in {**titles, **others}.items()]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for name, title in {**titles, **others}.items():
        click.echo(f"{name:<18}{title}")


def _is_record(platform: str) -> bool:
    from byleave.archive.other_platforms import shipped_records

    return platform.casefold() in shipped_records().platforms


def _now() -> datetime:
    return datetime.now(UTC)
