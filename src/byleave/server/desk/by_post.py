"""Objections and appeals that came by letter or telephone: written down by staff, they count from the day they came.

What is asked for, and how it is read, is as in the form that people fill in themselves; beside it stand how it came, on
which day, and of which member it is. Nothing is recorded before it was shown once more.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import DatabaseError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from byleave.cases.deadlines import due, terms_for
from byleave.finding.identifiers import HASHED, identify
from byleave.kernel.errors import ConflictError, InputError, LedgerError, UnknownError
from byleave.kernel.instants import FIRST
from byleave.ledger.fields import CAME
from byleave.policy.regions import normalise_country
from byleave.server.accounts.roles import CASE_WORKER
from byleave.server.acknowledging import RequestKey
from byleave.server.desk.appeals import why_not
from byleave.server.desk.at_hand import calendar, deciding
from byleave.server.desk.case_page import shown
from byleave.server.desk.frame import framed
from byleave.server.desk.guard import for_role
from byleave.server.desk.searching import cases_with
from byleave.server.desk.telling import tell
from byleave.server.objecting import WrittenDown, reference_of
from byleave.server.objections import contacts
from byleave.server.objections.form import (
    ABOUT,
    EVERYTHING,
    FIELDS,
    FOUND_BY,
    MOST_CHARACTERS,
    MOST_REASON,
    Asked,
    blank,
    read,
)
from byleave.server.objections.views import LONGEST_NONCE, links_of
from byleave.server.running import current
from byleave.server.ui.context import OWN_NAMES
from byleave.server.ui.voice import catalogue, say
from byleave.server.ui.voice import country as country_name
from byleave.text.catalogue import LANGUAGES
from byleave.text.countries import country_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest

OWN = ("came", "day", "member")
"""Fields beside those of the form."""
FIRST_DAY = FIRST.date() + timedelta(days=1)
"""The first day that begins within what the ledger can write down, wherever it begins."""
LABELS = {
    "member": "by-post-member",
    "names": "object-names",
    "emails": "object-emails",
    "phones": "object-phones",
    "profiles": "object-profiles",
    "posts": "by-post-posts",
    "address": "by-post-address",
    "reason": "letter-reason",
}
"""Field that is typed in → what it is called."""
LONGEST_ID = 200
MOST_ALIKE = 10
"""Cases that may be of the same person, and are listed before another one is made."""
_CALLER = "desk by post"


@dataclass(frozen=True, slots=True)
class Letter:
    """What came, as it was typed in."""

    asked: Asked
    """What is asked for in the form, too."""
    own: Mapping[str, str]
    day: date | None
    """On which it came; None where that cannot be read."""
    wrong: Mapping[str, str]
    """Field → the sentence that says what is wrong with it."""

    @property
    def values(self) -> dict[str, str]:
        """Everything, by field."""
        return {**self.asked.values, **self.own}

    def key(self, nonce: str) -> RequestKey:
        """Names the request: the same page sent twice is recorded once."""
        return RequestKey(_CALLER, " ".join([nonce, self.asked.digest, *self.own.values()]))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(CASE_WORKER)
def by_post(request: HttpRequest) -> HttpResponse:
    """The form, what was typed in once more, and then the record."""
    if request.method != "POST":
        return _form(request, _blank({}))
    letter, step, nonce = _read(request), request.POST.get("step", ""), request.POST.get("nonce", "")
    if letter.wrong:
        return _form(request, letter, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if step == "change":
        return _form(request, letter)
    if step != "send" or not 0 < len(nonce) <= LONGEST_NONCE:
        return _check(request, letter)
    return _record(request, letter, nonce)


@require_POST
@for_role(CASE_WORKER)
def find_refused(request: HttpRequest) -> HttpResponse:
    """Lead to the case against which somebody appeals, by the number that stands in their letter."""
    name = reference_of(request.POST.get("case", "").replace("\x00", "")[:LONGEST_ID])
    wrong = "by-post-case-none"
    try:
        one = deciding().case(name)
        if one.can_be_appealed:
            return HttpResponseRedirect(reverse("desk-case", args=[name]) + "#appeal", status=303)
        wrong = "by-post-case-stands"
    except UnknownError:
        pass
    letter = _blank({"case": say(wrong, case=name)})
    return _form(request, letter, status=HTTPStatus.UNPROCESSABLE_ENTITY, appealed=name)


@require_POST
@for_role(CASE_WORKER)
def appeal(request: HttpRequest, case: str) -> HttpResponse:
    """Write an appeal down that came by letter or telephone."""
    try:
        one, known = deciding().case(case), deciding().entries(case)
    except UnknownError as error:
        raise Http404 from error
    if not one.can_be_appealed or one.appealed_by:
        return shown(request, case, status=HTTPStatus.CONFLICT, errors=[("", say("case-cannot"))])
    day, wrong = _day(request.POST.get("day", ""))
    if day is not None:
        wrong = why_not(one, known, day)
    came = request.POST.get("came", "")
    if came not in CAME:
        wrong = say("by-post-came-wrong")
    if wrong or day is None:
        kept = {"day": request.POST.get("day", "")[:LONGEST_ID], "came": came}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return shown(request, case, status=status, errors=[("appeal-day", wrong)], appealed=kept)
    try:
        new = current().appeal(case, WrittenDown(_by(request), came, _begins(day))).case
        contacts.follow(one, new)
    except (LedgerError, DatabaseError):
        return shown(request, case, status=HTTPStatus.SERVICE_UNAVAILABLE, errors=[("", say("case-failed"))])
    except ConflictError:
        return shown(request, case, status=HTTPStatus.CONFLICT, errors=[("", say("case-changed"))])
    tell(request, new.id)
    return _recorded(new.id, new.entries[-1])


def _blank(wrong: Mapping[str, str]) -> Letter:
    """The form before anybody has typed: most people write against everything, and most letters came today."""
    own = {"came": CAME[0], "day": calendar().day_of(current().now()).isoformat(), "member": ""}
    return Letter(blank(catalogue().language, about=EVERYTHING), own, None, wrong)


def _record(request: HttpRequest, letter: Letter, nonce: str) -> HttpResponse:
    """Write it down, keep where it is answered, and tell the person, if they gave an e-mail address."""
    values = letter.values
    given = letter.asked.given(values["member"] or None)
    given = replace(given, country=given.country or _country_of(values["member"]))
    try:
        written_down = WrittenDown(_by(request), values["came"], _begins(letter.day or FIRST_DAY))
        done = current().receive(given, letter.key(nonce), written_down)
        is_new = contacts.keep(done.case, values["address"], values["reason"])
    except (LedgerError, DatabaseError):
        return _check(request, letter, status=HTTPStatus.SERVICE_UNAVAILABLE, wrong="case-failed", nonce=nonce)
    except (InputError, ConflictError):
        return _check(request, letter, status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong="wrong-values")
    if is_new:
        tell(request, done.case.id)
    return _recorded(done.case.id, done.case.entries[-1])


def _recorded(name: str, seq: int) -> HttpResponseRedirect:
    to = reverse("desk-case", args=[name])
    return HttpResponseRedirect(f"{to}?done={quote(f'written-down {seq}')}", status=303)


def _by(request: HttpRequest) -> str:
    return str(request.user.username)


def _begins(day: date) -> datetime:
    """The first instant of a day where the answer is given: nobody's objection stands later than it came."""
    return datetime.combine(day, time(), calendar().zone).astimezone(UTC)


