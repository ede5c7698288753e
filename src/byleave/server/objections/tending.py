"""What has to happen to cases by itself: letters go out, what nobody confirmed lapses, addresses are cleared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from byleave.kernel.errors import ConflictError, UnknownError
from byleave.server.objections import contacts, letters
from byleave.server.objections.contacts import KEPT_FOR
from byleave.server.objections.models import Contact, Letter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from byleave.server.service import Service

_REST_OF_THE_DAY = timedelta(days=1)
"""The person is told a day, which is over everywhere only then."""
_LETTERS_FOR = timedelta(days=2)
"""That a letter was sent is kept for so long: it limits the letters of a day."""


@dataclass(slots=True)
class Tally:
    """What a run did."""

    lapsed: int = 0
    cleared: int = 0
    """Cases of which the address and the reason were removed."""
    sent: int = 0
    """Letters."""
    waiting: int = 0
    """Letters that were not sent: their address has had enough for today, or was refused."""
    failed: int = 0
    """Letters that the mail server has refused for days, and that were given up."""

    def as_json(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


def tend(service: Service, on_progress: Callable[[float], None] = lambda _: None) -> Tally:
    """Do everything that is due. It can be run at any time, and twice.

    Args:
        service: whose ledger holds the cases.
        on_progress: called with the part that is done.

    Raises: LedgerError; OSError from the mail server.
    """
    tally, now = Tally(), service.now()
    known = list(Contact.objects.order_by("received_at").values_list("objection", "over_at"))
    for number, (objection, over_at) in enumerate(known, start=1):
        _tend_one(service, objection, over_at, now, tally)
        on_progress(number / len(known))
    # that somebody was answered is shown at the desk until the address goes
    Letter.objects.filter(kind="confirm", sent_at__lt=now - _LETTERS_FOR).delete()
    tally.sent = letters.send_waiting(service)
    tally.waiting = letters.waiting().count()
    tally.failed = Letter.objects.filter(failed_at__gte=now).count()
    return tally


def _tend_one(service: Service, objection: str, over_at: datetime | None, now: datetime, tally: Tally) -> None:
    try:
        case = service.case(objection)
    except UnknownError:
        # the person was erased
        contacts.clear(objection)
        tally.cleared += 1
        return
    # whoever was never sent the link has not had the time that they were told
    waits = letters.waiting().filter(objection=objection, kind="confirm").exists()
    until = contacts.confirms_until(case, contacts.contact(objection))
    if until is not None and now >= until + _REST_OF_THE_DAY and not waits:
        try:
            case = service.lapse(objection)
            tally.lapsed += 1
        except ConflictError:
            # confirmed at the same moment
            case = service.case(objection)
    if case.is_open:
        return
    if over_at is None:
        contacts.close(objection, now)
    elif over_at + KEPT_FOR <= now:
        contacts.clear(objection)
        tally.cleared += 1
