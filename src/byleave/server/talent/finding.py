"""Finding people: the model in service, the filters, and who may be shown."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from byleave.adapters.forgetting import models_in
from byleave.adapters.talent.serving import Serving
from byleave.adapters.talent.training import MODEL
from byleave.kernel.errors import ByleaveError
from byleave.ledger.visibility import is_hidden
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

    Whatever the index says, somebody who hides, has closed their account or is gone is not shown.
    """
    people = dict[str, Shown]()

    def keep(profile: Profile) -> bool:
        one = people.setdefault(profile.member, shown(profile.member))
        if filters.language and one.language != filters.language:
            return False
        person = current().person(profile.member)
        return person.member is not None and person.is_open and not is_hidden(person.entries)

    found, learned = serving.find(words, MOST, keep, every=filters.every)
    return [Person(people[one.shown.member], one) for one in found], learned


def hides(member: str) -> bool:
    """Whether a member has taken themselves out of searches for people."""
    return is_hidden(current().person(member).entries)
