"""`byleave ledger`: look at a ledger."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import InputError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from byleave.ledger.entries import Entry
    from byleave.server.db.reading import Head, Reader


@contextmanager
def _opened(database: str) -> Iterator[Reader]:
    from byleave.server.db.reading import Reader

    reader = Reader(database)
    try:
        yield reader
    finally:
        reader.close()


@click.command("head", short_help="Tell the last entry, and check the chain.")
@click.argument("database")
@click.option("--verify", is_flag=True, help="Check every entry and the chain first; exit code 3 if one does not hold.")
@json_option
def head(*, database: str, verify: bool, as_json: bool) -> None:
    """Tell the last entry of the ledger in DATABASE: its number, when it was recorded, and its hash."""
    from byleave.kernel.instants import format_instant
    from byleave.ledger.wire import from_microseconds

    with _opened(database) as reader:
        found = _verified(reader) if verify else reader.head()
    recorded_at = format_instant(from_microseconds(found.recorded_at)) if found.seq else None
    if as_json:
        epoch = {"number": found.epoch, "name": found.name}
        print_json({"seq": found.seq, "recorded_at": recorded_at, "chain": found.chain, "epoch": epoch})
        return
    click.echo(f"seq          {found.seq}")
    click.echo(f"recorded at  {recorded_at or 'never'}")
    click.echo(f"chain        {found.chain}")
    click.echo(f"epoch        {found.epoch} ({found.name})")


def _verified(reader: Reader) -> Head:
    try:
        return reader.verify()
    except InputError as error:
        raise VerificationError(error.message, hint=error.hint) from error


@click.command("export", short_help="Print the entries as JSON lines.")
@click.argument("database")
@click.option("--after", type=click.IntRange(min=0), default=0, metavar="SEQ", help="Only entries after this number.")
def export(database: str, after: int) -> None:
    """Print the entries of the ledger in DATABASE, one JSON object a line, in their order.

    An entry of somebody who was erased keeps its line and says nothing.
    """
    with _opened(database) as reader:
        _print_lines(reader.entries(after))


@click.command("watch", short_help="Print entries as they come.")
@click.argument("database")
@click.option("--after", type=click.IntRange(min=0), metavar="SEQ", help="Begin after this number; else at the head.")
def watch(database: str, after: int | None) -> None:
    """Print the entries of the ledger in DATABASE as they come, one JSON object a line, until you stop it.

    When the ledger was restored, a line `{"epoch": …}` says so, and all entries follow from the first one on.
    """
    with _opened(database) as reader, suppress(KeyboardInterrupt):  # stopping is how it is meant to end
        start = reader.head().seq if after is None else after
        _print_lines(reader.watch(start, on_epoch=_tell_epoch))


def _tell_epoch(head: Head) -> None:
    import json

    click.echo(json.dumps({"epoch": {"name": head.name, "number": head.epoch}}, sort_keys=True))


def _print_lines(entries: Iterable[Entry]) -> None:
    import json

    from byleave.ledger.wire import line

    for entry in entries:
        click.echo(json.dumps(line(entry), sort_keys=True))
