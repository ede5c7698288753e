"""Options that several commands share."""

from __future__ import annotations

import sys
from functools import reduce
from typing import TYPE_CHECKING, Any

import click

from byleave.kernel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_DECISION = (
    click.option(
        "--register",
        required=True,
        metavar="FOLDER|URL",
        help="Folder with members, preferences, objections; or a ledger: sqlite:///PATH, postgresql://…",
    ),
    click.option(
        "--pack", required=True, metavar="PACK", help="Id of a shipped pack (`byleave policy list`), or a YAML file."
    ),
    click.option(
        "--purpose", required=True, metavar="PURPOSE", help="What the training is for: generative-ai or other-ai."
    ),
    click.option("--recipient", required=True, metavar="NAME", help="Who trains, by the pack's name for it."),
    click.option("--as-of", metavar="INSTANT", help="Decide as of an instant in the past: a replay, never trained on."),
    click.option(
        "--assume-zone", metavar="ZONE", help="Zone of instants that name none; without it they are unreadable."
    ),
    click.option(
        "--map", "columns", multiple=True, metavar="NAME=YOURS", help="A column of the items by your name for it."
    ),
    click.option("--allow-orphans", is_flag=True, help="Go on although a preference or objection cannot be matched."),
    click.option("--ignore-setting", multiple=True, metavar="NAME", help="A setting that the pack need not know."),
)


def decision_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command that decides needs to know."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_DECISION), command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print a value as JSON; where the output cannot hold every character, in ASCII."""
    import json

    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(value, ensure_ascii=not unicode, indent=2))


def column_map(pairs: Iterable[str]) -> dict[str, str]:
    """`NAME=YOURS` as a mapping.

    Raises: UsageError for a pair that is not one, or a name that items do not have.
    """
    from difflib import get_close_matches

    from byleave.adapters.duckdb_engine.items import ITEMS

    result: dict[str, str] = {}
    for pair in pairs:
        name, separator, theirs = pair.partition("=")
        if not separator or not theirs:
            raise UsageError(f"`{pair}` does not map a column", hint="write it like --map member_id=author_id")
        known = [*ITEMS, "text"]
        if name not in known:
            near = get_close_matches(name, known, n=1)
            did = f"did you mean `{near[0]}`? " if near else ""
            raise UsageError(f"items have no column `{name}`", hint=f"{did}map one of {', '.join(known)}")
        if name in result:
            raise UsageError(f"column `{name}` is mapped twice", hint="name one column of yours for it")
        result[name] = theirs
    return result