def _day(text: str) -> tuple[date | None, str]:
    """The day on which something came, and what is wrong with it; blank where nothing is."""
    if not text.strip():
        return None, say("by-post-day-none")
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None, say("by-post-day-wrong", value=text.strip()[:40])
    if day < FIRST_DAY:
        return None, say("by-post-day-early", first=FIRST_DAY)
    if day > calendar().day_of(current().now()):
        return None, say("by-post-day-late", on=day)
    return day, ""


def _read(request: HttpRequest) -> Letter:
    asked = read(request.POST, catalogue().language, links_of(request), signed_in=True)
    own = {name: " ".join(request.POST.get(name, "").split()) for name in OWN}
    wrong = {name: say(told.name, **told.values) for name, told in asked.errors.items()}
    day, wrong_day = _day(own["day"])
    if own["came"] not in CAME:
        wrong["came"] = say("by-post-came-wrong")
    if wrong_day:
        wrong["day"] = wrong_day
    if own["member"] and not _is_member(own["member"]):
        wrong["member"] = say("by-post-member-wrong", member=own["member"][:LONGEST_ID])
    if not own["member"] and not asked.identifiers and not wrong.keys() & set(FOUND_BY):
        wrong["names"] = say("by-post-nothing")
    order = ("came", "day", "about", "member", *FOUND_BY, *FIELDS)
    return Letter(asked, own, day, {name: wrong[name] for name in dict.fromkeys(order) if name in wrong})


