"""Letters from the desk: what each says, and of whom it must not say it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from byleave.cases.case import Case, Said, State
from byleave.cases.deadlines import Calendar
from byleave.server.desk.letters import Letter, letter, letters_for
from byleave.text.catalogue import LANGUAGES, Catalogue
from byleave.text.dates import date_text
from byleave.text.desk import LETTER

AT = datetime(2026, 11, 2, 10, tzinfo=UTC)


def _no_holiday(_day: date) -> bool:
    return False


CALENDAR = Calendar(ZoneInfo("Europe/Dublin"), _no_holiday)


def written(
    state: State,
    *,
    purpose: str | None = None,
    member: bool = False,
    language: str = "en",
    appeals_until: date | None = None,
) -> str:
    """The letter that fits a case in this state."""
    ended = None if state in {State.RECEIVED, State.CONFIRMED, State.IN_REVIEW} else Said(AT, "Petra Lund (petra)", "g")
    case = Case("O-1", "person-1", purpose, AT, state, "DE", language, decided=ended)
    what = Letter(letters_for(case)[0], language, is_member=member, appeals_until=appeals_until)
    return letter(case, what, CALENDAR)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", State)
def test_each_end_has_a_letter_of_its_own(state: State, language: str) -> None:
    """Only a case that is open is answered with "we have it": whoever took theirs back is told that it has ended."""
    stands = Catalogue(language).say(LETTER["letter-stands"])
    told = written(state, language=language)

    assert (stands in told) == (state in {State.RECEIVED, State.CONFIRMED, State.IN_REVIEW})
    assert (Catalogue(language).say(LETTER["letter-withdrawn-why"]) in told) == (state is State.WITHDRAWN)


@pytest.mark.parametrize("state", [State.RECEIVED, State.FULFILLED])
def test_an_objection_to_one_use_is_answered_about_that_use(state: State) -> None:
    """Whoever objected to one use is never told that all training is meant."""
    one, every = written(state, purpose="generative-ai"), written(state)

    assert "It is about this use alone: AI that makes content." in one
    assert "stays out of training" not in one
    assert "about this use alone" not in every


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_promises_a_day_that_has_passed(language: str) -> None:
    """M11: when an answer is overdue, the letter says so, and names no day by which it was due."""
    case = Case("O-1", "person-1", None, AT, State.CONFIRMED, "DE", language)
    late = letter(case, Letter("received", language, is_member=False, is_late=True), CALENDAR)
    told = letter(case, Letter("received", language, is_member=False), CALENDAR)
    day = date_text(Catalogue(language), case.due(CALENDAR).day)

    assert Catalogue(language).say(LETTER["letter-late"]) in late
    assert (day in late, day in told) == (False, True)


def test_models_are_told_of_to_members_alone() -> None:
    """Whose data a model has seen is known of members alone; nobody else is promised it."""
    promise = "ask us, and we say which have seen your data"

    assert promise in written(State.FULFILLED, member=True)
    assert promise not in written(State.FULFILLED)


def test_a_refusal_names_every_way_on() -> None:
    """M11: an appeal, the authority and a court; nobody is asked to answer a letter that nobody reads."""
    told = written(State.REFUSED, appeals_until=date(2027, 2, 1))
    ways = ("You can appeal", "page of your case", "office that guards data", "go to court")

    assert all(words in told for words in ways)
    assert "Answer this letter" not in told
    assert "(petra)" not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_names_the_last_day_to_appeal(language: str) -> None:
    """M11: the letter tells it in the person's language; where no appeal is open it speaks of none."""
    last = date(2027, 2, 1)
    open_, over = (written(State.REFUSED, language=language, appeals_until=one) for one in (last, None))
    told = Catalogue(language)
    sentence = told.say(LETTER["letter-appeal"], day=date_text(told, last))

    assert (sentence in open_, date_text(told, last) in over) == (True, False)
    assert sentence.partition("2027")[2] not in over
    assert told.say(LETTER["letter-court"]) in over
    assert not any(
        date_text(told, last) in written(state, language=language, appeals_until=last)
        for state in State
        if state is not State.REFUSED
    )
