"""On labelled texts in four scripts: who is named is found, and who is not named is seldom taken for named."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from byleave.finding.identifiers import Keys, identify
from byleave.finding.search import Search, Sought
from tests.finding.labelled import PEOPLE, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = Keys(b"k" * 32)
SHAPED = ("e-mail", "phone", "address", "profiles, handles, quotes")

NAMESAKES = [
    "John, smith and carpenter of the village, is not he",
    "John Smith (1580-1631) was an explorer",
    "Captain John Smith founded Jamestown",
    "mail other.jose.nunez@example.com or jose.nunez@example.org",
]


def search() -> Search:
    """Everybody who is looked for."""
    return Search(
        [
            Sought(subject, one)
            for subject, given in PEOPLE.items()
            for kind, value in given
            for one in identify(kind, value, KEYS)
        ],
        KEYS,
    )


def test_precision_and_recall(record_property: Callable[[str, object], None]) -> None:
    """M12: everybody is found by e-mail, phone, address and name; a namesake is found, too, and never for certain."""
    looked, right, wrong, missed = search(), Counter[str](), Counter[str](), Counter[str]()
    mistakes = []
    for one in TEXTS:
        found = {match.subject for match in looked.text(one.text)}
        right[one.kind] += len(found & one.subjects)
        wrong[one.kind] += len(found - one.subjects)
        missed[one.kind] += len(one.subjects - found)
        if found != one.subjects:
            mistakes.append((one.kind, one.text, sorted(found), sorted(one.subjects)))
    for kind in (*dict.fromkeys(one.kind for one in TEXTS), "all"):
        r, w, m = (sum(c.values()) if kind == "all" else c[kind] for c in (right, wrong, missed))
        print(f"{kind:26} precision {r / max(r + w, 1):.3f}  recall {r / max(r + m, 1):.3f}  ({r} found, {w} wrong)")  # noqa: T201 - the figures are what a reader wants
        record_property(kind, (r, w, m))

    assert sum(missed[kind] for kind in SHAPED) == 0, mistakes
    assert sum(missed.values()) == 0, mistakes
    # namesakes, whom no search of words tells apart; none of them is certain: they wait for somebody to look
    assert [text for _, text, *_ in mistakes] == NAMESAKES
    assert not any(match.certain for text in NAMESAKES for match in looked.text(text))


def test_what_is_certain() -> None:
    """Only what is one person's own is certain; a name never is, nor a street without its place or a short number."""
    looked = search()
    certain = {one.text: {match.certain for match in looked.text(one.text)} for one in TEXTS if looked.text(one.text)}

    assert certain["mail Jose.Nunez@Example.COM, please"] >= {True}
    assert certain["He lives at Hauptstr. 5 in Berlin"] == {True}
    assert {match.certain for match in looked.text("He lives at Hauptstr. 5")} == {False}
    assert certain["sími +354-555-1234"] >= {True}
    assert certain["sími 555 1234"] == {False}
    assert certain["Great talk by José Núñez today."] == {False}
    assert certain["thanks @JSmith_1980!"] == {True}
