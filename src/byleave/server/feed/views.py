"""The pages of the small platform."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from byleave.adapters.rewrite.rows import MOST_WORDS
from byleave.server.centre.places import search_places
from byleave.server.centre.setting_page import state_sentence
from byleave.server.feed import posts, rewriting
from byleave.server.feed.check import verdict
from byleave.server.feed.models import Profile
from byleave.server.feed.posts import MOST_CHARACTERS, READERS, Draft
from byleave.server.running import current
from byleave.server.ui.guard import for_member
from byleave.server.ui.pack_words import in_own_words
from byleave.server.ui.people import shown
from byleave.server.ui.voice import catalogue, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byleave.server.answers import MemberState

MOST_FOUND = 20


@require_safe
@for_member
def feed(request: HttpRequest, member: str) -> HttpResponse:
    """Everybody's public posts and one's own, with the composer above."""
    return _feed(request, member, Draft())


@require_POST
@for_member
def publish(request: HttpRequest, member: str) -> HttpResponse:
    """Publish a post. One that is kept out is held back before it is there, so that no gate sees it free."""
    draft = _draft(request)
    errors = _errors(draft)
    if errors:
        return _feed(request, member, draft, errors=errors, status=422)
    service, item_id = current(), posts.new_id()
    if draft.withhold:
        service.withhold(member, item_id)
    posts.publish(draft, member, shown(member).language, service.now(), item_id)
    return HttpResponseRedirect(f"{reverse('feed')}?posted=1")


@require_POST
@for_member
def check(request: HttpRequest, member: str) -> HttpResponse:
    """Whether a post would be used, while it is being written. Changes nothing; a POST, so that no address holds it."""
    draft = _draft(request)
    answer = _verdict(member, draft) if draft.text.strip() else None
    if request.headers.get("HX-Request"):
        return render(request, "feed/verdict.html" if answer else "feed/nothing.html", {"verdict": answer})
    return _feed(request, member, draft, verdict=answer, errors=[] if answer else _errors(draft))


@require_POST
@for_member
def rewrite(request: HttpRequest, member: str) -> HttpResponse:
    """A suggestion of a model beside the draft. Nothing is published and nothing is kept."""
    draft, tone = _draft(request), request.POST.get("tone", "")
    errors = _errors(draft) if draft.text.strip() else [("compose-text", say("compose-blank"))]
    if errors or tone not in rewriting.TONES:
        return _feed(request, member, draft, errors=errors, status=422)
    found = rewriting.suggest(draft.text, tone)
    return _feed(request, member, draft, suggestion=found, status=200 if found.told != "not" else 404)


@require_POST
@for_member
def take(request: HttpRequest, member: str) -> HttpResponse:
    """The composer with the suggestion as its text, or with the member's own text again. Nothing is published."""
    draft, suggested = _draft(request), request.POST.get("suggested", "").replace("\r\n", "\n")
    if suggested:
        taken = replace(draft, text=suggested, assisted=True, original=draft.original or draft.text)
    else:
        taken = replace(draft, text=draft.original or draft.text, assisted=False, original="")
    return _feed(request, member, taken)


@require_safe
@for_member
def profile(request: HttpRequest, member: str, member_id: str) -> HttpResponse:
    """One member's profile and what the reader may see of their posts."""
    person = Profile.objects.filter(member_id=member_id).first()
    if person is None and member_id != member:
        raise Http404
    page = posts.posts_of(member_id, member, request.GET.get("before"), _withheld(current().member(member)))
    context = {
        "profile": person or Profile(member_id=member, name=member),
        "posts": page.posts,
        **_pages(request, page.older),
    }
    return render(request, "feed/profile.html", context)


@require_safe
@for_member
def one_post(request: HttpRequest, member: str, item_id: str) -> HttpResponse:
    """One post by itself, at the address that people pass on."""
    found = posts.one(item_id, member, _withheld(current().member(member)))
    if found is None:
        raise Http404
    return render(request, "feed/one.html", {"post": found})


@require_safe
@for_member
def search(request: HttpRequest, member: str) -> HttpResponse:
    """Settings, people and posts that hold some words."""
    words = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"words": words, "searched": number_text(catalogue(), posts.SEARCHED)}
    if words:
        state = current().member(member)
        people = Profile.objects.filter(name__icontains=words).order_by("name")[:MOST_FOUND]
        context |= {
            "places": search_places(words, state),
            "people": people,
            "posts": posts.found(words, member, _withheld(state)),
        }
    return render(request, "feed/search.html", context)


def _feed(request: HttpRequest, member: str, draft: Draft, *, status: int = 200, **more: Any) -> HttpResponse:  # noqa: ANN401
    state = current().member(member)
    page = posts.newest(member, request.GET.get("before"), _withheld(state))
    context = {
        "here": "feed",
        "draft": draft,
        "readers": READERS.items(),
        "most_characters": MOST_CHARACTERS,
        "posts": page.posts,
        "posted": "posted" in request.GET,
        **_rewriting(more.get("suggestion")),
        "tones": [(one, f"tone-{one}") for one in rewriting.TONES],
        "most_words": MOST_WORDS,
        "choices": [_choice(one) for one in state.settings if one.purposes],
        **_pages(request, page.older),
        **more,
    }
    return render(request, "feed/feed.html", context, status=status)


def _rewriting(suggestion: Any) -> dict[str, Any]:  # noqa: ANN401 - a Suggestion or None
    place = rewriting.at_hand()
    told = {"told": f"rewrite-{suggestion.told}"} if suggestion else {}
    return {"rewriter": place, "host": place if isinstance(place, str) else None, **told}


def _choice(state: Any) -> dict[str, Any]:  # noqa: ANN401 - a SettingState
    return {
        "on": state.value == "on",
        "title": in_own_words(state.title),
        "state": state_sentence(state),
        "to": reverse("setting", args=[state.setting]),
    }


def _draft(request: HttpRequest) -> Draft:
    text = request.POST.get("text", "").replace("\r\n", "\n")
    original = request.POST.get("original", "").replace("\r\n", "\n")
    assisted = request.POST.get("assisted") == "yes"
    return Draft(text, request.POST.get("visibility", ""), request.POST.get("withhold") == "yes", assisted, original)


def _errors(draft: Draft) -> list[tuple[str, str]]:
    """What stands in the way of publishing: the field, and what to do."""
    found = []
    if not draft.text.strip():
        found.append(("compose-text", say("compose-blank")))
    if len(draft.text) > MOST_CHARACTERS:
        found.append(("compose-text", say("compose-long", count=len(draft.text), most=MOST_CHARACTERS)))
    if draft.visibility not in READERS:
        found.append(("compose-seen", say("compose-seen-wrong")))
    return found


def _verdict(member: str, draft: Draft) -> Any:  # noqa: ANN401 - a Verdict
    service = current()
    return verdict(service, member, draft.content(member, shown(member).language, service.now()))


def _withheld(state: MemberState) -> frozenset[str]:
    return frozenset(one.item for one in state.withheld)


def _pages(request: HttpRequest, older: str | None) -> dict[str, str | None]:
    """The links to newer and older posts; the newest page is the one without a place in the list."""
    return {
        "older": f"?{urlencode({'before': older})}" if older else None,
        "newer": request.path if request.GET.get("before") else None,
    }
