"""The form's answers: cleaned, checked field by field, and read as what somebody is found by.

Everything that comes in is hostile until it was checked. What cannot be used is told beside its field, and nothing that
was typed is lost.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from byleave.finding.folding import MIXED, fold, fold_runs, tokens, words
from byleave.finding.identifiers import Keys, identify
from byleave.finding.shapes import email_forms
from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError
from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.fields import MOST_IDENTIFIERS
from byleave.policy.regions import normalise_country
from byleave.server.objecting import Given
from byleave.server.objections.links import has_other_scheme, is_link, is_shared, item_of
from byleave.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

EVERYTHING = "everything"
ABOUT = (*PURPOSES, EVERYTHING)
ACCOUNT = ("no", "yes")
FOUND_BY = ("names", "emails", "phones", "profiles", "posts")
"""Fields in which each line is one thing to be found by."""
FIELDS = ("account", "about", *FOUND_BY, "address", "country", "language", "reason")
MOST_CHARACTERS = 10_000
"""In one field."""
MOST_LINES = 25
MOST_WORDS_OF_A_NAME = 8
"""Each further word makes more ways of writing a name; longer ones are quotes."""
MOST_REASON = 2_000
LONGEST_ADDRESS = 254
"""Characters of an e-mail address (RFC 5321, section 4.5.3.1.3, without its brackets)."""
_DIRECTIONS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Signs that nobody sees and that turn a text around; telephones add them when something is copied."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\U000e0000-\U000e007f]")
_NOT_IN_NAMES = re.compile(r"^[=+@\-]|[<>={}|\\^~#$%*]|://")
"""A name begins with no sign that makes a cell a formula (OWASP, "CSV Injection"), and holds no markup."""
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@.]+(?:\.[^\s@.]+)+")
_NO_KEYS = Keys(b"to see whether something can be used")
_WRONG = {
    "name": "object-wrong-name",
    "email": "object-wrong-email",
    "phone": "object-wrong-phone",
    "handle": "object-wrong-handle",
    "url": "object-wrong-profile",
    "quote": "object-wrong-quote",
    "item": "object-wrong-link",
}


class Told(NamedTuple):
    """A sentence of the pages by its name, with its values as somebody typed them."""

    name: str
    values: Mapping[str, object]

    @classmethod
    def of(cls, name: str, **values: object) -> Told:
        """Name it."""
        return cls(name, values)


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was sent."""

    values: Mapping[str, str]
    """What was typed, by field, without signs that nobody sees."""
    identifiers: tuple[tuple[str, str], ...]
    """What somebody is found by: kind and words."""
    errors: Mapping[str, Told]
    """Field → what is wrong with it."""
    notes: tuple[Told, ...]
    """What was read otherwise than it looks."""

    @property
    def digest(self) -> str:
        """Equal for equal answers."""
        return hashlib.sha256(canonical_json(dict(self.values))).hexdigest()

    def given(self, member: str | None) -> Given:
        """What is handed in."""
        about = self.values["about"]
        return Given(
            None if about == EVERYTHING else about,
            self.identifiers,
            self.values["country"] or None,
            self.values["language"],
            member,
        )


def blank(language: str, **values: str) -> Asked:
    """The form before anybody has typed, filled in with what is known of who has signed in."""
    return Asked({**dict.fromkeys(FIELDS, ""), "language": language, **values}, (), {}, ())


def read(told: Mapping[str, str], language: str, links: tuple[str, ...], *, signed_in: bool) -> Asked:
    """Read what was sent.

    Args:
        told: the fields.
        language: of the page, where no other is asked for.
        links: patterns of links to posts.
        signed_in: whether a member sends it: then nothing need be given to be found by, and no address.
    """
    values = {name: _DIRECTIONS.sub("", told.get(name, "")).replace("\r\n", "\n").strip() for name in FIELDS}
    values["language"] = values["language"] or language
    errors = {name: wrong for name, text in values.items() if (wrong := _unusable(name, text))}
    for name in errors:
        values[name] = _CONTROLS.sub("", values[name])[:MOST_CHARACTERS]
    found = list(_found_by(values, links, errors))
    for name, wrong in _choices(values, signed_in=signed_in):
        errors.setdefault(name, wrong)
    if not found and not signed_in and not errors.keys() & set(FOUND_BY):
        errors["names"] = Told.of("object-wrong-nothing")
    if sum(len(_kept(kind, words_, values["country"])) for kind, words_ in found) >= MOST_IDENTIFIERS:
        errors.setdefault("names", Told.of("object-wrong-many", most=MOST_IDENTIFIERS))
    ordered = {name: errors[name] for name in FIELDS if name in errors}
    return Asked(values, tuple(dict.fromkeys(found)), ordered, tuple(_notes(values)))


