"""The pages of the settings. Reading changes nothing; each change is one POST, recorded before it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings as configured
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods, require_safe

from byleave.kernel.errors import LedgerError, UnknownError
from byleave.ledger.entries import Kind
from byleave.server.centre.history import events
from byleave.server.centre.places import privacy_places, search_places, sections, security_places
from byleave.server.centre.setting_page import page_of
from byleave.server.running import current
from byleave.server.ui.guard import for_member
from byleave.server.ui.voice import country, say

if TYPE_CHECKING:
    from django.http import HttpRequest

    from byleave.server.answers import HistoryEntry, MemberState, SettingState

SHOWN = 3
"""Choices on the page of a setting; the history has all of them."""
ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Saved:
    """What the status line says: the entry that was recorded, or none where nothing had to be changed."""

    told: str
    seq: int | None


@require_safe
@for_member
def settings(request: HttpRequest, member: str) -> HttpResponse:
    """Settings & Privacy: the sections, and a search over all settings."""
    words = request.GET.get("q", "").strip()
    ways = search_places(words, current().member(member)) if words else sections()
    return _page(request, "settings", "", words=words, ways=ways)


@require_safe
@for_member
def account(request: HttpRequest, member: str) -> HttpResponse:
    """What the register knows about the member."""
    state = current().member(member)
    trail = [_root()]
    return _page(
        request,
        "account",
        "account",
        country=state.country and country(state.country),
        e_mail=request.user.email,
        trail=trail,
    )


@require_safe
@for_member
def security(request: HttpRequest, member: str) -> HttpResponse:  # noqa: ARG001 - the guard names the member
    """Password, second factor and sessions."""
    return _page(request, "security", "security", ways=security_places(), trail=[_root()])


@require_safe
@for_member
def privacy(request: HttpRequest, member: str) -> HttpResponse:
    """Data privacy: every use of the member's data with how its setting stands."""
    ways = privacy_places(current().member(member))
    return _page(request, "privacy", "privacy", ways=ways, trail=[_root()])


@require_http_methods(["GET", "HEAD", "POST"])
@for_member
def setting(request: HttpRequest, member: str, name: str) -> HttpResponse:
    """One setting: see it, and switch it."""
    try:
        known = current().policy.switch(name).name
    except UnknownError as error:
        raise Http404 from error
    if request.method == "POST":
        return _switch(request, member, known)
    return _setting(request, member, known)


@require_safe
@for_member
def history(request: HttpRequest, member: str) -> HttpResponse:
    """Everything that is recorded about the member, the newest first."""
    entries = current().history(member)
    start = _number(request.GET.get("before")) or entries[0].entry.seq + 1 if entries else 0
    shown = [one for one in entries if one.entry.seq < start]
    page, rest = shown[:ON_A_PAGE], shown[ON_A_PAGE:]
    return _page(
        request,
        "history",
        "history",
        events=events(page, _titles(current().member(member))),
        older=f"?before={page[-1].entry.seq}" if rest else None,
        newer=request.path if "before" in request.GET else None,
        trail=[_root(), _privacy()],
    )


@require_safe
@for_member
def receipt(request: HttpRequest, member: str, seq: int) -> HttpResponse:  # noqa: ARG001 - the member says whose
    """The signed receipt of one of the member's own acts, as a file."""
    try:
        text = current().receipt(member, seq)
    except UnknownError as error:
        raise Http404 from error
    name = f"byleave-receipt-{seq}.json"
    return HttpResponse(
        text, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _switch(request: HttpRequest, member: str, name: str) -> HttpResponse:
    """Record what the member wants; what they have chosen already is not recorded twice."""
    value = request.POST.get("value", "")
    if value not in ("on", "off"):
        return _setting(request, member, name, errors=[("", say("wrong-values"))], status=400)
    state = _state(current().member(member), name)
    to = reverse("setting", args=[name])
    if state.deed and state.deed.actor == "member" and state.value == value:
        return HttpResponseRedirect(f"{to}?saved=same", status=303)
    try:
        done = current().set_preference(member, name, value, shown=import_string(configured.PAGES_SHOWN)(member))
    except LedgerError:
        return _setting(request, member, name, errors=[("", say("saved-failed"))], status=503)
    return HttpResponseRedirect(f"{to}?saved={done.entry.seq}", status=303)


def _setting(request: HttpRequest, member: str, name: str, *, status: int = 200, **more: Any) -> HttpResponse:  # noqa: ANN401
    state, entries = current().member(member), current().history(member)
    own = _state(state, name)
    acts = [one for one in entries if one.entry.kind is Kind.PREFERENCE_SET]
    pack = current().policy.switch(name).governing.pack
    context = {
        "page": page_of(own, state.as_of, {key: one.title for key, one in pack.categories.items()}),
        "saved": _saved(request.GET.get("saved", ""), acts, own),
        "events": events(acts[:SHOWN], _titles(state)),
        "trail": [_root(), _privacy()],
        **more,
    }
    return _page(request, "setting", "privacy", status=status, **context)


def _saved(told: str, acts: list[HistoryEntry], state: SettingState) -> Saved | None:
    """The status line for an address that says what was just done; nothing for one that names no act of the member."""
    if told == "same":
        return Saved(say(f"saved-same-{state.value}"), None)
    entry = next((one.entry for one in acts if one.entry.seq == _number(told)), None)
    if entry is None or acts[0].entry is not entry:
        return None
    return Saved(say(f"saved-{entry.data['value']}", at=entry.recorded_at), entry.seq)


def _state(state: MemberState, name: str) -> SettingState:
    return next(one for one in state.settings if one.setting == name)


def _titles(state: MemberState) -> dict[str, Any]:
    return {one.setting: one.title for one in state.settings}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _root() -> tuple[str, str]:
    return say("settings"), reverse("settings")


def _privacy() -> tuple[str, str]:
    return say("settings-privacy"), reverse("privacy")


def _page(request: HttpRequest, name: str, section: str, *, status: int = 200, **context: Any) -> HttpResponse:  # noqa: ANN401
    """One page in the frame of the settings."""
    frame = {"places": sections(), "section": section, "here": "settings"}
    return render(request, f"centre/{name}.html", {**frame, **context}, status=status)
