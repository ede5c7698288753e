"""`byleave talent`: search for people in a trained model, and record whether somebody wants to be found."""

from __future__ import annotations

from pathlib import Path

import click

from byleave.cli.options import json_option, print_json
from byleave.cli.trace import ledger_option

model_option = click.option("--model", "folder", metavar="DIR", help="Folder of a model that follows at once.")


@click.group("talent")
def command() -> None:
    """Search for people, and record whether somebody wants to be found.

    Being found is a choice of its own: it changes nothing about training, and opting out of training hides nobody.
    """


@command.command("search", short_help="Find people who fit.")
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@click.option("--model", "folder", required=True, metavar="DIR", help="Folder of the model.")
@click.option("--most", type=click.IntRange(1, 100), default=10, show_default=True, help="At most so many.")
@json_option
def search(*, words: tuple[str, ...], folder: str, most: int, as_json: bool) -> None:
    """Print who fits best to WORDS: the job first, then skills, with commas between."""
    from byleave.adapters.talent.serving import Serving

    serving = Serving(Path(folder))
    try:
        found, learned = serving.find(" ".join(words), most, lambda one: one)
    finally:
        serving.close()
    if as_json:
        told = [
            {"member": one.shown.member, "item": one.shown.item, "score": one.score, "matched": list(one.matched)}
            for one in found
        ]
        print_json({"learned": learned, "found": told})
        return
    if not learned:
        click.echo("note: somebody waits to leave the model; until then it orders by words alone", err=True)
    for one in found:
        head = "".join(piece for piece, _ in one.lines[0]) if one.lines else ""
        click.echo(f"{one.shown.member:<20} {head}  [{', '.join(one.matched)}]")
    if not found:
        click.echo("nobody fits", err=True)


@command.command("hide", short_help="Record that a member does not want to be found.")
@click.argument("member", metavar="MEMBER")
@ledger_option
@model_option
@json_option
def hide(*, member: str, ledger: str, folder: str | None, as_json: bool) -> None:
    """Record that MEMBER took themselves out of searches for people. The receipt is on their page."""
    _record(member, ledger, folder, hidden=True, as_json=as_json)


@command.command("show", short_help="Record that a member wants to be found again.")
@click.argument("member", metavar="MEMBER")
@ledger_option
@json_option
def show(*, member: str, ledger: str, as_json: bool) -> None:
    """Record that MEMBER themselves lets searches for people find them again.

    A running service puts their profile back, as it is now.
    """
    _record(member, ledger, None, hidden=False, as_json=as_json)


def _record(member: str, ledger: str, folder: str | None, *, hidden: bool, as_json: bool) -> None:
    from byleave.ledger.admission import Proposal
    from byleave.ledger.entries import Kind
    from byleave.ledger.wire import line
    from byleave.policy.facts import MEMBER
    from byleave.server.db.store import Store

    kind = Kind.SEARCH_HIDDEN if hidden else Kind.SEARCH_SHOWN
    with Store(ledger) as store:
        entry = store.append([Proposal(kind, member, MEMBER, {})])[0]
    if folder is not None:
        from byleave.adapters.talent.training import VISIBLE
        from byleave.adapters.talent.visible_file import VisibleFile

        visible = VisibleFile.open(Path(folder) / VISIBLE)
        try:
            visible.hide(member)
        finally:
            visible.close()
    if as_json:
        print_json(line(entry))
    else:
        click.echo(
            f"entry {entry.seq}: `{member}` {'is not found' if hidden else 'lets searches find them'} from now on"
        )
