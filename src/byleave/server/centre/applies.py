"""What applies to me? A page for everybody, without signing in: the guide of the command line, as a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_safe

from byleave.archive.guide import latest_on, make_guide
from byleave.archive.guide_model import Person, Quote
from byleave.archive.guide_notes import shipped_notes
from byleave.archive.guide_page import section_body, source_items
from byleave.archive.guide_words import tell
from byleave.kernel.decision import Reason
from byleave.kernel.instants import parse_date
from byleave.policy.regions import normalise_country
from byleave.server.running import current
from byleave.server.ui.voice import catalogue, safe, say
from byleave.text.countries import country_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from byleave.archive.guide_document import Document
    from byleave.archive.guide_model import Guide
    from byleave.policy.model import Pack, Regime

_OPEN = ("applies", "groups", "reach", "switch", "objection")
"""Sections that are shown at once; the others open when somebody wants to know more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody entered, and what cannot be used of it."""

    country: str
    off: str
    person: Person | None
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Short:
    """The answer in a few lines."""

    title: str
    since: str
    default: str
    has_switch: bool
    safe_label: str
    safe: tuple[str, ...]
    """What stays out, period by period."""
    lost: tuple[str, ...]
    has_readings: bool
    """Whether others read the rule in other ways."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the guide."""

    name: str
    heading: str
    body: str


@require_safe
def applies(request: HttpRequest) -> HttpResponse:
    """The form, and below it the answer once a country is chosen."""
    service = current()
    now = service.now()
    asked = read(request.GET.get("country", ""), request.GET.get("off", ""), now)
    context = {"asked": asked, "today": now.date().isoformat(), "countries": country_names(catalogue().language)}
    if asked.person is not None:
        context |= _answer(asked.person, service.policy.governing().pack, now)
    return render(request, "centre/applies.html", context, status=400 if asked.errors else 200)


def read(country: str, off: str, now: datetime) -> Asked:
    """What the form was sent with; nobody, before it was."""
    country, off = country.strip().upper(), off.strip()
    if not country and not off:
        return Asked("", "", None)
    code = normalise_country(country)
    day = parse_date(off) if off else None
    errors = [] if code else [("country", say("applies-no-country"))]
    if off and day is None:
        errors.append(("off", say("applies-no-day", text=off)))
    elif day is not None and day > now.date():
        errors.append(("off", say("applies-late-day", text=off)))
    if errors:
        return Asked(country, off, None, tuple(errors))
    return Asked(code or "", off, Person(code, latest_on(day, now) if day else None, day))


def _answer(person: Person, pack: Pack, now: datetime) -> dict[str, object]:
    notes = shipped_notes(pack.pack)
    if notes is None:
        # a pack for any platform: here it is this one; what its authors remark speaks to those who write packs
        pack = pack.model_copy(update={"platform": settings.PLATFORM_NAME})
    guide = make_guide(pack, person, now, notes)
    document = tell(guide if notes else _without_remarks(guide), catalogue().language)
    # a pack for any platform cannot name this one's form; the page leads to it
    skipped = "objection" if notes is None and pack.objection_form is None else None
    parts = [Part(one.name, one.heading, safe(section_body(one))) for one in document.sections if one.name != skipped]
    name = country_names(catalogue().language)[person.country or ""]
    return {
        "short": _short(guide, pack, name),
        "country_name": name,
        "pack": pack.id,
        "first": [one for one in parts if one.name in _OPEN],
        "further": [one for one in parts if one.name not in _OPEN],
        **_sources(document),
    }


def _without_remarks(guide: Guide) -> Guide:
    """The guide without what exists in another language only, so that a page is in one."""
    language = catalogue().language

    def own(lines: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(one for one in lines if not isinstance(one, Quote) or language in one.text)

    names = ("applies", "reach", "switch", "limits", "objection", "evidence", "not_established")
    kept: dict[str, Any] = {name: own(getattr(guide, name)) for name in names}
    return replace(guide, **kept)


def _sources(document: Document) -> dict[str, object]:
    return {
        "sources_heading": document.sources_heading,
        "sources": [safe(one) for one in source_items(document)],
        "certainties": document.certainties,
    }


def _short(guide: Guide, pack: Pack, country: str) -> Short | None:
    """The pack's own reading in a few lines; None where no rule of it covers the country."""
    if guide.regime is None:
        return None
    off_on = guide.person.opted_out_on
    kept, lost = list[str](), list[str]()
    for period, reason in _periods(guide):
        told = say(f"applies-{period}", begins=guide.begins or guide.as_of)
        (lost if reason is Reason.ELIGIBLE else kept).append(told)
    every, none = [say("applies-everything")], [say("applies-nothing")]
    regime = pack.regimes[guide.regime]
    return Short(
        since=_since(regime, guide),
        default=say("applies-on" if regime.default == "on" else "applies-off-default"),
        safe_label=say("applies-safe-since", on=off_on) if off_on else say("applies-safe"),
        safe=tuple((kept or none) if lost else every),
        lost=tuple((lost or none) if kept else every),
        has_switch=bool(kept or lost),
        title=say("applies-in", country=country),
        has_readings=len(guide.claims) > 1,
    )


def _since(regime: Regime, guide: Guide) -> str:
    if regime.notice:
        return say("applies-notice", days=regime.notice.days)
    if guide.begins is None:
        return say("setting-since-ever")
    return say("setting-since-when" if guide.in_force else "setting-since-later", on=guide.begins)


def _periods(guide: Guide) -> Iterator[tuple[str, Reason]]:
    """What the pack itself decides for each period, once the switch is off; its name as the tables have it."""
    scenario = "as-you-are" if guide.person.opted_out else "off-today"
    begins = guide.begins
    ends = not guide.person.opted_out or begins is None or guide.person.opted_out >= begins
    until = "until-off" if begins else "until-then"
    for one in guide.outcomes:
        if one.scenario == scenario and guide.claims[one.claim].kind == "pack":
            yield until if one.period == "since-start" and ends else one.period, one.reason
