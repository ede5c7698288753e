"""Objections as cases: received with what somebody is found by, confirmed, followed, appealed against, or lapsed.

Whether anybody is known is never asked: what is given is written down, and the gate looks for it at each build. So the
answer is the same for a person of whom the platform holds everything and for one of whom it holds nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.cases import steps
from byleave.cases.case import State, fold_cases
from byleave.finding.identifiers import HASHED, Keys, identify
from byleave.kernel.errors import ConflictError, InputError, UnknownError
from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.ledger.fields import MOST_IDENTIFIERS
from byleave.policy.facts import MEMBER
from byleave.server.acknowledging import Acknowledging, RequestKey, country_code
from byleave.server.answers import Acknowledgement
from byleave.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from byleave.cases.case import Case

FOLLOW, CONFIRM = "follow", "confirm"
"""What an address that only its holder knows is for: the first is shown to whoever objects, the second goes by mail."""
_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghjkmnpqrstvwxyz")
"""From the alphabet of RFC 4648 to Crockford's, in which no two signs look alike."""
_REFERENCE_BYTES, _SECRET_BYTES = 10, 20
_LOOKS_LIKE = str.maketrans("oil", "011")
"""What somebody may read for a sign of that alphabet."""
_COPIED = re.compile(r"ob([0-9a-z]{16})")
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015]")
_LABEL = b"byleave addresses of cases 1"


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody hands in."""

    purpose: str | None
    """None: every training."""
    identifiers: tuple[tuple[str, str], ...] = ()
    """What they are found by: pairs of a kind (`finding.identifiers.KINDS`) and the words as they were written."""
    country: str | None = None
    """ISO 3166-1 alpha-2; says by when they are answered."""
    language: str = "en"
    """In which they are answered."""
    member: str | None = None
    """The member who has signed in, and whose own items are meant too; None: somebody without a sign-in."""


@dataclass(frozen=True, slots=True)
class WrittenDown:
    """How an objection came to staff, who write it down for the person."""

    by: str
    """The account of whoever does."""
    came: str
    """One of `ledger.fields.CAME`."""
    at: datetime
    """When it came: from then on it stands, and its deadline runs."""

    def apply(self, act: Proposal) -> Proposal:
        """The act of the person as staff record it."""
        told = {**act.data, "by": self.by, "came": self.came}
        return Proposal(act.kind, act.subject, PLATFORM, told, self.at)


@dataclass(frozen=True, slots=True)
class Readdressed:
    """Another e-mail address for the answer, which staff write down for the person."""

    by: str
    """The account of whoever does."""
    came: str
    """How they learnt of it: one of `ledger.fields.CAME`."""
    grounds: str
    """How they know that it is the person's."""
    address: str


@dataclass(frozen=True, slots=True)
class Received:
    """An objection that stands, with its receipt and what is to become of it."""

    acknowledgement: Acknowledgement
    case: Case


