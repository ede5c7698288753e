"""The statements of a guide: what applies, who else may use it, and what the switch and the form can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.archive.guide_decisions import outcome
from byleave.archive.guide_model import Affiliate, Fact, Group, Quote, Remark, Steps
from byleave.archive.guide_notes import cite
from byleave.kernel.decision import Reason
from byleave.kernel.instants import comes_of_age
from byleave.policy.checks import countries_of
from byleave.policy.regions import regions
from byleave.text.explanation import Statement
from byleave.text.pack_titles import RECOMMENDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.archive.guide_decisions import Question
    from byleave.archive.guide_model import Line, Scope
    from byleave.archive.guide_notes import Notes, Topic
    from byleave.policy.model import Sourced
    from byleave.text.explanation import Value

SOURCE = "en"
"""The language of packs."""


def fact(question: Question, code: str, part: Sourced, **values: Value) -> Fact:
    """A statement about the platform that rests on a rule of the pack."""
    return Fact(Statement(code, {"platform": question.pack.platform, **values}), cite(question.pack.sources, part))


def quoted(question: Question, part: Sourced, *, about_source: bool = True, about_rule: bool = True) -> Iterator[Quote]:
    """What the pack says in its own words about a rule, and about how the rule follows from its source.

    What the recommended pack remarks is for those who write packs: it says nothing to a member, in any language.
    """
    if question.pack.pack == RECOMMENDED:
        return
    told = (part.note if about_rule else None, part.source.note if about_source else None)
    for text in filter(None, told):
        yield Quote({SOURCE: text}, cite(question.pack.sources, part))


def noted(notes: Notes | None, topic: Topic, country: str | None = None) -> Iterator[Quote]:
    """What the notes on the platform say about a topic, or about a country."""
    if notes is None:
        return
    for one in notes.additions:
        if one.topic == topic and (country in one.countries or not one.countries):
            yield Quote(dict(one.text), cite(notes.sources, one))


def applies(question: Question, notes: Notes | None) -> Iterator[Line]:
    """Whether and since when the rule of the person's country applies, and whom it leaves out."""
    country, found = question.person.country, question.regime()
    if country is None:
        yield Remark(Statement("ask-country"))
        return
    if found is None:
        yield Remark(Statement("no-rule", {"country": country, "pack": question.pack.id}))
        yield from noted(notes, "country", country)
        return
    regime = question.pack.regimes[found.name]
    begun = found.effective <= question.today
    on = found.effective.date()
    yield fact(question, "regime", regime, country=country, regime=regime.title)
    if regime.begins:
        yield fact(question, "in-force" if begun else "begins-later", regime, on=on)
    if regime.announced:
        yield fact(question, "announced", regime, on=regime.announced)
    if question.setting:
        setting = question.pack.settings[question.setting]
        yield fact(question, f"default-{regime.default}", regime, setting=question.setting)
        yield from quoted(question, setting)
    if regime.notice:
        yield fact(question, "notice", regime.notice, days=regime.notice.days)
    yield fact(question, f"basis-{regime.basis}", regime)
    if regime.controller:
        yield fact(question, "controller", regime, controller=regime.controller)
    # the note of a rule with exceptions speaks of the countries that it takes out
    yield from quoted(question, regime, about_rule=not regime.exclude)
    yield from noted(notes, "country", country)
    yield from _age(question)


def _age(question: Question) -> Iterator[Line]:
    """Who is too young, and whether the person is."""
    age, born = question.pack.age, question.person.born
    if age is None:
        yield Remark(Statement("no-age-rule", {"pack": question.pack.id}))
        return
    yield fact(question, "age-limit", age, years=age.minimum_years)
    if question.takes_of_age:
        yield Remark(Statement("taken-of-age", {"years": age.minimum_years}))
    if born is not None:
        of_age = comes_of_age(born, age.minimum_years)
        minor = question.today < of_age
        yield fact(question, "minor" if minor else "of-age", age, years=age.minimum_years, on=of_age.date())
    yield from quoted(question, age)


def groups(question: Question) -> Iterator[Group]:
    """The countries that differ: one group for each regime, and one for those without a rule."""
    pack, purpose = question.pack, question.purpose
    covered: set[str] = set()
    for name, regime in pack.regimes.items():
        if purpose not in regime.purposes:
            continue
        countries = countries_of(pack, regime, purpose)
        covered |= countries
        others = tuple(
            (pack.recipients[one].title, cite(pack.sources, regime.recipients[one]))
            for one in question.affiliates
            if one in regime.recipients
        )
        told = (regime.begins, regime.default, others, cite(pack.sources, regime))
        yield Group(name, regime.title, tuple(sorted(countries)), *told)
    without = tuple(sorted(regions().countries - covered))
    if without:
        yield Group(None, "", without, None, None, (), None)


