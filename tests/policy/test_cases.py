from __future__ import annotations

import pytest

from byleave.kernel.decision import Reason
from byleave.kernel.errors import PackError
from byleave.policy.cases import CaseResult, run_cases
from tests.policy.small_pack import small_pack

FILE = "small.cases.yaml"

CASES = """\
pack: small@1
defaults:
  as_of: 2025-12-20T00:00:00Z
  item: {created_at: 2025-09-01T00:00:00Z}
  member: {country: DE, birth_date: 1990-05-17}
  notices: [{notice: training, delivered_at: 2025-10-01T00:00:00Z}]
cases:
  - case: A post is used
    claim: M4
    expect: eligible
"""


def results(added: str, *changes: tuple[str, str]) -> list[CaseResult]:
    """What comes out of the cases above and of those that are added, with pieces of the text replaced."""
    text = CASES + added
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return run_cases(small_pack(), text, FILE)


def reason(facts: str) -> Reason:
    """The reason that comes out of one more case with these facts."""
    return results(f"  - {{case: Another, expect: eligible, {facts}}}\n")[-1].decision.reason


def complaint(added: str, *changes: tuple[str, str]) -> str:
    """What is said to cases that cannot be run."""
    with pytest.raises(PackError) as refused:
        results(added, *changes)
    return refused.value.message


def test_result_tells_what_came_out() -> None:
    """A result has the case's name, claim and place, and the decision."""
    (result,) = results("")

    assert (result.name, result.claim, result.place) == ("A post is used", "M4", f"{FILE}:8")
    assert (result.expected, result.decision.reason, result.passed) == (Reason.ELIGIBLE, Reason.ELIGIBLE, True)
    assert result.message == f"{FILE}:8: A post is used: is `eligible`"


def test_failing_case_is_a_result_and_no_error() -> None:
    """What comes out otherwise is told with both reasons, and the other cases still run."""
    first, second = results("  - {case: It is not, expect: withheld}\n")

    assert (first.passed, second.passed) == (True, False)
    assert second.message == f"{FILE}:11: It is not: expected `withheld`, got `eligible`"


TOLD = "notice: training, delivered_at: 2025-10-01T00:00:00Z"
TOLD_MORE = "notice: parent, delivered_at: 2026-01-01T00:00:00Z"
LATER = "as_of: 2026-02-01T00:00:00Z"

