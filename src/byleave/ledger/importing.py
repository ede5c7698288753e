"""What another record of people's choices adds to a ledger: never anything that ends a refusal.

- Nothing is recorded twice: what the ledger holds already is known by its content.
- An *off*, an objection that stands and a withheld item are recorded whoever says so.
- An *on* is recorded only where the row says that the person did it (actor `member`), and as told by another record
  (actor `import`): it never beats an *off* that is dated later (`policy/semantics.py`). For somebody who was erased and
  had refused, only an *on* after they came back is.
- That an objection has ended is never taken over: only the person ends it, in the ledger itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError, RefusedError
from byleave.ledger.admission import ENDINGS, Proposal, check_proposal
from byleave.ledger.covering import chosen, not_known, unused_by
from byleave.ledger.entries import PLATFORM, Entry, Kind
from byleave.ledger.fold import fold_some
from byleave.ledger.wire import to_microseconds
from byleave.policy.facts import IMPORT, MEMBER, Member, Residence
from byleave.policy.semantics import residence_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from byleave.ledger.covering import TermsOf
    from byleave.ledger.suppression import Refusal


class Place(NamedTuple):
    """Where a row stands."""

    file: str
    row: int

    def __str__(self) -> str:
        """As errors name it."""
        return f"`{self.file}`, row {self.row}"


class GivenHome(NamedTuple):
    """A row of members."""

    place: Place
    country: str | None
    birth_date: date | None
    since: datetime | None


class GivenAct(NamedTuple):
    """A row of preferences."""

    place: Place
    setting: str
    on: bool
    at: datetime
    seq: int | None
    recorded_at: datetime | None
    actor: str | None


class GivenObjection(NamedTuple):
    """A row of objections."""

    place: Place
    purpose: str | None
    received_at: datetime
    status: str | None
    resolved_at: datetime | None

    def ended(self, now: datetime) -> bool:
        """Whether it ends by `now`, as the definition has it."""
        ends = self.resolved_at
        return self.status in ("withdrawn", "rejected") and ends is not None and self.received_at < ends <= now


class GivenNotice(NamedTuple):
    """A row of notices."""

    place: Place
    notice: str
    version: str | None
    delivered_at: datetime


class GivenWithholding(NamedTuple):
    """A row of withholdings."""

    place: Place
    item: str
    at: datetime | None


@dataclass(slots=True)
class Given:
    """What the input says about one person."""

    name: str
    homes: list[GivenHome] = field(default_factory=list)
    acts: list[GivenAct] = field(default_factory=list)
    objections: list[GivenObjection] = field(default_factory=list)
    notices: list[GivenNotice] = field(default_factory=list)
    withholdings: list[GivenWithholding] = field(default_factory=list)

    def acts_in_order(self) -> list[GivenAct]:
        """By `seq`, else by date, where *off* wins a tie by coming last."""
        return sorted(self.acts, key=lambda act: (act.at, not act.on) if act.seq is None else (act.seq, False))


class Known(NamedTuple):
    """What the ledger says about one person."""

    history: Sequence[Entry]
    """Every entry about any id of theirs, in order."""
    kept: Sequence[Refusal]
    """What was kept when they were erased."""


NOTHING_KNOWN = Known((), ())


class Aside(StrEnum):
    """Why a row is read and not recorded."""

    KNOWN = "known"
    ON_OF_NOBODY = "on-not-by-the-person"
    ON_OF_ERASED = "on-before-the-person-came-back"
    ON_BEFORE_OFF = "on-before-an-off"
    ENDED = "objection-ended"
    FIRST_HOME = "first-residence-differs"


@dataclass(slots=True)
class Plan:
    """What is to be recorded of one person, in this order, and how many rows are not."""

    acts: list[Proposal] = field(default_factory=list)
    aside: Counter[Aside] = field(default_factory=Counter)


def plan_person(given: Given, known: Known, now: datetime, terms_of: TermsOf = not_known) -> Plan:
    """What one person's rows add to the ledger; `terms_of` tells what each setting governs now.

    Raises: RefusedError or InputError naming file and row, for a row that cannot be recorded.
    """
    plan, own = Plan(), [entry for entry in known.history if entry.subject == given.name]
    registered = any(entry.kind is Kind.MEMBER_REGISTERED for entry in own)
    _withholdings(plan, given, own)
    _objections(plan, given, own, now)
    if not registered and not given.homes:
        _refuse_unregistered(given)
    if not registered and given.homes:
        _register(plan, given)
    _acts(plan, given, known, now, terms_of)
    if registered:
        _moves(plan, given, known.history, own, now)
    _notices(plan, given, own)
    return plan


def objection_name(subject: str, one: GivenObjection) -> str:
    """The id of an objection that has none of its own, from its content."""
    told = canonical_json([subject, one.purpose, to_microseconds(one.received_at)])
    return f"import-{hashlib.sha256(told).hexdigest()[:32]}"


def _add(plan: Plan, place: Place, proposal: Proposal) -> None:
    try:
        check_proposal(proposal)
    except InputError as error:
        raise InputError(f"{place}: {error.message}", hint=error.hint) from error
    plan.acts.append(proposal)


def _refuse_unregistered(given: Given) -> None:
    for what, rows in (("a preference", given.acts), ("a notice", given.notices)):
        if rows:
            message = f"{rows[0].place}: {what} of `{given.name}`, who is neither in the ledger nor among the members"
            raise RefusedError(message, hint="give the table of members, too")


def _register(plan: Plan, given: Given) -> None:
    """Two countries from the beginning on make it unknown, as in a folder."""
    first = {home.country for home in given.homes if home.since is None}
    births = [home.birth_date for home in given.homes if home.birth_date is not None]
    data = {"country": first.pop() if len(first) == 1 else None, "birth_date": max(births, default=None)}
    _add(plan, given.homes[0].place, Proposal(Kind.MEMBER_REGISTERED, given.name, IMPORT, data))
    for home in _dated(given):
        _move(plan, given.name, home)


def _dated(given: Given) -> Iterator[GivenHome]:
    seen: set[tuple[str | None, datetime]] = set()
    for home in sorted((home for home in given.homes if home.since), key=lambda home: (home.since, home.place)):
        if home.since is not None and (home.country, home.since) not in seen:
            seen.add((home.country, home.since))
            yield home


def _move(plan: Plan, name: str, home: GivenHome) -> None:
    data = {"country": home.country, "since": home.since}
    _add(plan, home.place, Proposal(Kind.MEMBER_MOVED, name, IMPORT, data, home.since))


def _moves(plan: Plan, given: Given, history: Sequence[Entry], own: Sequence[Entry], now: datetime) -> None:
    """What is new about where somebody lives who is registered already."""
    _refuse_later_birth(given, history)
    homes = residences(own)
    for home in _dated(given):
        if (home.country, home.since) in {(one.country, one.since) for one in homes}:
            plan.aside[Aside.KNOWN] += 1
        else:
            _move(plan, given.name, home)
    undated = [home for home in given.homes if home.since is None]
    if not undated:
        return
    first = {home.country for home in undated}
    country = first.pop() if len(first) == 1 else None
    if any(home.since for home in given.homes):  # then it is where they lived at first, and not where they live now
        same = country == homes[0].country
        plan.aside[Aside.KNOWN if same else Aside.FIRST_HOME] += len(undated)
        return
    here = residence_at(Member(tuple(homes)), now)
    if here is not None and here.country == country:
        plan.aside[Aside.KNOWN] += len(undated)
    else:
        _move(plan, given.name, GivenHome(undated[0].place, country, None, None))


def residences(own: Iterable[Entry]) -> list[Residence]:
    """Where somebody lives by the entries about them."""
    result = []
    for entry in own:
        if entry.kind is Kind.MEMBER_REGISTERED:
            result.append(Residence(entry.data["country"], None, entry.recorded_at))
        elif entry.kind is Kind.MEMBER_MOVED:
            result.append(Residence(entry.data["country"], entry.data["since"] or entry.at, entry.recorded_at))
    return result


def _refuse_later_birth(given: Given, history: Sequence[Entry]) -> None:
    """The latest birth date counts, and a ledger takes none down after the registration: it would be lost."""
    born = [entry.data["birth_date"] for entry in history if entry.kind is Kind.MEMBER_REGISTERED]
    latest = max((day for day in born if day is not None), default=None)
    for home in given.homes:
        if home.birth_date is not None and (latest is None or home.birth_date > latest):
            told = f"with the birth date `{latest}`" if latest else "without a birth date"
            message = f"{home.place}: `{given.name}` is registered {told}, and this row says `{home.birth_date}`"
            raise RefusedError(message, hint="the later date counts, and a ledger cannot correct it; leave it blank")


def _acts(plan: Plan, given: Given, ledger: Known, now: datetime, terms_of: TermsOf) -> None:
    own = [entry for entry in ledger.history if entry.subject == given.name]
    switched = [entry for entry in ledger.history if entry.kind is Kind.PREFERENCE_SET]
    known = {
        (entry.data["setting"], entry.data["value"], entry.at) for entry in switched if entry.subject == given.name
    }
    back = max((entry.recorded_at for entry in own if entry.kind is Kind.MEMBER_REGISTERED), default=None)
    refused = {one.setting for one in ledger.kept}
    # of every account of theirs: once they are merged, an off is dated when it began to count
    off = [(entry.data["setting"], entry.at) for entry in switched if entry.data["value"] == "off"]
    for act in given.acts_in_order():
        dates = (act.at, act.recorded_at or act.at)
        at = max(dates) if act.on else min(dates)
        told = (act.setting, "on" if act.on else "off", at)
        if told in known:
            plan.aside[Aside.KNOWN] += 1
        elif act.on and act.actor != MEMBER:
            plan.aside[Aside.ON_OF_NOBODY] += 1
        elif act.on and act.setting in refused and (back is None or at <= back):
            plan.aside[Aside.ON_OF_ERASED] += 1
        elif act.on and any(setting == act.setting and at <= since for setting, since in off):
            plan.aside[Aside.ON_BEFORE_OFF] += 1
        else:
            known.add(told)
            off += [] if act.on else [(act.setting, at)]
            actor = IMPORT if act.actor in (None, MEMBER, IMPORT) else PLATFORM
            under = terms_of(act.setting)
            before = None if act.on or under is None or not under.rules else _member(given.name, ledger, plan, now)
            data = chosen(told[0], told[1], under, unused_by(under, before, min(at, now)))
            _add(plan, act.place, Proposal(Kind.PREFERENCE_SET, given.name, actor, data, at))


def _member(name: str, ledger: Known, plan: Plan, now: datetime) -> Member:
    """Somebody by what is recorded and what is planned so far.

    The platform knew where they lived and what they were told before the ledger did, so it is not asked since when.
    """
    last = ledger.history[-1].seq if ledger.history else 0
    planned = [
        Entry(last + 1 + number, now, one.kind, one.subject, one.actor, one.at or now, one.data)
        for number, one in enumerate(plan.acts)
    ]
    member = fold_some([*ledger.history, *planned]).members[name]
    homes = tuple(replace(one, recorded_at=None) for one in member.residences)
    notices = tuple(replace(one, recorded_at=None) for one in member.notices)
    return replace(member, residences=homes, notices=notices)


def _objections(plan: Plan, given: Given, own: Sequence[Entry], now: datetime) -> None:
    known = {entry.data["objection"] for entry in own if entry.kind is Kind.OBJECTION_RECEIVED}
    closed = {entry.data["objection"] for entry in own if entry.kind in ENDINGS}
    for one in given.objections:
        name = objection_name(given.name, one)
        new = name not in known
        if new and one.ended(now):
            plan.aside[Aside.ENDED] += 1
            continue
        if new:
            known.add(name)
            data = {"objection": name, "purpose": one.purpose}
            _add(plan, one.place, Proposal(Kind.OBJECTION_RECEIVED, given.name, IMPORT, data, one.received_at))
        if one.status == "upheld" and name not in closed:
            closed.add(name)
            _add(plan, one.place, Proposal(Kind.OBJECTION_UPHELD, given.name, IMPORT, {"objection": name}))
        elif not new:
            plan.aside[Aside.ENDED if one.ended(now) else Aside.KNOWN] += 1


def _notices(plan: Plan, given: Given, own: Sequence[Entry]) -> None:
    known = {
        (entry.data["notice"], entry.data["version"], entry.at) for entry in own if entry.kind is Kind.NOTICE_DELIVERED
    }
    for one in given.notices:
        if (one.notice, one.version, one.delivered_at) in known:
            plan.aside[Aside.KNOWN] += 1
            continue
        known.add((one.notice, one.version, one.delivered_at))
        data = {"notice": one.notice, "version": one.version}
        _add(plan, one.place, Proposal(Kind.NOTICE_DELIVERED, given.name, IMPORT, data, one.delivered_at))


def _withholdings(plan: Plan, given: Given, own: Sequence[Entry]) -> None:
    """A row without a date is known where the item was ever withheld: the person may have released it since."""
    withheld = [(entry.data["item"], entry.at) for entry in own if entry.kind is Kind.ITEM_WITHHELD]
    known, items = set(withheld), {item for item, _ in withheld}
    for one in given.withholdings:
        if one.item in items if one.at is None else (one.item, one.at) in known:
            plan.aside[Aside.KNOWN] += 1
            continue
        items.add(one.item)
        known |= {(one.item, one.at)} if one.at is not None else set()
        _add(plan, one.place, Proposal(Kind.ITEM_WITHHELD, given.name, IMPORT, {"item": one.item}, one.at))
