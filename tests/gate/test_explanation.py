"""Explanations of hand-made cases on the shipped packs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from byleave.gate.explanation import explain
from byleave.kernel.decision import Reason, Verdict
from byleave.kernel.errors import UsageError
from byleave.policy.facts import Moment, Register
from byleave.text.catalogue import LANGUAGES
from byleave.text.layout import render, sentence
from tests.gate.explained_cases import EXAMPLES, POST, WINTER, Example, german, utc

GOLDEN = Path(__file__).parents[1] / "golden" / "explain"
WRITE = os.environ.get("BYLEAVE_GOLDEN") == "write"


def compare(file: Path, text: str) -> None:
    """Compare with the golden file; `BYLEAVE_GOLDEN=write` writes it anew."""
    if WRITE:
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_golden_text(name: str, language: str) -> None:
    """What people read for each case, in each language, is what was reviewed."""
    compare(GOLDEN / f"{name}.{language}.txt", "\n".join(render(EXAMPLES[name].explain(), language)) + "\n")


def test_golden_json() -> None:
    """The names in the JSON are stable."""
    value = EXAMPLES["eligible-after-off"].explain().as_json()
    value["pack"]["digest"] = "sha256:…"

    compare(GOLDEN / "eligible-after-off.json", json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def test_no_golden_file_is_left_over() -> None:
    """Every golden file belongs to a case."""
    expected = {f"{name}.{language}.txt" for name in EXAMPLES for language in LANGUAGES}

    assert {file.name for file in GOLDEN.iterdir()} == {*expected, "eligible-after-off.json"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_has_its_reason(name: str) -> None:
    """Each case is about the reason that it says."""
    assert EXAMPLES[name].explain().reason == EXAMPLES[name].reason


def test_every_reason_has_an_example() -> None:
    """No reason is without a case."""
    assert {example.reason for example in EXAMPLES.values()} == {reason.value for reason in Reason}


def changes(name: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The sets that would flip a case, and the acts that would not."""
    flip = EXAMPLES[name].explain().would_flip
    return [one.changes for one in flip.sets], [one.changes for one in flip.without_effect]


@pytest.mark.parametrize(
    ("name", "sets"),
    [
        ("not-public", [("make-public",)]),
        ("objection", [("withdraw-objection",)]),
        ("withheld", [("stop-withholding",)]),
        ("off-before-start", [("switch-on",)]),
        ("default-off", []),
        ("off-now", []),
        ("off-and-on-again", []),
        ("minor-now", []),
        ("unknown-member", []),
        ("subject-objection", []),
    ],
)
def test_what_would_let_in(name: str, sets: list[tuple[str, ...]]) -> None:
    """Only what is in the owner's own hands is named, and under `new-content` nothing frees what is old."""
    assert changes(name) == (sets, [])


def test_all_four_changes_are_needed() -> None:
    """An item that is private, withheld, objected to and switched off takes all four acts, made public last."""
    found, _ = changes("everything-at-once")

    assert found == [("switch-on", "withdraw-objection", "stop-withholding", "make-public")]


def test_switching_off_after_collection_is_said_to_do_nothing() -> None:
    """M10: under reach `collection` switching off does not take out what is collected, and it is said plainly."""
    explanation = EXAMPLES["eligible-by-default"].explain()
    taking_out = [("object",), ("withhold",), ("connections-only",)]

    assert changes("eligible-by-default") == (taking_out, [("switch-off",)])
    told = " ".join(" ".join(render(explanation, "en")).split())
    assert "Switching “Data for Generative AI Improvement” off at this time would not take the item out." in told


def test_switching_off_is_not_offered_twice() -> None:
    """Somebody who has switched off is not told what switching off would do."""
    assert changes("eligible-after-off")[1] == []


def test_refusal_is_told_although_it_is_not_the_reason() -> None:
    """A refusal is told whatever came first, and for an eligible item that it does not keep the item out."""
    before = EXAMPLES["not-in-force"].explain()
    after = EXAMPLES["eligible-after-off"].explain()

    assert [(one.reason, one.keeps_out) for one in before.refusals] == [(Reason.OPTED_OUT, True)]
    assert [(one.reason, one.keeps_out) for one in after.refusals] == [(Reason.OPTED_OUT, False)]
    assert "Under this pack that does not keep the item out." in "\n".join(render(after, "en"))


def test_default_is_never_called_a_choice() -> None:
    """Nobody who has not acted is said to have chosen, agreed or refused."""
    explanation = EXAMPLES["eligible-by-default"].explain()

    assert explanation.decided_by.statement.code == "default-on"
    assert explanation.decided_by.rule == "regimes.europe.default"
    assert explanation.refusals == ()
    assert "has made no choice" in sentence(explanation, "en")


def test_readings_disagree_side_by_side() -> None:
    """Under the article's pack a late opt-out leaves the item in; LinkedIn's own reading leaves it out."""
    readings = EXAMPLES["eligible-after-off"].explain().other_readings
    verdicts = {(one.claimant.partition(" ")[0], one.kind, one.source.certainty): one.verdict for one in readings}

    assert verdicts["LinkedIn", "company", "A"] is Verdict.EXCLUDED
    assert verdicts["Garante", "regulator", "B"] is Verdict.ELIGIBLE


def test_certainty_of_a_rule_comes_before_that_of_its_source() -> None:
    """What the pack itself is unsure of is told so, although the source was read in the original."""
    source = EXAMPLES["category-not-established"].explain().decided_by.source

    assert source is not None
    assert (source.name, source.certainty) == ("notice", "?")


def test_changes_are_dated_at_the_as_of() -> None:
    """A replay tells what would have helped then: on the day before the start, switching off still did."""
    at_start = Example("eligible", as_of=utc(2025, 11, 3), replay=True).explain()
    day_after = Example("eligible", as_of=utc(2025, 11, 4), replay=True).explain()

    assert ("switch-off",) in [one.changes for one in at_start.would_flip.sets]
    assert ("switch-off",) in [one.changes for one in day_after.would_flip.without_effect]


def test_ids_cannot_change_the_terminal() -> None:
    """Control characters and changes of direction in ids and file names are escaped."""
    item = Example("unknown-member", item=POST).item
    strange = type(item)("a\x1b[2J\u202eb\n", "c\x07", "post", "public", item.created_at)
    pack = EXAMPLES["eligible-by-default"].loaded()
    moment = Moment(WINTER, replay=False)
    page = render(explain(strange, Register(), pack, "generative-ai", "linkedin", moment, file="\x1b]0;x", row=1), "en")

    assert all(line.isprintable() for line in page)
    assert "a\\x1b[2J\\u202eb\\n" in "\n".join(page)


def test_purpose_that_the_pack_lacks() -> None:
    """A purpose or recipient that the pack lacks is a mistake of the caller."""
    pack = EXAMPLES["eligible-by-default"].loaded()

    with pytest.raises(UsageError, match="has no purpose `other-ai`"):
        explain(POST, Register({"4711": german()}), pack, "other-ai", "linkedin", Moment(WINTER, replay=False))
