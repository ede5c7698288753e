"""What is recorded about a member, as a timeline that they can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from byleave.ledger.entries import Kind
from byleave.server.ui.pack_words import in_own_words
from byleave.server.ui.voice import country, markup, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from byleave.ledger.entries import Entry
    from byleave.server.answers import HistoryEntry

_BY = {"member": "history", "import": "history-imported", "platform": "history-platform"}
_PLAIN = {
    Kind.OBJECTION_RECEIVED: "history-objected",
    Kind.OBJECTION_UPHELD: "history-upheld",
    Kind.OBJECTION_REJECTED: "history-rejected",
    Kind.OBJECTION_WITHDRAWN: "history-withdrew",
    Kind.MEMBER_REGISTERED: "history-registered",
    Kind.SEARCH_HIDDEN: "history-hidden",
    Kind.SEARCH_SHOWN: "history-shown",
}
_QUIET = {Kind.NOTICE_DELIVERED, Kind.MEMBER_REGISTERED, Kind.MEMBER_MOVED}
"""Not an act of the person; shown with an open dot."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry in words."""

    text: str
    at: datetime
    note: str
    tone: str
    to: str | None
    action: str
    download: bool = True


def events(entries: Sequence[HistoryEntry], titles: Mapping[str, Mapping[str, str]]) -> list[Event]:
    """The entries in words, in their order; `titles` holds the labels of settings by language."""
    return [_event(one, titles) for one in entries]


def _event(one: HistoryEntry, titles: Mapping[str, Mapping[str, str]]) -> Event:
    entry = one.entry
    return Event(
        text=_words(entry, titles),
        at=entry.at,
        note=say("history-entry", seq=entry.seq),
        tone="none" if entry.kind in _QUIET else "",
        to=reverse("receipt", args=[entry.seq]) if one.has_receipt else None,
        action=say("saved-receipt"),
    )


def _words(entry: Entry, titles: Mapping[str, Mapping[str, str]]) -> str:
    data: Mapping[str, Any] = entry.data
    match entry.kind:
        case Kind.PREFERENCE_SET:
            setting = data["setting"]
            title = in_own_words(titles[setting]) if setting in titles else setting
            return say(f"{_BY[entry.actor]}-{data['value']}", setting=title)
        case Kind.ITEM_WITHHELD:
            return say("history-withheld", item=data["item"])
        case Kind.ITEM_RELEASED:
            return say("history-released", item=data["item"])
        case Kind.NOTICE_DELIVERED:
            return say("history-told", notice=markup("<bdi>{}</bdi>", data["notice"]))
        case Kind.MEMBER_MOVED:
            return say("history-moved", country=country(data["country"] or "?"))
    return say(_PLAIN.get(entry.kind, "history-other"))
