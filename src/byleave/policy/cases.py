"""Cases of a pack: facts in a few lines of YAML, and the decision that must come out.

They stand beside the pack as `NAME.cases.yaml`. What a case does not say comes from the file's `defaults`, and what
these do not say from the defaults below, so that a case holds only what it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator

from byleave.kernel.decision import Reason  # noqa: TC001 - pydantic reads annotations at run time
from byleave.policy.document import Document
from byleave.policy.facts import (
    MEMBER,
    Act,
    Item,
    Member,
    Moment,
    NoticeDelivery,
    Objection,
    Register,
    Residence,
)
from byleave.policy.model import Day, Flag, Instant, Part
from byleave.policy.problems import Location, Problem, did_you_mean
from byleave.policy.regions import normalise_country
from byleave.policy.rules import Rules, rules_for
from byleave.policy.semantics import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from byleave.kernel.decision import Decision
    from byleave.policy.model import Pack


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _claim(value: object) -> object:
    if isinstance(value, str) and re.fullmatch("M[1-9][0-9]?", value):
        return value
    message = "expected the number of a claim, such as `M5`"
    raise ValueError(message)


class CaseItem(Part):
    """The item; `null` is a missing value."""

    item_id: str | None = "item"
    member_id: str | None = "member"
    category: str | None = "post"
    visibility: str | None = "public"
    created_at: Instant | None = None
    changed_at: Instant | None = None
    public_since: Instant | None = None
    withheld: Flag | None = None
    subjects: tuple[str, ...] | None = None
    ai_written: Flag | None = None
    unreadable: Flag = False
    """A value that the decision reads could not be read."""


class CaseResidence(Part):
    """One row of the residence history."""

    country: str | None
    since: Instant | None = None
    recorded_at: Instant | None = None


class CaseMember(Part):
    """The owner of the item: a country, or a history of residences."""

    country: str | None = None
    residences: tuple[CaseResidence, ...] = ()
    birth_date: Annotated[tuple[Day, ...], BeforeValidator(_as_list)] = ()


class CaseAct(Part):
    """An act of the owner on a setting; without a name, on the one that governs the purpose."""

    setting: str | None = None
    value: Literal["on", "off"]
    at: Instant
    seq: int | None = None
    recorded_at: Instant | None = None
    actor: str = MEMBER


class CaseObjection(Part):
    """An objection; without a subject, the owner's."""

    subject: str | None = None
    purpose: str | None = None
    received_at: Instant
    status: Literal["open", "upheld", "rejected", "withdrawn"] | None = "open"
    resolved_at: Instant | None = None


class CaseNotice(Part):
    """A notice that reached the owner."""

    notice: str
    delivered_at: Instant
    version: str | None = None
    recorded_at: Instant | None = None


class CaseFacts(Part):
    """What a case may say, and the file's defaults as well."""

    purpose: str | None = None
    """By default the first that the pack names."""
    recipient: str | None = None
    """By default the first that the pack names."""
    as_of: Instant | None = None
    replay: Flag = True
    """False asks at the present, where refusals hold whatever their date."""
    item: CaseItem = CaseItem()
    member: CaseMember | None = CaseMember()
    """`null`: the owner is not in the register."""
    acts: tuple[CaseAct, ...] = ()
    objections: tuple[CaseObjection, ...] = ()
    notices: tuple[CaseNotice, ...] = ()
    withheld: tuple[Instant, ...] = ()
    """When the owner withheld this item."""


class Case(CaseFacts):
    """Facts, and the reason of the decision that must come out; the verdict follows from it."""

    case: str
    """A sentence."""
    claim: Annotated[str, BeforeValidator(_claim)] | None = None
    """The claim of the mission that the case proves."""
    expect: Reason


