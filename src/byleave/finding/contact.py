"""How somebody can be reached, taken out of a text that many people read.

Whoever looks for people asks through the platform, so that the person decides whom they answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from byleave.finding.folding import fold
from byleave.finding.search import redact
from byleave.finding.shapes import FEWEST_CERTAIN_DIGITS, readings

if TYPE_CHECKING:
    from byleave.finding.shapes import Reading

_KINDS = frozenset({"email", "handle", "phone", "url", "site"})
_DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{4}\b|\b(?:19|20)\d\d\b")
_SITE = re.compile(r"^(?:[a-z]+://|www\.)|\.(?:com|org|info|biz|eu|de|at|ch|fr|uk|nl|es|it|pl|me)$")
"""How an address of a site begins or ends. Other words with dots, such as `Node.js`, are skills."""


def without_contact(text: str) -> str:
    """A text in which a sign stands for each e-mail address, phone number, handle and web address.

    What is written in another way, such as `ana at example dot org`, is not seen.
    """
    folded = fold(text)
    return redact(text, [_whole(one, folded) for one in readings(folded, _KINDS) if _reaches(one, folded)])


def _whole(one: Reading, folded: str) -> Reading:
    """With the sign before the code of a country."""
    return one._replace(start=one.start - 1) if folded[: one.start].endswith("+") else one


def _reaches(one: Reading, folded: str) -> bool:
    written = folded[one.start : one.end]
    if one.kind == "phone":
        dated = _DATE.search(written) and folded[max(0, one.start - 1) : one.start] != "+"
        return len(one.form) >= FEWEST_CERTAIN_DIGITS and not dated
    return one.kind != "site" or _SITE.search(written) is not None