FACTS = [
    ("item: {category: gossip}", "unknown-category"),
    ("item: {category: null}", "invalid-item"),
    ("item: {created_at: null}", "invalid-item"),
    ("item: {item_id: null}", "invalid-item"),
    ("item: {member_id: null}", "invalid-item"),
    ("item: {unreadable: true}", "invalid-item"),
    ("item: {created_at: 2026-01-01T00:00:00Z}", "not-yet-created"),
    ("item: {changed_at: 2026-01-01T00:00:00Z}", "not-yet-created"),
    ("item: {public_since: 2026-01-01T00:00:00Z}", "not-yet-created"),
    ("item: {visibility: connections}", "unknown-visibility"),
    ("item: {visibility: private}", "not-public"),
    ("item: {category: resume, visibility: private}", "eligible"),
    ("item: {withheld: true}", "withheld"),
    ("item: {ai_written: true}", "ai-written"),
    ("member: null", "unknown-member"),
    ("member: {country: null}", "unknown-region"),
    ("member: {country: CN}", "unknown-region"),
    ("member: {country: UK}", "opted-out"),
    ("member: {birth_date: 2015-01-01}", "minor"),
    ("member: {birth_date: [1990-01-01, 2015-01-01]}", "minor"),
    ("member: {birth_date: []}", "minor"),
    ("member: {residences: [{country: DE}, {country: CN, since: 2025-12-01T00:00Z}]}", "unknown-region"),
    ("member: {residences: [{country: null}]}", "unknown-region"),
    ("notices: []", "notice-pending"),
    (f"notices: [{{{TOLD}, recorded_at: 2026-01-01T00:00:00Z}}]", "notice-pending"),
    (f"notices: [{{{TOLD}}}]", "eligible"),
    ("as_of: 2025-11-02T23:59:59Z", "not-in-force"),
    ("recipient: parent", "recipient-not-permitted"),
    (f"recipient: parent, {LATER}, notices: [{{{TOLD}}}, {{{TOLD_MORE}, version: '2'}}]", "eligible"),
    (f"recipient: parent, {LATER}, notices: [{{{TOLD}}}, {{{TOLD_MORE}, version: '1'}}]", "recipient-not-permitted"),
    (f"recipient: parent, {LATER}, notices: [{{{TOLD}}}]", "recipient-not-permitted"),
    ("acts: [{value: off, at: 2025-12-01T00:00Z}]", "opted-out"),
    ("acts: [{setting: old-training, value: off, at: 2025-12-01T00:00Z}]", "opted-out"),
    ("acts: [{setting: advertising, value: off, at: 2025-12-01T00:00Z}]", "eligible"),
    ("acts: [{value: off, at: 2026-01-01T00:00:00Z}]", "eligible"),
    ("replay: false, acts: [{value: off, at: 2026-01-01T00:00:00Z}]", "opted-out"),
    ("acts: [{value: on, at: 2025-12-02T00:00Z, seq: 1}, {value: off, at: 2025-12-01T00:00Z, seq: 2}]", "opted-out"),
    ("acts: [{value: off, at: 2025-12-01T00:00Z}, {value: on, at: 2025-12-02T00:00Z, actor: operator}]", "opted-out"),
    ("acts: [{value: off, at: 2026-01-01T00:00:00Z, recorded_at: 2025-12-01T00:00Z}]", "opted-out"),
    ("objections: [{received_at: 2025-12-01T00:00Z}]", "objection"),
    ("objections: [{purpose: other-ai, received_at: 2025-12-01T00:00Z}]", "eligible"),
    ("objections: [{status: rejected, received_at: 2025-12-01T00:00Z, resolved_at: 2025-12-02T00:00Z}]", "eligible"),
    ("item: {subjects: [guest]}, objections: [{subject: guest, received_at: 2025-12-01T00:00Z}]", "subject-objection"),
    ("item: {subjects: [guest]}, objections: [{subject: other, received_at: 2025-12-01T00:00Z}]", "eligible"),
    ("withheld: [2025-12-01T00:00Z]", "withheld"),
    ("withheld: [2026-01-01T00:00:00Z]", "eligible"),
    ("purpose: other-ai", "opted-out"),
    ("purpose: other-ai, acts: [{setting: training, value: on, at: 2025-12-01T00:00Z}]", "opted-out"),
]


@pytest.mark.parametrize(("facts", "expected"), FACTS)
def test_every_fact_reaches_the_decision(facts: str, expected: str) -> None:
    """What a case says takes the place of the defaults, and decides."""
    assert reason(facts) == expected


def test_defaults_are_filled_up_key_by_key() -> None:
    """A case that says one thing of the item or the member keeps the rest of the file's defaults."""
    assert reason("item: {visibility: public}, member: {country: FR}") == "eligible"


def test_country_takes_the_place_of_a_default_history() -> None:
    """A country in a case stands for the whole history of residences in the defaults."""
    history = ("{country: DE, birth_date: 1990-05-17}", "{residences: [{country: CN}], birth_date: 1990-05-17}")
    added = "  - {case: Another, member: {country: DE}, expect: eligible}\n"

    first, second = results(added, history)

    assert (first.decision.reason, second.decision.reason) == ("unknown-region", "eligible")


def test_member_may_be_missing_from_the_defaults() -> None:
    """Defaults may say that the owner is in no register; a case may then say who it is."""
    added = "  - {case: Another, member: {country: DE, birth_date: 1990-05-17}, expect: eligible}\n"

    first, second = results(added, ("member: {country: DE, birth_date: 1990-05-17}", "member: null"))

    assert (first.decision.reason, second.decision.reason) == ("unknown-member", "eligible")


WORDS = "expected one of 18 known words"
ZONE = "expected an instant with a zone such as `2025-11-03T00:00:00Z`"
NO_CODE = "is not a country code (ISO 3166-1, two letters)"

