"""What a person gives to be found by, and how it is written down.

What has a shape of its own in a text (e-mail address, phone number, handle, address of a profile) is kept as a keyed
hash alone: `email:` and 64 hexadecimal digits. A name, a postal address and a quote have none: a text is searched for
their words, so they are kept in words, in the part of an entry that can be erased. An item is named by its id.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from byleave.finding.folding import tokens
from byleave.finding.shapes import email_forms, handle_form, page_kind, phone_forms, url_form
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

HASHED = ("email", "phone", "phone-short", "handle", "url", "site")
IN_WORDS = ("name", "address", "quote")
KINDS = ("name", "email", "phone", "handle", "url", "address", "quote", "item")
"""What a person may give."""
MARK = "mark"
"""Kind of the hash of nothing: it shows whether a key is the one that the others were made with."""
MOST_CHARACTERS = 1_000
"""Of one identifier; a quote need not be whole."""
FEWEST_QUOTED = 5
"""Words: fewer are said by many people."""
FEWEST_LETTERS = 4
"""Of a name, all words together."""
_LABEL = b"byleave identifiers 1"


class Keys:
    """Keyed hashes of identifiers: BLAKE2b (RFC 7693, section 2.9) under a key derived from the suppression key.

    It costs half of HMAC, and a text may hold many addresses.
    """

    def __init__(self, secret: bytes) -> None:
        """Derive the key. `secret` is the suppression key of the ledger."""
        self._begun = hashlib.blake2b(key=hmac.digest(secret, _LABEL, "sha256"), digest_size=32)

    def hash(self, kind: str, form: str) -> str:
        """64 hexadecimal digits; equal for equal kinds and forms alone."""
        return self.hash_of(kind)(form)

    def hash_of(self, kind: str) -> Callable[[str], str]:
        """The same for many forms of one kind."""
        begun = self._begun.copy()
        begun.update(f"{kind}:".encode())
        copied = begun.copy

        def hashed(form: str) -> str:
            one = copied()
            one.update(form.encode())
            return one.hexdigest()

        return hashed

    def mark(self) -> str:
        """The identifier of nobody, kept beside the others."""
        return f"{MARK}:{self.hash(MARK, '')}"


class Identifier(NamedTuple):
    """One identifier as it is kept."""

    kind: str
    value: str
    """A keyed hash, words, or the id of an item."""

    @classmethod
    def read(cls, text: str) -> Identifier:
        """From `kind:value`. Raises: InputError for a kind that nothing here can look for."""
        kind, _, value = text.partition(":")
        if kind not in (*HASHED, *IN_WORDS, "item", MARK) or not value:
            raise InputError(f"an identifier of a kind that is not known here: `{kind}`")
        return cls(kind, value)

    def __str__(self) -> str:
        """`kind:value`."""
        return f"{self.kind}:{self.value}"


def identify(kind: str, value: str, keys: Keys, country: str | None = None) -> tuple[Identifier, ...]:
    """What is kept of an identifier that a person gave; several where it is written in several ways.

    Args:
        kind: one of `KINDS`.
        value: as the person wrote it.
        keys: for what is kept as a hash.
        country: ISO 3166-1 alpha-2; says how a phone number without a country's code is read.

    Raises: InputError when nobody could be found by it, saying what would help.
    """
    if kind not in KINDS:
        raise InputError(f"`{kind}` is no kind of identifier", hint=f"it is one of {', '.join(KINDS)}")
    if not value.strip():
        raise InputError(f"{_TOLD[kind]} is blank")
    if len(value) > MOST_CHARACTERS:
        hint = f"at most {MOST_CHARACTERS:,} characters; a part is enough"
        raise InputError(f"{_TOLD[kind]} is too long", hint=hint)
    if kind == "item":
        return (Identifier(kind, value.strip()),)
    if kind in IN_WORDS:
        return (Identifier(kind, _in_words(kind, value)),)
    forms = _FORMS[kind](value, country)
    if not forms:
        raise InputError(f"`{value.strip()[:100]}` is no {_TOLD[kind].removeprefix('the ')}", hint=_HINTS[kind])
    return tuple(Identifier(one, keys.hash(one, form)) for one, form in forms)


_TOLD = {
    "name": "the name", "email": "the e-mail address", "phone": "the phone number", "handle": "the handle",
    "url": "the address of a profile", "address": "the postal address", "quote": "the quote", "item": "the item's id",
}  # fmt: skip
_HINTS = {
    "email": "write it like ana@example.com",
    "phone": "write it with the country's code, like +49 30 123456",
    "handle": "write it like @ana_example",
    "url": "write it like https://example.com/in/ana",
}
Forms = list[tuple[str, str]]
_FORMS: dict[str, Callable[[str, str | None], Forms]] = {
    "email": lambda value, _: [("email", form) for form in email_forms(value)],
    "phone": phone_forms,
    "handle": lambda value, _: [("handle", form) for form in [handle_form(value)] if form],
    "url": lambda value, _: [(page_kind(form), form) for form in [url_form(value)] if form],
}


def _in_words(kind: str, value: str) -> str:
    """The value with single spaces; its own letters stay, since they tell how else it may be written."""
    told, found = " ".join(value.split()), tokens(value)
    letters = sum(map(len, found))
    if kind == "name" and (len(found) < 2 or letters < FEWEST_LETTERS):  # noqa: PLR2004 - a given and a family name
        hint = "give a first and a last name; or a profile's address, an e-mail address, or quotes of the posts"
        raise InputError(f"`{told[:100]}` alone names too many people", hint=hint)
    if kind == "quote" and len(found) < FEWEST_QUOTED:
        raise InputError("the quote is too short", hint=f"give at least {FEWEST_QUOTED} words that follow each other")
    if kind == "address" and not (len(found) > 1 and any(one[0].isdigit() for one in found)):
        raise InputError(
            f"`{told[:100]}` is no postal address", hint="write street and number, then postcode and place"
        )
    return told


def digest_text(text: str) -> str:
    """The digest of an item's text, as a review names it."""
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
