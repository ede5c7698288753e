"""Where a platform's own record of one person and a ledger differ, and what brings the ledger towards off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.kernel.instants import format_instant
from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.admission import Proposal
from byleave.ledger.covering import Terms, chosen, farthest, not_known, unused_by
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.fold import fold_some
from byleave.ledger.importing import Given, GivenObjection, Known, Place, objection_name, residences
from byleave.ledger.merging import counting
from byleave.policy.facts import IMPORT, MEMBER, Member, Objection, Residence
from byleave.policy.semantics import residence_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from byleave.ledger.covering import TermsOf
    from byleave.policy.facts import Register

DEFAULT, NOTHING = "default", "nothing"
APPLY = "record it: --apply"
IMPORT_IT = "import the members"
TELL = "the person has refused here; tell the platform"
ASK = "only the person ends a refusal; ask them, or tell the platform"
FIELDS = ("who", "what", "theirs", "ours", "since", "todo", "file", "row")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two records say differently about one person."""

    who: str
    what: str
    """`member`, `country`, `setting …`, `objection …`, `withheld …`."""
    theirs: str
    ours: str
    since: datetime | None
    """Since when the one that refuses does, or the other is so; None where that is not known."""
    todo: str
    place: Place | None = None
    act: Proposal | None = None
    """What brings the ledger towards off; None where it is not looser than the platform."""
    hides_off: bool = False
    """Whether it is somebody who is off there, and cannot be here, since they are not registered."""

    @property
    def loosens(self) -> bool:
        """Whether the ledger lets something be used that the platform's record refuses."""
        return self.act is not None

    def as_json(self) -> dict[str, Any]:
        """The same for a machine, in the order of `FIELDS`."""
        since = format_instant(self.since) if self.since else None
        file, row = self.place or (None, None)
        values = (self.who, self.what, self.theirs, self.ours, since, self.todo, file, row)
        return dict(zip(FIELDS, values, strict=True))


def differences(  # noqa: PLR0913 - what a comparison is told
    given: Given,
    known: Known,
    tables: Collection[str],
    now: datetime,
    terms_of: TermsOf = not_known,
    *,
    after_a_loss: bool = False,
) -> Iterator[Difference]:
    """Where the two records of one person differ.

    Args:
        given: the platform's rows about them.
        known: what the ledger says.
        tables: which tables the platform has given; what is not in a table that it gave, it does not have.
        now: the present.
        terms_of: what each setting governs, which an *off* that is recorded then covers for ever.
        after_a_loss: whether entries are lost. What a lost *off* covered and reached nobody knows: as it is recorded
            again, it covers every purpose and reaches at least training.
    """
    register = fold_some(known.history)
    member = register.members.get(given.name)
    if member is None:
        places = [row.place for rows in (given.homes, given.acts, given.notices) for row in rows]
        if places:
            told = (given.name, "member", "a member", "not registered", None, IMPORT_IT, places[0])
            is_off = any(not act.on for act in {act.setting: act for act in given.acts_in_order()}.values())
            yield Difference(*told, hides_off=is_off)
    else:
        given_terms = _widest(terms_of) if after_a_loss else terms_of
        yield from _settings(given, member, now, given_terms, full="preferences" in tables)
        yield from _country(given, known, now)
    yield from _objections(given, register, now, full="objections" in tables)
    yield from _withheld(given, known.history, full="withholdings" in tables)


def missing(name: str) -> Difference:
    """Somebody whom the platform does not have."""
    return Difference(name, "member", NOTHING, "registered", None, "they have left the platform: close or erase them")


def _widest(terms_of: TermsOf) -> TermsOf:
    """The terms of an *off* of which nobody knows what it covered and reached."""

    def widest(setting: str) -> Terms:
        told = terms_of(setting)
        return Terms(tuple(sorted(PURPOSES)), farthest((told.reaches if told else None, "training")))

    return widest