def _unusable(name: str, text: str) -> Told | None:
    """What makes a field unusable before it is read."""
    if _CONTROLS.search(text):
        return Told.of("object-wrong-control")
    if len(text) > MOST_CHARACTERS:
        return Told.of("object-wrong-long", most=MOST_CHARACTERS)
    if name in FOUND_BY and len(_lines(text)) > MOST_LINES:
        return Told.of("object-wrong-lines", most=MOST_LINES)
    return None


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _choices(values: Mapping[str, str], *, signed_in: bool) -> Iterator[tuple[str, Told]]:
    """What is wrong with the fields that are chosen, and with where somebody is answered."""
    if values["account"] not in ACCOUNT and not signed_in:
        yield "account", Told.of("object-wrong-account")
    if values["about"] not in ABOUT:
        yield "about", Told.of("object-wrong-about")
    if values["country"] and normalise_country(values["country"]) is None:
        yield "country", Told.of("object-wrong-country")
    if values["language"] not in LANGUAGES:
        yield "language", Told.of("object-wrong-language")
    if not values["address"] and not signed_in:
        yield "address", Told.of("object-wrong-address-none")
    elif values["address"] and not is_address(values["address"]):
        yield "address", Told.of("object-wrong-email", value=_short(values["address"]))
    if len(values["reason"]) > MOST_REASON:
        yield "reason", Told.of("object-wrong-long", most=MOST_REASON)


def is_address(text: str) -> bool:
    """Whether a letter could be sent there, and somebody is found by it: ASCII, as most mail servers want it."""
    fits = len(text) <= LONGEST_ADDRESS and text.isascii() and _ADDRESS.fullmatch(text) is not None
    return fits and bool(email_forms(text))


def _found_by(values: Mapping[str, str], links: tuple[str, ...], errors: dict[str, Told]) -> Iterator[tuple[str, str]]:
    """Each line as a kind and words; a line that cannot be used goes to the errors."""
    readers: Mapping[str, Callable[[str], tuple[str, str] | str]] = {
        "names": _name,
        "emails": lambda line: ("email", line),
        "phones": lambda line: ("phone", line),
        "profiles": _profile,
        "posts": lambda line: _post(line, links),
    }
    for field, reader in readers.items():
        for line in _lines(values[field]) if field not in errors else ():
            read_ = reader(line)
            wrong = read_ if isinstance(read_, str) else _wrong(*read_, values["country"])
            if wrong:
                errors.setdefault(field, Told.of(wrong, value=_short(line)))
            elif not isinstance(read_, str):
                yield read_
    if values["address"] and "address" not in errors and is_address(values["address"]):
        yield "email", values["address"]


def _name(line: str) -> tuple[str, str] | str:
    if _NOT_IN_NAMES.search(line):
        return "object-wrong-name-signs"
    if len(tokens(line)) > MOST_WORDS_OF_A_NAME:
        return "object-wrong-name-long"
    return "name", line


def _profile(line: str) -> tuple[str, str] | str:
    if has_other_scheme(line):
        return "object-wrong-scheme"
    if line.startswith("@"):
        return "handle", line
    return "object-wrong-shared" if is_shared(line) else ("url", line)


def _post(line: str, links: tuple[str, ...]) -> tuple[str, str] | str:
    if has_other_scheme(line) and " " not in line:
        return "object-wrong-scheme"
    if not is_link(line):
        return "quote", line
    item = item_of(line, links)
    if item is not None:
        return "item", item
    return "object-wrong-shared" if is_shared(line) else ("url", line)


def _wrong(kind: str, line: str, country: str) -> str | None:
    try:
        _kept(kind, line, country)
    except InputError:
        return _WRONG[kind]
    return None


def _kept(kind: str, line: str, country: str) -> tuple[object, ...]:
    return identify(kind, line, _NO_KEYS, normalise_country(country))


def _notes(values: Mapping[str, str]) -> Iterator[Told]:
    """Words that mix letters of several scripts: they are read as they look."""
    for field in FOUND_BY:
        for line in _lines(values[field]):
            for word, _, _ in words(fold_runs(line.casefold())):
                if MIXED.search(word):
                    yield Told.of("object-note-mixed", value=unicodedata.normalize("NFC", word), read=fold(word))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 - on one line of a small screen
