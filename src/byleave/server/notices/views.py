"""The notices that a member was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from byleave.server.centre.places import sections
from byleave.server.notices.catalogue import notices
from byleave.server.notices.letter import letter
from byleave.server.notices.models import Sending
from byleave.server.notices.sending import record
from byleave.server.running import current
from byleave.server.ui.guard import for_member
from byleave.server.ui.voice import catalogue, say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@for_member
def every(request: HttpRequest, member: str) -> HttpResponse:
    """What the member was told, the newest first."""
    found = [(one, *_title(one)) for one in Sending.objects.filter(member_id=member).order_by("-sent_at", "-pk")]
    return render(request, "notices/every.html", {"notices": found, **_frame()})


@require_safe
@for_member
def one(request: HttpRequest, member: str, name: str, version: str) -> HttpResponse:
    """One notice, with what holds for the member now."""
    sending = Sending.objects.filter(member_id=member, notice=name, version=version).first()
    known = notices().get(name)
    state = current().member(member)
    setting = next((one for one in state.settings if one.purposes and one.regimes), None)
    if sending is None or known is None or known.version != version or setting is None:
        raise Http404
    told = letter(known, setting, catalogue().language, state.as_of)
    return render(request, "notices/one.html", {"letter": told, "sending": sending, **_frame()})


@require_POST
@for_member
def seen(request: HttpRequest, member: str, name: str, version: str) -> HttpResponse:  # noqa: ARG001 - of any page
    """Put a notice away. For a member without an e-mail address this is what shows that it has reached them."""
    sending = Sending.objects.filter(member_id=member, notice=name, version=version).first()
    if sending is None:
        raise Http404
    if sending.seen_at is None:
        if not sending.by_mail:
            record(current(), sending)
        sending.seen_at = current().now()
        sending.save(update_fields=["seen_at"])
    return HttpResponseRedirect(reverse("notices"), status=303)


def _title(sending: Sending) -> tuple[str, str]:
    """The title, and in which language it is."""
    known = notices().get(sending.notice)
    if known is None or known.version != sending.version:
        return str(sending.notice), str(sending.language)
    language, text = known.in_language(catalogue().language)
    return text.title.format(platform=settings.PLATFORM_NAME), language


def _frame() -> dict[str, object]:
    trail = [(say("settings"), reverse("settings"))]
    return {"places": sections(), "section": "notices", "here": "notices", "trail": trail}