def _is_member(name: str) -> bool:
    return len(name) <= LONGEST_ID and name.isprintable() and current().member(name).registered


def _form(request: HttpRequest, letter: Letter, *, status: int = HTTPStatus.OK, appealed: str = "") -> HttpResponse:
    ids = {"about": f"object-about-{ABOUT[0]}", "came": "by-post-came", "day": "by-post-day", "case": "by-post-case"}
    ids["member"] = "by-post-member"
    return framed(
        request,
        "by_post",
        "desk",
        status=status,
        values=letter.values,
        wrong=letter.wrong,
        errors=[(ids.get(name, f"object-{name}"), told) for name, told in letter.wrong.items()],
        cames=[(one, say(f"by-post-{one}")) for one in CAME],
        first_day=FIRST_DAY.isoformat(),
        today=calendar().day_of(current().now()).isoformat(),
        abouts=[(one, say(f"object-about-{one}")) for one in ABOUT],
        countries=country_names(catalogue().language),
        languages_of_answers=[(code, OWN_NAMES[code]) for code in LANGUAGES],
        most_characters=MOST_CHARACTERS,
        most_reason=MOST_REASON,
        appealed=appealed,
        trail=[(say("desk-cases"), reverse("desk"))],
    )


def _check(
    request: HttpRequest, letter: Letter, *, status: int = HTTPStatus.OK, wrong: str = "", nonce: str = ""
) -> HttpResponse:
    """What was typed in once more, with what the record would do; `wrong` names the sentence of an error."""
    values, days = letter.values, calendar()
    country = normalise_country(values["country"]) if values["country"] else _country_of(values["member"])
    received = _begins(letter.day or FIRST_DAY)
    until = due(received, terms_for(country), days)
    acknowledge = terms_for(country).acknowledged(days.day_of(received))
    is_owed = acknowledge is not None and days.day_of(current().now()) > acknowledge
    return framed(
        request,
        "by_post_check",
        "desk",
        status=status,
        errors=[("", say(wrong))] if wrong else None,
        values=values,
        day=letter.day,
        came=say(f"by-post-{values['came']}"),
        until=until.day,
        is_late=current().now() >= until.end,
        acknowledge=say("acknowledge-late" if is_owed else "acknowledge-by", by=acknowledge) if acknowledge else "",
        rows=list(_rows({**values, "country": country or ""})),
        notes=[say(told.name, **told.values) for told in letter.asked.notes],
        alike=list(_alike(letter, country)),
        hidden=[(name, values[name]) for name in (*FIELDS, *OWN)],
        nonce=nonce or secrets.token_urlsafe(16),
        trail=[(say("desk-cases"), reverse("desk")), (say("by-post"), reverse("desk-by-post"))],
    )


def _rows(values: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """What was typed in, as labels and lines."""
    yield say("case-about"), [say(f"object-about-{values['about']}")]
    for name, label in LABELS.items():
        if values[name]:
            yield say(label), [line for line in values[name].splitlines() if line.strip()]
    yield say("by-post-country"), [country_name(values["country"]) if values["country"] else say("object-not-said")]
    yield say("object-language"), [OWN_NAMES[values["language"]]]


def _country_of(member: str) -> str | None:
    return current().person(member).country if member else None


def _alike(letter: Letter, country: str | None) -> Iterator[str]:
    """Cases that may be of the same person: a letter is often followed by a call."""
    service, member = current(), letter.own["member"]
    keys, pairs = service.finding_keys(), letter.asked.identifiers
    kept = [one for kind, words in pairs for one in identify(kind, words, keys, country)]
    hashed = [str(one) for one in kept if one.kind in HASHED]
    names = [words for kind, words in pairs if kind == "name"]
    found = [*(service.cases(member) if member else []), *cases_with(service, hashed, names).cases]
    yield from list(dict.fromkeys(found))[:MOST_ALIKE]
