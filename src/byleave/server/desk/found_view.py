"""What was found of somebody, as the page of their case shows it: texts only once somebody has opened them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.finding.identifiers import IN_WORDS, MARK, Identifier
from byleave.kernel.errors import InputError, LedgerError, MissingExtraError
from byleave.server.desk.found import OtherKeyError, look
from byleave.server.desk.looks import OPEN_FOR, opened
from byleave.server.running import current
from byleave.server.ui.pack_words import pack_words
from byleave.server.ui.voice import catalogue, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest

    from byleave.cases.case import Case
    from byleave.ledger.entries import Entry
    from byleave.server.desk.found import Found, Looked

NOT_LOOKED = (InputError, LedgerError, MissingExtraError)
"""What is raised where nothing can be looked for."""


class Given(NamedTuple):
    """Something by which the person can be found."""

    kind: str
    words: str
    """Blank where only a hash is kept."""


class Line(NamedTuple):
    """One item that was found."""

    found: Found
    kinds: str
    """By what, in words."""
    category: str
    is_open: bool
    """Whether whoever looks has opened its text."""


def given(case: Case) -> Iterator[Given]:
    """What the person gave; what is kept as a hash is told by its kind alone."""
    for text in case.identifiers:
        one = Identifier.read(text)
        if one.kind != MARK:
            words = one.value if one.kind in (*IN_WORDS, "item") else ""
            yield Given(say(f"given-{one.kind}"), words)


def why_not(error: Exception) -> str:
    """The name of the sentence that says why nothing can be looked for."""
    if isinstance(error, OtherKeyError):
        return "case-found-wrong-key"
    return "case-found-no-search" if isinstance(error, MissingExtraError) else "case-found-unreachable"


def place(request: HttpRequest) -> str | None:
    """From which item on the page looks; None: from the first."""
    return request.GET.get("after", "").replace("\x00", "") or None


def found(request: HttpRequest, case: Case, entries: Sequence[Entry]) -> dict[str, Any]:
    """What the page says of the items that were found."""
    after = place(request)
    try:
        looked = look(current(), case, entries, after)
    except NOT_LOOKED as error:
        return {"looked": None, "not_looked": say(why_not(error))}
    told, seen = catalogue(), opened(request, case.id)
    lines = [
        Line(
            one,
            ", ".join(say(f"given-{kind}") for kind in one.kinds),
            _category(one),
            one.is_read and one.item.item_id in seen,
        )
        for one in looked.found
    ]
    return {
        "looked": looked,
        "found": lines,
        "closed": sum(one.found.is_read and not one.is_open for one in lines),
        "open_for": OPEN_FOR.seconds // 60,
        "items": number_text(told, looked.items),
        "own": {name: number_text(told, value) for name, value in _own(looked).items()},
        "out_now": number_text(told, sum(one.is_out for one in looked.found)),
        "freed": number_text(told, freed(looked)),
        "is_continued": after is not None,
        "here": request.GET.urlencode(),
    }


def _category(one: Found) -> str:
    """What an item is, as a pack in force calls it."""
    name = one.item.facts.category or ""
    packs = [governing.pack for governing in current().policy.packs()]
    return next((pack_words(pack.id, pack.categories[name].title) for pack in packs if name in pack.categories), name)


def _own(looked: Looked) -> dict[str, int]:
    return {"count": looked.own, "looked": looked.own_looked_at, "freed": looked.own_freed}


def freed(looked: Looked) -> int:
    """How many of the items that were looked at a refusal would free."""
    return sum(one.freed for one in looked.found) + looked.own_freed
