"""What applies to one person on one platform, without any archive: the same packs and the same definition decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from byleave.archive import guide_facts as facts
from byleave.archive.guide_decisions import Question, claims, outcomes, scope, typical
from byleave.archive.guide_model import Guide
from byleave.policy.rules import pack_digest
from byleave.text.pack_titles import RECOMMENDED, title_translations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from byleave.archive.guide_model import Person
    from byleave.archive.guide_notes import Notes
    from byleave.policy.model import Pack

_LATEST = timedelta(hours=36)
"""A day ends last at UTC-12 (IANA `Etc/GMT+12`); an opt-out is not told to be earlier than it may have been."""


def make_guide(pack: Pack, person: Person, today: datetime, notes: Notes | None = None) -> Guide:
    """Tell a person what a pack means for them.

    Args:
        pack: the platform's policy.
        person: what they say about themselves.
        today: the instant at which they ask.
        notes: what is known about the platform beyond its rules.
    """
    question = Question(pack, person, today)
    regime, scopes, told = question.regime(), tuple(scope(question)), claims(question)
    return Guide(
        platform=pack.platform,
        pack=pack.id,
        pack_digest=pack_digest(pack),
        purpose=question.purpose,
        as_of=today,
        person=person,
        regime=regime.name if regime else None,
        begins=question.begins,
        in_force=today >= regime.effective if regime else None,
        setting=question.setting,
        titles={name: dict(setting.title) for name, setting in pack.settings.items()},
        applies=tuple(facts.applies(question, notes)),
        groups=tuple(facts.groups(question)) if person.country is None else (),
        scope=scopes,
        claims=told,
        outcomes=tuple(outcomes(question, told, typical(scopes))),
        reach=tuple(facts.reach(question)),
        affiliates=tuple(facts.affiliates(question, scopes)),
        steps=tuple(facts.steps(question, notes)),
        switch=tuple(facts.switch(question, notes)),
        limits=tuple(facts.limits(question, notes)),
        objection=tuple(facts.objection(question, notes)),
        evidence=tuple(facts.evidence(notes)),
        not_established=tuple(facts.not_established(question)),
        words=_words(pack, notes),
    )


def latest_on(day: date, today: datetime) -> datetime:
    """The latest instant at which somebody can have acted on a day: its end at UTC-12, but not later than today."""
    return min(datetime(day.year, day.month, day.day, tzinfo=UTC) + _LATEST, today)


def newest_in_force(packs: list[Pack], today: datetime) -> Pack:
    """The version of a platform's pack with the latest date up to today; the earliest where all are later.

    A version that is not a date counts as older than every date.
    """
    day = today.date().isoformat()
    ordered = sorted(packs, key=lambda pack: (pack.version[:1].isdigit() and "-" in pack.version, pack.version))
    begun = [pack for pack in ordered if "-" not in pack.version or pack.version <= day]
    return (begun or ordered[:1])[-1]


def _words(pack: Pack, notes: Notes | None) -> Mapping[str, Mapping[str, str]]:
    if notes is not None:
        return notes.translations()
    return title_translations() if pack.pack == RECOMMENDED else {}
