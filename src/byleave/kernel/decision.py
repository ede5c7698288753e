"""What a decision is: a verdict, the reason, and every test that failed.

A decision is a value and never a bare boolean: whoever reads it can say why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The three outcomes. A gap could not be evaluated and is never eligible."""

    ELIGIBLE = "eligible"
    EXCLUDED = "excluded"
    GAP = "gap"


class Reason(StrEnum):
    """Why; declared in the order of the tests, so that the first failing test gives the reason."""

    INVALID_ITEM = "invalid-item"
    NOT_YET_CREATED = "not-yet-created"
    UNKNOWN_CATEGORY = "unknown-category"
    EXCLUDED_CATEGORY = "excluded-category"
    UNKNOWN_VISIBILITY = "unknown-visibility"
    NOT_PUBLIC = "not-public"
    UNKNOWN_MEMBER = "unknown-member"
    UNKNOWN_REGION = "unknown-region"
    MINOR = "minor"
    RECIPIENT_NOT_PERMITTED = "recipient-not-permitted"
    NOT_IN_FORCE = "not-in-force"
    NOTICE_PENDING = "notice-pending"
    OBJECTION = "objection"
    OPTED_OUT = "opted-out"
    WITHHELD = "withheld"
    SUBJECT_OBJECTION = "subject-objection"
    AI_WRITTEN = "ai-written"
    ELIGIBLE = "eligible"

    @property
    def verdict(self) -> Verdict:
        """The verdict that this reason carries."""
        if self is Reason.ELIGIBLE:
            return Verdict.ELIGIBLE
        return Verdict.GAP if self in GAPS else Verdict.EXCLUDED

    @property
    def order(self) -> int:
        """The position of the test, from 1; `eligible` comes last."""
        return _ORDER[self]


GAPS = frozenset(
    {
        Reason.INVALID_ITEM,
        Reason.UNKNOWN_CATEGORY,
        Reason.UNKNOWN_VISIBILITY,
        Reason.UNKNOWN_MEMBER,
        Reason.UNKNOWN_REGION,
    }
)
"""Reasons that mean "could not be evaluated"."""

REFUSALS = frozenset({Reason.OBJECTION, Reason.OPTED_OUT, Reason.WITHHELD, Reason.SUBJECT_OBJECTION})
"""Reasons that are somebody's own refusal; members' pages always name these, whatever reason came first."""

_ORDER = {reason: position for position, reason in enumerate(Reason, start=1)}


@dataclass(frozen=True, slots=True)
class Decision:
    """One item's decision. `failed` holds every failing test in order; empty when eligible."""

    failed: tuple[Reason, ...]

    @property
    def reason(self) -> Reason:
        """The first failing test, or `eligible`."""
        return self.failed[0] if self.failed else Reason.ELIGIBLE

    @property
    def verdict(self) -> Verdict:
        """`eligible`, `excluded` or `gap`."""
        return self.reason.verdict
