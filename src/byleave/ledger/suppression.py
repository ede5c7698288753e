"""What is kept of a person who was erased: that somebody refused, under a key that only the server makes.

Someone who comes back is off again, and holds back what they held back, before anything else can be recorded about
them. The rules are stricter than those of the state that was erased, never looser: in doubt somebody refused.
An item's id may name its owner. It is encrypted under a key of the person's own, so that only whoever has both the
server's secret and the person's id can read it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from byleave.kernel.errors import InputError
from byleave.ledger.admission import Proposal
from byleave.ledger.covering import farthest
from byleave.ledger.entries import PLATFORM, Kind
from byleave.policy.facts import MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byleave.ledger.entries import Entry

SHORTEST_KEY = 32
"""Bytes. HMAC with SHA-256 is as strong as its key up to that length (RFC 2104, section 3)."""


NONCE_BYTES = 12
"""Of AES-GCM (NIST SP 800-38D, section 5.2.1.1)."""
_USE = b"byleave withheld item 1\n"
OUTLIVING = frozenset({"email", "handle", "mark", "phone", "phone-short", "site", "url"})
"""Kinds of identifiers that are keyed hashes, from which nobody can be told without the key."""


class Refusal(NamedTuple):
    """One refusal: of a setting, of the use of an item, or, without either, for a purpose (None: every purpose)."""

    setting: str | None
    purpose: str | None
    since: datetime
    """From when on the refusal counted; for a setting, from its first *off*."""
    seq: int
    """Of the entry that recorded it."""
    covers: tuple[str, ...] | None = None
    """The purposes that the setting governed when it was switched off, sorted; None: not known."""
    reaches: str | None = None
    """How far switching it off reached; None: not known."""
    item: str | None = None
    """The item that was held back."""
    latest: datetime | None = None
    """The last date of an *off*, where it is later than `since`; what is kept has it only where it lay ahead."""

    @property
    def is_objection(self) -> bool:
        """Whether it is an objection."""
        return self.setting is None and self.item is None

    @property
    def about(self) -> tuple[str | None, str | None, str | None]:
        """What is refused: equal for two refusals of the same."""
        return self.setting, self.purpose, self.item

    def joined(self, other: Refusal) -> Refusal:
        """One refusal for two of the same: since the earlier, of all that either covers, reaching as far as either."""
        covers = [one for one in (self.covers, other.covers) if one is not None]
        earlier = self if self.since <= other.since else other
        both = tuple(sorted({purpose for one in covers for purpose in one})) if covers else None
        # an item is held back, and an objection stands, whatever date comes after
        latest = max(self.latest or self.since, other.latest or other.since) if self.setting else None
        return earlier._replace(covers=both, reaches=farthest((self.reaches, other.reaches)), latest=latest)


def suppression_key(secret: bytes, subject: str) -> str:
    """The key under which a person's refusals outlive them: HMAC-SHA-256, 64 hexadecimal digits."""
    return hmac.new(secret, subject.encode(), hashlib.sha256).hexdigest()


def _item_key(secret: bytes, subject: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_USE + subject.encode()).derive(secret)
    return AESGCM(derived)


def seal_item(secret: bytes, subject: str, item: str, nonce: bytes) -> str:
    """An item's id that only who has the secret and the person's id can read: hexadecimal digits.

    Args:
        secret: the server's.
        subject: the person's id.
        item: the item's id.
        nonce: `NONCE_BYTES` random bytes, never used before.
    """
    return (nonce + _item_key(secret, subject).encrypt(nonce, item.encode(), None)).hex()


def open_item(secret: bytes, subject: str, sealed: str) -> str:
    """What `seal_item` has sealed. Raises: InputError when it was sealed otherwise, or has changed."""
    try:
        raw = bytes.fromhex(sealed)
        return _item_key(secret, subject).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError) as error:
        hint = "somebody has changed the row; restore the ledger from a backup"
        raise InputError("an item that an erased person held back cannot be read", hint=hint) from error


def refusals(entries: Iterable[Entry], now: datetime) -> list[Refusal]:
    """What a person refuses, items aside, from all entries about any of their accounts, in order.

    A setting that was switched off is refused until the person switches it on again for everything that it covered
    then, after the last merge of their accounts: where one account was switched off and on before and the other left
    alone, the merged one is off (`merging`), and what is kept is never less. An *on* that is dated later than now has
    not come yet. An objection is refused until it was withdrawn or rejected.
    An *off* that was dated ahead keeps that date, too, also one that an *on* has followed: no *on* that is imported
    later counts before it (`policy/semantics.py`).
    """
    told = list(entries)
    last_merge = _last_merge(told)
    off: dict[str, list[Refusal]] = {}
    ahead: dict[str, datetime] = {}
    objections: dict[str, Refusal] = {}
    for entry in told:
        since = min(entry.at, entry.recorded_at)
        if entry.kind is Kind.PREFERENCE_SET:
            standing = off.setdefault(entry.data["setting"], [])
            if entry.data["value"] == "off":
                standing.append(_switched_off(entry, since))
                if entry.at > now:
                    ahead[entry.data["setting"]] = max(entry.at, ahead.get(entry.data["setting"], entry.at))
            elif entry.actor == MEMBER and entry.at <= now and entry.seq > last_merge:
                standing[:] = [one for one in standing if _goes_on(one, entry.data.get("covers"))]
        elif entry.kind is Kind.OBJECTION_RECEIVED:
            objections[entry.data["objection"]] = Refusal(None, entry.data["purpose"], since, entry.seq)
        elif entry.kind in (Kind.OBJECTION_WITHDRAWN, Kind.OBJECTION_REJECTED):
            objections.pop(entry.data["objection"], None)
    settings = [_latest(standing, ahead.get(setting)) for setting, standing in off.items() if standing]
    return [*settings, *objections.values()]


