"""Tables as CSV (RFC 4180) that a spreadsheet opens without running anything.

Source of the signs: https://owasp.org/www-community/attacks/CSV_Injection (read 2026-11-27).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First signs that a spreadsheet takes for a formula, also in full width."""


def cell(value: object) -> str:
    """A value as a cell; what would be a formula has a sign in front that makes it text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULAS) or text.startswith(_FORMULAS) else text


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as lines, one at a time; the first one names the columns."""
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([cell(one) for one in row])
        yield out.getvalue()