MISTAKES = [
    (
        "expect: eligible",
        "expect: eligiblee",
        f"10:13: `cases.0.expect`: {WORDS}, got `eligiblee`, did you mean `eligible`?",
    ),
    (
        "expect: eligible",
        "expect: excluded",
        f"10:13: `cases.0.expect`: {WORDS}, got `excluded`, did you mean `excluded-category`?",
    ),
    ("    expect: eligible\n", "", "8:5: `cases.0` lacks `expect`"),
    ("claim: M4", "claim: m4", "9:12: `cases.0.claim`: expected the number of a claim, such as `M5`, got `m4`"),
    ("claim: M4", "claim: [M4]", "9:12: `cases.0.claim`: expected the number of a claim, such as `M5`, got a list"),
    ("claim: M4", "clam: M4", "9:5: `clam` is not known here, did you mean `claim`?"),
    ("claim: M4", "replay: yes", "9:13: `cases.0.replay`: expected `true` or `false`, got `yes`"),
    (
        "claim: M4",
        "purpose: generative",
        "9:14: `generative` is not a purpose of the pack, did you mean `generative-ai`?",
    ),
    ("claim: M4", "recipient: them", "9:16: `them` is not a recipient of the pack"),
    (
        "claim: M4",
        "acts: [{setting: trainingg, value: off, at: 2025-12-01T00:00Z}]",
        "9:22: `trainingg` is not a setting of the pack, did you mean `training`?",
    ),
    (
        "claim: M4",
        "acts: [{value: false, at: 2025-12-01T00:00Z}]",
        "9:20: `cases.0.acts.0.value`: expected `on` or `off`, got `false`",
    ),
    ("claim: M4", "acts: [{value: off, at: 2025-12-01}]", f"9:29: `cases.0.acts.0.at`: {ZONE}, got `2025-12-01`"),
    (
        "claim: M4",
        "acts: [{value: off, at: 2025-12-01T00:00Z, seq: last}]",
        "9:53: `cases.0.acts.0.seq`: expected a whole number, got `last`",
    ),
    ("claim: M4", "member: {country: fr}", f"9:23: `fr` {NO_CODE}, did you mean `FR`?"),
    ("claim: M4", "member: {residences: [{country: France}]}", f"9:37: `France` {NO_CODE}"),
    (
        "claim: M4",
        "member: {country: FR, residences: [{country: DE}]}",
        "9:23: a member has a `country` or `residences`, not both",
    ),
    ("country: DE", "country: Germany", f"5:21: `Germany` {NO_CODE}"),
    ("pack: small@1", "pack: small@2", "1:7: the cases are about `small@2`, the pack is `small@1`"),
    ("pack: small@1\n", "", "1:1: the file of cases lacks `pack`"),
    ("  as_of: 2025-12-20T00:00:00Z\n", "", "7:5: the case lacks `as_of`, and so do the defaults"),
    (
        "  item: {created_at: 2025-09-01T00:00:00Z}\n",
        "",
        "7:5: the case lacks `item.created_at`, and so do the defaults",
    ),
    (
        "    expect: eligible\n",
        "    expect: eligible\n  - {case: A post is used, expect: eligible}\n",
        "11:12: `A post is used` names two cases",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), MISTAKES)
def test_mistake_is_placed_and_named(old: str, new: str, expected: str) -> None:
    """A mistake in the cases is reported with line, column, what was expected and the nearest known name."""
    assert complaint("", (old, new)) == f"{FILE}:{expected}"


def test_act_names_its_setting_where_several_might_be_meant() -> None:
    """Without a name an act means the one setting that governs; where there are two, the case has to say which."""
    governing = small_pack(
        ("{title: {en: Advertising}, governs: []", "{title: {en: Advertising}, governs: [generative-ai]")
    )
    text = CASES.replace("claim: M4", "acts: [{value: off, at: 2025-12-01T00:00Z}]")

    with pytest.raises(PackError) as refused:
        run_cases(governing, text, FILE)

    assert refused.value.message == f"{FILE}:9:12: the act lacks `setting`, one of `training`, `advertising`"
