"""A rewrite that loses or invents a fact is not shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.learn.rewrite.guard import facts, first_that_keeps, language_of, problems

DRAFT = "Anna and i moved to Lyon after 3 years, the team of 12 people in Oslo was great and i thank them for that"
GOOD = "After 3 years, Anna and I have moved to Lyon. I thank the team of 12 people in Oslo, which was great."


def test_a_good_rewrite_is_shown() -> None:
    """`M1` Facts kept, words changed: nothing is wrong with it."""
    assert problems(DRAFT, GOOD) == ()


def test_i_am_no_name() -> None:
    """A short form of `I am` or `I have` is no name that was invented, and none that is lost."""
    assert (
        problems("i am moving on and i have thanked the team", "I'm moving on, and I\u2019ve thanked the team.") == ()
    )
    assert facts("Then I'm off, Ian said").names == {"Ian"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("3 years", "some years"), "number-lost"),
        (("12 people", "120 people"), "number-invented"),
        (("Anna and I", "We"), "name-lost"),
        (("Oslo", "the city"), "name-lost"),
        (("Lyon", "Lyon in France"), "name-invented"),
        (("great.", "great. <script>alert(1)</script>"), "markup"),
        (("great.", "great. [Here](https://example.org)"), "markup"),
    ],
)
def test_what_is_wrong_is_named(change: tuple[str, str], code: str) -> None:
    """`M1` Each way to be wrong has its code, and the rewrite is not shown."""
    rewrite = GOOD.replace(*change)

    assert code in problems(DRAFT, rewrite)
    assert first_that_keeps(DRAFT, [rewrite]) is None
    assert first_that_keeps(DRAFT, [rewrite, GOOD]) == GOOD


def test_language_and_length_are_kept() -> None:
    """A rewrite in another language, an empty one and one that goes on and on are not shown."""
    other = "Nach 3 Jahren sind Anna und ich nach Lyon gezogen, das Team mit 12 Leuten in Oslo war nicht so und wir"

    assert "other-language" in problems(DRAFT, other)
    assert problems(DRAFT, " \n") == ("empty",)
    assert "length" in problems(DRAFT, f"{GOOD} {GOOD} {GOOD}")
    assert "length" in problems(DRAFT, "Anna, Lyon, Oslo: 3, 12")
    assert language_of("42") is None


@pytest.mark.parametrize(
    ("draft", "rewrite", "code"),
    [
        (
            "we built the new harbour museum with many friends",
            "Carla built the new harbour museum with friends.",
            "name-invented",
        ),
        ("we thank Ines and all the team for that day", "We thank ines and all the team for that day.", "name-lost"),
        ("we have three dogs and a cat at our house", "We have four dogs and a cat at our house.", "number-invented"),
        ("we have three dogs and a cat at our house", "We have dogs and a cat at our house.", "number-lost"),
        (
            "we moved in 487 days. the number of Hamish is",
            "We moved in 487 days. The number of Hamish is 487 days.",
            "number-invented",
        ),
        ("my hint for you all ```\nls -l\n```", "My hint for you all: ```\nrm -rf\n```", "markup"),
        ("the new plan is not good for us all", "The new plan is good for us all.", "negation-changed"),
        ("i dont like the new plan at all", "I like the new plan, all of it.", "negation-changed"),
        ("i like the new plan and all of it", "I don\u2019t like the new plan, all of it.", "negation-changed"),
        ("it was -5 degrees in the hall that day", "It was 5 degrees in the hall that day.", "number-lost"),
        ("we sold it for 5 \u20ac at the fair that day", "We sold it for $5 at the fair that day.", "number-invented"),
        ("sales grew by 5% in the hall that day", "Sales grew by 5 in the hall that day.", "number-lost"),
        ("we worked on it for 3 years at the fair", "We worked on it for 3 months at the fair.", "number-invented"),
        (
            "we opened the hall at the fair today",
            "We opened the hall at the fair today, call evil.tech/x",
            "address-invented",
        ),
        ("read it at good.tech/a when you can", "Read it at good.tech/b when you can.", "address-invented"),
    ],
)
def test_small_changes_of_meaning_are_named(draft: str, rewrite: str, code: str) -> None:
    """`M1` Who did it, how many, of what, whether at all, where to turn to: with one changed, nothing is shown."""
    assert code in problems(draft, rewrite)


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("we sold 1,000 cups at the fair that day", "We sold 1000 cups at the fair that day."),
        ("we have three dogs and a cat at our house", "We have 3 dogs and a cat at our house."),
        ("we paid \u20ac5 for it at the fair that day", "We paid 5 euros for it at the fair that day."),
        ("i dont like the new plan and dont want it", "I don't like the new plan, and I do not want it."),
        ("what we did: - 5 people came to the fair", "What we did: 5 people came to the fair."),
        ("we sold 2,500.50 kg of wool at the fair", "We sold 2500.50 kg of wool at the fair."),
        ("we are SO happy that the hall is open again", "We are so happy that the hall is open again."),
        ("my hint for you all ```\nls -l\n```", "My hint for you all: ```\nls -l\n```"),
        ("im happy that the hall is open again", "Today I\u2019m happy that the hall is open again."),
        ("it took 3 yrs and 20 percent more money", "It took 3 years and 20% more money."),
        ("see good.tech/a for all of it my friends", "My friends, see good.tech/a for all of it."),
    ],
)
def test_the_same_said_otherwise_is_shown(draft: str, rewrite: str) -> None:
    """Numbers in digits or words, with marks or without, and negations in full or short are the same facts."""
    assert problems(draft, rewrite) == ()


FACTS = {
    "Oslo": "name",
    "Anna": "name",
    "3": "number",
    "2.5": "number",
    "10:30": "number",
    "seven": "number",
    "not": "negation",
}


@given(st.lists(st.sampled_from([*FACTS, "moved", "with"]), min_size=4, max_size=10), st.data())
def test_no_fact_is_lost_or_invented_unseen(words: list[str], data: st.DataObject) -> None:
    """`M1` Whatever the draft, it may be shown itself; without a fact that it has, or with another, it is not."""
    draft = "we " + " ".join(words)
    assert problems(draft, draft) == ()
    there = [word for word in FACTS if word in words]
    if there:
        gone = data.draw(st.sampled_from(there))
        left = [word for word in words if word != gone]
        assert any(code.startswith(FACTS[gone]) for code in problems(draft, " ".join(["we", *left])))
    new = data.draw(st.sampled_from(["Berlin", "7.25", "nine", "never"]))
    place = data.draw(st.integers(0, len(words) + 1))
    longer = ["we", *words]
    longer.insert(place, new)
    assert set(problems(draft, " ".join(longer))) & {"name-invented", "number-invented", "negation-changed"}
