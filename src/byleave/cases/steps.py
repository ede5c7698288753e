"""What may be done with a case: each step checks that it may be taken, and gives the entry that records it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from byleave.cases.case import State
from byleave.cases.deadlines import terms_for
from byleave.kernel.errors import ConflictError, InputError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.policy.facts import MEMBER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from byleave.cases.case import Case
    from byleave.cases.deadlines import Calendar

UNCONFIRMED = "unconfirmed-30-days"
"""The rule by which an objection lapses that nobody has confirmed; the person is told of it when they object."""
LAPSES_AFTER = timedelta(days=30)


def confirm(case: Case) -> Proposal:
    """The person says that the objection is theirs. It stood before. Raises: ConflictError."""
    if case.state in (State.LAPSED, State.WITHDRAWN):
        raise ConflictError(f"the objection `{case.id}` is {case.state}", hint="object again; it takes effect at once")
    return Proposal(Kind.OBJECTION_CONFIRMED, case.subject, MEMBER, {"objection": case.id})


def take_up(case: Case, by: str) -> Proposal:
    """Staff begin to look at it. Raises: ConflictError, InputError."""
    return _by_staff(case, Kind.OBJECTION_IN_REVIEW, by)


def extend(case: Case, by: str, grounds: str, calendar: Calendar, now: datetime) -> Proposal:
    """Tell the person that the answer takes longer, and why.

    Raises: ConflictError when that was told already, comes too late, or the person's law has no such thing.
    """
    terms = terms_for(case.country)
    if case.extended is not None:
        raise ConflictError(f"the answer to `{case.id}` was put off already")
    if not terms.further_months:
        raise ConflictError(f"the answer to `{case.id}` cannot be put off: {terms.source}")
    if now >= case.due(calendar).end:
        raise ConflictError(f"the answer to `{case.id}` is late; a notice comes too late", hint="answer it")
    return _by_staff(case, Kind.OBJECTION_EXTENDED, by, grounds)


def uphold(case: Case, by: str) -> Proposal:
    """The objection is right, or is granted. What it kept out stays out. Raises: ConflictError, InputError."""
    return _by_staff(case, Kind.OBJECTION_UPHELD, by)


def refuse(case: Case, by: str, grounds: str) -> Proposal:
    """Refuse it, with grounds, by a person who answers for it; from then on it no longer stands.

    Raises: ConflictError when the law knows no refusal, or it is decided; InputError without grounds or name.
    """
    if terms_for(case.country).never_refused:
        raise ConflictError(f"the objection `{case.id}` is an express wish, and cannot be refused", hint="uphold it")
    return _by_staff(case, Kind.OBJECTION_REJECTED, by, grounds)


def take_back_by_letter(case: Case, by: str, grounds: str, day: date) -> Proposal:
    """The person has taken it back by letter, and staff write that down: they answer for it, as for a refusal.

    Only what the person cannot take back online: what came by post, and what is answered where staff chose.

    Args:
        case: as it is now.
        by: the person of the staff who answers for it.
        grounds: what stands in the letter.
        day: on which the letter came.

    Raises: as `refuse`; ConflictError for what the person can take back by themselves.
    """
    if case.came is None and not case.readdressed:
        raise ConflictError(f"only the person takes the objection `{case.id}` back", hint="they have the link for it")
    told = refuse(case, by, grounds)
    return replace(told, data={**told.data, "withdrawn_on": day.isoformat()})


def lapse(case: Case, now: datetime) -> Proposal:
    """End an objection that nobody has confirmed in time, by the rule of which the person was told.

    Raises: ConflictError when it was confirmed, is decided, still has time, or came by another way than the form:
    nobody told its person of the rule.
    """
    if case.state is not State.RECEIVED:
        raise ConflictError(f"the objection `{case.id}` is {case.state}, and does not lapse")
    if case.language is None:
        raise ConflictError(f"the objection `{case.id}` did not come by the form, and does not lapse")
    if now < case.received + LAPSES_AFTER:
        raise ConflictError(f"the objection `{case.id}` may be confirmed until {case.received + LAPSES_AFTER}")
    grounds = f"not confirmed within {LAPSES_AFTER.days} days"
    data = {"objection": case.id, "grounds": grounds, "lapsed": UNCONFIRMED}
    return Proposal(Kind.OBJECTION_REJECTED, case.subject, PLATFORM, data)


def appeal(case: Case, new: str) -> Proposal:
    """The person does not accept a refusal: a new objection, which stands from now on until it is decided.

    Args:
        case: the one that was refused, or that lapsed, or of which staff wrote down that it was taken back.
        new: id of the appeal.

    Raises: ConflictError when there is nothing to appeal against, or an appeal was made already.
    """
    if not case.can_be_appealed:
        raise ConflictError(f"the objection `{case.id}` is {case.state}", hint="it stands; there is nothing to appeal")
    if case.appealed_by:
        raise ConflictError(f"the objection `{case.id}` was appealed against by `{case.appealed_by[-1]}`")
    told = {"country": case.country, "language": case.language}
    data = {"objection": new, "purpose": case.purpose, "appeals": case.id}
    data |= {name: value for name, value in told.items() if value is not None}
    return Proposal(Kind.OBJECTION_RECEIVED, case.subject, MEMBER, data)


def readdress(case: Case, by: str, came: str, grounds: str) -> Proposal:
    """Answer it at another e-mail address from now on; in every state, since an answer follows the end, too.

    Args:
        case: as it is now.
        by: who of the staff does it.
        came: how they learnt of the address, of `ledger.fields.CAME`. The address itself is in no entry.
        grounds: how they know that it is the person's.
    """
    data = {"objection": case.id, "by": by.strip(), "came": came, "grounds": grounds.strip()}
    return Proposal(Kind.OBJECTION_READDRESSED, case.subject, PLATFORM, data)


def chain(case: Case, cases: Mapping[str, Case]) -> list[Case]:
    """A case with all those that it appeals against, and all that appeal against it: from each of them leads a link."""
    found: dict[str, Case] = {}
    waiting = [case.id]
    while waiting:
        one = cases.get(waiting.pop())
        if one is not None and one.id not in found:
            found[one.id] = one
            waiting += [*one.appealed_by, *([one.appeals] if one.appeals else [])]
    return list(found.values())


def _by_staff(case: Case, kind: Kind, by: str, grounds: str | None = None) -> Proposal:
    if not case.is_open:
        raise ConflictError(f"the objection `{case.id}` is {case.state} already")
    if not by.strip():
        raise InputError("who decides is blank", hint="a person answers for it, by name")
    data: dict[str, Any] = {"objection": case.id, "by": by.strip()}
    if kind in (Kind.OBJECTION_REJECTED, Kind.OBJECTION_EXTENDED):
        if not (grounds or "").strip():
            raise InputError("the grounds are blank", hint="say why, so that the person can answer")
        data["grounds"] = (grounds or "").strip()
    return Proposal(kind, case.subject, PLATFORM, data)