def held_back(entries: Iterable[Entry]) -> list[Refusal]:
    """The items that a person holds back, from all entries about any of their accounts, in order.

    An item is held back until it is given free: for one account by that account, for all after the last merge.
    """
    told = list(entries)
    last_merge = _last_merge(told)
    held: dict[tuple[str, str], Refusal] = {}
    for entry in told:
        if entry.kind is Kind.ITEM_WITHHELD:
            item = entry.data["item"]
            one = Refusal(None, None, min(entry.at, entry.recorded_at), entry.seq, item=item)
            before = held.get((entry.subject, item))
            held[entry.subject, item] = one.joined(before) if before else one
        elif entry.kind is Kind.ITEM_RELEASED:
            for place in [place for place in held if place[1] == entry.data["item"]]:
                if entry.seq > last_merge or place[0] == entry.subject:
                    del held[place]
    return together(held.values())


def together(several: Iterable[Refusal]) -> list[Refusal]:
    """Each refusal once, in the order in which they are met first."""
    found: dict[tuple[str | None, str | None, str | None], Refusal] = {}
    for one in several:
        found[one.about] = found[one.about].joined(one) if one.about in found else one
    return list(found.values())


def _last_merge(entries: Iterable[Entry]) -> int:
    return max((entry.seq for entry in entries if entry.kind is Kind.MEMBERS_MERGED), default=0)


def _switched_off(entry: Entry, since: datetime) -> Refusal:
    covers = entry.data.get("covers")
    told = None if covers is None else tuple(covers)
    # what is kept does not say for whom nothing had been collected: then it is refused for what is old, too
    reaches = farthest((entry.data.get("reaches"), "training" if entry.data.get("unused_since") else None))
    return Refusal(entry.data["setting"], None, since, entry.seq, told, reaches)


def _goes_on(refusal: Refusal, covers: list[str] | None) -> bool:
    """Whether a refusal is about more than an *on* that comes after it and covers these purposes."""
    return refusal.covers is not None and covers is not None and not set(refusal.covers) <= set(covers)


def _latest(standing: list[Refusal], ahead: datetime | None) -> Refusal:
    """One refusal for all of one setting, under the number of the last."""
    (one,) = together(standing)
    return one._replace(seq=standing[-1].seq, latest=ahead)


def kept_identifiers(entries: Iterable[Entry], kept: Iterable[Refusal]) -> list[tuple[str, Refusal]]:
    """What outlives a person of what they gave to be found by: each hash, with each objection of theirs that stands.

    Names, postal addresses and quotes go with the person: they are kept in words, and so would tell who it was.
    """
    given = [one for entry in entries if entry.kind is Kind.OBJECTION_IDENTIFIED for one in entry.data["identifiers"]]
    hashed = dict.fromkeys(one for one in given if one.partition(":")[0] in OUTLIVING)
    if all(one.startswith("mark:") for one in hashed):
        return []
    return [(one, refusal) for one in hashed for refusal in kept if refusal.setting is None]


def returning(subject: str, kept: Iterable[Refusal], registered: Entry, epoch: str) -> list[Proposal]:
    """What is recorded right after somebody who was erased is registered again.

    Args:
        subject: the person's id.
        kept: what was kept of them.
        registered: the registration.
        epoch: name of the epoch; with the registration's number it makes the new objections' ids unique.
    """
    result = []
    for number, one in enumerate(kept):
        if one.setting is not None:
            # since the first *off*, and of now: an imported *on* may be dated after the first and before the last
            dates = [one.since, None, *([one.latest] if one.latest and one.latest > registered.recorded_at else [])]
            result += [Proposal(Kind.PREFERENCE_SET, subject, PLATFORM, _off(one), at) for at in dates]
        elif one.item is not None:
            result.append(Proposal(Kind.ITEM_WITHHELD, subject, PLATFORM, {"item": one.item}, one.since))
        else:
            name = f"kept-{epoch}-{registered.seq}-{number}"
            objected = {"objection": name, "purpose": one.purpose}
            result.append(Proposal(Kind.OBJECTION_RECEIVED, subject, PLATFORM, objected, one.since))
    return result


def _off(one: Refusal) -> dict[str, object]:
    """What the entry of an *off* says: it covers and reaches what it did before."""
    data: dict[str, object] = {"setting": one.setting, "value": "off"}
    if one.covers is not None:
        data["covers"] = list(one.covers)
    if one.reaches is not None:
        data["reaches"] = one.reaches
    return data
