"""What the definition decides for typical items of one person; no rule of a pack is applied elsewhere in a guide."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from byleave.archive.guide_model import Claim, Outcome, Scope
from byleave.archive.guide_notes import cite
from byleave.kernel.decision import Reason
from byleave.kernel.vocabulary import VISIBILITIES
from byleave.policy.facts import Act, Item, Member, Moment, NoticeDelivery, Register, Residence
from byleave.policy.rules import rules_for
from byleave.policy.semantics import decide, regime_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.archive.guide_model import Person
    from byleave.policy.model import Pack
    from byleave.policy.rules import RegimeRules, Rules

_DAY = timedelta(days=1)
_BEFORE = timedelta(days=30)
_AN_ADULT = date(1900, 1, 1)
_SHOWN_TO = {Reason.NOT_PUBLIC: "left_out", Reason.UNKNOWN_VISIBILITY: "open"}


@dataclass(frozen=True, slots=True)
class Question:
    """A person, a pack and the day on which they ask."""

    pack: Pack
    person: Person
    today: datetime
    resolved: dict[tuple[str, str], Rules] = field(default_factory=dict, repr=False, compare=False)
    """The pack for each purpose and recipient that was asked for."""

    @property
    def purpose(self) -> str:
        """The purpose that the pack's cases mean."""
        return self.pack.purposes[0]

    @property
    def platform(self) -> str:
        """The recipient that is the platform itself; the first one where a pack names no such."""
        names = [name for name, one in self.pack.recipients.items() if one.kind == "platform"]
        return (names or list(self.pack.recipients))[0]

    @property
    def affiliates(self) -> list[str]:
        """The recipients that are other companies."""
        return [name for name, one in self.pack.recipients.items() if one.kind == "affiliate"]

    @property
    def setting(self) -> str | None:
        """The setting that governs the purpose."""
        return next((name for name, one in self.pack.settings.items() if self.purpose in one.governs), None)

    def rules(self, recipient: str | None = None, purpose: str | None = None) -> Rules:
        """The pack for a purpose and recipient; by default its own purpose and platform."""
        asked = (purpose or self.purpose, recipient or self.platform)
        if asked not in self.resolved:
            self.resolved[asked] = rules_for(self.pack, *asked)
        return self.resolved[asked]

    def member(self, off_at: datetime | None, setting: str | None = None) -> Member:
        """The person as a register would hold them; whoever gives no birth date is of age, and each got the notice."""
        name = setting or self.setting
        acts = (Act(name, on=False, at=off_at),) if off_at and name else ()
        born = self.person.born or (_AN_ADULT if self.takes_of_age else None)
        told = tuple(
            NoticeDelivery(one.notice.id, one.effective - one.notice.days * _DAY, one.notice.version)
            for one in self.pack.regimes.values()
            if one.notice
        )
        return Member((Residence(self.person.country),), (born,) if born else (), acts, told)

    @property
    def takes_of_age(self) -> bool:
        """Whether the person counts as of age because they give no birth date, and the pack leaves out the unknown."""
        return self.person.born is None and self.pack.age is not None and self.pack.age.unknown == "out"

    def regime(self, purpose: str | None = None) -> RegimeRules | None:
        """The regime of the person's country."""
        return regime_at(self.member(None), self.rules(purpose=purpose), self.today)

    @property
    def begins(self) -> datetime | None:
        """When the rule of the person's country begins; None without a rule, and where it names no beginning."""
        found = self.regime()
        return self.pack.regimes[found.name].begins if found else None

    @property
    def judged_at(self) -> datetime:
        """Two days after today, or after the rule begins: late enough for what happens today to count."""
        regime = self.regime()
        return max(self.today, regime.effective if regime else self.today) + 2 * _DAY


