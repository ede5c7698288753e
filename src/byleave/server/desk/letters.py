"""Letters to the person of a case: put together from the catalogue, in their language, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from byleave.cases.case import State
from byleave.text.catalogue import Catalogue
from byleave.text.dates import date_text
from byleave.text.desk import LETTER
from byleave.text.platform import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from byleave.cases.case import Case
    from byleave.cases.deadlines import Calendar

ENDED = {
    State.FULFILLED: "fulfilled",
    State.REFUSED: "refused",
    State.LAPSED: "lapsed",
    State.WITHDRAWN: "withdrawn",
}
"""State in which a case has ended → the letter that says so."""


class Letter(NamedTuple):
    """What is said to whom."""

    kind: str
    """One of `letters_for` the case."""
    language: str
    is_member: bool
    """Whether they have, or had, an account: models are told of those alone."""
    link: str | None = None
    """The address of their page: in what is sent, and on paper once it can take nothing back."""
    is_late: bool = False
    """Whether the last day to answer is over, and nobody has answered: no letter promises a day that has passed."""
    appeals_until: date | None = None
    """The last day to appeal against a refusal, as their page has it; None where no appeal is open."""


def letters_for(case: Case) -> tuple[str, ...]:
    """The letters that fit a case as it is, the one that is due first."""
    ended = ENDED.get(case.state)
    if ended:
        return (ended,)
    return ("extended", "received") if case.extended and case.is_open else ("received",)


def letter(case: Case, one: Letter, calendar: Calendar) -> str:
    """One letter: its subject, and its paragraphs with blank lines between.

    Args:
        case: as it is now.
        one: which letter, and to whom.
        calendar: in whose days it is dated.
    """
    return "\n\n".join(_paragraphs(case, one, Catalogue(one.language), calendar)) + "\n"


def _paragraphs(case: Case, one: Letter, told: Catalogue, calendar: Calendar) -> Iterator[str]:
    def say(name: str, /, **values: str) -> str:
        return told.say(LETTER[name], **values)

    yield say("letter-subject", case=case.id)
    yield say("letter-greeting")
    yield say("letter-you", day=date_text(told, calendar.day_of(case.received)))
    if case.purpose:
        yield say("letter-only", purpose=told.say(PLATFORM[f"purpose-{case.purpose}"]))
    until = date_text(told, case.due(calendar).day)
    answer = say("letter-late") if one.is_late else say("letter-until", day=until)
    said = case.extended if one.kind == "extended" else case.decided
    grounds = (said.grounds if said else None) or ""
    match one.kind:
        case "received":
            yield from (say("letter-stands"), answer)
        case "extended":
            yield from (say("letter-longer", day=until), grounds, say("letter-still"))
        case "fulfilled":
            yield say("letter-granted-only" if case.purpose else "letter-granted")
            if one.is_member:
                yield say("letter-models")
        case "refused":
            yield from (say("letter-no"), grounds)
            yield say("letter-signed", name=_name(said.by if said else None))
            yield from _ways_on(say, told, one)
        case "withdrawn" if case.taken_back_on is not None:
            yield from (say("letter-taken-back", day=date_text(told, case.taken_back_on)), grounds)
            yield from _ways_on(say, told, one)
        case "withdrawn":
            yield say("letter-withdrawn-why")
        case _:
            yield say("letter-lapsed-why")
    if one.link:
        yield from (say("letter-page"), one.link)
    yield say("letter-close")


def _ways_on(say: Callable[..., str], told: Catalogue, one: Letter) -> Iterator[str]:
    """What somebody can do who does not accept a refusal."""
    if one.appeals_until is not None:
        yield say("letter-appeal", day=date_text(told, one.appeals_until))
    yield from (say("letter-authority"), say("letter-court"))


def _name(by: str | None) -> str:
    """Who signed, without the name of the account."""
    return (by or "").rpartition(" (")[0] or (by or "")
