"""Letters to the person of a case: put together from the catalogue, in their language, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.cases.case import State
from byleave.text.catalogue import Catalogue
from byleave.text.dates import date_text
from byleave.text.desk import LETTER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.cases.case import Case
    from byleave.cases.deadlines import Calendar

KINDS = ("received", "extended", "fulfilled", "refused", "lapsed")


def letters_for(case: Case) -> tuple[str, ...]:
    """The letters that fit a case as it is, the one that is due first."""
    ended = {State.FULFILLED: "fulfilled", State.REFUSED: "refused", State.LAPSED: "lapsed"}.get(case.state)
    if ended:
        return (ended,)
    return ("extended", "received") if case.extended and case.is_open else ("received",)


def letter(case: Case, kind: str, language: str, calendar: Calendar) -> str:
    """One letter: its subject, and its paragraphs with blank lines between.

    Args:
        case: as it is now.
        kind: one of `letters_for(case)`.
        language: one of the catalogue's.
        calendar: in whose days it is dated.
    """
    told = Catalogue(language)
    return "\n\n".join(_paragraphs(case, kind, told, calendar)) + "\n"


def _paragraphs(case: Case, kind: str, told: Catalogue, calendar: Calendar) -> Iterator[str]:
    def say(name: str, /, **values: str) -> str:
        return told.say(LETTER[name], **values)

    yield say("letter-subject", case=case.id)
    yield say("letter-greeting")
    yield say("letter-you", day=date_text(told, calendar.day_of(case.received)))
    until = date_text(told, case.due(calendar).day)
    said = case.extended if kind == "extended" else case.decided
    grounds = (said.grounds if said else None) or ""
    if kind == "received":
        yield say("letter-stands")
        yield say("letter-until", day=until)
    elif kind == "extended":
        yield from (say("letter-longer", day=until), grounds, say("letter-still"))
    elif kind == "fulfilled":
        yield from (say("letter-granted"), say("letter-models"))
    elif kind == "refused":
        yield from (say("letter-no"), grounds)
        yield say("letter-signed", name=_name(said.by if said else None))
        yield from (say("letter-appeal"), say("letter-authority"))
    else:
        yield say("letter-lapsed-why")
    yield say("letter-close")


def _name(by: str | None) -> str:
    """Who signed, without the name of the account."""
    return (by or "").rpartition(" (")[0] or (by or "")
