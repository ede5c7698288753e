"""How somebody can be reached is left out of a text; their skills, their dates and everything else stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byleave.finding.contact import without_contact

KEPT = [
    "Zimmerin. Holz, Dach, Statik",
    "Node.js, ASP.NET, Vue.js, socket.io and C++",
    "2015-2019 2020-2024: head of wool, 1,200 people, 3.5 M",
    "From 01.03.2019 to 31.12.2020 at the harbour",
    "ISO 9001:2015, 24/7, e.g. night shifts",
    "Größte Freude: Bögen 🪵",
    "",
]
REACHED = [
    ("write to ana.b+x@mail.example.org please", "ana"),
    ("Mail: ANA@EXAMPLE.DE", "EXAMPLE"),
    ("call +49 421 555 019-9", "555"),
    ("call (0421) 555 0199 77", "555"),
    ("US 555-010-0199", "0199"),
    ("+33 1 2019 2020 99", "2019"),
    ("find me @ana_builds", "ana_builds"),
    ("https://ana.example/me?x=1", "ana.example"),
    ("see www.ana-baut.de", "baut"),
    ("see ana-baut.de", "baut"),
    ("linkedin.com/in/ana", "linkedin"),
    ("ANA＠EXAMPLE．DE", "EXAMPLE"),
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_contact_stays(text: str) -> None:
    """`M1` Skills, dates and numbers of a profile are as the person wrote them."""
    assert without_contact(text) == text


@pytest.mark.parametrize(("text", "part"), REACHED)
def test_a_way_to_reach_somebody_is_left_out(text: str, part: str) -> None:
    """`M1` Addresses, numbers, handles and links are not shown, however they are written."""
    shown = without_contact(text)
    assert part not in shown
    assert "[…]" in shown


@settings(max_examples=20)
@given(st.text(max_size=60), st.sampled_from([one for one, _ in REACHED]), st.text(max_size=60))
def test_what_stands_around_it_changes_nothing(before: str, contact: str, after: str) -> None:
    """`M1` Within any text a contact on a line of its own is left out, and nothing breaks."""
    part = dict(REACHED)[contact]
    shown = without_contact(f"{before}\n{contact}\n{after}")
    assert part in before + after or part not in shown
