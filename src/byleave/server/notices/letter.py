"""A notice as one member reads it: the version's text, what the pack adds, and the way to the setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from byleave.server.centre.setting_page import begins_of, countdown
from byleave.server.ui.pack_words import own_words
from byleave.server.ui.voice import plain_phrase, plainly
from byleave.text.receipts import EFFECT

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.server.answers import SettingState
    from byleave.server.notices.texts import Notice


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in one language, in plain text."""

    notice: str
    version: str
    language: str
    digest: str
    title: str
    paragraphs: tuple[str, ...]
    countdown: str | None
    """How long until the rule begins; None when it has begun or is far off."""
    to: str
    """The page of the setting, without the server's address."""
    action: str
    """What the link says."""

    def as_mail(self, server: str) -> str:
        """The letter as the body of an e-mail."""
        link = f"{self.action}:\n{server}{self.to}"
        parts = (*filter(None, (self.countdown,)), *self.paragraphs, link)
        return "\n\n".join(parts) + "\n"


def letter(notice: Notice, state: SettingState, language: str, now: datetime) -> Letter:
    """Write a notice for a member.

    Args:
        notice: the version.
        state: the setting that the notice is about, as it stands for the member.
        language: what the member reads; English where the notice has no such text.
        now: the present.
    """
    chosen, text = notice.in_language(language)
    platform = {"platform": settings.PLATFORM_NAME}
    with override(chosen):
        begins = [begins_of(one, now) for one in state.regimes if not one.in_force]
        return Letter(
            notice=notice.name,
            version=notice.version,
            language=chosen,
            digest=text.digest,
            title=text.title.format(**platform),
            paragraphs=(*(one.format(**platform) for one in text.paragraphs), *_added(state, begins)),
            countdown=str(countdown(min(begins), now) or "") or None if begins else None,
            to=reverse("setting", args=[state.setting]),
            action=plainly("notice-open", setting=own_words(state.title)[0]),
        )


def _added(state: SettingState, begins: list[datetime]) -> list[str]:
    """What the pack says: when the rule begins, what switching off reaches, and what it does not undo."""
    told = [plainly("notice-begins", on=min(begins))] if begins else [plainly("notice-begun")]
    effect = [f"reaches-{state.off.reaches}"] if state.off.reaches else []
    sentences = [plain_phrase(EFFECT[code][0]) for code in (*effect, *state.off.does_not_undo)]
    return [*told, " ".join((plainly("notice-off"), *sentences))]