def outcome(  # noqa: PLR0913 - a decision has this many inputs
    question: Question,
    rules: Rules,
    category: str,
    visibility: str,
    created_at: datetime,
    *,
    off_at: datetime | None = None,
) -> tuple[Reason, ...]:
    """Every failing test for one item of the person; empty when it may be used."""
    item = Item("item", "person", category, visibility, created_at, ai_written=False)
    register = Register(members={"person": question.member(off_at)})
    return decide(item, register, rules, Moment(question.judged_at, replay=True)).failed


def scope(question: Question) -> Iterator[Scope]:
    """For each category, at which visibility it is used, whoever the person is."""
    rules = question.rules()
    for name, category in question.pack.categories.items():
        found: dict[str, list[str]] = {"used": [], "open": [], "left_out": []}
        for visibility in VISIBILITIES if category.use == "in" else ():
            failed = outcome(question, rules, name, visibility, question.today)
            found[next((word for reason, word in _SHOWN_TO.items() if reason in failed), "used")].append(visibility)
        shown = {word: tuple(visibilities) for word, visibilities in found.items()}
        source = cite(question.pack.sources, category)
        yield Scope(name, category.title, category.use, shown["used"], shown["open"], shown["left_out"], source)


def typical(scopes: tuple[Scope, ...]) -> tuple[str, str] | None:
    """The category and visibility that stand for what people share: a public post where the pack takes those in."""
    used = {one.category: one.used for one in scopes if one.used}
    public = [name for name, visibilities in used.items() if "public" in visibilities]
    names = (["post"] if "post" in public else public) or list(used)
    return (names[0], used[names[0]][0]) if names else None


def claims(question: Question) -> tuple[Claim, ...]:
    """The pack's own reading of an opt-out, and those that it records beside it."""
    pack, rules = question.pack, question.rules()
    own = Claim(pack.id, "pack", rules.reaches, rules.frees, cite(pack.sources, pack.opt_out))
    others = (
        Claim(
            one.claimant,
            one.kind,
            one.reaches or rules.reaches,
            one.frees or rules.frees,
            cite(pack.sources, one),
            dict(one.summary),
        )
        for one in pack.readings
        if one.reaches or one.frees
    )
    return (own, *others)


def outcomes(question: Question, told: tuple[Claim, ...], kind: tuple[str, str] | None) -> Iterator[Outcome]:
    """What is decided for items from before the start, from then until the switch is off, and from now on."""
    if question.regime() is None or kind is None:
        return
    rules = question.rules()
    for scenario, off_at in scenarios(question):
        for period, created_at in _periods(question, off_at):
            for number, claim in enumerate(told):
                read = replace(rules, reaches=claim.reaches, frees=claim.frees)
                failed = outcome(question, read, *kind, created_at, off_at=off_at)
                reason = failed[0] if failed else Reason.ELIGIBLE
                yield Outcome(scenario, period, created_at, number, reason)


def scenarios(question: Question) -> Iterator[tuple[str, datetime | None]]:
    """The person as they are; the same if they switch off today; and had they done so in time."""
    off_at, today = question.person.opted_out, question.today
    yield "as-you-are", off_at
    if question.setting is None:
        return
    if off_at is None:
        yield "off-today", today
    begins = question.begins
    if begins and begins <= today and (off_at is None or off_at >= begins):
        yield "off-in-time", begins - _DAY


def _periods(question: Question, off_at: datetime | None) -> Iterator[tuple[str, datetime]]:
    """When typical items were shared: before the start, between it and the switching off or today, from now on.

    Nothing was shared before a rule that names no beginning.
    """
    begins, today = question.begins, question.today
    if begins is None:
        yield "since-start", (off_at if off_at and off_at < today else today) - _BEFORE
        yield "from-now-on", today + _DAY
        return
    yield "before-start", begins - _BEFORE
    until = off_at if off_at and begins <= off_at < today else today
    if until > begins:
        yield "since-start", begins + (until - begins) / 2
    yield "from-now-on", max(today, begins) + _DAY