class Objecting(Acknowledging):
    """The part of the service that takes objections in and follows them."""

    now: Callable[[], datetime]

    def receive(self, given: Given, key: RequestKey | None = None, written_down: WrittenDown | None = None) -> Received:
        """Take an objection in. It stands from now on, before anybody has confirmed or read it.

        What a member hands in who has signed in is confirmed by that. What staff write down stands from the day on
        which it came to them. Sent again under its key, it is answered as before.

        Raises: InputError for what nobody could be found by, a purpose, a country or a language that there is not, and
        for what is said to have come later than now; ConflictError for a key that was used for another objection.
        """
        if given.purpose is not None and given.purpose not in PURPOSES:
            raise InputError(f"there is no purpose `{given.purpose}`", hint=f"there are: {', '.join(PURPOSES)}")
        if given.language not in LANGUAGES:
            raise InputError(f"nobody answers in `{given.language}`", hint=f"it is one of {', '.join(LANGUAGES)}")
        if written_down and written_down.at > self.now():
            raise InputError("the objection is said to have come later than now", hint="give the day on which it came")
        country = country_code(given.country)
        identifiers = self._identifiers(given.identifiers, country)
        if not identifiers and given.member is None:
            raise InputError("nothing tells whom to look for", hint="give a name, an address, a link or a quote")
        named = key or RequestKey("objection", secrets.token_hex(16))
        reference, subject = self._reference(named), given.member or f"p-{self._key(named)[:24]}"
        data = {"objection": reference, "purpose": given.purpose, "language": given.language}
        data |= {"country": country} if country else {}
        act, actor = Proposal(Kind.OBJECTION_RECEIVED, subject, MEMBER, data), PLATFORM if written_down else MEMBER
        acts = [written_down.apply(act) if written_down else act]
        if identifiers:
            told = {"objection": reference, "identifiers": identifiers}
            acts.append(Proposal(Kind.OBJECTION_IDENTIFIED, subject, actor, told))
        if given.member is not None and written_down is None:
            acts.append(Proposal(Kind.OBJECTION_CONFIRMED, subject, MEMBER, {"objection": reference}))
        (done,) = self._acknowledged(acts, named)
        return Received(done, self.case(reference))

    def case(self, objection: str) -> Case:
        """A case by its reference number. Raises: UnknownError when there is none, or the person was erased."""
        subject = self._store.reader.objector(objection)
        found = self.cases(subject).get(objection) if subject else None
        if found is None:
            raise UnknownError(f"there is no objection `{objection}`")
        return found

    def cases(self, subject: str) -> dict[str, Case]:
        """The cases of one person, under every id of theirs, by reference number and in the order of receipt."""
        return fold_cases(self.person(subject).entries)

    def confirm(self, objection: str) -> Case:
        """The person says that an objection is theirs; a second time changes nothing.

        Raises: UnknownError; ConflictError when it has lapsed or was withdrawn.
        """
        case = self.case(objection)
        if case.confirmed is None or case.state in {State.LAPSED, State.WITHDRAWN}:
            self._record([steps.confirm(case)], RequestKey(CONFIRM, objection))
            case = self.case(objection)
            if case.state is State.LAPSED:
                raise ConflictError(f"the objection `{objection}` has lapsed", hint="object again")
        return case

    def take_back(self, objection: str) -> Acknowledgement:
        """Withdraw an objection: the person's own act. Raises: UnknownError; ConflictError when it does not stand."""
        case = self.case(objection)
        if case.can_be_appealed:
            raise ConflictError(f"the objection `{objection}` is {case.state}, and does not stand")
        data = {"objection": objection}
        return self._acknowledged(
            [Proposal(Kind.OBJECTION_WITHDRAWN, case.subject, MEMBER, data)], RequestKey("take-back", objection)
        )[0]

    def appeal(self, objection: str, written_down: WrittenDown | None = None) -> Received:
        """Do not accept a refusal: a new objection, which stands at once. A second time is answered as the first.

        Raises: UnknownError; ConflictError when there is nothing to appeal against; InputError for what staff write
        down and is said to have come later than now.
        """
        if written_down and written_down.at > self.now():
            raise InputError("the appeal is said to have come later than now", hint="give the day on which it came")
        case, key = self.case(objection), RequestKey("appeal", objection)
        reference = self._reference(key)
        if reference not in case.appealed_by:
            act, actor = steps.appeal(case, reference), PLATFORM if written_down else MEMBER
            acts = [written_down.apply(act) if written_down else act]
            if case.identifiers:
                told = {"objection": reference, "identifiers": list(case.identifiers)}
                acts.append(Proposal(Kind.OBJECTION_IDENTIFIED, case.subject, actor, told))
            if case.confirmed is not None and written_down is None:
                acts.append(Proposal(Kind.OBJECTION_CONFIRMED, case.subject, MEMBER, {"objection": reference}))
            (done,) = self._acknowledged(acts, key)
            return Received(done, self.case(reference))
        return Received(self._again(reference), self.case(reference))

    def lapse(self, objection: str) -> Case:
        """End an objection that nobody has confirmed in time. Raises: UnknownError; ConflictError when it may not."""
        self._record([steps.lapse(self.case(objection), self.now())], RequestKey("lapse", objection))
        return self.case(objection)

    def readdress(self, cases: Sequence[Case], told: Readdressed, key: RequestKey) -> None:
        """Record that cases are answered at another address: what opened them opens nothing any more.

        Posts are searched for that address, too, as for one that is typed into the form; where it is kept is for the
        caller (`objections.contacts`).

        Raises: InputError for what is no address; ConflictError for a key that was used for something else.
        """
        acts = [steps.readdress(one, told.by, told.came, told.grounds) for one in cases]
        for one in cases:
            if one.stands:
                found = self._identifiers([("email", told.address)], one.country)
                data = {"objection": one.id, "identifiers": found}
                acts.append(Proposal(Kind.OBJECTION_IDENTIFIED, one.subject, PLATFORM, data))
        self._record(acts, key)

    def address_secret(self, use: str, case: Case) -> str:
        """The part of an address that only its holder knows, for `FOLLOW` or `CONFIRM`: 32 letters and digits.

        It is made from the suppression key, so that nothing has to be kept that could be read; and from how often staff
        have written down another address, so that what went to the one before opens nothing.
        """
        key = hmac.digest(self._secret, _LABEL, "sha256")
        what = f"{use} {case.readdressed}" if case.readdressed else use
        return _letters(hmac.digest(key, f"{what}\n{case.id}".encode(), "sha256")[:_SECRET_BYTES])

    def opens(self, use: str, case: Case, secret: str) -> bool:
        """Whether a secret is that of a case."""
        return hmac.compare_digest(self.address_secret(use, case).encode(), secret.encode())

    def _again(self, objection: str) -> Acknowledgement:
        """The acknowledgement of an objection that was recorded before."""
        subject = self.case(objection).subject
        found = self.person(subject)
        entry = next(
            one for one in found.entries if one.kind is Kind.OBJECTION_RECEIVED and one.data["objection"] == objection
        )
        return Acknowledgement(entry, self._receipt(entry, self._epoch(entry, found.head), found))

    def _identifiers(self, given: Iterable[tuple[str, str]], country: str | None) -> list[str]:
        """What is kept of what somebody is found by, each once. Raises: InputError."""
        keys = Keys(self._secret)
        found = dict.fromkeys(str(one) for kind, words in given for one in identify(kind, words, keys, country))
        if any(one.partition(":")[0] in HASHED for one in found):
            found[keys.mark()] = None
        if len(found) > MOST_IDENTIFIERS:
            raise InputError("too much was given to look for", hint=f"at most {MOST_IDENTIFIERS} at once; object twice")
        return list(found)

    def _reference(self, key: RequestKey) -> str:
        """A reference number, the same for the same request: `ob-` and 16 letters and digits in fours."""
        digest = hashlib.sha256(f"reference\n{self._key(key)}".encode()).digest()
        return _in_fours(_letters(digest[:_REFERENCE_BYTES]))


def reference_of(text: str) -> str:
    """A reference number as it is written here, from one that was copied by hand; any other text as it is."""
    words = " ".join(text.split())
    found = _COPIED.fullmatch(_BETWEEN.sub("", words.lower()))
    return _in_fours(found[1].translate(_LOOKS_LIKE)) if found else words


def _in_fours(letters: str) -> str:
    return "-".join(["ob", *(letters[at : at + 4] for at in range(0, len(letters), 4))])


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower().translate(_LETTERS)
