"""The notice above a page: shown until the member puts it away or makes a choice, and then never again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from byleave.server.acts import Shown
from byleave.server.notices.catalogue import notices
from byleave.server.notices.letter import letter
from byleave.server.notices.models import Sending
from byleave.server.notices.sending import concerning
from byleave.server.running import current
from byleave.server.ui.voice import catalogue, say

if TYPE_CHECKING:
    from django.http import HttpRequest

_OWN = {"notice", "setting"}
"""Pages that say the same, and more."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What `ui/announcement.html` shows."""

    label: str
    language: str
    """In which the notice is; another than the page's where there is no such text."""
    title: str
    text: str
    to: str
    action: str
    dismiss: str
    dismissal: str


def announcement(request: HttpRequest, member: str) -> Announcement | None:
    """The notice that a member has not put away, unless the page is about it or they have chosen."""
    if request.resolver_match is None or request.resolver_match.url_name in _OWN:
        return None
    waiting = unseen(member)
    setting = concerning(current().member(member)) if waiting else None
    known = notices().get(waiting.notice) if waiting else None
    if waiting is None or setting is None or known is None or known.version != waiting.version:
        return None
    told = letter(known, setting, catalogue().language, current().now())
    return Announcement(
        label=say("notice-label"),
        language=told.language,
        title=told.title,
        text=" ".join(filter(None, (told.countdown and f"{told.countdown}.", told.paragraphs[0]))),
        to=told.to,
        action=told.action,
        dismiss=reverse("notice-seen", args=[waiting.notice, waiting.version]),
        dismissal=say("notice-seen"),
    )


def shown(member: str) -> Shown | None:
    """The notice that a member was shown last: the mail server took it, or they have put it away on the pages."""
    reached = Q(by_mail=True) | Q(seen_at__isnull=False)
    last = Sending.objects.filter(reached, member_id=member).order_by("-sent_at").first()
    found = Shown(last.notice, last.version, last.language) if last else None
    return found if found and current().is_published(found) else None


def unseen(member: str) -> Sending | None:
    """The newest notice that a member has not put away."""
    found: Sending | None = Sending.objects.filter(member_id=member, seen_at__isnull=True).order_by("-sent_at").first()
    return found