def _settings(given: Given, member: Member, now: datetime, terms_of: TermsOf, *, full: bool) -> Iterator[Difference]:
    theirs = {act.setting: act for act in given.acts_in_order()}
    for setting in sorted({*theirs, *(act.setting for act in member.acts)}):
        happened = [act for act in counting(member.acts, setting) if act.at <= now or not act.on]
        last, told = (happened[-1] if happened else None), theirs.get(setting)
        ours = DEFAULT if last is None else "on" if last.on else "off"
        since = last.at if last else None
        if told is None:
            if full and last is not None:
                yield Difference(given.name, f"setting {setting}", NOTHING, ours, since, "tell the platform")
        elif not told.on and ours != "off":
            under, at = terms_of(setting), min(told.at, now)
            data = chosen(setting, "off", under, unused_by(under, member, at))
            act = Proposal(Kind.PREFERENCE_SET, given.name, IMPORT, data, at)
            yield Difference(given.name, f"setting {setting}", "off", ours, told.at, APPLY, told.place, act)
        elif told.on and ours == "off":
            yield Difference(given.name, f"setting {setting}", "on", ours, since, ASK, told.place)
        elif told.on and ours == DEFAULT and told.actor == MEMBER:
            todo = "import it: the row says that the person did it"
            yield Difference(given.name, f"setting {setting}", "on", ours, told.at, todo, told.place)


def _country(given: Given, known: Known, now: datetime) -> Iterator[Difference]:
    """A row without a date is where they live now, if it is the only kind; else where they lived at first."""
    if not given.homes:
        return
    own = [entry for entry in known.history if entry.subject == given.name]
    rows = tuple(Residence(home.country, home.since) for home in given.homes)
    theirs, ours = residence_at(Member(rows), now), residence_at(Member(tuple(residences(own))), now)
    countries = [place.country if place and place.country else "unknown" for place in (theirs, ours)]
    if countries[0] != countries[1]:
        since = theirs.since if theirs else None
        yield Difference(given.name, "country", countries[0], countries[1], since, IMPORT_IT, given.homes[0].place)


def _objections(given: Given, register: Register, now: datetime, *, full: bool) -> Iterator[Difference]:
    ours = [one for one in register.objections.get(given.name, ()) if one.status not in ("withdrawn", "rejected")]
    theirs = [one for one in given.objections if not one.ended(now)]
    lacking: list[str | None] = []
    for told in theirs:
        # of several rows for one purpose the first is enough
        if not {None, told.purpose} & {*lacking, *(one.purpose for one in ours)}:
            lacking.append(told.purpose)
            # one that stood under this name and was ended stands again under the next
            number = len(register.objections.get(given.name, ()))
            name = objection_name(given.name, told) + (f"-{number}" if number else "")
            data = {"objection": name, "purpose": told.purpose}
            act = Proposal(Kind.OBJECTION_RECEIVED, given.name, IMPORT, data, min(told.received_at, now))
            what = f"objection to {told.purpose or 'all'}"
            yield Difference(given.name, what, "stands", NOTHING, told.received_at, APPLY, told.place, act)
    for one in ours:
        if full and not _told(one, theirs):
            what = f"objection to {one.purpose or 'all'}"
            yield Difference(given.name, what, "nothing that stands", "stands", one.received_at, ASK)


def _told(ours: Objection, theirs: Collection[GivenObjection]) -> bool:
    return any(told.purpose in (None, ours.purpose) for told in theirs)


def _withheld(given: Given, history: Collection[Entry], *, full: bool) -> Iterator[Difference]:
    ours = {}
    for entry in history:
        if entry.kind is Kind.ITEM_WITHHELD:
            ours[entry.data["item"]] = entry.at
        elif entry.kind is Kind.ITEM_RELEASED:
            ours.pop(entry.data["item"], None)
    theirs = {one.item: one for one in given.withholdings}
    for item, told in sorted(theirs.items()):
        if item not in ours:
            act = Proposal(Kind.ITEM_WITHHELD, given.name, IMPORT, {"item": item}, told.at)
            yield Difference(given.name, f"withheld {item}", "withheld", NOTHING, told.at, APPLY, told.place, act)
    for item in sorted(set(ours) - set(theirs) if full else ()):
        yield Difference(given.name, f"withheld {item}", NOTHING, "withheld", ours[item], TELL)
