"""What somebody may want to look at in their own texts: ways to reach them, and what they may not want to tell.

Only that something was found and where is kept, never what it says. Phone numbers are found by the library of Google's
that telephones use; an address by its form.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phonenumbers import Leniency, PhoneNumberMatcher

from byleave.archive.exposure import sensitive

if TYPE_CHECKING:
    from collections.abc import Iterator

E_MAIL, PHONE = "e-mail", "phone"
KINDS = (E_MAIL, PHONE, *sensitive.KINDS)

_ADDRESS = re.compile(r"[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@-])")
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = 7
"""Fewer make no phone number that the library would take for one."""
_LINK = re.compile(r"(?:https?://|urn:)\S+")
"""Ids in links look like numbers."""
_LONGEST = 100_000
"""Characters of a text that are searched: as long as the longest résumés in exports."""
_MOST_TRIES = 1_000
"""Candidates of one text that are looked at."""


def finds(text: str, country: str) -> Iterator[str]:
    """The kinds of thing that are in a text, of `KINDS`, each at most once.

    Args:
        text: what somebody wrote.
        country: ISO 3166-1; a number without the code of a country is read as one of there.
    """
    searched = text[:_LONGEST]
    if "@" in searched and _ADDRESS.search(searched):
        yield E_MAIL
    bare = _LINK.sub(" ", searched)
    if len(_DIGIT.findall(bare)) >= _FEWEST_DIGITS and _has_number(bare, country):
        yield PHONE
    yield from sensitive.sensitive(bare)


def _has_number(text: str, country: str) -> bool:
    found = PhoneNumberMatcher(text, country or None, leniency=Leniency.VALID, max_tries=_MOST_TRIES)
    return next(iter(found), None) is not None
