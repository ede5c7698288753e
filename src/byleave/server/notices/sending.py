"""Send a notice to everybody whom it concerns, once; and remind, once, those who have neither seen it nor chosen.

A notice counts as delivered when the mail server has taken it. A member without an address finds it on the pages, and
it counts once they have put it away: that it merely stood there is no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage

from byleave.server.accounts.models import Account
from byleave.server.acknowledging import RequestKey
from byleave.server.acts import Delivery
from byleave.server.centre.setting_page import begins_of
from byleave.server.notices.letter import letter
from byleave.server.notices.models import Sending
from byleave.server.ui.people import shown
from byleave.server.ui.voice import plainly_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from byleave.server.answers import MemberState, SettingState
    from byleave.server.notices.letter import Letter
    from byleave.server.notices.texts import Notice
    from byleave.server.service import Service

REMIND_BEFORE = timedelta(days=7)
"""The reminder goes out in the last week before a rule begins, and never after."""
_CALLER = "notices"


@dataclass(slots=True)
class Tally:
    """How many members a run has reached, and how."""

    by_mail: int = 0
    on_pages: int = 0
    passed_over: int = 0
    """Who had it already, has chosen, or lives where no rule applies."""

    def as_json(self) -> dict[str, int]:
        """The counts by name."""
        return {"by_mail": self.by_mail, "on_pages": self.on_pages, "passed_over": self.passed_over}


def send(service: Service, notice: Notice, server: str, on_progress: Callable[[int], None] | None = None) -> Tally:
    """Send a notice to every member whom it concerns and who does not have this version.

    Args:
        service: whose ledger takes the evidence.
        notice: the version.
        server: the address under which the pages are reached, for the link.
        on_progress: called after each member, with their number.

    Raises: InputError when this version was published with another text; LedgerError; OSError from the mail server.
    """
    tally = Tally()
    had = set(Sending.objects.filter(notice=notice.name, version=notice.version).values_list("member_id", flat=True))
    for number, account in enumerate(_accounts(), start=1):
        member, state = account.member_id, None if account.member_id in had else service.member(account.member_id)
        setting = concerning(state) if state else None
        if state is None or setting is None or _told(state, notice):
            tally.passed_over += 1
        else:
            _send_one(service, account, letter(notice, setting, shown(member).language, state.as_of), server, tally)
        if on_progress:
            on_progress(number)
    return tally


def remind(service: Service, notice: Notice, server: str, on_progress: Callable[[int], None] | None = None) -> Tally:
    """Remind whoever has neither put the notice away nor made a choice, in the week before the rule begins."""
    tally = Tally()
    waiting = Sending.objects.filter(
        notice=notice.name, version=notice.version, seen_at__isnull=True, reminded_at__isnull=True
    )
    accounts = {one.member_id: one for one in _accounts()}
    for number, sending in enumerate(waiting.order_by("pk"), start=1):
        account, state = accounts.get(sending.member_id), service.member(sending.member_id)
        setting = concerning(state)
        if account is None or not account.email or setting is None or not due(setting, state.as_of):
            tally.passed_over += 1
        else:
            told = letter(notice, setting, sending.language, state.as_of)
            sending.reminded_at = service.now()
            sending.save(update_fields=["reminded_at"])
            title = plainly_in(told.language, "notice-reminder", title=told.title)
            _mail(account.email, title, told.as_mail(server))
            tally.by_mail += 1
        if on_progress:
            on_progress(number)
    return tally


def concerning(state: MemberState) -> SettingState | None:
    """The setting that a notice is about for a member: one that governs training, and that they have not chosen."""
    if not state.registered or not state.is_open:
        return None
    return next((one for one in state.settings if one.purposes and one.regimes and one.deed is None), None)


def due(setting: SettingState, now: datetime) -> bool:
    """Whether a rule that has not begun begins within the time for a reminder."""
    begins = [begins_of(one, now) for one in setting.regimes if not one.in_force]
    return bool(begins) and now < min(begins) <= now + REMIND_BEFORE


def record(service: Service, sending: Sending) -> None:
    """Write down in the ledger that a notice has reached its member; twice is once."""
    key = RequestKey(_CALLER, f"{sending.notice} {sending.version} {sending.member_id}")
    service.deliver([Delivery(sending.member_id, sending.notice, sending.version)], key)


def _accounts() -> Iterator[Account]:
    found: Iterator[Account] = Account.objects.exclude(member_id=None).order_by("pk").iterator()
    return found


def _told(state: MemberState, notice: Notice) -> bool:
    return any((one.notice, one.version) == (notice.name, notice.version) for one in state.notices)


def _send_one(service: Service, account: Account, told: Letter, server: str, tally: Tally) -> None:
    """Publish the text if it was not, hand the letter over, and record that it was; in this order."""
    service.publish_notice(told.notice, told.version, told.language, told.digest)
    by_mail = bool(account.email)
    if by_mail:
        _mail(account.email, told.title, told.as_mail(server))
    sending = Sending(
        member_id=account.member_id,
        notice=told.notice,
        version=told.version,
        language=told.language,
        by_mail=by_mail,
        sent_at=service.now(),
    )
    if by_mail:
        record(service, sending)
        tally.by_mail += 1
    else:
        tally.on_pages += 1
    sending.save()


def _mail(address: str, title: str, body: str) -> None:
    EmailMessage(subject=title, body=body, to=[address]).send()
