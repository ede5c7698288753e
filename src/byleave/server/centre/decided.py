"""One's items with what is decided for each, as a page tells it. Nothing here decides: `Service.decide` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.kernel.decision import Reason
from byleave.policy.semantics import matures, regime_at
from byleave.server.content import MOST_ITEMS
from byleave.server.ui.pack_words import pack_words
from byleave.server.ui.voice import phrase, say
from byleave.text.centre import WHY_ITEM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from byleave.server.answers import ItemState, Outcome
    from byleave.server.content import ContentItem
    from byleave.server.person import Person
    from byleave.server.service import Service

ON_A_PAGE = 25
LOOKED_AT = 3 * MOST_ITEMS
"""Items that one page looks through for those of a verdict; with more, it says so and offers to go on."""
EXCERPT = 280
"""Characters of an item's text on the page."""
_SEEN = {"public": "seen-public", "connections": "seen-connections", "group": "seen-group", "private": "seen-private"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is decided for one purpose and one company."""

    told: str
    since: str | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One item as the page shows it."""

    item_id: str
    kind: str
    text: str
    language: str
    at: datetime | None
    seen: str | None
    used: bool
    withheld: bool
    can_release: bool
    """Whether it is held back by an act on this page; the platform's own mark cannot be taken back here."""
    told: str
    reasons: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def first_use(self) -> Line | None:
        """The first line that says since when it may be used; the others open with it."""
        return next((one for one in self.lines if one.rule), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: after a place of the content source, some items further on."""

    after: str | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Some items, and where to go on."""

    items: tuple[Shown, ...]
    older: Place | None
    looked_at: int
    is_cut: bool
    """Whether so many were looked at without a full page that the rest waits for the next page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items: all, those that may be used, or those that are left out; of one category or of all."""

    show: str = "all"
    kind: str | None = None

    def fits(self, state: ItemState) -> bool:
        """Whether an item is one of them."""
        return self.show == "all" or is_used(state) == (self.show == "used")


def is_used(state: ItemState) -> bool:
    """Whether anybody may use it for anything."""
    return any(one.reason is Reason.ELIGIBLE for one in state.outcomes)


def find(service: Service, person: Person, wanted: Wanted, place: Place) -> Found:
    """The next items that are wanted, newest first. Raises: InputError for a place that no page told."""
    most, at_once = (ON_A_PAGE, ON_A_PAGE) if wanted.show == "all" else (LOOKED_AT, MOST_ITEMS)
    read: list[ContentItem] = []
    places: list[Place] = []
    start = place
    after: str | None = place.after
    while len(read) < most:
        page = service.content.items_of(person.ids, after, at_once, wanted.kind)
        skipped = place.skip if after == place.after else 0
        places += [Place(after, number) for number in range(skipped, len(page.items))]
        read += page.items[skipped:]
        after, start = page.after, Place(page.after)
        if after is None:
            break
    states = service.decide(read)
    fitting = [number for number, one in enumerate(states) if wanted.fits(one)]
    older = start if start.after else None
    if len(fitting) > ON_A_PAGE:
        older = places[fitting[ON_A_PAGE]]
    told = tuple(_shown(service, person, states[number]) for number in fitting[:ON_A_PAGE])
    return Found(told, older, len(read), is_cut=older is not None and len(fitting) < ON_A_PAGE)


def _shown(service: Service, person: Person, state: ItemState) -> Shown:
    facts, text = state.item.facts, state.item.text or ""
    pack = service.policy.governing().pack
    category = pack.categories.get(facts.category or "")
    used = is_used(state)
    seen = _SEEN.get(facts.visibility or "")
    return Shown(
        item_id=state.item.item_id,
        kind=pack_words(pack.id, category.title) if category else say("item-kind-unknown"),
        text=text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …",
        language=state.item.language or "",
        at=facts.created_at,
        seen=say(seen) if seen else None,
        used=used,
        withheld=state.withheld,
        can_release=state.item.item_id in person.register.withheld,
        told=say("item-used" if used else "item-out"),
        reasons=tuple(dict.fromkeys(_reasons(state))),
        lines=tuple(_line(service, person, state.item, one) for one in state.outcomes),
    )


def _reasons(state: ItemState) -> Iterator[str]:
    """Why it is left out, the member's own refusal first; nothing for one that may be used."""
    if is_used(state):
        return
    own = (Reason.WITHHELD, Reason.OPTED_OUT, Reason.OBJECTION)
    failed = {reason for one in state.outcomes for reason in one.failed}
    yield from (phrase(WHY_ITEM[reason]) for reason in own if reason in failed)
    yield from (phrase(WHY_ITEM[one.reason]) for one in state.outcomes)


def _line(service: Service, person: Person, item: ContentItem, one: Outcome) -> Line:
    pack = service.policy.governing(one.purpose).pack
    told = {
        "purpose": say(f"purpose-{one.purpose}"),
        "recipient": pack_words(pack.id, pack.recipients[one.recipient].title),
    }
    if one.reason is not Reason.ELIGIBLE:
        return Line(say("line-out", **told), phrase(WHY_ITEM[one.reason]), None)
    rules = service.policy.rules(one.purpose, one.recipient)
    regime = regime_at(person.member, rules, person.moment.as_of) if person.member else None
    if regime is None or person.member is None or item.facts.since is None:
        return Line(say("line-may", **told), None, None)
    starts = [item.facts.since, regime.effective, regime.recipient_effective]
    waited = (matures(person.member, notice) for notice in (regime.notice, regime.recipient_notice) if notice)
    since = max(*starts, *(min(dates) for dates in waited if dates))
    rule = say("item-rule", rule=pack_words(pack.id, pack.regimes[regime.name].title), pack=pack.id)
    return Line(say("line-may", **told), say("item-since", on=since), rule)
