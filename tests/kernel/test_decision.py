"""A decision names its reason, and the order of the reasons is that of the tests."""

from __future__ import annotations

import pytest

from byleave.kernel.decision import GAPS, REFUSALS, Decision, Reason, Verdict

ORDER = [
    "invalid-item", "not-yet-created", "unknown-category", "excluded-category", "unknown-visibility", "not-public",
    "unknown-member", "unknown-region", "minor", "recipient-not-permitted", "not-in-force", "notice-pending",
    "objection", "opted-out", "withheld", "subject-objection", "ai-written", "eligible",
]  # fmt: skip


def test_reasons_are_in_the_order_of_the_tests() -> None:
    """There are seventeen tests in the order of design section 2, and what passes all of them is eligible."""
    assert [reason.value for reason in Reason] == ORDER
    assert [reason.order for reason in Reason] == list(range(1, 19))


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_its_verdict(reason: Reason) -> None:
    """What could not be evaluated is a gap; only `eligible` is eligible."""
    gaps = {"invalid-item", "unknown-category", "unknown-visibility", "unknown-member", "unknown-region"}
    expected = Verdict.GAP if reason in gaps else Verdict.EXCLUDED

    assert reason.verdict is (Verdict.ELIGIBLE if reason == "eligible" else expected)
    assert (reason in GAPS) == (reason in gaps)


def test_refusals_are_what_a_person_said() -> None:
    """Exactly these reasons are somebody's own refusal; silence, age or region is not."""
    assert {reason.value for reason in REFUSALS} == {"objection", "opted-out", "withheld", "subject-objection"}


def test_the_first_failing_test_gives_the_reason() -> None:
    """A decision's reason and verdict are those of the first failing test."""
    decision = Decision((Reason.UNKNOWN_REGION, Reason.OBJECTION))

    assert (decision.reason, decision.verdict) == (Reason.UNKNOWN_REGION, Verdict.GAP)


def test_no_failing_test_means_eligible() -> None:
    """Nothing failed: eligible."""
    assert (Decision(()).reason, Decision(()).verdict) == (Reason.ELIGIBLE, Verdict.ELIGIBLE)
