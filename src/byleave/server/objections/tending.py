"""What has to happen to cases by itself: letters go out, what nobody confirmed lapses, what is kept is deleted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from byleave.cases.steps import LAPSES_AFTER
from byleave.kernel.errors import ConflictError, UnknownError
from byleave.server.objections import contacts, letters
from byleave.server.objections.contacts import REST_OF_THE_DAY
from byleave.server.objections.models import Contact, Letter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from byleave.server.service import Service

_LETTERS_FOR = timedelta(days=2)
"""That a letter was sent is kept for so long: it limits the letters of a day."""
_AT_ONCE = 100
"""People of whom one entry of the ledger tells what was erased."""


@dataclass(slots=True)
class Tally:
    """What a run did."""

    lapsed: int = 0
    cleared: int = 0
    """Cases of which the address and the reason were removed."""
    unsought: int = 0
    """People by whose objections nothing is kept out any more, and of whom what they were found by was erased."""
    sent: int = 0
    """Letters."""
    waiting: int = 0
    """Letters that were not sent: their address has had enough for today, or was refused."""
    failed: int = 0
    """Letters that the mail server has refused for days, and that were given up."""
    looks: int = 0
    """Notes of what staff looked at that were deleted; the desk does that."""

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
    # by the ledger, so that none is forgotten of which the table of addresses does not know
    for objection, _ in service.store.reader.unconfirmed(now - LAPSES_AFTER - REST_OF_THE_DAY):
        tally.lapsed += _lapse(service, objection, now)
    known = list(Contact.objects.order_by("received_at").values_list("objection", flat=True))
    for number, objection in enumerate(known, start=1):
        tally.cleared += _clear(service, objection, now)
        on_progress(number / len(known))
    tally.unsought = _erase_given(service, now)
    # that somebody was answered is shown at the desk until the address goes
    Letter.objects.filter(kind__in=["confirm", "moved"], sent_at__lt=now - _LETTERS_FOR).delete()
    tally.sent = letters.send_waiting(service)
    tally.waiting = letters.waiting().count()
    tally.failed = Letter.objects.filter(failed_at__gte=now).count()
    return tally


def _lapse(service: Service, objection: str, now: datetime) -> bool:
    """Let what nobody confirmed in time lapse; whether it did."""
    # whoever was never sent the link has not had the time that they were told
    if letters.waiting().filter(objection=objection, kind="confirm").exists():
        return False
    try:
        until = contacts.confirms_until(service.case(objection), contacts.contact(objection))
        if until is None or now < until + REST_OF_THE_DAY:
            return False
        service.lapse(objection)
    except (ConflictError, UnknownError):
        # confirmed, or erased, at the same moment
        return False
    return True


def _clear(service: Service, objection: str, now: datetime) -> bool:
    """Delete where a case was answered once that is no longer needed; whether it was deleted."""
    try:
        if not contacts.is_over(service.case(objection), now):
            return False
    except UnknownError:
        # the person was erased
        pass
    contacts.clear(objection)
    return True


def _erase_given(service: Service, now: datetime) -> int:
    """Erase what people gave to be found by of whom no objection stands, nor can stand by an appeal; how many."""
    before = now - contacts.kept_for() - REST_OF_THE_DAY
    over = [one for one in service.store.reader.given_for_nothing(before) if _is_over(service, one, now)]
    return sum(_erase_some(service, over[start : start + _AT_ONCE]) for start in range(0, len(over), _AT_ONCE))


def _is_over(service: Service, subject: str, now: datetime) -> bool:
    return all(not one.stands and contacts.is_over(one, now) for one in service.cases(subject).values())


def _erase_some(service: Service, subjects: Sequence[str]) -> int:
    try:
        service.store.erase_given(subjects)
    except (ConflictError, UnknownError):
        # somebody objected or was erased at the same moment; the others come again
        return 0
    return len(subjects)
