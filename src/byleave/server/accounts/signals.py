"""Signals of browsers and clients: `Sec-GPC` and `Content-Usage`. They are recorded and shown, and switch nothing.

Global Privacy Control asks that data is not sold or shared; its specification says itself that it is not a use of every
right. So it is no opt-out of training, and nobody is opted out by a header that they may not know of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from byleave.server.accounts.models import Signal
from byleave.server.content_usage import read_content_usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GPC = "Sec-GPC"
CONTENT_USAGE = "Content-Usage"
MOST_OF_A_MEMBER = 20
"""Rows. Two or three are what browsers send; more are a client that makes values up."""
EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignalState:
    """A signal that came with a member's requests."""

    signal: str
    """`Sec-GPC` or `Content-Usage`."""
    value: str
    first_at: datetime
    last_at: datetime
    """To the hour."""


def signals_in(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The signals of one request, each with what it states."""
    found = []
    # several headers with one `1` among them count as 1 (w3c/gpc, commit 58d8695)
    if "1" in (one.strip() for one in headers.get(GPC, "").split(",")):
        found.append((GPC, "1"))
    stated = read_content_usage(headers.get(CONTENT_USAGE, ""))
    if stated:
        found.append((CONTENT_USAGE, ", ".join(f"{name}={value}" for name, value in sorted(stated.items()))))
    return found


def record_signals(member: str, signals: Iterable[tuple[str, str]], now: datetime) -> None:
    """Keep when each signal came first and last."""
    for signal, value in signals:
        own = Signal.objects.filter(member_id=member)
        row = own.filter(signal=signal, value=value).first()
        if row is None and own.count() < MOST_OF_A_MEMBER:
            try:
                with transaction.atomic():
                    Signal.objects.create(member_id=member, signal=signal, value=value, first_at=now, last_at=now)
            except IntegrityError:
                continue  # another request of the same moment has made it
        elif row is not None and now - row.last_at >= EVERY:
            own.filter(pk=row.pk).update(last_at=now)


def signals_of(members: Iterable[str]) -> tuple[SignalState, ...]:
    """What came with the requests of one person, under any id of theirs, the last first."""
    rows = Signal.objects.filter(member_id__in=list(members)).order_by("-last_at")
    return tuple(SignalState(one.signal, one.value, one.first_at, one.last_at) for one in rows)
