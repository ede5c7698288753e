"""Why the tests fail that look at people: where the owner lives, their age, notices, and objections."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from byleave.gate.explanation_case import Ground, item_dates
from byleave.kernel.instants import FIRST, comes_of_age
from byleave.kernel.vocabulary import PURPOSES
from byleave.policy.checks import countries_of
from byleave.policy.semantics import matures, residence_at, stands
from byleave.text.explanation import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from byleave.gate.explanation_case import Case
    from byleave.policy.facts import Member, Objection
    from byleave.policy.rules import Notice, RegimeRules
    from byleave.text.explanation import Value


def unknown_member(case: Case) -> Ground:
    """The owner's id, which the register lacks."""
    return Ground(Statement("owner-not-in-register", {"member": case.item.member_id or ""}))


def unknown_region(case: Case, member: Member) -> Ground:
    """What is not known: where the owner lives, or which rule holds there."""
    residence = residence_at(member, case.moment.as_of)
    if residence is not None and residence.country is not None:
        return _not_covered(case, residence.country)
    begins = [row.since or FIRST for row in member.residences]
    begun = [since for since in begins if since <= case.moment.as_of]
    if residence is not None or not begins:
        return Ground(Statement("residence-missing"))
    if not begun:
        return Ground(Statement("residence-not-begun", {"since": min(begins)}))
    latest = max(begun)
    return Ground(Statement("residence-contradictory", {"since": latest} if latest > FIRST else {}))


def _not_covered(case: Case, country: str) -> Ground:
    pack, purpose = case.pack, case.rules.purpose
    facts = lives_in(case)
    for name, regime in pack.regimes.items():
        open_regime = regime.model_copy(update={"exclude": ()})
        if purpose in regime.purposes and country in countries_of(pack, open_regime, purpose):
            statement = Statement("country-excluded", {"country": country, "regime": name})
            return Ground(statement, f"regimes.{name}.exclude", regime, facts)
    return Ground(Statement("country-not-covered", {"country": country}), "regimes", None, facts)


def lives_in(case: Case) -> tuple[Statement, ...]:
    """Where the owner lives at the as-of, since when, and when the register learnt it."""
    residence = residence_at(case.owner, case.moment.as_of) if case.owner is not None else None
    if residence is None or residence.country is None:
        return ()
    values: dict[str, Value] = {"country": residence.country}
    if residence.since is not None:
        values["since"] = residence.since
    recorded = (Statement("residence-recorded", {"at": residence.recorded_at}),) if residence.recorded_at else ()
    return (Statement("lives-in", values), *recorded)


def minor(case: Case, member: Member) -> Ground:
    """When the owner comes of age, or that their age is not known."""
    age = case.pack.age
    if not member.birth_dates or case.rules.minimum_years is None:
        return Ground(Statement("age-unknown"), "age.unknown", age)
    of_age = comes_of_age(max(member.birth_dates), case.rules.minimum_years)
    code = "minor-now" if case.moment.as_of < of_age else "minor-then"
    statement = Statement(code, {"years": case.rules.minimum_years, "at": of_age.date()})
    return Ground(statement, "age.minimum_years", age, item_dates(case.item))


def recipient_not_permitted(case: Case, member: Member, regime: RegimeRules) -> Ground:
    """Which condition for the recipient is not met at the as-of."""
    named: dict[str, Value] = {"regime": regime.name, "recipient": case.rules.recipient}
    path, facts = f"regimes.{regime.name}.recipients", lives_in(case)
    whole = case.pack.regimes[regime.name]
    rule = whole.recipients.get(case.rules.recipient)
    if rule is None:
        return Ground(Statement("recipient-not-named", named), path, whole, facts)
    path = f"{path}.{case.rules.recipient}"
    category = case.item.category
    if rule.categories is not None and category not in rule.categories:
        values = named if category is None else {**named, "category": category}
        return Ground(Statement("recipient-category", values), f"{path}.categories", rule, facts)
    notice = regime.recipient_notice
    if notice is not None and not any(at <= case.moment.as_of for at in matures(member, notice)):
        statement = _waiting("recipient-notice", member, notice, named)
        return Ground(statement, f"{path}.notice", rule.notice, (*facts, *deliveries(member, notice)))
    statement = Statement("recipient-not-yet", {**named, "at": regime.recipient_effective})
    if rule.effective is None:
        return Ground(statement, f"regimes.{regime.name}.effective", whole, facts)
    return Ground(statement, f"{path}.effective", rule, facts)


