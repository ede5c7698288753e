"""What is kept of a person who was erased: that somebody refused, under a key that only the server makes.

Someone who comes back is off again before anything else can be recorded about them. The rules are stricter than those
of the state that was erased, never looser: in doubt somebody refused.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.policy.facts import MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.ledger.entries import Entry

SHORTEST_KEY = 32
"""Bytes. HMAC with SHA-256 is as strong as its key up to that length (RFC 2104, section 3)."""


class Refusal(NamedTuple):
    """One refusal: of a setting, or, without one, for a purpose (None: every purpose)."""

    setting: str | None
    purpose: str | None
    since: datetime
    """From when on the refusal counted; for a setting, from its first *off*."""
    seq: int
    """Of the entry that recorded it."""


def suppression_key(secret: bytes, subject: str) -> str:
    """The key under which a person's refusals outlive them: HMAC-SHA-256, 64 hexadecimal digits."""
    return hmac.new(secret, subject.encode(), hashlib.sha256).hexdigest()


def refusals(entries: Iterable[Entry], now: datetime) -> list[Refusal]:
    """What a person refuses, from all entries about any of their accounts, in order.

    A setting that was switched off is refused until the person switches it on again: for one account by that account's
    *on*, for all of them by an *on* after the last merge. An *on* that is dated later than now has not come yet. An
    objection is refused until it was withdrawn or rejected.
    """
    told = list(entries)
    last_merge = max((entry.seq for entry in told if entry.kind is Kind.MEMBERS_MERGED), default=0)
    first: dict[str, Refusal] = {}
    off: dict[str, set[str]] = {}
    objections: dict[str, Refusal] = {}
    for entry in told:
        since = min(entry.at, entry.recorded_at)
        if entry.kind is Kind.PREFERENCE_SET:
            name, accounts = entry.data["setting"], off.setdefault(entry.data["setting"], set())
            if entry.data["value"] == "off":
                accounts.add(entry.subject)
                earliest = min(since, first[name].since) if name in first else since
                first[name] = Refusal(name, None, earliest, entry.seq)
            elif entry.actor == MEMBER and entry.at <= now:
                accounts.difference_update(accounts.copy() if entry.seq > last_merge else {entry.subject})
        elif entry.kind is Kind.OBJECTION_RECEIVED:
            objections[entry.data["objection"]] = Refusal(None, entry.data["purpose"], since, entry.seq)
        elif entry.kind in (Kind.OBJECTION_WITHDRAWN, Kind.OBJECTION_REJECTED):
            objections.pop(entry.data["objection"], None)
    return [*(first[name] for name, accounts in off.items() if accounts), *objections.values()]


def returning(subject: str, kept: Iterable[Refusal], registered: int, epoch: str) -> list[Proposal]:
    """What is recorded right after somebody who was erased is registered again.

    Args:
        subject: the person's id.
        kept: what was kept of them.
        registered: `seq` of the registration.
        epoch: name of the epoch; with `registered` it makes the new objections' ids unique.
    """
    result = []
    for number, one in enumerate(kept):
        if one.setting is not None:
            data = {"setting": one.setting, "value": "off"}
            result.append(Proposal(Kind.PREFERENCE_SET, subject, PLATFORM, data, one.since))
        else:
            name = f"kept-{epoch}-{registered}-{number}"
            objected = {"objection": name, "purpose": one.purpose}
            result.append(Proposal(Kind.OBJECTION_RECEIVED, subject, PLATFORM, objected, one.since))
    return result
