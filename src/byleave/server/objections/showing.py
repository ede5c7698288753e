"""What pages say about an objection: the answers as they were given, and a case as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from byleave.cases.case import State, fold_cases
from byleave.finding.identifiers import HASHED, MARK
from byleave.ledger.entries import Kind
from byleave.receipts.draft import ACKNOWLEDGED
from byleave.server.deadline_calendar import calendar_of
from byleave.server.objections.contacts import (
    confirms_until,
    contact,
    day_of,
    kept_for,
    last_day_to_appeal,
    masked,
    may_appeal,
)
from byleave.server.objections.form import EVERYTHING, FOUND_BY
from byleave.server.ui.context import OWN_NAMES
from byleave.server.ui.voice import country, markup, safe, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from byleave.cases.case import Case
    from byleave.ledger.entries import Entry
    from byleave.server.objections.form import Asked

_TONES = {State.REFUSED: "care", State.LAPSED: "none", State.WITHDRAWN: "none"}
_HAPPENED = {
    Kind.OBJECTION_RECEIVED: "received",
    Kind.OBJECTION_CONFIRMED: "confirmed",
    Kind.OBJECTION_IN_REVIEW: "in-review",
    Kind.OBJECTION_EXTENDED: "extended",
    Kind.OBJECTION_READDRESSED: "readdressed",
    Kind.OBJECTION_UPHELD: "upheld",
    Kind.OBJECTION_REJECTED: "refused",
    Kind.OBJECTION_WITHDRAWN: "withdrawn",
    Kind.FINDING_REVIEWED: "reviewed",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a summary."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for `ui/timeline.html`."""

    text: str
    at: datetime
    note: str = ""
    tone: str = ""
    to: str = ""
    action: str = ""
    download: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as its page shows it."""

    reference: str
    state: str
    tag: str
    tone: str
    told: str
    is_open: bool
    stands: bool
    confirms_until: date | None
    """The last day to confirm; None where that is done, or too late."""
    address: str
    """Where it is answered, with most of it hidden; blank: on the pages alone."""
    answered_by: date
    extended: bool
    longer: str
    """Why the answer takes longer; blank where it does not."""
    grounds: str
    signed_by: str
    appeals_until: date | None
    """The last day to appeal; None where there is nothing to appeal against, or it is over."""
    appealed_to: str
    is_written_down: bool
    """Whether staff wrote it down, as it came by letter or telephone."""
    is_readdressed: bool
    """Whether staff wrote down another address for the answer."""
    given_until: date | None
    """The day after which what was given to be found by is deleted; None where it is needed, or gone."""
    given_is_gone: bool
    rows: tuple[Row, ...]
    events: tuple[Event, ...]
    receipt: str


def answers(asked: Asked) -> list[Row]:
    """What somebody has filled in, for a last look."""
    values = asked.values
    rows = [Row(say("object-account"), say(f"object-account-{values['account']}"))] if values["account"] else []
    rows.append(Row(say("object-about"), say(f"object-about-{values['about']}")))
    rows += [Row(say(f"object-{name}"), _lines(values[name])) for name in FOUND_BY if values[name]]
    if values["address"]:
        rows.append(Row(say("object-address"), _lines(values["address"])))
    rows.append(Row(say("object-country"), country(values["country"]) if values["country"] else say("object-not-said")))
    rows.append(Row(say("object-language"), OWN_NAMES[values["language"]]))
    rows.append(Row(say("object-reason"), _lines(values["reason"]) if values["reason"] else say("object-not-said")))
    return rows


def _lines(text: str) -> str:
    lines = [markup("<bdi>{}</bdi>", line) for line in text.splitlines() if line.strip()]
    return safe("<br>".join(lines))


def show(case: Case, entries: tuple[Entry, ...], receipt: str, now: datetime, *, own: bool = False) -> Shown:
    """A case for its page.

    Args:
        case: as it is now.
        entries: everything about its person.
        receipt: name of the page of a receipt, with `0` in place of its number.
        now: the present.
        own: whether a member looks who has signed in.
    """
    due = case.due(calendar_of(settings.CONFIGURATION))
    at, about = contact(case.id), [one for one in entries if one.seq in case.entries]
    decided = case.decided if case.state is State.REFUSED or case.taken_back_on else None
    may = may_appeal(case, now, own=own)
    return Shown(
        reference=case.id,
        state=case.state.value,
        tag=say(f"case-{case.state}"),
        tone=_TONES.get(case.state, ""),
        told=say(f"case-{case.state}-more"),
        is_open=case.is_open,
        stands=case.stands,
        confirms_until=until.date() if (until := confirms_until(case, at)) else None,
        address=masked(at.address) if at and at.address else "",
        answered_by=due.day,
        extended=due.extended,
        longer=(case.extended.grounds or "") if case.extended and case.is_open else "",
        grounds=(decided.grounds or "") if decided else "",
        signed_by=_name(decided.by) if decided else "",
        appeals_until=last_day_to_appeal(case, own=own) if may else None,
        appealed_to=case.appealed_by[-1] if case.appealed_by else "",
        is_written_down=case.came is not None,
        is_readdressed=bool(case.readdressed),
        given_until=_given_until(entries) if case.identifiers else None,
        given_is_gone=not case.stands and not case.identifiers and not own,
        rows=tuple(_facts(case)),
        events=tuple(_events(about, receipt)),
        receipt=_receipt_of(receipt, case.entries[0]),
    )


def _given_until(entries: tuple[Entry, ...]) -> date | None:
    """Until when it is kept what somebody gave to be found by; None while an objection of theirs stands."""
    ends = [None if one.stands or one.decided is None else one.decided.at for one in fold_cases(entries).values()]
    last = [one for one in ends if one is not None]
    return day_of(max(last) + kept_for()) if len(last) == len(ends) else None


def _name(by: str | None) -> str:
    """Who signed a refusal, without the name of their account."""
    return (by or "").partition(" (")[0]


def _facts(case: Case) -> Iterator[Row]:
    yield Row(say("object-about"), say(f"object-about-{case.purpose or EVERYTHING}"))
    spoken = [one.partition(":") for one in case.identifiers]
    names = [words for kind, _, words in spoken if kind == "name"]
    if names:
        yield Row(say("object-names"), _lines("\n".join(names)))
    quotes = [words for kind, _, words in spoken if kind == "quote"]
    if quotes:
        yield Row(say("case-quotes"), _lines("\n".join(quotes)))
    items = sum(kind == "item" for kind, _, _ in spoken)
    if items:
        yield Row(say("case-links"), str(items))
    if any(kind in HASHED and kind != MARK for kind, _, _ in spoken):
        yield Row(say("case-coded"), say("case-coded-more"))
    yield Row(say("object-country"), country(case.country) if case.country else say("object-not-said"))


def _events(entries: list[Entry], receipt: str) -> Iterator[Event]:
    for one in reversed(entries):
        name = _HAPPENED.get(one.kind)
        if name is None:
            continue
        name = "lapsed" if one.data.get("lapsed") else "appealed" if one.data.get("appeals") else name
        name = f"{name}-{one.data['about']}" if one.kind is Kind.FINDING_REVIEWED else name
        has_one, told = one.kind in ACKNOWLEDGED, say(f"case-event-{name}")
        if one.data.get("withdrawn_on"):
            told = say("case-event-taken-back", on=date.fromisoformat(one.data["withdrawn_on"]))
        if name == "received" and one.data.get("came"):
            told = say("case-event-written-down", on=calendar_of(settings.CONFIGURATION).day_of(one.at))
        yield Event(
            told,
            one.recorded_at,
            tone="none" if name in {"withdrawn", "lapsed", "refused"} else "",
            to=_receipt_of(receipt, one.seq) if has_one else "",
            action=say("saved-receipt") if has_one else "",
            download=has_one,
        )


def _receipt_of(pattern: str, seq: int) -> str:
    return f"{pattern.removesuffix('0')}{seq}"


def receipt_page(reference: str, secret: str) -> str:
    """The pattern of addresses of receipts of a case without an account."""
    return str(reverse("objection-receipt", args=[reference, secret, 0]))


def own_receipt_page() -> str:
    """The same for a member who has signed in."""
    return str(reverse("receipt", args=[0]))
