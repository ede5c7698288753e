"""Why one item is in or left out: what decided it, what else failed, other readings, and what would change it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from byleave.gate.explanation_case import Case, Ground, cite, finding
from byleave.gate.explanation_changes import would_flip
from byleave.gate.explanation_item import ai_written, category, invalid_item, not_yet_created, visibility, withheld
from byleave.gate.explanation_owner import (
    minor,
    not_in_force,
    notice_pending,
    objection,
    owner_objections,
    recipient_not_permitted,
    subject_objection,
    subject_objections,
    unknown_member,
    unknown_region,
)
from byleave.gate.explanation_preference import act_statements, nothing_against, opted_out
from byleave.gate.explanation_timeline import Timeline
from byleave.kernel.decision import Reason
from byleave.policy.rules import rules_for
from byleave.policy.semantics import decide, regime_at
from byleave.text.explanation import Explanation, ItemName, ReadingOutcome, Refusal, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from byleave.kernel.decision import Decision
    from byleave.policy.facts import Item, Member, Moment, Register
    from byleave.policy.model import Pack
    from byleave.policy.rules import RegimeRules

__all__ = ["Explanation", "explain"]

_BY_ITEM: dict[Reason, Callable[[Case], Ground]] = {
    Reason.INVALID_ITEM: invalid_item,
    Reason.NOT_YET_CREATED: not_yet_created,
    Reason.UNKNOWN_CATEGORY: category,
    Reason.EXCLUDED_CATEGORY: category,
    Reason.UNKNOWN_VISIBILITY: visibility,
    Reason.NOT_PUBLIC: visibility,
    Reason.OBJECTION: objection,
    Reason.WITHHELD: withheld,
    Reason.SUBJECT_OBJECTION: subject_objection,
    Reason.AI_WRITTEN: ai_written,
}
_BY_OWNER: dict[Reason, Callable[[Case, Member], Ground]] = {
    Reason.MINOR: minor,
    Reason.OPTED_OUT: opted_out,
    Reason.ELIGIBLE: nothing_against,
}
_BY_REGIME: dict[Reason, Callable[[Case, Member, RegimeRules], Ground]] = {
    Reason.RECIPIENT_NOT_PERMITTED: recipient_not_permitted,
    Reason.NOT_IN_FORCE: not_in_force,
    Reason.NOTICE_PENDING: notice_pending,
}


def explain(  # noqa: PLR0913, PLR0917 - a decision has this many inputs
    item: Item,
    register: Register,
    pack: Pack,
    purpose: str,
    recipient: str,
    moment: Moment,
    *,
    file: str | None = None,
    row: int | None = None,
) -> Explanation:
    """Decide one item and say why.

    Args:
        item: the item.
        register: everybody whom the decision may concern: the owner and the item's subjects.
        pack: the policy.
        purpose: what the training is for.
        recipient: who trains.
        moment: the as-of, and whether it is a replay.
        file: where the item was read.
        row: its row there, from 1.

    Raises: UsageError when the pack lacks the purpose or the recipient.
    """
    case = Case(item, register, pack, rules_for(pack, purpose, recipient), moment)
    decision = decide(item, register, case.rules, moment)
    return Explanation(
        item=ItemName(item.item_id, item.member_id, item.category, item.visibility, file, row),
        verdict=decision.verdict,
        reason=decision.reason,
        pack=case.rules.pack_id,
        pack_digest=case.rules.pack_digest,
        reaches=case.rules.reaches,
        frees=case.rules.frees,
        purpose=purpose,
        recipient=recipient,
        as_of=moment.as_of,
        replay=moment.replay,
        decided_by=finding(case, decision.reason, _ground(case, decision.reason)),
        also_failed=tuple(finding(case, reason, _ground(case, reason)) for reason in decision.failed[1:]),
        refusals=tuple(_refusals(case, decision)),
        other_readings=tuple(_other_readings(case)),
        would_flip=would_flip(case, decision.verdict),
        setting=case.setting,
        titles={name: dict(setting.title) for name, setting in pack.settings.items()},
    )


def _ground(case: Case, reason: Reason) -> Ground:
    """What one test found; a test that needs the owner or a region says so when there is none."""
    if reason in _BY_ITEM:
        return _BY_ITEM[reason](case)
    owner = case.owner
    if owner is None:
        return unknown_member(case)
    if reason in _BY_OWNER:
        return _BY_OWNER[reason](case, owner)
    regime = regime_at(owner, case.rules, case.moment.as_of)
    return unknown_region(case, owner) if regime is None else _BY_REGIME[reason](case, owner, regime)


def _refusals(case: Case, decision: Decision) -> Iterator[Refusal]:
    """Every refusal by the owner or a subject, also one that is not what keeps the item out."""
    failed = decision.failed
    for statement in owner_objections(case):
        yield Refusal(Reason.OBJECTION, statement, keeps_out=True)
    for statement in _switched_off(case):
        yield Refusal(Reason.OPTED_OUT, statement, keeps_out=Reason.OPTED_OUT in failed)
    if Reason.WITHHELD in failed:
        yield Refusal(Reason.WITHHELD, withheld(case).statement, keeps_out=True)
    for statement in subject_objections(case):
        yield Refusal(Reason.SUBJECT_OBJECTION, statement, keeps_out=True)


def _switched_off(case: Case) -> Iterator[Statement]:
    """The act that holds the setting off now, or those that switched it off at a time which still counts."""
    if case.owner is None:
        return
    line = Timeline(case, case.owner)
    now = line.act_at(line.as_of)
    acts = [now] if now is not None and not now.on else [off.act for off in line.offs() if off.act is not None]
    for act in dict.fromkeys(acts):
        yield act_statements(case, case.owner, act)[0]


def _other_readings(case: Case) -> Iterator[ReadingOutcome]:
    """The decision under every other reading that the pack records, whether or not it differs."""
    for reading in case.pack.readings:
        if reading.reaches is None and reading.frees is None:
            continue
        reaches, frees = reading.reaches or case.rules.reaches, reading.frees or case.rules.frees
        rules = replace(case.rules, reaches=reaches, frees=frees)
        decision = decide(case.item, case.register, rules, case.moment)
        yield ReadingOutcome(
            claimant=reading.claimant,
            kind=reading.kind,
            reaches=reaches,
            frees=frees,
            verdict=decision.verdict,
            reason=decision.reason,
            source=cite(case.pack, reading),
            summary=dict(reading.summary),
        )
