"""What the fields of an entry about no person may hold, what a choice covered, and how an objection came.

The other fields of an entry about a person are text, a day or an instant.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from byleave.kernel.instants import parse_instant
from byleave.kernel.vocabulary import FREES, PURPOSES, REACHES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Check = Callable[[Any], bool]

MODES = ("training", "replay")
OUTCOMES = ("completed", "failed", "stopped")
INSTANTS = frozenset({"as_of", "from", "recheck_as_of", "trained_at"})
"""Fields that hold an instant, and are text where they are written down."""
HOW = ("retrained", "retired")
"""What was done to a model that was trained elsewhere so that it has not seen somebody: made anew, or destroyed."""
DESTROYED = ("here", "told")
"""How it is known that a model is destroyed: its files were overwritten and deleted here, or somebody says so."""
MOST_KEYS = 1_000
"""People in one entry that says that a model has forgotten them; whoever forgets more writes several."""
ABOUT = ("person", "other")
"""Whom a text is about that holds a name: the person who objects, or somebody else of that name."""
CAME = ("letter", "telephone", "e-mail", "in-person")
"""How an objection came to staff who wrote it down; whoever uses a form has written it down themselves."""
MOST_IDENTIFIERS = 100
"""In one entry; whoever has more to be found by gives them in several."""
_IDENTIFIER = re.compile(r"[a-z][a-z-]{1,19}:[^\x00]{1,1100}", re.DOTALL)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_UNUSED = re.compile(rf"({'|'.join(PURPOSES)}) [^ \x00]{{1,200}} [0-9TZ:.-]+")
_KEY = re.compile(r"[0-9a-f]{16}")


def _is_text(value: Any) -> bool:  # noqa: ANN401 - a JSON value
    return isinstance(value, str) and bool(value.strip())


def _is_digest(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_count(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_watermark(value: Any) -> bool:  # noqa: ANN401
    return _is_count(value) or _is_digest(value)


def _is_instant(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, datetime) and value.tzinfo is not None


def _is_day(value: Any) -> bool:  # noqa: ANN401
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_counts(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, dict) and all(_is_text(name) and _is_count(rows) for name, rows in value.items())


def _several(one: Check) -> Check:
    """A list without doubles of at least one such value."""

    def check(value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, list) and bool(value) and all(map(one, value)) and len(set(value)) == len(value)

    return check


def _are_keys(value: Any) -> bool:  # noqa: ANN401
    return (
        _several(lambda key: isinstance(key, str) and _KEY.fullmatch(key) is not None)(value)
        and len(value) <= MOST_KEYS
        and value == sorted(value)  # in any other order it would tell in which they asked
    )


def _are_covered(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and set(value) <= set(PURPOSES) and value == sorted(set(value))


def _are_unused(value: Any) -> bool:  # noqa: ANN401
    return _several(lambda one: isinstance(one, str) and _UNUSED.fullmatch(one) is not None)(value) and all(
        parse_instant(one.rpartition(" ")[2]) for one in value
    )


def _are_identifiers(value: Any) -> bool:  # noqa: ANN401
    return _several(lambda one: isinstance(one, str) and _IDENTIFIER.fullmatch(one) is not None)(value) and (
        len(value) <= MOST_IDENTIFIERS
    )


_TEXT = (_is_text, "a text")
_SHA256 = (_is_digest, "`sha256:` and 64 hexadecimal digits")
_INSTANT = (_is_instant, "an instant with its zone")
_MARK = (_is_watermark, "the number of an entry, or a folder's digest")
CHECKS: Mapping[str, tuple[Check, str]] = {
    "about": (ABOUT.__contains__, f"one of {', '.join(ABOUT)}"),
    "as_of": _INSTANT,
    "by": _TEXT,
    "came": (CAME.__contains__, f"one of {', '.join(CAME)}"),
    "certificate": _SHA256,
    "counts": (_is_counts, "a number of rows for each reason"),
    "covers": (_are_covered, f"a sorted list of {', '.join(PURPOSES)}"),
    "destroyed": (DESTROYED.__contains__, f"one of {', '.join(DESTROYED)}"),
    "digest": _SHA256,
    "epoch": _TEXT,
    "forgotten": (_are_keys, f"a sorted list of up to {MOST_KEYS:,} keys of 16 hexadecimal digits"),
    "frees": (FREES.__contains__, f"one of {', '.join(FREES)}"),
    "from": _INSTANT,
    "how": (HOW.__contains__, f"one of {', '.join(HOW)}"),
    "holder": _TEXT,
    "identifiers": (_are_identifiers, f"a list of up to {MOST_IDENTIFIERS} identifiers such as `email:…`"),
    "items": (_is_count, "a number of items"),
    "job": _TEXT,
    "language": _TEXT,
    "manifest": _SHA256,
    "mode": (MODES.__contains__, f"one of {', '.join(MODES)}"),
    "model": _TEXT,
    "name": _TEXT,
    "notice": _TEXT,
    "outcome": (OUTCOMES.__contains__, f"one of {', '.join(OUTCOMES)}"),
    "pack": _TEXT,
    "pack_digest": _SHA256,
    "purpose": (PURPOSES.__contains__, f"one of {', '.join(PURPOSES)}"),
    "purposes": (_several(PURPOSES.__contains__), f"a list of {', '.join(PURPOSES)}"),
    "reaches": (REACHES.__contains__, f"one of {', '.join(REACHES)}"),
    "recheck_as_of": _INSTANT,
    "recheck_watermark": _MARK,
    "recipient": _TEXT,
    "run": _TEXT,
    "snapshots": (_several(_is_digest), "a list of digests of manifests"),
    "text": _SHA256,
    "trained_at": _INSTANT,
    "unused_since": (_are_unused, "a list of texts such as `generative-ai linkedin 1900-01-01T00:00:00Z`"),
    "version": _TEXT,
    "watermark": _MARK,
    "withdrawn_on": (_is_day, "a day such as 2026-11-28"),
}
"""Field → whether it may hold a value, and what was expected."""


def expected(name: str, value: Any) -> str | None:  # noqa: ANN401
    """What a field should hold, if it does not hold that; None if it does."""
    check, words = CHECKS[name]
    try:
        return None if check(value) else words
    except TypeError:  # what cannot be hashed is in no list
        return words
