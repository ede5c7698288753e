"""The definition: what a policy means for one item. Every engine is tested against this file.

The tests run in the order of `Reason`; the first that fails gives the reason. Everything is judged at the as-of `T`.
A test that needs a fact which is missing (the owner, a region) is not listed as failed after the test that says so.
Functions of time change only at the instants that `turns` lists: "at some instant of [p, T]" is decided at those.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from byleave.kernel.decision import Decision, Reason
from byleave.kernel.instants import FIRST, LAST, comes_of_age
from byleave.kernel.vocabulary import PURPOSES, VISIBILITIES
from byleave.policy.facts import IMPORT, MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from byleave.policy.facts import Act, Item, Member, Moment, Objection, Register, Residence
    from byleave.policy.rules import Notice, RegimeRules, Rules


def decide(item: Item, register: Register, rules: Rules, moment: Moment) -> Decision:
    """Decide one item. Returns every failing test in order; none means eligible."""
    return Decision(tuple(_failing(item, register, rules, moment)))


def _failing(item: Item, register: Register, rules: Rules, moment: Moment) -> Iterator[Reason]:
    since = item.since
    if item.unreadable or None in (item.item_id, item.member_id, item.category, item.created_at):
        yield Reason.INVALID_ITEM
    if since is not None and since > moment.as_of:
        yield Reason.NOT_YET_CREATED
    if item.category is not None:
        yield from _category(item.category, item.visibility, rules)
    member = register.members.get(item.member_id) if item.member_id is not None else None
    if item.member_id is not None and member is None:
        yield Reason.UNKNOWN_MEMBER
    if member is not None:
        yield from _member(item, member, rules, moment)
    if any(stands(one, rules, moment) for one in register.objections.get(item.member_id or "", ())):
        yield Reason.OBJECTION
    if member is not None and since is not None and not may_be_used(item, member, rules, moment):
        yield Reason.OPTED_OUT
    held = register.withheld.get(item.item_id or "", ())
    if item.withheld or any(at is None or not moment.replay or at <= moment.as_of for at in held):
        yield Reason.WITHHELD
    subjects = (subject for subject in (*(item.subjects or ()), *(item.named or ())) if subject != item.member_id)
    if any(stands(one, rules, moment) for subject in subjects for one in register.objections.get(subject, ())):
        yield Reason.SUBJECT_OBJECTION
    if rules.leaves_ai_out and (item.ai_written or (item.ai_written is None and not rules.unknown_ai_in)):
        yield Reason.AI_WRITTEN


def _category(category: str, visibility: str | None, rules: Rules) -> Iterator[Reason]:
    """A category or visibility that the pack's sources leave open is a gap, like one that it does not name."""
    use = rules.category_use.get(category, "not-established")
    if use != "in":
        yield Reason.UNKNOWN_CATEGORY if use == "not-established" else Reason.EXCLUDED_CATEGORY
    shown = rules.visibility_use.get((category, visibility or ""), "in")
    if visibility not in VISIBILITIES or shown == "not-established":
        yield Reason.UNKNOWN_VISIBILITY
    elif shown == "out":
        yield Reason.NOT_PUBLIC


def _member(item: Item, member: Member, rules: Rules, moment: Moment) -> Iterator[Reason]:
    regime = regime_at(member, rules, moment.as_of)
    if regime is None:
        yield Reason.UNKNOWN_REGION
    if is_minor(item.created_at, member, rules, moment.as_of):
        yield Reason.MINOR
    if regime is not None:
        if not _permitted(item.category, member, regime, moment.as_of):
            yield Reason.RECIPIENT_NOT_PERMITTED
        if moment.as_of < regime.effective:
            yield Reason.NOT_IN_FORCE
        if not _matured(member, regime.notice, moment.as_of):
            yield Reason.NOTICE_PENDING


def is_minor(created_at: datetime | None, member: Member, rules: Rules, as_of: datetime) -> bool:
    """Under the pack's age at creation or at `as_of`; the latest birth date counts."""
    if rules.minimum_years is None or not member.birth_dates:
        return not (rules.minimum_years is None or rules.unknown_age_in)
    of_age = comes_of_age(max(member.birth_dates), rules.minimum_years)
    return as_of < of_age or (created_at is not None and created_at < of_age)


def residence_at(member: Member, t: datetime) -> Residence | None:
    """The residence at `t`; unknown before the first dated row and where two countries share one `since`."""
    begun = [row for row in member.residences if (row.since or FIRST) <= t]
    latest = max((row.since or FIRST for row in begun), default=FIRST)
    rows = [row for row in begun if (row.since or FIRST) == latest]
    return min(rows, key=lambda row: row.recorded_at or FIRST) if len({row.country for row in rows}) == 1 else None


def regime_at(member: Member, rules: Rules, t: datetime, by: datetime = LAST) -> RegimeRules | None:
    """The regime of the residence at `t`, if the residence is known and covered, and was recorded `by` then."""
    residence = residence_at(member, t)
    recorded = residence is not None and (residence.recorded_at or FIRST) <= by
    return rules.by_country.get(residence.country or "") if residence and recorded else None