class CaseFile(Part):
    """The file that stands beside a pack."""

    pack: str
    """`id@version` of the pack that the cases are about."""
    defaults: CaseFacts = CaseFacts()
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came out of one case."""

    name: str
    claim: str | None
    place: str
    """`file:line`."""
    expected: Reason
    decision: Decision

    @property
    def passed(self) -> bool:
        """Whether the expected decision came out."""
        return self.decision.reason is self.expected

    @property
    def message(self) -> str:
        """`file:line: name: what came out`, for people."""
        outcome = f"is `{self.decision.reason}`"
        if not self.passed:
            outcome = f"expected `{self.expected}`, got `{self.decision.reason}`"
        return f"{self.place}: {self.name}: {outcome}"


def run_cases(pack: Pack, text: str, file: str) -> list[CaseResult]:
    """Decide every case of a file, in its order.

    Args:
        pack: the pack that the cases are about.
        text: the YAML text of the cases.
        file: what to call it in errors.

    Raises: PackError listing every problem with line and column; a case that fails is a result and no error.
    """
    document = Document(text, file, "the file of cases")
    parsed = document.read(CaseFile)
    problems = [*_heading(pack, parsed), *_unknown_names(pack, parsed.defaults, ("defaults",))]
    cases = [_with_defaults(case, parsed.defaults) for case in parsed.cases]
    if not problems:
        problems = [found for at, case in _placed(cases) for found in _problems(pack, case, at)]
    if problems:
        raise document.error(problems)
    views: dict[tuple[str, str], Rules] = {}
    return [_result(pack, case, f"{file}:{document.line(at)}", views) for at, case in _placed(cases)]


def _placed(cases: Iterable[Case]) -> Iterator[tuple[Location, Case]]:
    return ((("cases", index), case) for index, case in enumerate(cases))


def _with_defaults(case: Case, defaults: CaseFacts) -> Case:
    """The case, filled up from the file's defaults key by key; within the item and the member as well."""
    said = {name: getattr(case, name) for name in case.model_fields_set}
    filled = {name: getattr(defaults, name) for name in defaults.model_fields_set} | said
    for name in ("item", "member"):
        own, general = said.get(name), getattr(defaults, name)
        if isinstance(own, CaseItem | CaseMember) and general is not None:
            filled[name] = _merged(own, general)
    return case.model_copy(update=filled)


def _merged(own: CaseItem | CaseMember, general: Part) -> Part:
    said = {key: getattr(own, key) for key in own.model_fields_set}
    # a history of residences stands for the default country, and a country for the default history
    if "residences" in said:
        said.setdefault("country", None)
    elif "country" in said:
        said["residences"] = ()
    return general.model_copy(update=said)


def _heading(pack: Pack, parsed: CaseFile) -> Iterator[Problem]:
    if parsed.pack != pack.id:
        yield Problem(("pack",), f"the cases are about `{parsed.pack}`, the pack is `{pack.id}`")
    first: dict[str, int] = {}
    for index, case in enumerate(parsed.cases):
        if first.setdefault(case.case, index) != index:
            yield Problem(("cases", index, "case"), f"`{case.case}` names two cases")


def _problems(pack: Pack, case: Case, at: Location) -> Iterator[Problem]:
    if case.as_of is None:
        yield Problem(at, "the case lacks `as_of`, and so do the defaults")
    if "created_at" not in case.item.model_fields_set:
        yield Problem(at, "the case lacks `item.created_at`, and so do the defaults")
    yield from _unknown_names(pack, case, at)


def _unknown_names(pack: Pack, facts: CaseFacts, at: Location) -> Iterator[Problem]:
    """Names that the pack does not know. The category may be one of them: that is a gap, and a case may be about it."""
    if facts.purpose not in (None, *pack.purposes):
        yield Problem((*at, "purpose"), _unknown("purpose", facts.purpose, pack.purposes))
    if facts.recipient not in (None, *pack.recipients):
        yield Problem((*at, "recipient"), _unknown("recipient", facts.recipient, pack.recipients))
    yield from _acts_problems(pack, facts, at)
    if facts.member is not None:
        yield from _member_problems(facts.member, (*at, "member"))


