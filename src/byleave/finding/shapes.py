"""What has a shape in a text: e-mail addresses, phone numbers, handles, web addresses; and their one way of writing.

Each function takes folded text. A text may hold something between what belongs to it and what does not: then every
reading is given, and the one that somebody gave is found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from byleave.finding.folding import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FEWEST_DIGITS, MOST_DIGITS = 7, 15
"""Of a phone number. Source: ITU-T E.164, section 6.2.1, for the most; the fewest are ours."""
FEWEST_CERTAIN_DIGITS = 9
"""A number without its country's code and with fewer digits may be somebody else's elsewhere."""
_MOST_GROUPS = 12
_MOST_SEGMENTS = 6


class Reading(NamedTuple):
    """One way to read a part of a text."""

    kind: str
    form: str
    start: int
    end: int


BETWEEN = b" \n "
"""Between the texts of a row. No shape holds a space and a line's end; the spaces end what has no space in it."""


class Row:
    """Several folded texts, with `BETWEEN` between them, that are read at once."""

    def __init__(self, text: str) -> None:
        """Take them as one."""
        self.text = text
        self._starts: list[int] = []

    def place(self, at: int) -> tuple[int, int]:
        """The index of the text at a place, and where that text begins."""
        if not self._starts:
            self._starts = [0, *(one.end() + 1 for one in _LINE_END.finditer(self.text))]
        index = bisect_right(self._starts, at) - 1
        return index, self._starts[index]


_LINE_END = re.compile("\n")
_LONGEST_LOCAL = 64
_NEVER_LOCAL = re.compile(r'[ \t@<>()\[\],;:"\\]')
_DOMAIN = re.compile(r"(?:[^\W_](?:[^\W_]|-){0,62}\.)+[^\W_](?:[^\W_]|-){0,62}")
_TAKEN_APART = re.compile(r"[^\w.+-]")
_NUMBER = re.compile(r"\d(?:[ ().\-/]{0,3}\d){6,}")
_DIGITS = re.compile(r"\d+")
_HANDLE = re.compile(r"(?<![\w.@/])@([\w](?:[\w.-]{0,62}\w)?)")
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,20}://)?(?:[^\W_](?:\w|-){0,62}\.)+[a-z][a-z0-9-]{1,62}(?::\d+)?(?:/[^\s<>\"|\\^`{}]*)?"
)
_AFTER_A_LINK = ".,;:!)]*_~'-"
_HOST_ALIAS = re.compile(r"^(?:www|m|mobile|[a-z]{2})\.(?=[^.]+\.[^.]+)")


def readings(folded: str, kinds: Collection[str]) -> Iterator[Reading]:
    """Everything in a folded text that may be an address, a number or a handle, of the kinds that are looked for."""
    if "@" in folded:
        if "email" in kinds:
            yield from _emails(folded)
        if "handle" in kinds:
            for found in _HANDLE.finditer(folded):
                yield Reading("handle", found[1], *found.span())
    numbers = [kind for kind in ("phone", "phone-short") if kind in kinds]
    if numbers:
        for form, start, end in _phones(folded):
            for kind in numbers:
                yield Reading(kind, form, start, end)
    if "site" in kinds or ("url" in kinds and "/" in folded):
        yield from _urls(folded, kinds)


def _emails(folded: str) -> Iterator[Reading]:
    at = folded.find("@")
    while at >= 0:
        domain = _DOMAIN.match(folded, at + 1)
        start = _local_start(folded, at) if domain else at
        if domain and start < at:
            local = folded[start:at]
            if local.isalnum():
                yield Reading("email", f"{local}@{_domain_form(domain[0])}", start, domain.end())
                at = folded.find("@", at + 1)
                continue
            # `mail=ana@…` and `'ana@…'`: what stands before a sign that hardly any address holds may not belong to it
            for cut in sorted({0, *(sign.end() for sign in _TAKEN_APART.finditer(local))}):
                for form in _email_forms(local[cut:], domain[0]):
                    yield Reading("email", form, start + cut, domain.end())
        at = folded.find("@", at + 1)


def _local_start(folded: str, at: int) -> int:
    """Where the part of an address before its sign begins. Source of the length: RFC 5321, section 4.5.3.1.1."""
    return at - len(_NEVER_LOCAL.split(folded[max(0, at - _LONGEST_LOCAL) : at])[-1])


def email_forms(value: str) -> list[str]:
    """The forms of an address that a person gave: as written, and without what follows a plus sign."""
    plain = fold(value).strip().removeprefix("mailto:")
    local, _, domain = plain.rpartition("@")
    whole = _DOMAIN.fullmatch(domain) and local and _local_start(plain, len(local)) == 0
    return _email_forms(local, domain) if whole else []


def _email_forms(local: str, domain: str) -> list[str]:
    domain = _domain_form(domain)
    bare = local.strip("._-*'")
    forms = [local, bare, local.partition("+")[0], bare.partition("+")[0]]
    return [f"{one}@{domain}" for one in dict.fromkeys(forms) if one]


