"""What is counted by day and country is what a recount of everybody finds, wherever the reading was cut."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from byleave.cases.deadlines import Calendar
from byleave.ledger.entries import Entry, Kind
from byleave.server.desk.counting import changes

START = datetime(2026, 3, 1, 20, tzinfo=UTC)
CALENDAR = Calendar(ZoneInfo("Europe/Dublin"), lambda _: False)
PEOPLE, COUNTRIES = ("ana", "bob", "cleo"), ("DE", "FR", None)
DEEDS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(range(7)), st.sampled_from(COUNTRIES), st.integers(0, 30))


def history(deeds: list[tuple[str, int, str | None, int]]) -> list[Entry]:
    """Entries: registrations, moves, closings and switches, each some hours after the one before."""
    entries, at = list[Entry](), START
    known: set[str] = set()
    for person, what, country, hours in deeds:
        at += timedelta(hours=hours, microseconds=1)
        kind, data = DONE[what] if person in known else (Kind.MEMBER_REGISTERED, {})
        known.add(person)
        told: dict[str, Any] = dict(data)
        if kind is Kind.MEMBER_REGISTERED:
            told |= {"country": country, "birth_date": None}
        elif kind is Kind.MEMBER_MOVED:
            told |= {"country": country, "since": None}
        entries.append(Entry(len(entries) + 1, at, kind, person, "member", at, told))
    return entries


DONE: list[tuple[Kind, dict[str, Any]]] = [
    (Kind.PREFERENCE_SET, {"setting": "s", "value": "off"}),
    (Kind.PREFERENCE_SET, {"setting": "s", "value": "on"}),
    (Kind.PREFERENCE_SET, {"setting": "t", "value": "off"}),
    (Kind.MEMBER_MOVED, {}),
    (Kind.MEMBER_CLOSED, {}),
    (Kind.MEMBER_REOPENED, {}),
    (Kind.NOTICE_DELIVERED, {"notice": "n", "version": "1"}),
]


def recount(entries: list[Entry]) -> Counter[tuple[str, str, str]]:
    """Members, and who is off, after all of it, person by person."""
    found: Counter[tuple[str, str, str]] = Counter()
    for person in PEOPLE:
        own = [one for one in entries if one.subject == person]
        places = [one.data["country"] for one in own if "country" in one.data]
        turns = [one.kind for one in own if one.kind in {Kind.MEMBER_CLOSED, Kind.MEMBER_REOPENED}]
        if not own or turns[-1:] == [Kind.MEMBER_CLOSED]:
            continue
        found["members", "", places[-1] or ""] += 1
        for setting in ("s", "t"):
            values = [one.data["value"] for one in own if one.data.get("setting") == setting]
            found["off", setting, places[-1] or ""] += values[-1:] == ["off"]
    return +found


@settings(max_examples=200, deadline=None)
@given(st.lists(DEEDS, max_size=25), st.data())
def test_counts_are_those_of_a_recount(deeds: list[tuple[str, int, str | None, int]], data: st.DataObject) -> None:
    """Read in one piece or in two, the sums up to any day are what a recount finds at its end."""
    entries = history(deeds)
    cut = data.draw(st.integers(0, len(entries)))
    whole = changes(entries, 0, CALENDAR)
    pieces = Counter(changes(entries[:cut], 0, CALENDAR))
    pieces.update(changes(entries, cut, CALENDAR))
    assert {key: value for key, value in whole.items() if value} == {
        key: value for key, value in pieces.items() if value
    }
    for day in {CALENDAR.day_of(one.recorded_at) for one in entries}:
        told = recount([one for one in entries if CALENDAR.day_of(one.recorded_at) <= day])
        sums: Counter[tuple[str, str, str]] = Counter()
        for (at, what, about, country), change in whole.items():
            if at <= day and what in {"members", "off"}:
                sums[what, about, country] += change
        assert {key: value for key, value in sums.items() if value} == dict(told)
