"""The page on the meaning of the language says what the definition does."""

from __future__ import annotations

import pytest

from byleave.kernel.decision import Reason
from byleave.policy.model import Frees, Reach
from tests.docs.pages import DOCS, tables, text_of
from tests.docs.worked import Example, decided, examples, pack_of

TEXT = text_of(DOCS / "semantics.md")
EXAMPLES = list(examples(TEXT))
PACK = pack_of(TEXT)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_holds(example: Example) -> None:
    """`M5` `M7` `M8` `M10` `M11` `M12`: each row of the tables comes out of the definition as the page says."""
    assert decided(example, PACK) == example.expected


def test_every_cell_has_its_own_table() -> None:
    """Each pair of reach and re-opt-in has at least two examples under its own heading, and some side by side."""
    pairs = {(reaches, frees) for reaches in Reach.__args__ for frees in Frees.__args__}  # type: ignore[attr-defined]
    for reaches, frees in pairs:
        own = [one for one in EXAMPLES if one.name.startswith(f"Reach `{reaches}` that frees `{frees}`")]
        beside = [
            one for one in EXAMPLES if "side by side" in one.name and (one.reaches, one.frees) == (reaches, frees)
        ]
        assert len(own) >= 2
        assert len(beside) >= 8


def test_every_reason_has_an_example() -> None:
    """No reason is without a worked example."""
    assert {one.expected for one in EXAMPLES} == {reason.value for reason in Reason}


def test_order_of_the_tests_is_told() -> None:
    """The table of the tests has every reason in order, with its verdict."""
    (table,) = (table for table in tables(TEXT) if "reason" in table.columns and "verdict" in table.columns)

    assert [row["reason"].strip("`") for row in table.rows] == [reason.value for reason in Reason]
    assert [row["verdict"] for row in table.rows] == [reason.verdict.value for reason in Reason]
    assert [row["test"] for row in table.rows[:-1]] == [str(number) for number in range(1, len(Reason))]


@pytest.mark.parametrize("name", ["acts", "lives", "objection", "notice"])
def test_a_fact_that_cannot_be_read_is_told(name: str) -> None:
    """A slip in a table is an error, and never a row that says less than it seems to."""
    with pytest.raises(AssertionError, match="is not of the form"):
        decided(Example("planted", {name: "yesterday"}, "training", "everything", "eligible"), PACK)


def test_a_wrong_row_is_found() -> None:
    """A row that claims another reason does not hold."""
    wrong = TEXT.replace("| category: diary | `unknown-category` |", "| category: diary | `eligible` |")
    assert wrong != TEXT

    assert [one.expected for one in examples(wrong) if decided(one, PACK) != one.expected] == ["eligible"]
