"""Titles of the recommended pack, so that pages about it are in one language; others have theirs in notes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from byleave.text.catalogue import LANGUAGES, N_, SOURCE_LANGUAGE, Catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

RECOMMENDED = "byleave"
"""The pack that comes with byleave for any platform; its titles are messages of the catalogue."""
TITLES = (
    N_("The platform"),
    N_("Companies of the same group"),
    N_("Rewrite"),
    N_("Talent search"),
    N_("Every country"),
    N_("Settings"),
    N_("AI training"),
    N_("Public profile"),
    N_("Posts"),
    N_("Articles"),
    N_("Comments"),
    N_("Reactions"),
    N_("Reposts"),
    N_("Answers to polls"),
    N_("Recommendations"),
    N_("Endorsements of skills"),
    N_("Contributions to shared articles"),
    N_("Photos and pictures"),
    N_("Videos"),
    N_("Job postings"),
    N_("What a member posts and does in a group"),
    N_("Messages in a group"),
    N_("Private messages"),
    N_("What a member types into AI features, and the answers"),
    N_("Saved résumés"),
    N_("Saved answers to screening questions"),
    N_("Ratings of answers by AI features"),
    N_("Job applications"),
    N_("Salary data"),
    N_("Log-in data"),
    N_("Ways of paying and card data"),
)


@cache
def title_translations() -> Mapping[str, Mapping[str, str]]:
    """Language → title in English → the same in that language."""
    others = [Catalogue(language) for language in LANGUAGES if language != SOURCE_LANGUAGE]
    return {one.language: {title: one.text(title) for title in TITLES} for one in others}
