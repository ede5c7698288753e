"""How one row stands: the definition decides, also where the archive leaves something open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.archive.exposure import decisions
from byleave.archive.exposure.decisions import Judge, Panel
from byleave.archive.exposure.model import Cause, Standing
from byleave.archive.guide_decisions import Question
from byleave.archive.guide_model import Person
from byleave.archive.linkedin import ArchiveItem, Record
from byleave.archive.linkedin.dates import When
from byleave.kernel.decision import Decision, Verdict
from byleave.kernel.vocabulary import VISIBILITIES
from byleave.policy.facts import Item, Moment, Register
from byleave.policy.semantics import decide
from tests.archive.guides import ARTICLE, NEWEST, NOW, PACKS, load_pack

START = datetime(2025, 11, 3, tzinfo=UTC)
OFF = datetime(2025, 12, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
# around every instant at which something changes, and anywhere
INSTANTS = st.one_of(
    st.sampled_from([at + step for at in (START, OFF, NOW) for step in (-DAY, -timedelta.resolution, 0 * DAY, DAY)]),
    st.integers(0, 8_600).map(lambda days: datetime(2003, 5, 5, tzinfo=UTC) + days * DAY),
)
CATEGORIES = st.sampled_from(["post", "profile", "private-message", "reaction", "resume", "nonsense"])
SEEN_BY = st.sampled_from([*VISIBILITIES, None])
RECORD = Record("Shares.csv", "shares", 1, 2, 1, (), ())


def item(category: str, visibility: str | None, at: datetime | None, *, doubt: str | None = None) -> ArchiveItem:
    """A row of an archive."""
    created = When(at, "second", zoned=True) if at else None
    return ArchiveItem(RECORD, category, doubt, visibility, None, created, None, others=False)


def question(country: str = "DE", pack: str = NEWEST, off: datetime | None = None) -> Question:
    """Somebody asking."""
    return Question(load_pack(pack), Person(country, off, off.date() if off else None), NOW)


def judge(asked: Question, off: datetime | None = None) -> Judge:
    """A judge without memory, under the pack's own reading."""
    return Judge(asked, asked.rules(), off)


def by_definition(asked: Question, off: datetime | None, category: str, visibility: str, at: datetime) -> Decision:
    """What the definition says of a row of which everything is known."""
    register = Register(members={"person": asked.member(off)})
    facts = Item("item", "person", category, visibility, at)
    return decide(facts, register, asked.rules(), Moment(asked.judged_at, replay=True))


@given(
    st.sampled_from(PACKS), st.sampled_from(["DE", "US", "GB", "CN"]), st.sampled_from([None, OFF]),
    st.lists(st.tuples(CATEGORIES, SEEN_BY, st.none() | INSTANTS), min_size=1, max_size=12),
)  # fmt: skip
def test_memory_changes_nothing(
    pack: str, country: str, off: datetime | None, rows: list[tuple[str, str | None, datetime | None]]
) -> None:
    """Rows that are judged one after another, from memory, stand as each does alone."""
    asked = question(country, pack, off)
    judges = [judge(asked, off), judge(asked, None)]
    remembering = Panel(judges, asked.today)

    for row in rows:
        ruled = remembering.judge(item(*row))
        assert remembering.rulings[ruled] == tuple(one.judge(item(*row)) for one in judges)


@given(
    st.sampled_from(PACKS),
    st.sampled_from(["DE", "US"]),
    st.sampled_from([None, OFF]),
    CATEGORIES,
    st.sampled_from(VISIBILITIES),
    INSTANTS,
)
def test_known_rows_stand_as_the_definition_says(  # noqa: PLR0913, PLR0917 - drawn values
    pack: str, country: str, off: datetime | None, category: str, visibility: str, at: datetime
) -> None:
    """M19: a row of which everything is known may be used exactly when the definition says so."""
    asked = question(country, pack, off)
    ruling = judge(asked, off).judge(item(category, visibility, at))
    decision = by_definition(asked, off, category, visibility, at)

    assert (ruling.standing is Standing.USED) is (decision.verdict is Verdict.ELIGIBLE)
    assert ruling.standing is not Standing.IF_PUBLIC
    if ruling.standing is Standing.OUT:
        assert ruling.reason in decision.failed


@given(st.sampled_from(PACKS), st.sampled_from([None, OFF]), CATEGORIES, INSTANTS)
def test_unknown_visibility(pack: str, off: datetime | None, category: str, at: datetime) -> None:
    """M2, M3: what the archive does not say is tried in every way; only what holds in all of them is certain."""
    asked = question("DE", pack, off)
    standing = judge(asked, off).judge(item(category, None, at)).standing
    verdicts = {seen: by_definition(asked, off, category, seen, at).verdict for seen in VISIBILITIES}

    if standing is Standing.USED:
        assert set(verdicts.values()) == {Verdict.ELIGIBLE}
    elif standing is Standing.IF_PUBLIC:
        assert verdicts["public"] is Verdict.ELIGIBLE
    else:
        assert Verdict.ELIGIBLE not in (verdicts.values() if standing is Standing.OUT else [verdicts["public"]])


@pytest.mark.parametrize(
    ("category", "visibility", "at", "standing", "cause"),
    [
        ("post", "public", START, Standing.USED, None),
        ("post", None, START, Standing.IF_PUBLIC, Cause.VISIBILITY),
        ("resume", "private", None, Standing.USED, None),
        ("profile", None, None, Standing.IF_PUBLIC, Cause.VISIBILITY),
        ("private-message", None, START, Standing.OUT, None),
        ("reaction", None, START, Standing.OPEN, Cause.CATEGORY),
    ],
)
def test_typical_rows(
    category: str, visibility: str | None, at: datetime | None, standing: Standing, cause: Cause | None
) -> None:
    """M2, M3: who never switched off: public things are in, messages out, and the rest is told as what it is."""
    ruling = judge(question()).judge(item(category, visibility, at))

    assert (ruling.standing, ruling.cause) == (standing, cause)


def test_a_date_that_matters() -> None:
    """M7: under the article's rules a late opt-out leaves open what has no date, and decides what has one."""
    asked = question(pack=ARTICLE, off=OFF)
    rows = {at: judge(asked, OFF).judge(item("post", "public", at)) for at in (START, OFF + DAY, None)}

    assert [ruling.standing for ruling in rows.values()] == [Standing.USED, Standing.OUT, Standing.OPEN]
    assert rows[None].cause is Cause.DATE


def test_a_doubtful_kind_is_never_told_as_used() -> None:
    """M2: where a file may hold rows of another kind, what would be used is open; what is left out stays out."""
    doubtful = judge(question())

    assert doubtful.judge(item("profile", None, None, doubt="why")).cause is Cause.KIND
    assert doubtful.judge(item("private-message", None, START, doubt="why")).standing is Standing.OUT


def test_country_without_a_rule() -> None:
    """M6: where the rules do not cover the country nothing is promised, not even that something is left out."""
    ruling = judge(question("CN")).judge(item("post", "public", START))

    assert (ruling.standing, ruling.cause) == (Standing.OPEN, Cause.COUNTRY)
    assert judge(question("CN")).judge(item("private-message", None, START)).standing is Standing.OUT


def test_the_definition_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """M19: with another definition in its place every row follows it."""
    monkeypatch.setattr(decisions, "decide", lambda *_: Decision(()))

    assert judge(question()).judge(item("private-message", None, None)).standing is Standing.USED