def _permitted(category: str | None, member: Member, regime: RegimeRules, t: datetime) -> bool:
    may = regime.permitted and (regime.recipient_categories is None or category in regime.recipient_categories)
    return may and t >= regime.recipient_effective and _matured(member, regime.recipient_notice, t)


def _matured(member: Member, notice: Notice | None, t: datetime) -> bool:
    return notice is None or any(at <= t for at in matures(member, notice))


def matures(member: Member, notice: Notice) -> list[datetime]:
    """When each delivery of a notice has waited long enough, and not before it was recorded."""
    rows = [row for row in member.notices if row.notice == notice.id and notice.version in (None, row.version)]
    return [max(row.delivered_at + notice.wait, row.recorded_at or FIRST) for row in rows]


def stands(objection: Objection, rules: Rules, moment: Moment) -> bool:
    """Whether an objection stands: only the person's withdrawal or a rejection after receipt ends it."""
    elsewhere = objection.purpose in PURPOSES and objection.purpose != rules.purpose
    resolved = objection.resolved_at or FIRST
    ended = objection.status in ("withdrawn", "rejected") and objection.received_at < resolved <= moment.as_of
    return not (elsewhere or ended or (moment.replay and objection.received_at > moment.as_of))


def acts_that_count(acts: Sequence[Act], rules: Rules, moment: Moment) -> list[Act]:
    """The acts about the purpose in order: an *off* from the earlier of `at` and its recording, an *on* from the later.

    An *off* counts from when use had ended by then, and at the present; an *on* if own, or imported and not beaten.
    """
    own = [act for act in acts if is_about(act, rules)]
    own.sort(key=lambda act: (act.at, not act.on) if act.seq is None else (act.seq, False))
    kept = []
    for act, dates in ((act, [act.at, act.recorded_at or act.at]) for act in own):
        if not act.on:
            begins = min(dates) if moment.replay else min(*dates, moment.as_of)
            unused = act.unused(rules.purpose, rules.recipient) if begins <= moment.as_of else []
            kept.append(replace(act, at=min([begins, *unused])))
        elif act.actor == MEMBER or (act.actor == IMPORT and not _is_beaten(act, own)):
            kept.append(replace(act, at=max(dates)))
    return kept


def is_about(act: Act, rules: Rules) -> bool:
    """Its setting governed the purpose when it was recorded; or does now, for an *off* and where that is not known."""
    return rules.purpose in (act.covers or ()) or (act.setting in rules.settings and (act.covers is None or not act.on))


def _is_beaten(imported: Act, acts: Sequence[Act]) -> bool:
    offs = (act for act in acts if not act.on and act.at >= imported.at)
    return any(off.seq < imported.seq for off in offs if off.seq is not None and imported.seq is not None)


def freed(acts: Sequence[Act], rules: Rules, moment: Moment) -> str:
    """What switching on frees: no more than an *on* did when it was recorded, until the person's own of more."""
    ons = [act for act in acts if act.on and act.actor in (MEMBER, IMPORT) and is_about(act, rules)]
    ons = [act for act in ons if max(act.at, act.recorded_at or act.at) <= moment.as_of]
    new = max((act.seq or 0 for act in ons if act.frees == "new-content"), default=-1)
    more = max((act.seq or 0 for act in ons if act.frees != "new-content" and act.actor == MEMBER), default=0)
    return "new-content" if new >= more else rules.frees


def may_be_used(item: Item, member: Member, rules: Rules, moment: Moment) -> bool:
    """The preference rule: a cell for each `reaches` and `frees`. What an act reached or freed then, it does."""
    acts, frees = acts_that_count(member.acts, rules, moment), freed(member.acts, rules, moment)
    as_of, since = moment.as_of, min(item.since or LAST, moment.as_of)

    def in_force(t: datetime) -> bool:
        regime = regime_at(member, rules, t, by=t)
        begun = regime is not None and t >= regime.effective and _matured(member, regime.notice, t)
        return begun and regime is not None and _permitted(item.category, member, regime, t)

    def on(t: datetime, by: datetime) -> bool:
        """The last act by `seq` among those up to `t`, else the regime's default; off where none is known `by` then."""
        happened, regime = [act for act in acts if act.at <= t], regime_at(member, rules, t, by)
        return happened[-1].on if happened else regime is not None and regime.default_on

    instants = [since, *(t for t in turns(member, rules, acts) if since < t <= as_of)]
    at_training = in_force(as_of) and all(on(t, as_of) for t in (instants if frees == "new-content" else [as_of]))
    farther = any(not act.on and act.at <= as_of and act.reaches not in (None, "collection") for act in acts)
    if rules.reaches != "collection" or (farther and not at_training):
        return at_training
    if frees == "everything":
        return any(in_force(t) and on(t, t) for t in instants)
    first = next((t for t in instants if in_force(t)), None)
    return first is not None and all(on(t, first) for t in instants if t <= first)


def turns(member: Member, rules: Rules, acts: Sequence[Act]) -> list[datetime]:
    """Every instant at which something that the preference rule reads may change, sorted."""
    found = {act.at for act in acts} | {at or FIRST for row in member.residences for at in (row.since, row.recorded_at)}
    for regime in rules.regimes:
        found |= {regime.effective, regime.recipient_effective}
        found |= {at for one in (regime.notice, regime.recipient_notice) if one for at in matures(member, one)}
    return sorted(found)
