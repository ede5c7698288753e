"""`byleave explain`: why an item is in or left out."""

from __future__ import annotations

import os
from typing import Any

import click

from byleave.cli.options import column_map, decision_options, json_option, print_json


@click.command("explain")
@click.argument("item_id")
@click.argument("items", nargs=-1, required=True)
@decision_options
@click.option("--lang", metavar="LANG", help="Language of the answer: en, de or fr. Default: that of your terminal.")
@json_option
def command(  # noqa: PLR0913, PLR0917 - the options of the command
    item_id: str,
    items: tuple[str, ...],
    lang: str | None,
    as_json: bool,  # noqa: FBT001 - a flag of the command line
    columns: tuple[str, ...],
    ignore_setting: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - passed through as they are
) -> None:
    """Say why ITEM_ID is in or left out, what decided it, what else failed, and what would change it."""
    from byleave import api
    from byleave.text.catalogue import Catalogue, language_of
    from byleave.text.layout import render

    language = Catalogue(lang).language if lang else language_of(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    found = api.explain(item_id, list(items), columns=column_map(columns), ignore_settings=ignore_setting, **options)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    for number, one in enumerate(found):
        if number:
            click.echo("")
        for line in render(one, language):
            click.echo(line)
