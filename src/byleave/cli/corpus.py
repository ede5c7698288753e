"""`byleave corpus`: what a corpus is like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.cli.options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.adapters.sameness import Sameness
    from byleave.learn.sameness import Period


@click.group("corpus")
def command() -> None:
    """Say what a corpus is like."""


@command.command("diversity", short_help="Say how alike its texts are, over time.")
@click.argument("items", nargs=-1, required=True, metavar="ITEMS...")
@click.option(
    "--snapshot", metavar="DIR", help="What is let in: the items of this snapshot. Default: what no AI wrote."
)
@click.option("--by", type=click.Choice(["month", "year"]), default="month", show_default=True, help="The periods.")
@click.option("--html", metavar="FILE", help="Write a page with charts to FILE; FILE is never replaced.")
@json_option
def diversity(*, items: tuple[str, ...], snapshot: str | None, by: str, html: str | None, as_json: bool) -> None:
    """Measure the share of AI-written items, the variety of words and near-copies, over time.

    All of it twice: of all items with a text, and of those that are let in. ITEMS are tables with item_id, created_at
    and text, and ai_written if it is known.
    """
    from byleave.adapters.sameness import measure
    from byleave.adapters.text_file import require_new, write_new
    from byleave.cli.diversity_page import page

    if html is not None:
        require_new(Path(html))
    found = measure(items, Path(snapshot) if snapshot else None, by)
    if html is not None:
        write_new(Path(html), page(found))
    if as_json:
        print_json(found.as_json())
        return
    for line in lines(found):
        click.echo(line)


def lines(found: Sameness) -> Iterator[str]:
    """A table: each period before and after."""
    yield f"{'period':<8} {'':<7} {'items':>9} {'AI':>7} {'unknown':>8} {'words':>7} {'copies':>7}"
    after = {one.period: one for one in found.after}
    for one in found.before:
        yield _line("all", one)
        if one.period in after:
            yield _line("let in", after[one.period])
    yield "AI: written by AI. words: different ones of 50 in a row. copies: almost like an earlier text."
    if found.unreadable:
        yield f"{found.unreadable:,} items were passed over: a value of theirs is missing or cannot be read"


def _line(name: str, one: Period) -> str:
    words = f"{one.different:.3f}" if one.different is not None else "-"
    shares = (one.ai_written / one.items, one.unknown / one.items, one.near_copies / one.items)
    ai, unknown, copies = (f"{100 * share:.1f}%" for share in shares)
    return f"{one.period:<8} {name:<7} {one.items:>9,} {ai:>7} {unknown:>8} {words:>7} {copies:>7}"
