"""How one row of an archive stands: the definition is asked in every case that the archive leaves open.

An archive does not say everything that a decision reads. Whatever it leaves open is tried with each value that it may
have; only what holds in every case is told as certain. A decision depends on a date only through its place among the
instants at which a rule begins, the person acts or comes of age. So rows with the same place share one decision, and
an archive of any length needs few.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

from byleave.archive.exposure.model import Cause, Ruling, Standing
from byleave.kernel.decision import GAPS, Reason
from byleave.kernel.instants import FIRST, comes_of_age
from byleave.kernel.vocabulary import VISIBILITIES
from byleave.policy.facts import Item, Moment, Register
from byleave.policy.semantics import decide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.archive.guide_decisions import Question
    from byleave.archive.linkedin import ArchiveItem
    from byleave.kernel.decision import Decision
    from byleave.policy.rules import Rules

_PUBLIC = "public"
_OWNER = "person"
_UNPLACED = {Reason.UNKNOWN_REGION, Reason.UNKNOWN_MEMBER}
"""Without these facts an opt-out cannot be told from an unknown."""
_CAUSES = {
    Reason.UNKNOWN_REGION: Cause.COUNTRY,
    Reason.UNKNOWN_CATEGORY: Cause.CATEGORY,
    Reason.UNKNOWN_VISIBILITY: Cause.VISIBILITY,
}
_LENGTH = {
    "second": timedelta(0),
    "minute": timedelta(seconds=59),
    "day": timedelta(hours=23, minutes=59, seconds=59),
    "month": timedelta(days=30, hours=23),
    "year": timedelta(days=365, hours=23),
}
"""How much later than its first instant a date of this precision may be."""


class Judge:
    """Decides the rows of one person, in one scenario, under one reading."""

    def __init__(self, question: Question, rules: Rules, off_at: datetime | None) -> None:
        """Note the instants at which a decision can change."""
        member = question.member(off_at)
        self._rules = rules
        self._register = Register(members={_OWNER: member})
        self._moment = Moment(question.judged_at, replay=True)
        self._today = question.today
        turns = {self._moment.as_of, *((off_at,) if off_at else ())}
        turns |= {at for regime in rules.regimes for at in (regime.effective, regime.recipient_effective)}
        if rules.minimum_years is not None:
            turns |= {comes_of_age(born, rules.minimum_years) for born in member.birth_dates}
        self._turns = sorted(turns)

    @property
    def turns(self) -> list[datetime]:
        """The instants at which a decision can change, in order."""
        return self._turns

    def judge(self, item: ArchiveItem) -> Ruling:
        """How the row stands."""
        return self._rule(item, self._instants(*span(item, self._today)))

    def _instants(self, first: datetime, last: datetime) -> list[datetime]:
        """One instant for each case that differs."""
        within = [at for at in self._turns if first < at < last]
        # just after a turn may differ from the turn itself, as between it and the next one
        after = [at + timedelta(microseconds=1) for at in within]
        return sorted({first, last, *within, *(at for at in after if at < last)})

    def _rule(self, item: ArchiveItem, instants: list[datetime]) -> Ruling:
        """The ruling from the decisions in every case."""
        visibilities = (item.visibility,) if item.visibility else VISIBILITIES
        authors = (False, True) if self._rules.leaves_ai_out else (None,)
        worlds: dict[str, list[Decision]] = {}
        for visibility, at, ai in product(visibilities, instants, authors):
            facts = Item("item", _OWNER, item.category, visibility, at, ai_written=ai)
            decided = decide(facts, self._register, self._rules, self._moment)
            worlds.setdefault(visibility, []).append(decided)
        every = {_standing(one) for decisions in worlds.values() for one in decisions}
        # what everyone can see stands for the rest where the archive does not say who can see the row
        shown = next(iter(worlds.values()))
        seen = {_standing(one) for one in shown}
        if every == {Standing.OUT}:
            return Ruling(Standing.OUT, reason=_reason(shown[-1]))
        if item.doubt is not None and Standing.USED in seen:
            return Ruling(Standing.OPEN, cause=Cause.KIND)
        if every == {Standing.USED}:
            return Ruling(Standing.USED)
        if seen == {Standing.USED} and item.visibility is None:
            return Ruling(Standing.IF_PUBLIC, cause=Cause.VISIBILITY)
        return Ruling(Standing.OPEN, cause=_cause(seen, shown, len(authors) > 1))


class Panel:
    """Several judges of one person, asked together: rows that none of them can tell apart are decided once."""

    def __init__(self, judges: Sequence[Judge], today: datetime) -> None:
        """Note every instant at which a decision of any judge can change."""
        self._judges = judges
        self._today = today
        self._turns = sorted({at for judge in judges for at in judge.turns})
        self._known: dict[tuple[object, ...], int] = {}
        self.rulings: list[tuple[Ruling, ...]] = []
        """What was ruled so far: one ruling of each judge."""

    def judge(self, item: ArchiveItem) -> int:
        """How the row stands before each judge, as a position in `rulings`: numbers are counted faster."""
        first, last = span(item, self._today)
        # at a turn is a place of its own, so that both sides count
        before = bisect_left(self._turns, first), bisect_left(self._turns, last)
        after = bisect_right(self._turns, first), bisect_right(self._turns, last)
        key = (item.category, item.visibility, item.doubt is not None, before, after)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self.rulings)
            self.rulings.append(tuple(judge.judge(item) for judge in self._judges))
        return known


def span(item: ArchiveItem, today: datetime) -> tuple[datetime, datetime]:
    """Between which instants the row came to be; a row without a date, at some time up to today."""
    if item.created is None:
        return FIRST, today
    return item.created.at, item.created.at + _LENGTH[item.created.precision]


def _standing(decision: Decision) -> Standing:
    """Out for certain where any test says so: no answer to what is open could let it in."""
    failed = set(decision.failed)
    if not failed:
        return Standing.USED
    if failed & _UNPLACED:  # no default is known there, which the definition takes for off
        failed.discard(Reason.OPTED_OUT)
    return Standing.OPEN if failed <= GAPS else Standing.OUT


def _reason(decision: Decision) -> Reason:
    """The first test that leaves the row out for certain."""
    return next(reason for reason in decision.failed if reason not in GAPS)


def _cause(seen: set[Standing], shown: list[Decision], authors: bool) -> Cause:  # noqa: FBT001 - one caller
    """Why nobody can tell, from the decisions for one visibility."""
    if len(seen) > 1:
        return Cause.AUTHOR if authors else Cause.DATE
    if seen == {Standing.OPEN}:
        return _CAUSES.get(shown[-1].reason, Cause.VISIBILITY)
    return Cause.VISIBILITY