def _acts_problems(pack: Pack, facts: CaseFacts, at: Location) -> Iterator[Problem]:
    known = {alias for name, setting in pack.settings.items() for alias in (name, *setting.aliases)}
    for index, act in enumerate(facts.acts):
        if act.setting is None and len(_governing(pack, facts)) != 1:
            options = ", ".join(f"`{name}`" for name in pack.settings)
            yield Problem((*at, "acts", index), f"the act lacks `setting`, one of {options}")
        elif act.setting is not None and act.setting not in known:
            yield Problem((*at, "acts", index, "setting"), _unknown("setting", act.setting, known))


def _member_problems(member: CaseMember, at: Location) -> Iterator[Problem]:
    if member.country is not None and member.residences:
        yield Problem((*at, "country"), "a member has a `country` or `residences`, not both")
    rows = [((*at, "residences", index, "country"), row.country) for index, row in enumerate(member.residences)]
    for place, country in [((*at, "country"), member.country), *rows]:
        if country is not None and normalise_country(country) is None:
            did = f", did you mean `{country.upper()}`?" if normalise_country(country.upper()) else ""
            yield Problem(place, f"`{country}` is not a country code (ISO 3166-1, two letters){did}")


def _unknown(kind: str, name: str | None, options: Iterable[str]) -> str:
    return f"`{name}` is not a {kind} of the pack{did_you_mean(name or '', options)}"


def _governing(pack: Pack, facts: CaseFacts) -> list[str]:
    """The settings that govern the purpose; where none does, the only one that governs any."""
    governing = {name: setting.governs for name, setting in pack.settings.items() if setting.governs}
    return [name for name, purposes in governing.items() if _purpose(pack, facts) in purposes] or list(governing)


def _purpose(pack: Pack, facts: CaseFacts) -> str:
    return facts.purpose or pack.purposes[0]


def _result(pack: Pack, case: Case, place: str, views: dict[tuple[str, str], Rules]) -> CaseResult:
    purpose, recipient = _purpose(pack, case), case.recipient or next(iter(pack.recipients))
    if (purpose, recipient) not in views:
        views[purpose, recipient] = rules_for(pack, purpose, recipient)
    assert case.as_of is not None  # noqa: S101 - INVARIANT: checked by _problems
    item = Item(**dict(case.item))
    moment = Moment(case.as_of, case.replay)
    decision = decide(item, _register(pack, case, item), views[purpose, recipient], moment)
    return CaseResult(case.case, case.claim, place, case.expect, decision)


def _register(pack: Pack, case: Case, item: Item) -> Register:
    objections: dict[str, tuple[Objection, ...]] = {}
    for one in case.objections:
        subject = one.subject or item.member_id or ""
        row = Objection(one.purpose, one.received_at, one.status, one.resolved_at)
        objections[subject] = (*objections.get(subject, ()), row)
    return Register(
        members={item.member_id: _member(pack, case, case.member)} if case.member and item.member_id else {},
        objections=objections,
        withheld={item.item_id: case.withheld} if case.withheld and item.item_id else {},
    )


def _member(pack: Pack, case: Case, member: CaseMember) -> Member:
    rows = member.residences or ((CaseResidence(country=member.country),) if member.country else ())
    setting = next(iter(_governing(pack, case)), "")
    return Member(
        residences=tuple(
            Residence(normalise_country(row.country) if row.country else None, row.since, row.recorded_at)
            for row in rows
        ),
        birth_dates=member.birth_date,
        acts=tuple(
            Act(act.setting or setting, act.value == "on", act.at, act.seq, act.recorded_at, act.actor)
            for act in case.acts
        ),
        notices=tuple(
            NoticeDelivery(row.notice, row.delivered_at, row.version, row.recorded_at) for row in case.notices
        ),
    )