def affiliates(question: Question, scopes: tuple[Scope, ...]) -> Iterator[Affiliate]:
    """Which other company may use what, and what of it remains after switching off."""
    found = question.regime()
    if found is None:
        return
    regime = question.pack.regimes[found.name]
    for name in question.affiliates:
        rules, may, after = question.rules(name), [], []
        for one in scopes:
            if not one.used:
                continue
            kind = (one.category, one.used[0], question.judged_at)
            off_at = question.person.opted_out or question.today
            if Reason.RECIPIENT_NOT_PERMITTED not in outcome(question, rules, *kind):
                may.append(one.title)
            if not {Reason.RECIPIENT_NOT_PERMITTED, Reason.OPTED_OUT} & {
                *outcome(question, rules, *kind, off_at=off_at)
            }:
                after.append(one.title)
        source = cite(question.pack.sources, regime.recipients.get(name) or regime)
        yield Affiliate(name, question.pack.recipients[name].title, tuple(may), tuple(after), source)


def reach(question: Question) -> Iterator[Line]:
    """What switching off does to training that took place, and what switching on again frees."""
    pack = question.pack
    yield fact(question, f"reaches-{pack.opt_out.reaches}", pack.opt_out)
    yield from quoted(question, pack.opt_out)
    yield fact(question, f"frees-{pack.opt_in.frees}", pack.opt_in)
    yield from quoted(question, pack.opt_in)


def steps(question: Question, notes: Notes | None) -> Iterator[Steps]:
    """The way to the switch on a desktop, as the pack tells it, and on other devices, as the notes do."""
    if question.setting is None:
        return
    setting = question.pack.settings[question.setting]
    told = {one.device for one in notes.steps} if notes else set()
    if setting.path and "desktop" not in told:
        yield Steps("desktop", setting.path, setting.link, cite(question.pack.sources, setting))
    if notes is not None:
        for one in notes.steps:
            yield Steps(one.device, one.path, setting.link, cite(notes.sources, one))


def switch(question: Question, notes: Notes | None) -> Iterator[Line]:
    """How the switch is labelled, and when it was last seen there."""
    if question.setting is None:
        yield Remark(Statement("no-switch", {"pack": question.pack.id}))
        return
    yield from noted(notes, "switch")
    if notes and notes.verified:
        yield Fact(Statement("verified", {"on": notes.verified.on}), cite(notes.sources, notes.verified))


def limits(question: Question, notes: Notes | None) -> Iterator[Line]:
    """What the switch cannot see or do."""
    pack = question.pack
    for purpose in pack.purposes[1:]:
        yield from _other_purpose(question, purpose)
    for name, setting in pack.settings.items():
        if not setting.governs:
            yield fact(question, "separate-switch", setting, setting=name, link=setting.link or "")
            yield from quoted(question, setting)
    yield from noted(notes, "limit")


def _other_purpose(question: Question, purpose: str) -> Iterator[Line]:
    """A purpose that the switch does not govern, which only an objection stops; or that it governs as well."""
    pack, rules = question.pack, question.rules(purpose=purpose)
    found = question.regime(purpose)
    if question.setting in rules.settings:
        yield fact(
            question, "other-purpose-same-switch", pack.settings[question.setting or ""], setting=question.setting
        )
    elif found is not None:
        regime = pack.regimes[found.name]
        yield fact(question, "other-purpose-no-switch", regime, on=found.effective.date())
        yield from quoted(question, regime)
    elif question.person.country is None and any(purpose in one.purposes for one in pack.regimes.values()):
        regime = next(one for one in pack.regimes.values() if purpose in one.purposes)
        yield fact(question, "other-purpose-anywhere", regime)
    for product in pack.products.values():
        if product.purpose == purpose and question.setting not in rules.settings:
            yield fact(question, "other-product", product, product=product.title)
            yield from quoted(question, product)


def objection(question: Question, notes: Notes | None) -> Iterator[Line]:
    """The form, who may use it, and what it reaches."""
    form = question.pack.objection_form
    if form is None:
        yield Remark(Statement("no-form", {"pack": question.pack.id}))
        return
    yield fact(question, "form", form, form=form.title, link=form.link)
    yield fact(question, "form-everybody" if "non-member" in form.open_to else "form-members", form)
    yield from quoted(question, form)
    yield from noted(notes, "objection")


def evidence(notes: Notes | None) -> Iterator[Line]:
    """What a person can keep, so that they can show later what they did and when."""
    for code in ("keep-screenshot", "keep-account", "keep-links", "keep-confirmation"):
        yield Remark(Statement(code))
    yield from noted(notes, "evidence")


def not_established(question: Question) -> Iterator[Quote]:
    """What the pack's sources leave open."""
    for one in question.pack.not_established:
        yield from quoted(question, one, about_source=False)
