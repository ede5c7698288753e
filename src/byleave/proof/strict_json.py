"""JSON that leaves nothing to chance: what was signed must not be read in two ways.

A name that stands twice, a number with a fraction or `NaN` are refused: programs differ in what they make of them.
"""

from __future__ import annotations

import json
import re
from typing import Any

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError

MOST_BYTES = 1 << 20
"""Nothing that is signed here is longer."""

_TEXT_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')


def read_json(data: bytes, what: str, most_bytes: int = MOST_BYTES) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON strictly.

    Args:
        data: the bytes of a file.
        what: what to call it in an error.
        most_bytes: how long it may be.

    Raises: InputError when it is too long, not UTF-8, or not JSON in the strict sense.
    """
    if len(data) > most_bytes:
        raise InputError(f"{what} is longer than {most_bytes:,} bytes")
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_once, parse_float=_whole_numbers_only, parse_constant=_whole_numbers_only
        )
        canonical_json(value)
    except UnicodeDecodeError:
        raise InputError(f"{what} is not text in UTF-8") from None
    except RecursionError:
        raise InputError(f"{what} is nested too deeply") from None
    except ValueError as error:
        raise InputError(f"{what} is not JSON that can be signed: {_words(error)}") from None
    return value


def is_canonical(data: bytes, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether the bytes from which `value` was read are its canonical form, blanks between the parts left aside."""
    return _TEXT_OR_SPACE.sub(lambda found: found[1] or "", data.decode()).encode() == canonical_json(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = f"`{json.dumps(twice)[1:-1]}` stands twice"  # nothing that moves the cursor of a terminal
        raise ValueError(message)
    return value


def _whole_numbers_only(text: str) -> Any:  # noqa: ANN401 - never returns
    message = f"`{text}` is not a whole number"
    raise ValueError(message)


def _words(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg.lower()}"
    if isinstance(error, UnicodeEncodeError):
        return "half of a character"
    return str(error)
