"""How a value of text, or of JSON, is read: in plain Python, one value at a time."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from byleave.kernel.instants import parse_date, parse_instant

BLANKS = " \t\n\r"
OPTIONS = ("on", "off")
KINDS = ("text", "instant", "date", "flag", "ids", "order", "choice")


class Told(NamedTuple):
    """What is read: a value, nothing, or something that cannot be read."""

    value: Any = None
    unreadable: bool = False


UNREADABLE = Told(None, unreadable=True)


def told(kind: str, text: str | None) -> Told:
    """What a value of text says in a column of this kind."""
    if text is None or not text.strip(BLANKS):
        return Told()
    value = _READ[kind](text)
    return UNREADABLE if value is None else Told(value)


def told_by_json(kind: str, value: Any) -> Told:
    """What a value of JSON says: text, or the JSON type that says the same."""
    if value is None or isinstance(value, str):
        return told(kind, value)
    if kind == "flag" and isinstance(value, bool):
        return Told(value)
    if kind == "order" and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return Told(value)
    if kind == "ids" and isinstance(value, list) and _are_ids(value):
        return Told(value)
    return UNREADABLE


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def _ids(text: str) -> list[str] | None:
    try:
        value = json.loads(text)
        text.encode()
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and _are_ids(value) else None


def _are_ids(values: list[Any]) -> bool:
    return all(isinstance(one, str) and one.strip(BLANKS) for one in values)


def _order(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,19}", text) and int(text) < 2**63 else None


_READ: dict[str, Any] = {
    "text": str,
    "instant": parse_instant,
    "date": parse_date,
    "flag": _flag,
    "ids": _ids,
    "order": _order,
    "choice": lambda text: text if text in OPTIONS else None,
}
