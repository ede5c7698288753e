"""Why the preference rule says no, or why nothing stands against an item: the act, the default or the region."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from byleave.gate.explanation_case import Ground, item_dates
from byleave.gate.explanation_owner import deliveries, lives_in
from byleave.gate.explanation_timeline import Off, Timeline
from byleave.policy.facts import IMPORT, MEMBER
from byleave.policy.semantics import is_about, residence_at
from byleave.text.explanation import Statement

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.gate.explanation_case import Case
    from byleave.policy.facts import Act, Member, Residence
    from byleave.policy.model import Sourced
    from byleave.text.explanation import Value


def opted_out(case: Case, owner: Member) -> Ground:
    """Why the preference rule says no. An act of refusal comes before every other cause."""
    line = Timeline(case, owner)
    offs = line.offs()
    now = line.act_at(line.as_of)
    if line.reaches != "collection" and not line.is_on(line.as_of):
        offs = [Off(line.as_of, now)]
    acts = [off.act for off in offs if off.act is not None]
    if acts:
        return _switched_off(case, owner, line, acts[-1])
    if offs:
        return _default_off(case, owner, line, offs[-1].at)
    if now is not None and not now.on:
        return _switched_off(case, owner, line, now)
    return _blocked(case, owner, line)


def nothing_against(case: Case, owner: Member) -> Ground:
    """Why the item is eligible: the default, an act, or use that began before an act."""
    line = Timeline(case, owner)
    act, regime = line.act_at(line.as_of), line.regime_at(line.as_of)
    facts = _facts(case, owner, line, act)
    name = regime.name if regime else ""
    usable = line.first_collected() or line.as_of
    if act is None and not line.is_on(line.as_of):
        return Ground(Statement("collected-before-default", {"usable": usable}), *_opt_out(case), facts)
    if act is None:
        values: dict[str, Value] = {"regime": name, **_setting(case)}
        return Ground(Statement("default-on", values), f"regimes.{name}.default", case.pack.regimes[name], facts)
    values = {**_setting(case, act), "at": original(owner, act).at}
    if not act.on:
        return Ground(Statement("collected-before-off", {**values, "usable": usable}), *_opt_out(case), facts)
    was_off = any(not one.on and one.at <= line.as_of for one in line.acts[: line.acts.index(act)])
    newer = case.item.since is not None and case.item.since >= act.at
    if was_off and (newer or line.frees == "everything"):
        code = "on-and-newer" if newer else "on-again"
        return Ground(Statement(code, values), "opt_in.frees", case.pack.opt_in, facts)
    setting = str(values["setting"])
    return Ground(Statement("on", values), f"settings.{setting}", case.pack.settings.get(setting), facts)


def act_statements(case: Case, owner: Member, act: Act) -> tuple[Statement, ...]:
    """Who switched what when; and from when that counts where it differs from the act's own date."""
    told = original(owner, act)
    values: dict[str, Value] = {**_setting(case, act), "at": told.at}
    if told.seq is not None:
        values["seq"] = told.seq
    code = "switched-on" if act.on else "switched-off"
    if told.actor == IMPORT:
        code = f"{code}-imported"
    elif told.actor != MEMBER:
        code, values = f"{code}-by", {**values, "actor": told.actor}
    statement = Statement(code, values)
    return (statement, *_dates(told, act), *_kept(case, act))


def _dates(told: Act, act: Act) -> tuple[Statement, ...]:
    if told.recorded_at is not None and told.recorded_at != told.at:
        return (Statement("act-recorded", {"at": told.recorded_at, "counts_from": act.at}),)
    return () if told.at == act.at else (Statement("off-holds"),)


def _kept(case: Case, act: Act) -> tuple[Statement, ...]:
    """That a choice was made when its setting covered more, or reached farther, than in this pack, and still does."""
    covered = act.setting not in case.rules.settings
    reached = not act.on and case.rules.reaches == "collection" and act.reaches not in (None, "collection")
    return (
        *([Statement("covered-then")] if covered else []),
        *([Statement("reached-then")] if reached else []),
    )


def original(owner: Member, act: Act) -> Act:
    """The act as it is recorded; the definition dates an act by when it counts."""
    same = [one for one in owner.acts if replace(one, at=act.at) == act]
    return next((one for one in same if one.at == act.at), same[0])


