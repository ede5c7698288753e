"""How a member is shown: the platform knows names, the consent layer only ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Shown:
    """What pages show of a member."""

    member_id: str
    name: str
    headline: str = ""
    language: str = "en"


def shown(member_id: str) -> Shown:
    """How the platform shows a member; by the id alone where it says nothing.

    The platform's answer comes from the function that the setting `PAGES_PEOPLE` names.
    """
    asked = import_string(settings.PAGES_PEOPLE)(member_id) if settings.PAGES_PEOPLE else None
    return asked if isinstance(asked, Shown) else Shown(member_id, member_id)


def member_of(request: HttpRequest) -> str | None:
    """The member for whom a request speaks; None for nobody and for staff."""
    user = getattr(request, "user", None)
    member = user.member_id if user is not None and user.is_authenticated else None
    return str(member) if member else None
