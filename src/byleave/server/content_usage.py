"""The header `Content-Usage`: preferences about an asset in the AIPREF vocabulary.

Sources: IETF draft-ietf-aipref-vocab-07 and draft-ietf-aipref-attach (August 2026); the syntax is a dictionary of
structured fields (RFC 9651, sections 3.2 and 4.2.2). Whatever is not `y` or `n` states nothing, and of a name that
stands twice the last counts. Text that does not parse states nothing at all.
"""

from __future__ import annotations

import re
from typing import Literal, cast

CATEGORIES = ("search", "train-ai")
_KEY = r"[a-z*][a-z0-9_.*-]*"
_WORD = r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*"
_BARE = (
    r"(?:-?[0-9]{1,12}\.[0-9]{1,3}|-?[0-9]{1,15}|"
    r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"|'
    rf"{_WORD}|:[A-Za-z0-9+/=]*:|\?[01]|@-?[0-9]{{1,15}}|"
    r'%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*")'
)
_PARAMETERS = rf"(?:; *{_KEY}(?:={_BARE})?)*"
_INNER = rf"\( *(?:{_BARE}{_PARAMETERS}(?: +{_BARE}{_PARAMETERS})*)? *\)"
_MEMBER = re.compile(rf"({_KEY})(?:=({_BARE}|{_INNER}))?{_PARAMETERS}")
_BETWEEN = re.compile(r"[ \t]*,[ \t]*")

Preference = Literal["y", "n"]


def read_content_usage(text: str) -> dict[str, Preference]:
    """The categories of which the header states something, each with `y` or `n`; none for text that does not parse."""
    stated: dict[str, str | None] = {}
    rest = text.strip(" ")
    while rest:
        found = _MEMBER.match(rest)
        if found is None:
            return {}
        stated[found[1]] = found[2]
        rest = rest[found.end() :]
        between = _BETWEEN.match(rest)
        if rest.strip(" \t") and (between is None or between.end() == len(rest)):
            return {}
        rest = rest[between.end() :] if between else ""
    told: dict[str, Preference] = {}
    for name in CATEGORIES:
        value = stated.get(name)
        if value in ("y", "n"):
            told[name] = cast("Preference", value)
    return told
