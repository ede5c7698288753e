"""A team's report: sums of several people, and nobody's own figures without their agreement."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.archive.exposure.model import Cell, Exposure, Ruling, Standing
from byleave.archive.guide_layout import lines
from byleave.archive.team import FEWEST, Member, add_up, read_people, tell_team
from byleave.kernel.errors import InputError
from byleave.text.catalogue import LANGUAGES
from tests.archive.exposures import PUBLIC, alone, measured, posts

if TYPE_CHECKING:
    from byleave.archive.team.sums import Team

KINDS = st.sampled_from(["post", "comment", "profile"])
ARCHIVES = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.dictionaries(KINDS, st.integers(1, 9), max_size=3)), max_size=14
)
"""Who agreed, who acted, and how many rows of each kind they have."""


@cache
def plain_exposure() -> Exposure:
    """One person's exposure, whose figures are changed below."""
    return measured(alone(posts(("2026-05-01", PUBLIC))))


def member(number: int, rows: dict[str, int], *, agreed: bool = False, acted: bool = False) -> Member:
    """Somebody with rows of some kinds, all of which may be used."""
    base = plain_exposure()
    cells = tuple(Cell(kind, 2026, Ruling(Standing.USED), count) for kind, count in rows.items())
    off = base.guide.as_of if acted else None
    guide = replace(base.guide, person=replace(base.guide.person, opted_out=off))
    return Member(f"person-{number}.zip", replace(base, guide=guide, cells=cells), agreed)


def people_in(members: list[Member], kind: str) -> list[Member]:
    """Who has rows of a kind."""
    return [one for one in members if any(cell.category == kind for cell in one.exposure.cells)]


@given(ARCHIVES)
def test_small_groups_are_hidden(drawn: list[tuple[bool, bool, dict[str, int]]]) -> None:
    """M20: a sum is shown only with enough people in it who did not agree, or where all of the team did."""
    members = [member(number, rows, agreed=yes, acted=off) for number, (yes, off, rows) in enumerate(drawn)]
    team = add_up(members, 0)
    everyone = all(one.agreed for one in members)

    assert {one.name for one in team.categories} == {kind for _, _, rows in drawn for kind in rows}
    for one in team.categories:
        inside = people_in(members, one.name)
        enough = everyone or sum(not person.agreed for person in inside) >= FEWEST
        assert (one.people, one.rows is None) == ((len(inside), False) if enough else (None, True))
        if one.rows is not None:
            assert one.rows[Standing.USED] == sum(rows.get(one.name, 0) for _, _, rows in drawn)
    silent = [[off for yes, off, _ in drawn if not yes and off is acted] for acted in (True, False)]
    assert (team.acted is not None) is (everyone or all(len(group) >= FEWEST for group in silent))


@given(ARCHIVES)
def test_only_who_agreed_stands_by_name(drawn: list[tuple[bool, bool, dict[str, int]]]) -> None:
    """M20: neither the page nor the JSON names anybody who did not agree; who did is there with their own figures."""
    members = [member(number, rows, agreed=yes, acted=off) for number, (yes, off, rows) in enumerate(drawn)]
    team = add_up(members, 2)
    told = json.dumps(team.as_json()) + "\n".join(lines(tell_team(team, plain_exposure().guide, "en")))

    for one in members:
        assert (one.archive in told) is one.agreed
    assert team.as_json()["failed"] == 2


def team_of(count: int) -> Team:
    """A team of which one agreed and half acted."""
    return add_up([member(one, {"post": one + 1}, agreed=one == 0, acted=one % 2 == 0) for one in range(count)], 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_report_in_words(language: str) -> None:
    """M20: kinds, years, who has acted and the rule of hiding stand in the report, in every language."""
    document = tell_team(team_of(12), plain_exposure().guide, language)
    text = " ".join(" ".join(lines(document)).split())

    assert [section.name for section in document.sections] == [
        "short", "categories", "years", "acted", "agreed", "applies", "switch", "objection", "hidden",
    ]  # fmt: skip
    assert "78" in text  # 1 + 2 + … + 12 posts
    assert "person-0.zip" in text
    assert "person-1.zip" not in text


def test_small_team() -> None:
    """M20: of a team of four nothing but the rules is told."""
    text = "\n".join(lines(tell_team(team_of(4), plain_exposure().guide, "en")))

    assert f"fewer than {FEWEST}  not shown" in text
    assert "How many have switched off is not shown" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not name each archive once"),
        ("archive,archive\n", "does not name each archive once"),
        ("archive,name\n", "column `name` is not known"),
        ("archive,agreed\na.zip,maybe\n", "row 2: `maybe` is neither yes nor no"),
        ("archive,agreed\n,yes\n", "row 2: no archive is named"),
        ("archive\na.zip\n\na.zip\n", "row 4: `a.zip` stands in row 2 already"),
    ],
)
def test_bad_tables(text: str, message: str) -> None:
    """M20: a table that leaves open who agreed is refused, with the row."""
    with pytest.raises(InputError, match=r"people\.csv") as caught:
        read_people(text.splitlines(), "people.csv")

    assert message in caught.value.message


def test_table() -> None:
    """M20: nobody has agreed but who says yes."""
    said = read_people(["archive, Agreed ,opted_out", "a.zip,YES,2026-01-01", "b.zip,,", "c.zip,no,"], "people.csv")

    assert [one.agreed for one in said.values()] == [True, False, False]
    assert said["a.zip"].opted_out == "2026-01-01"
