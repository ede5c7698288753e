"""Finding people: the model in service, the filters, and who may be shown."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings

from byleave.adapters.forgetting import models_in
from byleave.adapters.talent.rows import PROFILE, PUBLIC
from byleave.adapters.talent.serving import Serving
from byleave.adapters.talent.training import MODEL
from byleave.finding.contact import without_contact
from byleave.finding.folding import tokens
from byleave.kernel.errors import ByleaveError
from byleave.ledger.visibility import is_hidden
from byleave.server.forgetting.answering import may_answer
from byleave.server.running import current
from byleave.server.ui.people import Shown, shown

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.adapters.talent.serving import Found
    from byleave.learn.talent.search import Shown as Profile

MOST = 10
TALENT = "talent"
_open: dict[tuple[Path, int], Serving] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hirer narrows a search by."""

    language: str = ""
    """Of the profile (BCP 47); blank: any."""
    every: bool = False
    """Whether every word must be there."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was found."""

    shown: Shown
    found: Found


def at_hand() -> Serving | None:
    """The model of talent search that is in service; None where there is none, or it cannot be read."""
    try:
        folders = [one.folder for one in models_in(settings.CONFIGURATION.models) if one.product == TALENT]
        if not folders:
            return None
        folder = folders[-1]
        key = folder, (folder / MODEL).stat().st_ino
        with _lock:
            if key not in _open:
                for other in _open.values():
                    other.close()
                _open.clear()
                _open[key] = Serving(folder)
            return _open[key]
    except (ByleaveError, OSError):
        return None


def find(serving: Serving, words: str, filters: Filters) -> tuple[list[Person], bool]:
    """Who fits, best first, and whether what was learned was used.

    Whatever the index says, somebody who hides, has closed their account or is gone is not shown; and of a profile that
    has changed since, what it says now. How somebody can be reached is left out: who is found decides whom they answer.
    """
    people, asked = dict[str, Shown](), frozenset(tokens(words))

    def keep(profile: Profile) -> Profile | None:
        one = people.setdefault(profile.member, shown(profile.member))
        if filters.language and one.language != filters.language:
            return None
        person = current().person(profile.member)
        if person.member is None or not person.is_open or is_hidden(person.entries):
            return None
        text = _text_now(profile, asked)
        return None if text is None else replace(profile, text=without_contact(text))

    may = may_answer(current().lineage, serving.model, current().now())
    found, learned = serving.find(words, MOST, keep, every=filters.every, learned=may)
    return [Person(people[one.shown.member], one) for one in found], learned


def _text_now(profile: Profile, asked: frozenset[str]) -> str | None:
    """What a profile says now; None for one that is not public any more, is gone, or has none of the words any more.

    Where the platform shows no items of theirs here, nothing newer is known than the index.
    """
    content = current().content
    for one in content.items([profile.item]):
        text = one.text or ""
        public = (one.facts.category, one.facts.visibility) == (PROFILE, PUBLIC)
        fits = text == profile.text or not asked.isdisjoint(tokens(text))
        return text if public and fits else None
    return None if content.counts([profile.member]) else profile.text


def hides(member: str) -> bool:
    """Whether a member has taken themselves out of searches for people."""
    return is_hidden(current().person(member).entries)
