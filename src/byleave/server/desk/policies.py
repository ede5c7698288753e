"""Policies in force and planned: a table of rules, and a calendar of what began and what begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.views.decorators.http import require_safe

from byleave.ledger.activated import activations
from byleave.policy.checks import countries_of
from byleave.server.accounts.roles import READER
from byleave.server.desk.at_hand import calendar
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.sheet import Cell, Grid, Section, number
from byleave.server.running import current
from byleave.server.ui.pack_words import pack_words
from byleave.server.ui.voice import moment, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from byleave.policy.model import Pack, Regime


class Event(NamedTuple):
    """Something that begins."""

    text: str
    at: datetime
    note: str
    tone: str


@require_safe
@for_role(READER)
def policies(request: HttpRequest) -> HttpResponse:
    """What is in force, and what begins next."""
    service = current()
    now, packs = service.now(), [one.pack for one in service.policy.packs()]
    rules = [_row(pack, name, now) for pack in packs for name in pack.regimes]
    header = [
        say("policies-rule"), say("policies-stands"), say("policies-begins"), say("policies-purpose"),
        say("policies-countries"), say("policies-default"), say("policies-notice"),
    ]  # fmt: skip
    grid = Grid(say("desk-policies"), header, rules, frozenset({4}))
    events = sorted(_events(packs, now), key=lambda one: one.at, reverse=True)
    return framed(
        request,
        "sheet",
        "desk-policies",
        title=say("desk-policies"),
        lead=say("policies-lead"),
        sections=[Section(say("policies-rule"), grid=grid)],
        events=events,
        events_title=say("policies-calendar"),
    )


def _row(pack: Pack, name: str, now: datetime) -> list[Cell]:
    regime = pack.regimes[name]
    stands = Cell(_countdown(regime.effective, now), tone="" if regime.effective <= now else "care")
    begins = moment(regime.begins) if regime.begins else say("setting-since-ever")
    countries = {one for purpose in regime.purposes for one in countries_of(pack, regime, purpose)}
    notice = say("policies-notice-days", days=regime.notice.days) if regime.notice else say("policies-notice-none")
    return [
        Cell(pack_words(pack.id, regime.title)),
        stands,
        Cell(begins),
        Cell(", ".join(say(f"purpose-{one}") for one in regime.purposes)),
        number(len(countries)),
        Cell(say(regime.default)),
        Cell(notice),
    ]


def _countdown(begins: datetime, now: datetime) -> str:
    """How it stands: in force, or how many days are left, by the days of whoever answers."""
    if begins <= now:
        return say("policies-in-force")
    days = (calendar().day_of(begins) - calendar().day_of(now)).days
    return say("policies-in-days", days=days) if days else say("policies-today")


def _events(packs: list[Pack], now: datetime) -> Iterator[Event]:
    for pack in packs:
        for regime in pack.regimes.values():
            rule = pack_words(pack.id, regime.title)
            if regime.begins:
                yield _event(say("policies-event-rule", rule=rule, pack=pack.id), regime.begins, now)
            yield from _recipients(pack, regime, rule, now)
    for one in activations(current().store.reader.artefacts()):
        text = say("policies-event-pack", pack=one.pack, purpose=say(f"purpose-{one.purpose}"))
        yield _event(text, one.begins, now)


def _recipients(pack: Pack, regime: Regime, rule: str, now: datetime) -> Iterator[Event]:
    for name, one in regime.recipients.items():
        if one.effective is not None and one.effective != regime.effective:
            recipient = pack_words(pack.id, pack.recipients[name].title)
            text = say("policies-event-recipient", recipient=recipient, rule=rule, pack=pack.id)
            yield _event(text, one.effective, now)


def _event(text: str, at: datetime, now: datetime) -> Event:
    return Event(text, at, _countdown(at, now), "none" if at > now else "")