def _domain_form(domain: str) -> str:
    return _plain_domain(domain.rstrip("-."))


def _plain_domain(domain: str) -> str:
    """A domain in letters, not in Punycode (RFC 3492)."""
    if "xn--" not in domain:
        return domain
    try:
        return fold(domain.encode("ascii").decode("idna"))
    except UnicodeError:
        return domain


def _phones(folded: str) -> Iterator[tuple[str, int, int]]:
    for found in _NUMBER.finditer(folded):
        written, start = found[0], found.start()
        if written.isdigit():
            for form in _number_forms(written):
                yield form, start, found.end()
            continue
        text = written.replace("(0)", "   ")
        groups = [(one[0], start + one.start(), start + one.end()) for one in _DIGITS.finditer(text)][:_MOST_GROUPS]
        seen = set()
        for first in range(len(groups)):
            digits = ""
            for group, _, end in groups[first:]:
                digits += group
                for form in _number_forms(digits):
                    if form not in seen:
                        seen.add(form)
                        yield form, groups[first][1], end


def _number_forms(digits: str) -> Collection[str]:
    """The digits as they are, and without what stands before a country's code; none where they are too few or many."""
    if len(digits) < FEWEST_DIGITS or len(digits) > MOST_DIGITS + len("011"):
        return ()
    forms = {digits, digits.removeprefix("00"), digits.removeprefix("011")} if digits[0] == "0" else (digits,)
    return [form for form in forms if FEWEST_DIGITS <= len(form) <= MOST_DIGITS]


def phone_forms(value: str, country: str | None) -> list[tuple[str, str]]:
    """The digits of a number with its country's code, and as it is written inside the country."""
    import phonenumbers  # noqa: PLC0415 - its tables take a while, and a search needs none of them

    try:
        number = phonenumbers.parse(fold(value), country)
    except phonenumbers.NumberParseException:
        return []
    if not phonenumbers.is_possible_number(number):
        return []
    international = "".join(_DIGITS.findall(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)))
    inside = "".join(_DIGITS.findall(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)))
    local = [form for form in (inside, phonenumbers.national_significant_number(number)) if len(form) >= FEWEST_DIGITS]
    forms = [("phone" if len(form) >= FEWEST_CERTAIN_DIGITS else "phone-short", form) for form in local]
    return list(dict.fromkeys([("phone", international), *forms]))


def handle_form(value: str) -> str | None:
    """A handle without its sign; None where it is none."""
    found = _HANDLE.fullmatch("@" + fold(value).strip().removeprefix("@"))
    return found[1] if found else None


def _urls(folded: str, kinds: Collection[str]) -> Iterator[Reading]:
    sites, pages = "site" in kinds, "url" in kinds
    for first, last in _with_dots(folded):
        for found in _URL.finditer(folded, first, last):
            host, segments = _host_and_path(found[0])
            if sites:
                yield Reading("site", host, *found.span())
            if pages and segments:
                for form in _page_forms(host, segments):
                    yield Reading("url", form, *found.span())


def _with_dots(folded: str) -> Iterator[tuple[int, int]]:
    """Where each run of signs without a space begins and ends that has a dot before its last sign."""
    last, dot = 0, folded.find(".")
    while dot >= 0:
        first = folded.rfind(" ", last, dot) + 1 or last
        last = folded.find(" ", dot)
        last = len(folded) if last < 0 else last
        if dot + 1 < last:
            yield first, last
        dot = folded.find(".", last)


def page_kind(form: str) -> str:
    """A page of a site, or the site as a whole."""
    return "url" if "/" in form else "site"


def _page_forms(host: str, segments: list[str]) -> Iterator[str]:
    """The address of a page, and of every page above it: what belongs to a profile stands below it."""
    form = host
    for segment in segments[:_MOST_SEGMENTS]:
        form = f"{form}/{segment}"
        yield form
    if len(segments) <= _MOST_SEGMENTS:
        bare = segments[-1].rstrip(_AFTER_A_LINK)
        if bare and bare != segments[-1]:
            yield "/".join([host, *segments[:-1], bare])


def url_form(value: str) -> str | None:
    """Host and path of the address of a profile, in one way of writing; None where it is none."""
    found = _URL.match(fold(value).strip())
    if found is None:
        return None
    host, segments = _host_and_path(found[0])
    return "/".join([host, *segments])


def _host_and_path(address: str) -> tuple[str, list[str]]:
    """The host without scheme, port and what names a language or a device; the parts of the path."""
    rest = address.partition("://")[2] or address
    host, _, path = rest.partition("/")
    host = _plain_domain(_HOST_ALIAS.sub("", host.partition(":")[0]))
    if "?" in path or "#" in path:
        path = re.split("[?#]", path)[0]
    if "%" in path:
        path = fold(unquote(path))
    return host, [one for one in path.split("/") if one]
