"""Pages of talent search: looking for people, asking one to get in touch, and whether one is found oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byleave.kernel.errors import LedgerError
from byleave.ledger.entries import SEARCH
from byleave.server.centre.frame import trail
from byleave.server.centre.history import events
from byleave.server.centre.places import sections
from byleave.server.running import current
from byleave.server.talent.finding import Filters, at_hand, find, hides
from byleave.server.talent.models import ContactRequest
from byleave.server.ui.guard import for_member
from byleave.server.ui.people import shown
from byleave.server.ui.voice import plainly, say

if TYPE_CHECKING:
    from django.http import HttpRequest

    from byleave.server.talent.finding import Person

MOST_CHARACTERS = 1_000
SHOWN = 5
MOST_WORDS = 300
"""Characters of one search."""


@require_safe
@for_member
def people(request: HttpRequest, member: str) -> HttpResponse:  # noqa: ARG001 - the guard asks that somebody is signed in
    """Look for people; without words, the form alone."""
    words = request.GET.get("q", "").strip()[:MOST_WORDS]
    filters = Filters(request.GET.get("language", ""), "every" in request.GET)
    serving = at_hand()
    context: dict[str, Any] = {"asked": words, "filters": filters, "ready": serving is not None, "here": "people"}
    context["profile_languages"] = [(code, say(f"speaks-{code}")) for code, _ in settings.LANGUAGES]
    if words and serving is not None:
        found, learned = find(serving, words, filters)
        context |= {"people": [_told(one) for one in found], "learned": learned}
    return render(request, "talent/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_member
def contact(request: HttpRequest, member: str, member_id: str) -> HttpResponse:
    """Ask somebody who can be found to get in touch."""
    person = current().person(member_id)
    if member_id == member or person.member is None or not person.is_open or hides(member_id):
        raise Http404
    text, errors = request.POST.get("text", "").strip(), list[tuple[str, str]]()
    if request.method == "POST":
        if not text:
            errors.append(("contact-text", say("contact-blank")))
        if len(text) > MOST_CHARACTERS:
            errors.append(("contact-text", say("contact-long", count=len(text), most=MOST_CHARACTERS)))
        if not errors:
            told = {"text": text, "sent_at": current().now()}
            ContactRequest.objects.get_or_create(sender=member, recipient=member_id, defaults=told)
            return HttpResponseRedirect(reverse("contact", args=[member_id]), status=303)
    sent = ContactRequest.objects.filter(sender=member, recipient=member_id).first()
    context = {"to": shown(member_id), "sent": sent, "text": text, "errors": errors, "most": MOST_CHARACTERS}
    return render(request, "talent/contact.html", context, status=422 if errors else 200)


@require_safe
@for_member
def requests(request: HttpRequest, member: str) -> HttpResponse:
    """Who has asked the member to get in touch, the newest first."""
    rows = ContactRequest.objects.filter(recipient=member).order_by("-sent_at", "-pk")
    asked = [{"by": shown(one.sender), "text": one.text, "at": one.sent_at, "pk": one.pk} for one in rows]
    return render(request, "talent/requests.html", {"requests": asked, "here": "people"})


@require_POST
@for_member
def remove(request: HttpRequest, member: str, number: int) -> HttpResponse:  # noqa: ARG001 - the guard names the member
    """Remove a request that the member got."""
    ContactRequest.objects.filter(recipient=member, pk=number).delete()
    return HttpResponseRedirect(reverse("requests"), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@for_member
def visible(request: HttpRequest, member: str) -> HttpResponse:
    """Whether hirers find the member: a choice of its own, apart from training."""
    if request.method == "POST":
        return _switch(request, member)
    return _visible(request, member)


def _switch(request: HttpRequest, member: str) -> HttpResponse:
    value = request.POST.get("value", "")
    if value not in ("on", "off"):
        return _visible(request, member, errors=[("", say("wrong-values"))], status=400)
    to = reverse("visible")
    if hides(member) is (value == "off"):
        return HttpResponseRedirect(f"{to}?saved=same", status=303)
    try:
        done = current().show(member) if value == "on" else current().hide(member)
    except LedgerError:
        return _visible(request, member, errors=[("", say("saved-failed"))], status=503)
    return HttpResponseRedirect(f"{to}?saved={done.entry.seq}", status=303)


def _visible(request: HttpRequest, member: str, *, status: int = 200, **more: Any) -> HttpResponse:  # noqa: ANN401
    acts = [one for one in current().history(member) if one.entry.kind in SEARCH]
    last, asked = acts[0].entry if acts else None, request.GET.get("saved", "")
    on = not hides(member)
    context = {
        "on": on,
        "saved": last if last and asked == str(last.seq) else None,
        "same": asked == "same",
        "events": events(acts[:SHOWN], {}),
        "places": sections(),
        "section": "privacy",
        "here": "settings",
        "trail": trail(),
    }
    return render(request, "talent/visible.html", {**context, **more}, status=status)


def _told(one: Person) -> dict[str, Any]:
    """One person who was found, with why."""
    found = one.found
    words = ", ".join(found.matched)
    why = say("found-headline", words=words) if found.in_headline else say("found-words", words=words)
    return {"shown": one.shown, "lines": found.lines, "why": why, "name": plainly("contact-to", name=one.shown.name)}