def _switched_off(case: Case, owner: Member, line: Timeline, act: Act) -> Ground:
    """One sentence for each way in which an act of refusal decides."""
    values = {**_setting(case, act), "at": original(owner, act).at}
    usable = line.first_usable()
    part: tuple[str, Sourced] = _opt_out(case)
    if line.reaches != "collection":
        code = "off-now" if not line.is_on(line.as_of) else "off-between"
    elif usable is None:
        code = "off-before-begin"
    elif line.frees == "everything":
        code = "off-whenever-usable"
    else:
        code, values = "off-before-use", {**values, "usable": usable}
    if code == "off-between":
        part = ("opt_in.frees", case.pack.opt_in)
    return Ground(Statement(code, values), *part, _facts(case, owner, line, act))


def _default_off(case: Case, owner: Member, line: Timeline, at: datetime) -> Ground:
    """Nobody switched anything: the default is off, or no rule was known for the owner at that instant."""
    regime, facts = line.regime_at(at), _facts(case, owner, line, None)
    residence = residence_at(owner, at)
    if regime is not None and regime.default_on:
        return _known_later(residence, facts)
    if regime is None:
        if residence is None or residence.country is None:
            return Ground(Statement("residence-unknown-then", {"at": at}), facts=facts)
        values: dict[str, Value] = {"at": at, "country": residence.country}
        return Ground(Statement("country-not-covered-then", values), "regimes", None, facts)
    values = {"regime": regime.name, **_setting(case)}
    still = regime is line.regime_at(line.as_of) and line.act_at(line.as_of) is None
    statement = Statement("default-off", values) if still else Statement("default-off-then", {**values, "at": at})
    return Ground(statement, f"regimes.{regime.name}.default", case.pack.regimes[regime.name], facts)


def _blocked(case: Case, owner: Member, line: Timeline) -> Ground:
    """The setting is on, and the item cannot be used: tests before this one say why, but for one cause."""
    residence, facts = residence_at(owner, line.as_of), _facts(case, owner, line, None)
    late = residence is not None and residence.recorded_at is not None and residence.recorded_at > line.as_of
    return _known_later(residence if late else None, facts)


def _known_later(residence: Residence | None, facts: tuple[Statement, ...]) -> Ground:
    """Where the owner lived was recorded too late for use; without that, nothing but time is missing."""
    if residence is None or residence.country is None or residence.recorded_at is None:
        return Ground(Statement("not-usable-yet"), facts=facts)
    values: dict[str, Value] = {"at": residence.recorded_at, "country": residence.country}
    return Ground(Statement("residence-recorded-later", values), facts=facts)


def _facts(case: Case, owner: Member, line: Timeline, act: Act | None) -> tuple[Statement, ...]:
    """The item's dates, the acts that matter, where the owner lives, and from when the rule there applies."""
    last = line.act_at(line.as_of)
    shown = [act, last] if act is not None and last is not None and act != last else [act or last]
    acts = [statement for one in shown if one is not None for statement in act_statements(case, owner, one)]
    regime = line.regime_at(line.as_of)
    begins = (_begins(case, regime.name),) if regime else ()
    notices = [notice for notice in (regime.notice, regime.recipient_notice) if notice] if regime else []
    told = [statement for notice in notices for statement in deliveries(owner, notice)]
    return (*item_dates(case.item), *(acts or [_no_act(case, owner)]), *lives_in(case), *begins, *told)


def _begins(case: Case, name: str) -> Statement:
    begins = case.pack.regimes[name].begins
    return Statement("regime-begins", {"regime": name, "at": begins} if begins else {"regime": name})


def _no_act(case: Case, owner: Member) -> Statement:
    """That nothing was chosen, or that what was chosen does not count: it is later, or somebody else's."""
    any_act = any(is_about(act, case.rules) for act in owner.acts)
    return Statement("no-act-counts" if any_act else "no-act", _setting(case))


def _opt_out(case: Case) -> tuple[str, Sourced]:
    return "opt_out.reaches", case.pack.opt_out


def _setting(case: Case, act: Act | None = None) -> dict[str, Value]:
    """The setting's id as the pack has it, also for an act under a former name; none where no setting governs."""
    for name, setting in case.pack.settings.items():
        if act is None and case.rules.purpose in setting.governs:
            return {"setting": name}
        if act is not None and act.setting in (name, *setting.aliases):
            return {"setting": name}
    return {} if act is None else {"setting": act.setting}
