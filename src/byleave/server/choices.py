"""How each setting stands for one person: its value, whose act that is, by which rule, and how far it goes.

What is on or off is decided by the definition's own functions; this only says why.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from byleave.gate.explanation_case import cite
from byleave.ledger.entries import Kind
from byleave.policy.facts import MEMBER
from byleave.policy.semantics import acts_that_count, matures, regime_at, residence_at
from byleave.proof.receipt import SettingAct
from byleave.receipts.draft import effect_of, scope_of
from byleave.server.answers import (
    Deed,
    NoticeState,
    ReadingState,
    RecipientState,
    RegimeState,
    SettingState,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from byleave.policy.facts import Act, Member
    from byleave.policy.model import Pack, RecipientRule
    from byleave.policy.rules import Notice, RegimeRules, Rules
    from byleave.server.answers import Origin, Permission
    from byleave.server.person import Person
    from byleave.server.policy_in_force import PolicyInForce, Switch
    from byleave.text.explanation import SourceText

_ORIGINS: dict[str, Origin] = {"member": "member", "import": "import", "platform": "platform"}


def settings_of(person: Person, policy: PolicyInForce) -> tuple[SettingState, ...]:
    """Every setting in force, as it stands for a person; none for somebody who was never registered."""
    member = person.member
    return tuple(setting_of(one, person, member, policy) for one in policy.switches) if member else ()


def setting_of(switch: Switch, person: Person, member: Member, policy: PolicyInForce) -> SettingState:
    """One setting, as it stands for a person who is registered as `member`."""
    residence = residence_at(member, person.moment.as_of)
    value, origin, deed = _value(switch, person, member, policy)
    return SettingState(
        value=value,
        origin=origin,
        deed=deed,
        regimes=tuple(_regimes(switch.purposes, person, member, policy)),
        **_by_the_pack(policy, switch.name, residence.country if residence else None),
    )


@lru_cache(maxsize=10_000)
def _by_the_pack(policy: PolicyInForce, name: str, country: str | None) -> dict[str, Any]:
    """What a pack says about a setting to everybody in a country; packs do not change while they are in force."""
    switch = policy.switch(name)
    pack, setting = switch.governing.pack, switch.setting
    scope = scope_of(pack, switch.purposes, country)
    off, on = (SettingAct(kind="preference-set", setting=switch.name, value=one) for one in ("off", "on"))
    return {
        "setting": switch.name,
        "title": dict(setting.title),
        "pack": pack.id,
        "purposes": switch.purposes,
        "covers": scope.products,
        "does_not_cover": scope.not_covered,
        "grounds": scope.grounds,
        "off": effect_of(pack, off, scope, switch.terms.reaches),
        "on": effect_of(pack, on, scope),
        "source": cite(pack, pack.opt_out),
        "readings": tuple(
            ReadingState(one.claimant, one.kind, one.reaches, one.frees, dict(one.summary), cite(pack, one))
            for one in pack.readings
        ),
        "path": setting.path,
        "link": setting.link,
    }


def _value(
    switch: Switch, person: Person, member: Member, policy: PolicyInForce
) -> tuple[Literal["on", "off"], Origin, Deed | None]:
    """What the definition takes the setting for now: the last act that counts and has come, else the default."""
    names, rules = _rules_of(policy, switch.name)
    as_of = person.moment.as_of
    counted = [acts_that_count(member.acts, one, person.moment) for one in rules]
    last = [happened[-1] for acts in counted if (happened := [act for act in acts if act.at <= as_of])]
    if last:
        # what was switched may be about some of its purposes only: a refusal of any is shown
        act = next((act for act in last if not act.on), last[0])
        deed = _deed(act, names, person)
        return "on" if act.on else "off", _ORIGINS[deed.actor if deed else MEMBER], deed
    regimes = [found for one in rules if (found := regime_at(member, one, as_of)) is not None]
    if not regimes:
        return "off", "no-rule", None
    return "on" if any(one.default_on for one in regimes) else "off", "default", None


@lru_cache(maxsize=1_000)
def _rules_of(policy: PolicyInForce, name: str) -> tuple[frozenset[str], tuple[Rules, ...]]:
    """Every name of a setting, and the rules for each of its purposes as if no other setting were about it."""
    switch = policy.switch(name)
    names = frozenset({switch.name, *switch.setting.aliases})
    return names, tuple(replace(_any_rules(policy, purpose), settings=names) for purpose in switch.purposes)


@lru_cache(maxsize=1_000)
def _source_of(policy: PolicyInForce, purpose: str, regime: str) -> SourceText:
    pack = policy.governing(purpose).pack
    return cite(pack, pack.regimes[regime])


def _any_rules(policy: PolicyInForce, purpose: str) -> Rules:
    """The rules for whichever recipient comes first; acts and defaults are the same for all."""
    return policy.rules(purpose, next(iter(policy.governing(purpose).pack.recipients)))


def _deed(act: Act, names: frozenset[str], person: Person) -> Deed | None:
    """The entry behind an act that counts. The acts of merged accounts are drawn up anew and have no number left."""
    value, as_of = "on" if act.on else "off", person.moment.as_of
    for one in reversed(person.entries):
        if one.kind is not Kind.PREFERENCE_SET or one.data["setting"] not in names or one.data["value"] != value:
            continue
        dates = (one.at, one.recorded_at)
        counts_from = max(dates) if act.on else min(*dates, as_of)
        if one.seq == act.seq or counts_from == act.at:
            return Deed(one.actor, one.at, one.recorded_at, one.seq, one.subject)
    return None


def _regimes(purposes: tuple[str, ...], person: Person, member: Member, policy: PolicyInForce) -> Iterator[RegimeState]:
    as_of = person.moment.as_of
    residence = residence_at(member, as_of)
    for purpose in purposes:
        pack = policy.governing(purpose).pack
        rules = regime_at(member, _any_rules(policy, purpose), as_of)
        if rules is None or residence is None or residence.country is None:
            continue
        regime = pack.regimes[rules.name]
        notice = _notice(member, rules.notice)
        begins = (
            None if notice and notice.matures_at is None else max(regime.effective, _mature(notice, regime.effective))
        )
        yield RegimeState(
            purpose=purpose,
            regime=rules.name,
            title=regime.title,
            basis=regime.basis,
            default=regime.default,
            country=residence.country,
            lives_there_since=residence.since,
            effective=regime.effective,
            announced=regime.announced,
            controller=regime.controller,
            notice=notice,
            in_force=begins is not None and begins <= as_of,
            in_force_since=begins,
            recipients=tuple(_recipient(name, purpose, pack, person, member, policy) for name in pack.recipients),
            source=_source_of(policy, purpose, rules.name),
        )


def _recipient(  # noqa: PLR0913, PLR0917 - what the rule for a recipient reads
    name: str, purpose: str, pack: Pack, person: Person, member: Member, policy: PolicyInForce
) -> RecipientState:
    regime = regime_at(member, policy.rules(purpose, name), person.moment.as_of)
    told = pack.recipients[name]
    rule = pack.regimes[regime.name].recipients.get(name) if regime else None
    if regime is None or rule is None:
        return RecipientState(name, told.title, told.kind, "not-named", None, None, None)
    notice = _notice(member, regime.recipient_notice)
    permission, since = _permission(regime, rule, notice, person.moment.as_of)
    return RecipientState(name, told.title, told.kind, permission, since, rule.categories, notice)


def _permission(
    regime: RegimeRules, rule: RecipientRule, notice: NoticeState | None, as_of: datetime
) -> tuple[Permission, datetime | None]:
    """Whether a recipient may train by its own conditions; those of the regime come on top."""
    begins = max(regime.effective, rule.effective or regime.effective)
    if notice and notice.matures_at is None:
        return "notice-missing", None
    if notice and notice.matures_at and notice.matures_at > as_of:
        return "notice-waiting", max(begins, notice.matures_at)
    since = max(begins, _mature(notice, begins))
    return ("yes" if since <= as_of else "not-yet"), since


def _mature(notice: NoticeState | None, otherwise: datetime) -> datetime:
    return notice.matures_at if notice and notice.matures_at else otherwise


def _notice(member: Member, notice: Notice | None) -> NoticeState | None:
    if notice is None:
        return None
    delivered = [
        row.delivered_at for row in member.notices if row.notice == notice.id and notice.version in (None, row.version)
    ]
    return NoticeState(
        notice.id,
        notice.version,
        notice.wait.days,
        min(delivered, default=None),
        min(matures(member, notice), default=None),
    )
