"""A search of many texts at once finds what a search of each finds; folding and redaction keep their places."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from byleave.finding.folding import fold, fold_with_places, words
from byleave.finding.identifiers import KINDS, Identifier, Keys, identify
from byleave.finding.pairs import hash_word
from byleave.finding.search import REDACTED, Search, Sought, redact
from byleave.finding.streaming import Batch
from byleave.kernel.errors import InputError
from tests.finding.labelled import PEOPLE, TEXTS
from tests.finding.test_labelled import KEYS, search

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKED = search()
PIECES = [one.text for one in TEXTS] + [value for given in PEOPLE.values() for _, value in given]
ANY = st.text(max_size=40)
NEAR = st.lists(st.sampled_from(PIECES) | ANY, max_size=4).map(" ".join)


@given(ANY)
@example("İıŞß ﷺ ½ … \u0640\u200d\ud800 x\nу")
def test_folding_is_the_same_with_places(text: str) -> None:
    """Folding a text, folding it with places and folding it twice agree, and a place lies in the text."""
    folded = fold_with_places(text)

    assert folded.text == fold(text) == fold(fold(text))
    assert all(0 <= place < len(text) for place in folded.places)
    assert len(folded.places) == len(folded.text)


@given(st.lists(NEAR, max_size=30))
@settings(max_examples=40)
@example(["write to jose.nunez", "@example.com now", "jose.nunez@exa", "mple.com", "+34 612 34", "56 78 is old", "7"])
@example(["www.linkedin.com/in", "/sinead-ocw/", "@jsmith", "_1980", "jose.nunez@example.com @jsmith_1980"])
@example(["", "\n", "John\nSmith", "Jоhn Smith", "ß" * 9 + " Smith John", "a\n\nb@c.de"])
def test_batch_is_the_search_of_each(texts: list[str]) -> None:
    """The fast step never loses what a search of each text finds."""
    assert dict(LOOKED.batch(texts)) == {at: found for at, text in enumerate(texts) if (found := LOOKED.text(text))}


@given(st.lists(NEAR, min_size=1, max_size=20))
@settings(max_examples=30)
def test_redacted_text_names_nobody(texts: list[str]) -> None:
    """What was found is gone after redaction, the rest stays, and where nothing was found nothing changes."""
    for text in texts:
        matches = LOOKED.text(text)
        changed = redact(text, matches)
        assert (changed == text) is (not matches)
        assert LOOKED.text(changed) == [] or REDACTED in changed
        kept = iter(text)
        assert all(piece in kept for part in changed.split(REDACTED) for piece in part)


def _naive(texts: Sequence[str], names: Sequence[str]) -> set[int]:
    """Texts that hold a name, word by word."""
    rows = [tuple(word for word, _, _ in words(fold(name))) for name in names]
    found = set()
    for at, text in enumerate(texts):
        plain = tuple(word for word, _, _ in words(fold(text)))
        if any(plain[i : i + len(row)] == row for row in rows for i in range(len(plain))):
            found.add(at)
    return found


def test_no_name_is_lost_among_many() -> None:
    """Among thousands of names and texts of the same words, every text that holds a name word by word is found."""
    chance = random.Random(7)
    syllables = [c + v for c in "bdgklmnrstvw" for v in "aeiou"]
    vocabulary = ["".join(chance.choices(syllables, k=chance.choice([1, 2, 3, 6]))) for _ in range(400)]
    names = [" ".join(chance.choices(vocabulary, k=2)) for _ in range(3_000)]
    names = [name for name in names if len(name) > 5]
    texts = [", ".join(chance.choices(vocabulary, k=chance.randint(0, 30))) for _ in range(2_000)]
    looked = Search([Sought(f"p-{n}", Identifier("name", name)) for n, name in enumerate(names)], None)
    found = {at for at, _ in looked.batch(texts)}

    assert _naive(texts, names) <= found
    assert len(found) < len(texts)


@given(st.lists(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=30), min_size=2, max_size=8))
def test_hashes_of_words_agree(several: list[str]) -> None:
    """The hash of one word and the hashes of many are the same function."""
    row = [word for word, _, _ in words(fold(" ".join(several)))]
    batch = Batch([" ".join(row)])
    spans = [(len(" ".join(row[:at]).encode()) + (at > 0), len(word.encode())) for at, word in enumerate(row)]
    if row:
        import numpy as np

        starts, lengths = (np.array(column) for column in zip(*spans, strict=True))
        assert batch.hashes_at(starts, lengths).tolist() == [hash_word(word) for word in row]


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("name", "Madonna", "names too many people"),
        ("name", "x y", "names too many people"),
        ("email", "ana at example", "is no e-mail address"),
        ("phone", "12", "is no phone number"),
        ("phone", "030 1234567", "is no phone number"),
        ("handle", "two words", "is no handle"),
        ("url", "nothing", "is no address of a profile"),
        ("quote", "too short", "too short"),
        ("address", "Berlin", "is no postal address"),
        ("email", " ", "is blank"),
        ("quote", "word " * 500, "too long"),
        ("face", "x", "no kind of identifier"),
    ],
)
def test_useless_identifier_is_refused(kind: str, value: str, told: str) -> None:
    """What nobody could be found by is refused, with what would help."""
    with pytest.raises(InputError, match=told):
        identify(kind, value, KEYS)


def test_identifier_is_read_back() -> None:
    """What is kept of an identifier is read back, and shows nothing of an e-mail address or a number."""
    for given_ in PEOPLE.values():
        for kind, value in given_:
            for one in identify(kind, value, KEYS):
                assert Identifier.read(str(one)) == one
                assert (value in str(one)) is (kind in {"name", "address", "quote"})
    with pytest.raises(InputError, match="not known here"):
        Identifier.read("face:abc")


def test_other_key_finds_nobody() -> None:
    """Hashes made with one key are nothing under another; kinds do not meet."""
    (email,) = identify("email", "ana@example.com", KEYS)
    other = Keys(b"o" * 32)

    assert Search([Sought("p", email)], other).text("ana@example.com") == []
    assert other.mark() != KEYS.mark()
    assert len({KEYS.hash(kind, "x") for kind in KINDS}) == len(KINDS)


def test_a_short_quote_is_not_certain() -> None:
    """What many people say may be somebody else's: it waits for a look, and a long one does not."""
    short = "I am happy to announce"
    long = "on the ferry to Aarhus my brother sold his last accordion to a priest"
    search = Search([Sought("p", Identifier("quote", one)) for one in (short, long)], None)

    assert [one.certain for one in search.text(f"Friends, {short}: soon!")] == [False]
    assert [one.certain for one in search.text(f"It is true: {long}.")] == [True]
