"""What the frame of every page shows: who is signed in, where the setting is, which languages there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from byleave.server.running import current
from byleave.server.ui.people import member_of, shown
from byleave.server.ui.voice import catalogue
from byleave.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from django.http import HttpRequest

OWN_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""Each language by the name that its speakers give it."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Names for `ui/base.html`. Nothing is asked of the databases until a page shows it, but for the person."""
    member = member_of(request)
    person = shown(member) if member else None
    announcements = import_string(settings.PAGES_ANNOUNCEMENTS) if settings.PAGES_ANNOUNCEMENTS else None
    return {
        "person": person,
        "staff": getattr(getattr(request, "user", None), "is_staff", False),
        "announcement": announcements(request, member) if announcements and member else None,
        "default_setting": default_setting(),
        "languages": [(code, OWN_NAMES.get(code, code)) for code in LANGUAGES],
        "current_language": catalogue().language,
        "invented": settings.PAGES_INVENTED,
        "demo_people": import_string(settings.PAGES_DEMO) if settings.PAGES_INVENTED and settings.PAGES_DEMO else None,
        "sign_in_through": reverse("openid_connect_login", args=["platform"]) if settings.CONFIGURATION.oidc else None,
    }


def default_setting() -> str:
    """The setting that the foot of each page leads to; blank where no pack has one."""
    return next((one.name for one in current().policy.switches), "")
