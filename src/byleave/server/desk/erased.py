"""Whoever is erased leaves the desk's index: their cases, their steps, and every number that they are part of.

What they add to the numbers is read while the ledger still has it, and the index is held until the erasure is recorded,
so that nobody counts them meanwhile.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from byleave.server.desk import looks
from byleave.server.desk.at_hand import calendar, calendar_name
from byleave.server.desk.counting import changes
from byleave.server.desk.index import add, hold
from byleave.server.desk.models import CaseRow, StepRow, TakenOut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.server.service import Service


def take_out(sender: object, service: Service, member: str, **_more: object) -> None:  # noqa: ARG001 - a receiver's
    """Take somebody out of the numbers who is about to be erased, in the transaction that ends after that."""
    held = hold()
    if (held.epoch, held.calendar) != (service.head().epoch, calendar_name()):
        # everything is read anew, without them
        return
    counted = changes((one for one in service.person(member).entries if one.seq <= held.seq), 0, calendar())
    add(Counter({key: -change for key, change in counted.items()}))


def forget(sender: object, members: Sequence[str], erased: int = 0, **_more: object) -> None:  # noqa: ARG001
    """Remove the rows of somebody who was erased, by the entry `erased`."""
    cases = CaseRow.objects.filter(subject__in=list(members))
    StepRow.objects.filter(case_id__in=list(cases.values_list("case_id", flat=True))).delete()
    cases.delete()
    looks.forget(members)
    if erased:
        TakenOut.objects.get_or_create(seq=erased)
