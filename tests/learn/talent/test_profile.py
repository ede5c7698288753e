"""Features of a query and one profile: whole numbers that read nobody else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from byleave.learn.talent.profile import FEATURES, SCALE, features, read_profile, read_query
from byleave.learn.talent.statistics import Statistics, rarest_first, term_weight
from byleave.learn.talent.words import Words, words_from

WORDS = words_from(10, {"wool": 1, "grader": 5, "of": 10})
TEXT = st.text(alphabet="abc ,\n", max_size=40)


def split(text: str) -> list[str]:
    """Words between blanks and commas."""
    return text.lower().replace(",", " ").split()


def named(query: str, profile: str) -> dict[str, int]:
    """Features by name."""
    return dict(zip(FEATURES, features(read_query(query, split), read_profile(profile, split), WORDS), strict=True))


def test_a_profile_that_says_the_same_is_full() -> None:
    """A profile that repeats the query's parts has full what can be full; one of other words has nothing."""
    same = named("wool grader, mend nets", "wool grader\nmend nets")
    none = named("wool grader", "mend nets")

    assert {name for name, value in same.items() if value != SCALE} == {"often", "headline"}
    assert {name: value for name, value in none.items() if value} == {"one": SCALE}


def test_rare_words_weigh_more() -> None:
    """A profile with the word that tells more is the closer one."""
    assert named("wool of", "wool")["anywhere"] > named("wool of", "of")["anywhere"] > 0


def test_related_words_are_half_found() -> None:
    """Words that begin alike count for the stems, and only there."""
    told = named("grader", "grading")

    assert told["anywhere"] == 0
    assert told["stems-anywhere"] == 0  # `grade` and `gradi` differ in their fifth letter
    assert named("inspector", "inspections")["stems-headline"] == SCALE


@given(TEXT, TEXT)
def test_features_are_whole_and_bounded(query: str, profile: str) -> None:
    """Whatever is asked and shown, each feature is a whole number from 0 to its scale, the same each time."""
    told = features(read_query(query, split), read_profile(profile, split), WORDS)

    assert all(type(one) is int and 0 <= one <= SCALE for one in told)
    assert told == features(read_query(query, split), read_profile(profile, split), WORDS)
    assert len(told) == len(FEATURES)


@given(st.lists(st.sets(st.sampled_from("abcdef")), max_size=8), st.data())
def test_statistics_forget(profiles: list[set[str]], data: st.DataObject) -> None:
    """`M18` Counts after some profiles left equal those that never had them, and no word of theirs alone is left."""
    gone = data.draw(st.sets(st.sampled_from(range(len(profiles)))) if profiles else st.just(set()))
    left, never = Statistics(), Statistics()
    for number, terms in enumerate(profiles):
        left.add(terms)
        if number not in gone:
            never.add(terms)
    for number in gone:
        left.remove(profiles[number])

    assert left == never


def test_order_of_words_is_theirs() -> None:
    """The most telling word comes first, whatever the order in which they were counted."""
    counts = {"common": 90, "rare": 2, "also": 2}

    assert [term for term, _ in rarest_first(["common", "rare", "also", "new"], 100, counts)] == [
        "new",
        "also",
        "rare",
        "common",
    ]
    assert term_weight(100, 100) >= 1


def test_without_a_list_all_words_weigh_the_same() -> None:
    """No list is a list of its own, with its own digest."""
    assert Words().of("wool") == Words().of("of")
    assert Words().digest != WORDS.digest
