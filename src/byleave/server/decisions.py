"""Live decisions about items: the definition itself, run on what the ledger says now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.gate.explanation import explain
from byleave.kernel.decision import Reason
from byleave.policy.facts import Moment, Objection, Register
from byleave.policy.semantics import decide
from byleave.server.answers import ItemState, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byleave.ledger.suppression import Refusal
    from byleave.server.content import ContentItem
    from byleave.server.policy_in_force import PolicyInForce
    from byleave.text.explanation import Explanation


def concerned(items: Iterable[ContentItem]) -> set[str]:
    """Everybody whose choices a decision about these items reads: owners, subjects, and whom their texts name."""
    names: set[str] = set()
    for one in items:
        names |= {one.facts.member_id or "", *(one.facts.subjects or ()), *(one.facts.named or ())}
    return names - {""}


def with_kept(register: Register, kept: dict[str, list[Refusal]]) -> Register:
    """The register with the objections of people who were erased: they still stand where an item names them.

    Whoever is registered again has them as objections of their own, and may take them back.
    """
    objections = dict(register.objections)
    for name, refusals in kept.items():
        own = tuple(Objection(one.purpose, one.since) for one in refusals if one.is_objection)
        if own and name not in register.members:
            objections[name] = (*objections.get(name, ()), *own)
    return Register(register.members, objections, register.withheld)


def targets(policy: PolicyInForce, purpose: str | None = None, recipient: str | None = None) -> list[tuple[str, str]]:
    """The pairs of purpose and recipient that are asked for; all, without either.

    Raises: UsageError for one that no pack in force has.
    """
    purposes = policy.purposes if purpose is None else (purpose,)
    pairs = []
    for one in purposes:
        recipients = policy.governing(one).pack.recipients if recipient is None else (recipient,)
        pairs += [(one, name) for name in recipients]
    for pair in pairs:
        policy.rules(*pair)
    return pairs


def decide_all(
    items: Sequence[ContentItem],
    register: Register,
    policy: PolicyInForce,
    moment: Moment,
    pairs: Sequence[tuple[str, str]],
) -> tuple[ItemState, ...]:
    """Decide each item for each pair of purpose and recipient."""
    rules = [policy.rules(*pair) for pair in pairs]
    states = []
    for item in items:
        outcomes = []
        for one in rules:
            decision = decide(item.facts, register, one, moment)
            outcomes.append(Outcome(one.purpose, one.recipient, decision.verdict, decision.reason, decision.failed))
        held = any(Reason.WITHHELD in one.failed for one in outcomes)
        states.append(ItemState(item, tuple(outcomes), held))
    return tuple(states)


def explain_one(
    item: ContentItem, register: Register, policy: PolicyInForce, moment: Moment, pair: tuple[str, str]
) -> Explanation:
    """Why one item is in or left out."""
    purpose, recipient = pair
    return explain(item.facts, register, policy.governing(purpose).pack, purpose, recipient, moment)
