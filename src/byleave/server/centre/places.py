"""The places of the settings: what the side of each page lists, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from byleave.server.centre.setting_page import state_sentence
from byleave.server.ui.pack_words import in_own_words
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from byleave.server.answers import MemberState


@dataclass(frozen=True, slots=True)
class Place:
    """A page among the settings."""

    name: str
    title: str
    more: str
    to: str
    picture: str = "gear"
    tag: str = ""
    tone: str = ""
    words: str = ""
    """Further words by which it is found."""


_SECTIONS = (
    ("account", "settings-account", "person"),
    ("security", "settings-sign-in", "lock"),
    ("privacy", "settings-privacy", "eye"),
    ("notices", "settings-notices", "bell"),
)
_MORE = (
    ("objections", "objections", "paper"),
    ("visible", "privacy-found", "lens"),
    ("check-up", "privacy-check", "tick"),
    ("used", "privacy-used", "clock"),
    ("history", "privacy-history", "paper"),
)
_SECURITY = (("account_change_password", "account-password", "lock"), ("mfa_index", "account-second", "tick"))


def sections() -> list[Place]:
    """The sections of the settings that this platform has."""
    return list(_known(_SECTIONS))


def security_places() -> list[Place]:
    """What can be done about signing in."""
    return list(_known(_SECURITY))


def privacy_places(state: MemberState) -> list[Place]:
    """Every setting that governs training with how it stands, and the pages about what became of one's items."""
    found = [
        Place(
            one.setting,
            in_own_words(one.title),
            state_sentence(one),
            reverse("setting", args=[one.setting]),
            picture="spark",
            tag=say(one.value),
            tone="" if one.value == "on" else "none",
            words=" ".join((*one.title.values(), *one.path, *one.purposes)),
        )
        for one in state.settings
        if one.purposes
    ]
    covered = {purpose for one in state.settings for purpose in one.purposes}
    uncovered = {product.purpose for one in state.settings for product in one.does_not_cover} - covered
    objection = _known((("objection", "privacy-object", "paper"),)) if uncovered else ()
    return [*found, *objection, *_known(_MORE)]


def search_places(words: str, state: MemberState) -> list[Place]:
    """The places whose title or description holds every word."""
    wanted = words.casefold().split()
    every = [*privacy_places(state), *sections(), *security_places()]
    return [one for one in every if all(word in f"{one.title} {one.more} {one.words}".casefold() for word in wanted)]


def _known(rows: Iterable[tuple[str, str, str]]) -> Iterator[Place]:
    for name, message, picture in rows:
        try:
            to = reverse(name)
        except NoReverseMatch:
            continue
        yield Place(name, say(message), say(f"{message}-more"), to, picture)
