"""Tell the person of a case what was done: a letter to the address that they gave, beside what their page says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Min
from django.urls import reverse

from byleave.cases.case import UNANSWERED
from byleave.cases.deadlines import Standing
from byleave.ledger.entries import Kind
from byleave.server.desk.at_hand import calendar, deciding
from byleave.server.desk.letters import Letter, letter, letters_for
from byleave.server.desk.looks import LETTER_PRINTED
from byleave.server.desk.models import LookRow
from byleave.server.objecting import FOLLOW
from byleave.server.objections import letters, models
from byleave.server.objections.contacts import contact, last_day_to_appeal, masked, may_appeal
from byleave.server.objections.views import server_of
from byleave.server.running import current
from byleave.text.catalogue import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from django.http import HttpRequest

    from byleave.cases.case import Case
    from byleave.ledger.entries import Entry


class Written(NamedTuple):
    """A letter that was written, and what became of it."""

    kind: str
    """`confirm`, which asks to confirm, or `told`."""
    at: datetime
    sent: datetime | None
    refused: datetime | None
    """When the mail server first refused it."""
    failed: datetime | None
    """When it was given up."""


class Answered(NamedTuple):
    """Where a case is answered, and how far that has come."""

    address: str
    """With most of it hidden; blank where there is none."""
    reason: str
    written: list[Written]
    printed: datetime | None
    """When a letter was last printed."""
    is_untold: bool
    """Whether there is something to tell of which no letter was written, and there is an address."""
    is_unprinted: bool
    """Whether no letter on paper tells of the last step, and it came by post and there is no address."""
    failed: datetime | None
    """When the last letter was given up, and nobody has printed one since."""


def is_member(entries: Iterable[Entry]) -> bool:
    """Whether somebody has, or had, an account; `entries` is everything that is recorded about them."""
    return any(one.kind is Kind.MEMBER_REGISTERED for one in entries)


def tell(request: HttpRequest, name: str) -> bool:
    """Write the letter that says how a case stands, in the person's language, and send it soon; whether it was written.

    Raises: UnknownError.
    """
    service, at = current(), contact(name)
    if at is None or not at.address:
        return False
    entries, case = deciding().entries(name), deciding().case(name)
    now = service.now()
    what = Letter(
        letters_for(case)[0],
        language_of(at.language),
        is_member(entries),
        link_of(request, case),
        is_late(case, now),
        open_until(case, entries, now),
    )
    title, _, body = letter(case, what, calendar()).partition("\n\n")
    written = letters.write(name, title, body, now)
    letters.soon(service)
    return written


def is_late(case: Case, now: datetime) -> bool:
    """Whether somebody waits for an answer longer than the law allows."""
    return case.standing(calendar(), now) is Standing.OVERDUE


def open_until(case: Case, entries: Iterable[Entry], now: datetime) -> date | None:
    """The last day to appeal, as the person's page tells it; None where no appeal is open."""
    own = is_member(entries)
    return last_day_to_appeal(case, own=own) if may_appeal(case, now, own=own) else None


def ask_again(request: HttpRequest, name: str) -> None:
    """Write the letter anew that asks to confirm."""
    letters.ask_to_confirm(name, server_of(request), current().now())
    letters.soon(current())


def link_of(request: HttpRequest, case: Case) -> str:
    """The address under which whoever has it follows a case, without a sign-in."""
    path = str(reverse("objection-case", args=[case.id, current().address_secret(FOLLOW, case)]))
    return server_of(request) + path


def may_be_printed(case: Case) -> bool:
    """Whether the address of its page may stand on paper: what is confirmed is not taken back with that address."""
    return case.confirmed is not None


def answered(case: Case, *, whole: bool) -> Answered:
    """How the person of a case is answered; `whole`: with the whole address."""
    at = contact(case.id)
    address = at.address if at else ""
    rows: Any = models.Letter.objects.filter(objection=case.id).exclude(kind="moved").order_by("pk")
    every = [Written(*one) for one in rows.values_list("kind", "written_at", "sent_at", "refused_at", "failed_at")]
    looks: Any = LookRow.objects.filter(case_id=case.id, what=LETTER_PRINTED).order_by("-at")
    printed: datetime | None = looks.values_list("at", flat=True).first()
    failed = every[-1].failed if every else None
    return Answered(
        address if whole or not address else masked(address),
        at.reason if at else "",
        [one for one in every if one.kind == "told" or one.failed],
        printed,
        bool(address) and _is_untold(case, every),
        not address and _is_unprinted(case, printed),
        None if failed and printed and printed >= failed else failed,
    )


def _is_untold(case: Case, written: Sequence[Written]) -> bool:
    """Whether no letter is on its way, or there, that says what was done last."""
    good = [one.at for one in written if one.kind == "told" and one.failed is None]
    said = case.decided or case.extended
    if said is None:
        return case.came is not None and not good
    return not any(at >= said.at for at in good)


def _is_unprinted(case: Case, printed: datetime | None) -> bool:
    if case.came is None or (case.state in UNANSWERED and case.taken_back_on is None):
        return False
    return printed is None or (case.decided is not None and printed < case.decided.at)


def acknowledged_at(case: Case) -> datetime | None:
    """When the person was told first that their case has come; None: not yet."""
    return case.acknowledged or told_first([case.id]).get(case.id)


def told_first(cases: Sequence[str]) -> dict[str, datetime]:
    """Case → when a letter about it first went out, by mail or on paper; those without any are missing."""
    sent: Any = models.Letter.objects.filter(objection__in=cases, kind="told", sent_at__isnull=False)
    printed: Any = LookRow.objects.filter(case_id__in=cases, what=LETTER_PRINTED)
    found: dict[str, datetime] = {}
    mailed = sent.order_by().values_list("objection").annotate(first=Min("sent_at"))
    for name, at in (*mailed, *printed.order_by().values_list("case_id").annotate(first=Min("at"))):
        found[name] = min(at, found.get(name, at))
    return found
