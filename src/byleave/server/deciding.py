"""What staff do with a case: each step is checked, recorded as an entry of the ledger, and has a signed record.

Nobody decides about a case that has changed since they looked at it: each step names the last entry that was seen, and
of two people who decide at once, one is told that the other was first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from byleave.cases import steps
from byleave.cases.case import fold_cases
from byleave.kernel.errors import ConflictError, InputError, UnknownError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.server.acknowledging import RequestKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from byleave.cases.case import Case
    from byleave.cases.deadlines import Calendar
    from byleave.ledger.entries import Entry
    from byleave.server.objecting import Readdressed
    from byleave.server.service import Service

Done = TypeVar("Done")

MOST_GROUNDS = 4_000
"""Characters of grounds, which the person reads."""
LONGEST_NAME = 100
ANOTHER = "somebody else looks at an appeal"


class Finding(NamedTuple):
    """What somebody says about a name that was found in a text."""

    item: str
    text: str
    """Digest of the text that they read, by `finding.identifiers.digest_text`."""
    about: str
    """`person` or `other`."""
    grounds: str


class Deciding:
    """The steps of staff, over one service."""

    def __init__(self, service: Service, calendar: Calendar) -> None:
        """Take the service whose ledger keeps the steps, and the days by which answers are due."""
        self._service, self.calendar = service, calendar

    def entries(self, case: str) -> list[Entry]:
        """Everything that is recorded about whoever objected, in order. Raises: UnknownError for no such case."""
        subject = self._service.store.reader.objector(case)
        if subject is None:
            raise UnknownError(f"there is no objection `{case}`")
        return self._service.store.reader.person({subject})[1]

    def cases(self, case: str) -> Mapping[str, Case]:
        """Every case of whoever this one is of. Raises: UnknownError."""
        found = fold_cases(self.entries(case))
        if case not in found:
            raise UnknownError(f"there is no objection `{case}`")
        return found

    def case(self, case: str) -> Case:
        """One case as it is now. Raises: UnknownError."""
        return self.cases(case)[case]

    def take_up(self, case: str, by: str, seen: int) -> Entry:
        """Begin to look at a case.

        Args:
            case: its id.
            by: who does it.
            seen: the number of the last entry about it that they saw.

        Raises: UnknownError; ConflictError when it has changed since, or is decided.
        """
        return self._step(case, seen, lambda one: steps.take_up(one, by))

    def extend(self, case: str, by: str, grounds: str, seen: int) -> Entry:
        """Tell the person that the answer takes longer, and why. Raises: as `take_up`; InputError without grounds."""
        said, now = _grounds(grounds), self._service.now()
        return self._step(case, seen, lambda one: steps.extend(one, by, said, self.calendar, now))

    def uphold(self, case: str, by: str, seen: int) -> Entry:
        """Grant the objection: what it keeps out stays out. Raises: as `take_up`."""
        return self._step(case, seen, lambda one: steps.uphold(one, by))

    def refuse(self, case: str, by: str, name: str, grounds: str, seen: int) -> Entry:
        """Refuse the objection; from then on it no longer stands.

        Args:
            case: its id.
            by: the account that does it.
            name: the name of the person who answers for it, as they sign.
            grounds: why, in words for the person.
            seen: as in `take_up`.

        Raises: as `take_up`; ConflictError for an appeal against what the same account decided; InputError without
        grounds or name, or where they are too long.
        """
        signed, said = _signed(name, by), _grounds(grounds)
        self._check_other(case, by)
        return self._step(case, seen, lambda one: steps.refuse(one, signed, said))

    def take_back(  # noqa: PLR0913 - what a letter says
        self, case: str, by: str, name: str, grounds: str, *, day: date, seen: int
    ) -> Entry:
        """Write down that the person took the objection back by letter; from then on it no longer stands.

        Args:
            case: its id.
            by: as in `refuse`.
            name: as in `refuse`.
            grounds: what stands in the letter.
            day: on which it came.
            seen: as in `take_up`.

        Raises: as `refuse`; InputError for a day before the objection, or in the future.
        """
        signed, said = _signed(name, by), _grounds(grounds)
        self._check_other(case, by)
        days = self.calendar
        if not days.day_of(self.case(case).received) <= day <= days.day_of(self._service.now()):
            raise InputError("the letter came before the objection, or is still to come", hint="give the day it came")
        return self._step(case, seen, lambda one: steps.take_back_by_letter(one, signed, said, day))

    def _check_other(self, case: str, by: str) -> None:
        """Refuse who decided the case against which this one is an appeal. Raises: ConflictError."""
        first = self.cases(case).get(self.case(case).appeals or "")
        if first and first.decided and first.decided.by and account_of(first.decided.by) == by:
            told = f"`{by}` made the decision against which `{case}` is"
            raise ConflictError(told, hint=ANOTHER)

    def review(self, case: str, by: str, finding: Finding, seen: int) -> Entry:
        """Say whether a name that was found is the person's. Raises: as `take_up`; InputError without grounds.

        A later review of the same text counts before an earlier one. Whether the item names them, and whether the text
        is its present one, is for the caller to see (`desk.found.waits_for_review`).
        """
        data = {"objection": case, "item": finding.item, "text": finding.text, "about": finding.about}
        data |= {"by": by, "grounds": _grounds(finding.grounds)}
        return self._step(case, seen, lambda one: Proposal(Kind.FINDING_REVIEWED, one.subject, PLATFORM, data))

    def readdress(self, case: str, told: Readdressed, seen: int) -> Sequence[str]:
        """Answer a case at another address from now on, and with it its appeals and what it appeals against; their ids.

        Raises: as `take_up`; InputError without grounds, or for what is no address.
        """
        told = replace(told, grounds=_grounds(told.grounds))

        def record(one: Case, key: RequestKey) -> Sequence[str]:
            several = steps.chain(one, self.cases(case))
            self._service.readdress(several, told, key)
            return [other.id for other in several]

        return self._seen(case, seen, record)

    def _step(self, name: str, seen: int, step: Callable[[Case], Proposal]) -> Entry:
        return self._seen(name, seen, lambda case, key: self._service.record(step(case), key))

    def _seen(self, name: str, seen: int, act: Callable[[Case, RequestKey], Done]) -> Done:
        """Do something with a case that has not changed since somebody looked."""
        case = self.case(name)
        if case.entries[-1] != seen:
            raise ConflictError(f"the objection `{name}` has changed since you looked", hint="read it again")
        try:
            return act(case, RequestKey("desk", f"{name} after {seen}"))
        except ConflictError as error:
            if self.case(name).entries[-1] != seen:
                told = f"the objection `{name}` has changed since you looked"
                raise ConflictError(told, hint="read it again") from error
            raise


def account_of(by: str) -> str:
    """The account in what a refusal is signed with: `Petra Lund (petra)`."""
    return by.removesuffix(")").rpartition(" (")[2] if by.endswith(")") else by


def name_of(by: str) -> str:
    """The name in it; blank where there is none."""
    return by.removesuffix(")").rpartition(" (")[0] if by.endswith(")") else ""


def _signed(name: str, by: str) -> str:
    """The name of a person with their account. Raises: InputError."""
    signed = " ".join(name.split())
    if not signed:
        raise InputError("who decides is blank", hint="a person answers for it, by name")
    if len(signed) > LONGEST_NAME:
        raise InputError("the name is too long", hint=f"at most {LONGEST_NAME} characters")
    return f"{signed} ({by})"


def _grounds(text: str) -> str:
    """Grounds as they are recorded. Raises: InputError when they are blank, too long, or no text."""
    told = text.replace("\r\n", "\n").strip()
    if not told:
        raise InputError("the grounds are blank", hint="say why, so that the person can answer")
    if len(told) > MOST_GROUNDS:
        raise InputError("the grounds are too long", hint=f"at most {MOST_GROUNDS:,} characters")
    if any(not one.isprintable() and one != "\n" for one in told):
        raise InputError("the grounds hold a character that cannot be printed", hint="write them anew")
    return told
