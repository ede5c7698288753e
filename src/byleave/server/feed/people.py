"""How the small platform shows its members."""

from __future__ import annotations

from byleave.server.feed.models import Profile
from byleave.server.ui.people import Shown


def shown(member_id: str) -> Shown | None:
    """A member's name and headline; None for one without a profile."""
    profile = Profile.objects.filter(member_id=member_id).first()
    return Shown(profile.member_id, profile.name, profile.headline, profile.language) if profile else None
