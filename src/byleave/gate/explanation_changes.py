"""What the owner could do now, and what the decision would then be: each answer comes from the definition itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from byleave.gate.explanation_owner import standing
from byleave.gate.explanation_timeline import Timeline
from byleave.kernel.decision import Reason, Verdict
from byleave.policy.facts import Act, Objection
from byleave.policy.semantics import decide
from byleave.text.explanation import Outcome, WouldFlip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from byleave.gate.explanation_case import Case
    from byleave.policy.facts import Member, Register

    Change = Callable[[Case], Case]


def would_flip(case: Case, verdict: Verdict) -> WouldFlip:
    """Try the acts that are open to the owner, dated at the as-of."""
    return _would_take_out(case) if verdict is Verdict.ELIGIBLE else _would_let_in(case)


def _would_let_in(case: Case) -> WouldFlip:
    """The smallest sets of acts that make the item eligible: all of the smallest size that does."""
    possible = [name for name in LET_IN if _is_open(case, name)]
    for size in range(1, len(possible) + 1):
        tried = (_outcome(case, names, LET_IN) for names in combinations(possible, size))
        sets = tuple(outcome for outcome in tried if outcome.verdict is Verdict.ELIGIBLE)
        if sets:
            return WouldFlip(sets)
    return WouldFlip(())


def _would_take_out(case: Case) -> WouldFlip:
    outcomes = [_outcome(case, (name,), TAKE_OUT) for name in TAKE_OUT if _is_open(case, name)]
    return WouldFlip(
        sets=tuple(one for one in outcomes if one.verdict is not Verdict.ELIGIBLE),
        without_effect=tuple(one for one in outcomes if one.verdict is Verdict.ELIGIBLE),
    )


def _outcome(case: Case, names: Sequence[str], changes: Mapping[str, Change]) -> Outcome:
    changed = case
    for name in names:
        changed = changes[name](changed)
    decision = decide(changed.item, changed.register, changed.rules, changed.moment)
    return Outcome(tuple(names), decision.verdict, decision.reason)


def _is_open(case: Case, name: str) -> bool:
    """Whether the act is there to be done: nobody withdraws an objection that they have not made."""
    item, owner = case.item, case.owner
    if name in ("switch-on", "switch-off"):
        if owner is None or case.setting is None:
            return False
        line = Timeline(case, owner)
        is_on = line.is_on(line.as_of)
        # who switched on when that freed less can do so again
        return is_on if name == "switch-off" else not is_on or line.frees != case.rules.frees
    if name == "withdraw-objection":
        return bool(standing(case, item.member_id or ""))
    if name in ("withhold", "stop-withholding"):
        withheld = Reason.WITHHELD in decide(item, case.register, case.rules, case.moment).failed
        return item.item_id is not None and withheld == (name == "stop-withholding")
    if name in ("make-public", "connections-only"):
        return (item.visibility == "public") == (name == "connections-only")
    return item.member_id is not None


def _switch(case: Case, *, on: bool) -> Case:
    """An act of the owner at the as-of, recorded after every other one."""
    owner = case.owner
    if owner is None or case.setting is None:
        return case
    numbers = [act.seq for act in owner.acts if act.seq is not None]
    act = Act(case.setting, on, case.moment.as_of, seq=max(numbers) + 1 if numbers else None)
    return _with_owner(case, replace(owner, acts=(*owner.acts, act)))


def _withdraw(case: Case) -> Case:
    owner_id = case.item.member_id or ""
    stand = standing(case, owner_id)
    ended = tuple(
        replace(one, status="withdrawn", resolved_at=case.moment.as_of) if one in stand else one
        for one in case.register.objections.get(owner_id, ())
    )
    return _with_objections(case, owner_id, ended)


def _object(case: Case) -> Case:
    owner_id = case.item.member_id or ""
    made = Objection(case.rules.purpose, case.moment.as_of)
    return _with_objections(case, owner_id, (*case.register.objections.get(owner_id, ()), made))


def _withhold(case: Case) -> Case:
    item_id, withheld = case.item.item_id or "", case.register.withheld
    dates = (*withheld.get(item_id, ()), case.moment.as_of)
    return _with_register(case, replace(case.register, withheld={**withheld, item_id: dates}))


def _stop_withholding(case: Case) -> Case:
    kept = {name: dates for name, dates in case.register.withheld.items() if name != case.item.item_id}
    changed = _with_register(case, replace(case.register, withheld=kept))
    return replace(changed, item=replace(case.item, withheld=False))


def _make_public(case: Case) -> Case:
    return replace(case, item=replace(case.item, visibility="public", public_since=case.moment.as_of))


def _connections_only(case: Case) -> Case:
    return replace(case, item=replace(case.item, visibility="connections"))


def _with_owner(case: Case, owner: Member) -> Case:
    members = {**case.register.members, case.item.member_id or "": owner}
    return _with_register(case, replace(case.register, members=members))


def _with_objections(case: Case, subject: str, objections: tuple[Objection, ...]) -> Case:
    return _with_register(case, replace(case.register, objections={**case.register.objections, subject: objections}))


def _with_register(case: Case, register: Register) -> Case:
    return replace(case, register=register)


LET_IN: dict[str, Change] = {
    "switch-on": lambda case: _switch(case, on=True),
    "withdraw-objection": _withdraw,
    "stop-withholding": _stop_withholding,
    "make-public": _make_public,
}
TAKE_OUT: dict[str, Change] = {
    "switch-off": lambda case: _switch(case, on=False),
    "object": _object,
    "withhold": _withhold,
    "connections-only": _connections_only,
}