def not_in_force(case: Case, _member: Member, regime: RegimeRules) -> Ground:
    """When the rule of the owner's country begins."""
    statement = Statement("regime-not-begun", {"regime": regime.name, "at": regime.effective})
    return Ground(statement, f"regimes.{regime.name}.effective", case.pack.regimes[regime.name], lives_in(case))


def notice_pending(case: Case, member: Member, regime: RegimeRules) -> Ground:
    """Which notice is missing, or until when it has to wait."""
    notice = cast("Notice", regime.notice)  # the test can only fail where there is one
    statement = _waiting("notice", member, notice, {})
    part = case.pack.regimes[regime.name].notice
    return Ground(statement, f"regimes.{regime.name}.notice", part, (*lives_in(case), *deliveries(member, notice)))


def _waiting(code: str, member: Member, notice: Notice, values: dict[str, Value]) -> Statement:
    """That a notice is missing, or when its time of waiting ends."""
    named = {**values, "notice": notice.id, **({"version": notice.version} if notice.version else {})}
    ready = matures(member, notice)
    return Statement(f"{code}-waiting", {**named, "at": min(ready)}) if ready else Statement(f"{code}-missing", named)


def deliveries(member: Member, notice: Notice) -> tuple[Statement, ...]:
    """Every delivery of the notice, in the version that counts."""
    rows = [row for row in member.notices if row.notice == notice.id and notice.version in (None, row.version)]
    return tuple(Statement("notice-delivered", {"notice": row.notice, "at": row.delivered_at}) for row in rows)


def objection(case: Case) -> Ground:
    """The earliest standing objection of the owner; further ones are facts."""
    statements = owner_objections(case)
    return Ground(statements[0], facts=statements[1:])


def subject_objection(case: Case) -> Ground:
    """The earliest standing objection of a subject; further ones are facts."""
    statements = subject_objections(case)
    return Ground(statements[0], facts=statements[1:])


def owner_objections(case: Case) -> tuple[Statement, ...]:
    """Every standing objection of the owner, by its date."""
    return tuple(
        Statement("objection" if one.purpose in PURPOSES else "objection-to-all", _received(one))
        for one in standing(case, case.item.member_id or "")
    )


def subject_objections(case: Case) -> tuple[Statement, ...]:
    """Every standing objection of another subject of the item, by subject and date; those found in its text last."""
    listed = set(case.item.subjects or ()) - {case.item.member_id}
    found = set(case.item.named or ()) - listed - {case.item.member_id}
    return (*_by_subject(case, sorted(listed)), *_by_text(case, sorted(found)))


def _by_text(case: Case, subjects: Iterable[str]) -> Iterator[Statement]:
    """Who they are is nobody's business but their own: the text tells enough."""
    for subject in subjects:
        for one in standing(case, subject):
            code = "possible-objection" if subject in case.item.possibly_named else "text-objection"
            yield Statement(code if one.purpose in PURPOSES else f"{code}-to-all", _received(one))


def _by_subject(case: Case, subjects: Iterable[str]) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            "subject-objection" if one.purpose in PURPOSES else "subject-objection-to-all",
            {"subject": subject, **_received(one)},
        )
        for subject in subjects
        for one in standing(case, subject)
    )


def standing(case: Case, subject: str) -> list[Objection]:
    """The objections of one person that stand, by their date."""
    found = [one for one in case.register.objections.get(subject, ()) if stands(one, case.rules, case.moment)]
    return sorted(found, key=lambda one: one.received_at)


def _received(one: Objection) -> dict[str, Value]:
    return {"at": one.received_at, "status": one.status or "open"}
