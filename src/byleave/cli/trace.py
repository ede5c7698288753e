"""`byleave trace`: which snapshots and models saw a member or an item, and what became of one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byleave.cli.options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from byleave.server.lineage.doors import LineageReader
    from byleave.text.catalogue import Catalogue

ledger_option = click.option(
    "--ledger", required=True, metavar="URL", help="The ledger: sqlite:///PATH or postgresql://…"
)
lang_option = click.option("--lang", metavar="LANG", help="Language: en, de or fr. Default: your terminal's.")
folders_option = click.option(
    "--snapshot", "folders", multiple=True, metavar="DIR", help="Also list its items in this snapshot's folder."
)


def catalogue_for(lang: str | None) -> Catalogue:
    """The catalogue of a language; without one, of the terminal's."""
    from byleave.text.catalogue import Catalogue, language_of

    return Catalogue(lang or language_of(os.environ.get("LC_ALL") or os.environ.get("LANG")))


def open_reader(ledger: str) -> LineageReader:
    """Open a ledger for questions about lineage, with the suppression key that the environment names."""
    from byleave.adapters.duckdb_engine.kept import suppression_secret
    from byleave.server.lineage.doors import LineageReader

    return LineageReader(ledger, suppression_secret())


@click.group("trace")
def command() -> None:
    """Say what was used, by which model, and who has left since.

    Members are found with the ledger's suppression key (BYLEAVE_SUPPRESSION_KEY names its file); without the key
    nobody can tell who is in which snapshot.
    """


@command.command("member", short_help="Which snapshots and models saw a member.")
@click.argument("member", metavar="ID")
@ledger_option
@folders_option
@lang_option
@json_option
def member(*, member: str, ledger: str, folders: tuple[str, ...], lang: str | None, as_json: bool) -> None:
    """Tell which snapshots and models saw the member ID, and what must change if the member goes."""
    from byleave.cli.lineage_words import member_lines
    from byleave.text import lineage as words

    catalogue = catalogue_for(lang)
    with open_reader(ledger) as reader:
        trace = reader.member(member)
    found = {folder: _items(folder, trace.ids) for folder in folders}
    if as_json:
        print_json({**trace.as_json(), "items": [{"folder": name, "items": items} for name, items in found.items()]})
        return
    _print(member_lines(trace, catalogue))
    for folder, items in found.items():
        click.echo(catalogue.say(words.ITEMS, folder=folder, items=", ".join(items) or "0"))


def _items(folder: str, ids: Iterable[str]) -> list[str]:
    from byleave.adapters.duckdb_engine.snapshot_members import items_of
    from byleave.adapters.snapshot_files import read_manifest

    read_manifest(Path(folder))
    return [item for item, _ in items_of(Path(folder), list(ids))]


@command.command("item", short_help="Which snapshots and models saw an item.")
@click.argument("item", metavar="ID")
@ledger_option
@click.option(
    "--snapshot", "folders", multiple=True, required=True, metavar="DIR", help="Folder of a snapshot to look in."
)
@lang_option
@json_option
def item(*, item: str, ledger: str, folders: tuple[str, ...], lang: str | None, as_json: bool) -> None:
    """Tell which of the given snapshots hold the item ID, and which models were trained on those.

    Items are in no index: the folders are read.
    """
    from byleave.server.lineage.items import trace_item

    catalogue = catalogue_for(lang)
    with open_reader(ledger) as reader:
        trace = trace_item(reader.lineage(), item, [Path(folder) for folder in folders])
    if as_json:
        print_json(trace.as_json())
        return
    from byleave.cli.lineage_words import item_lines

    _print(item_lines(trace, catalogue))


@command.command("snapshot", short_help="What became of a snapshot.")
@click.argument("snapshot", metavar="ID")
@ledger_option
@lang_option
@json_option
def snapshot(*, snapshot: str, ledger: str, lang: str | None, as_json: bool) -> None:
    """Tell which models were trained on the snapshot ID, and who of its members has left since.

    ID is the digest of its manifest, or the first 8 digits of it.
    """
    from byleave.cli.lineage_words import snapshot_lines

    _answer(ledger, lambda reader: reader.snapshot(snapshot), snapshot_lines, lang, as_json=as_json)


@command.command("model", short_help="What a model has seen.")
@click.argument("model", metavar="ID")
@ledger_option
@lang_option
@json_option
def model(*, model: str, ledger: str, lang: str | None, as_json: bool) -> None:
    """Tell what the model ID has seen, and who of the members it saw has left since.

    ID is the model's id, its name, or its digest.
    """
    from byleave.cli.lineage_words import model_lines

    _answer(ledger, lambda reader: reader.model(model), model_lines, lang, as_json=as_json)


def _answer(
    ledger: str,
    ask: Callable[[LineageReader], Any],
    tell: Callable[[Any, Catalogue], Iterable[str]],
    lang: str | None,
    *,
    as_json: bool,
) -> None:
    catalogue = catalogue_for(lang)
    with open_reader(ledger) as reader:
        trace = ask(reader)
    if as_json:
        print_json(trace.as_json())
    else:
        _print(tell(trace, catalogue))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
