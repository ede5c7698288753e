"""One's items with what is decided for each, as a page tells it. Nothing here decides: `Service.decide` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from byleave.kernel.decision import Reason
from byleave.policy.semantics import matures, regime_at
from byleave.server.centre.later import Later
from byleave.server.content import MOST_ITEMS
from byleave.server.ui.pack_words import pack_words
from byleave.server.ui.voice import phrase, say
from byleave.text.centre import WHY_ITEM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from byleave.server.answers import ItemState, MemberState, Outcome
    from byleave.server.content import ContentItem
    from byleave.server.person import Person
    from byleave.server.service import Service

ON_A_PAGE = 20
LOOKED_AT = 3 * MOST_ITEMS
"""Items that one page looks through for those of a verdict; with more, it says so and offers to go on."""
EXCERPT = 280
"""Characters of an item's text on the page."""
Use = Literal["used", "some", "later", "out"]
"""Whether it may be used: now for every purpose, now for some, from a day on, or not at all."""
_SEEN = {"public": "seen-public", "connections": "seen-connections", "group": "seen-group", "private": "seen-private"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is decided for one purpose and one company."""

    told: str
    since: str | None
    """Since when it may be used; or why it is left out."""
    rule: str | None
    purpose: str = ""
    may: bool = False
    opens: datetime | None = None
    """From when on it may be used, where only its rule has not begun."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One item as the page shows it."""

    item_id: str
    kind: str
    text: str
    language: str
    at: datetime | None
    seen: str | None
    use: Use
    withheld: bool
    can_release: bool
    """Whether it is held back by an act on this page; the platform's own mark cannot be taken back here."""
    told: str
    tone: str
    short: tuple[Line, ...]
    """One line for each purpose, where it may be used for any."""
    reasons: tuple[str, ...]
    """Why it is left out, where it may be used for none."""
    lines: tuple[Line, ...]


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


def find(service: Service, person: Person, state: MemberState, wanted: Wanted, place: Place) -> Found:
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
    teller = _Teller(service, person, state)
    told = tuple(teller.shown(states[number]) for number in fitting[:ON_A_PAGE])
    return Found(told, older, len(read), is_cut=older is not None and len(fitting) < ON_A_PAGE)


class _Teller:
    """Tells the items of one person."""

    def __init__(self, service: Service, person: Person, state: MemberState) -> None:
        self._service, self._person, self._settings = service, person, state.settings
        self._pack = service.policy.governing().pack
        self._later = Later(service.policy, person, state.settings)

    def shown(self, state: ItemState) -> Shown:
        """One item in words."""
        facts, text = state.item.facts, state.item.text or ""
        category = self._pack.categories.get(facts.category or "")
        lines = tuple(self._line(state.item, one) for one in state.outcomes)
        short = tuple(_short(lines))
        use, told = _use(short)
        seen = _SEEN.get(facts.visibility or "")
        return Shown(
            item_id=state.item.item_id,
            kind=pack_words(self._pack.id, category.title) if category else say("item-kind-unknown"),
            text=text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …",
            language=state.item.language or "",
            at=facts.created_at,
            seen=say(seen) if seen else None,
            use=use,
            withheld=state.withheld,
            can_release=state.item.item_id in self._person.register.withheld,
            told=told,
            tone="none" if use == "out" else "care",
            short=short if use in {"used", "some"} else (),
            reasons=() if use in {"used", "some"} else tuple(dict.fromkeys(self._reasons(state))),
            lines=lines,
        )

    def _reasons(self, state: ItemState) -> Iterator[str]:
        """Why it is left out, the member's own refusal first."""
        failed = {reason for one in state.outcomes for reason in one.failed}
        own = [one for one in (Reason.WITHHELD, Reason.OPTED_OUT, Reason.OBJECTION) if one in failed]
        # where no rule holds, nobody counts as on: that is no act of theirs
        if not any(one.value == "off" and one.deed for one in self._settings):
            own = [one for one in own if one is not Reason.OPTED_OUT]
        yield from (phrase(WHY_ITEM[reason]) for reason in own)
        told = [one.reason for one in state.outcomes]
        # that one company may not is worth saying where nothing else is
        kept = [one for one in told if one is not Reason.RECIPIENT_NOT_PERMITTED]
        yield from (phrase(WHY_ITEM[reason]) for reason in kept or told)

    def _line(self, item: ContentItem, one: Outcome) -> Line:
        policy, person = self._service.policy, self._person
        pack = policy.governing(one.purpose).pack
        told = {
            "purpose": say(f"purpose-{one.purpose}"),
            "recipient": pack_words(pack.id, pack.recipients[one.recipient].title),
        }
        if one.reason is not Reason.ELIGIBLE:
            opens, why = self._later.opens_at(item.facts, one), phrase(WHY_ITEM[one.reason])
            text = say("line-later", **told, on=opens) if opens else say("line-out", **told)
            return Line(text, why, None, one.purpose, opens=opens)
        rules = policy.rules(one.purpose, one.recipient)
        regime = regime_at(person.member, rules, person.moment.as_of) if person.member else None
        if regime is None or person.member is None or item.facts.since is None:
            return Line(say("line-may", **told), None, None, one.purpose, may=True)
        starts = [item.facts.since, regime.effective, regime.recipient_effective]
        waited = (matures(person.member, notice) for notice in (regime.notice, regime.recipient_notice) if notice)
        since = max(*starts, *(min(dates) for dates in waited if dates))
        rule = say("item-rule", rule=pack_words(pack.id, pack.regimes[regime.name].title), pack=pack.id)
        return Line(say("line-may", **told), say("item-since", on=since), rule, one.purpose, may=True)


def _short(lines: tuple[Line, ...]) -> Iterator[Line]:
    """For each purpose the line that matters most: that it may be used, or will, or else the first."""
    for purpose in dict.fromkeys(one.purpose for one in lines):
        own = [one for one in lines if one.purpose == purpose]
        yield next((one for one in own if one.may), None) or next((one for one in own if one.opens), own[0])


def _use(short: tuple[Line, ...]) -> tuple[Use, str]:
    """How it stands, and in words."""
    opens = [one.opens for one in short if one.opens]
    if all(one.may for one in short):
        return "used", say("item-used")
    if any(one.may for one in short):
        return "some", say("item-some")
    return ("later", say("item-later", on=min(opens))) if opens else ("out", say("item-out"))
