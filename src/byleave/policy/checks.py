"""What a pack may not contradict: references, regions, recipients; each problem with its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from byleave.policy.model import Cite, Part
from byleave.policy.problems import KEY, Location, Problem, did_you_mean
from byleave.policy.regions import REST, regions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.policy.model import Pack, Regime


def check_pack(pack: Pack) -> list[Problem]:
    """Every contradiction inside a pack, in the order of the file's parts."""
    return [*_citations(pack), *_purposes(pack), *_settings(pack), *_regimes(pack), *_overlaps(pack)]


def countries_of(pack: Pack, regime: Regime, purpose: str) -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes that a regime covers for a purpose; `rest` and `exclude` are resolved."""
    named = _expand(code for code in regime.regions if code != REST)
    if REST in regime.regions:
        others = (other for other in pack.regimes.values() if purpose in other.purposes and other is not regime)
        taken = frozenset[str]().union(*(_expand(other.regions) - _expand(other.exclude) for other in others))
        named |= regions().countries - taken
    return named - _expand(regime.exclude)


def _expand(codes: Iterable[str]) -> frozenset[str]:
    known = regions()
    result: set[str] = set()
    for code in codes:
        if code != REST:
            result |= known.sets.get(code, frozenset({known.synonyms.get(code, code)}))
    return frozenset(result)


def _unknown(kind: str, name: str, options: Iterable[str]) -> str:
    return f"`{name}` is not a {kind} of this pack{did_you_mean(name, options)}"


def _citations(pack: Pack) -> Iterator[Problem]:
    """Every rule cites a source that the pack lists."""
    for at, cite in _cited(pack, ()):
        if cite.source not in pack.sources:
            yield Problem((*at, "source"), _unknown("source", cite.source, pack.sources))


def _cited(part: object, at: Location) -> Iterator[tuple[Location, Cite]]:
    """Every citation inside a part, however deep; a part that the model gains later is found too."""
    if isinstance(part, Cite):
        yield at, part
    elif isinstance(part, Part):
        for name in type(part).model_fields:
            yield from _cited(getattr(part, name), (*at, name))
    elif isinstance(part, Mapping):
        for name, value in part.items():
            yield from _cited(value, (*at, name))
    elif isinstance(part, tuple):
        for index, value in enumerate(part):
            yield from _cited(value, (*at, index))


def _purposes(pack: Pack) -> Iterator[Problem]:
    for name, product in pack.products.items():
        if product.purpose not in pack.purposes:
            yield Problem(("products", name, "purpose"), _unknown("purpose", product.purpose, pack.purposes))


def _settings(pack: Pack) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name, setting in pack.settings.items():
        for alias in (name, *setting.aliases):
            if owner.get(alias) == name:
                yield Problem(("settings", name, "aliases"), f"`{alias}` names the setting `{name}` twice")
            elif alias in owner:
                yield Problem(("settings", name), f"`{alias}` names two settings, `{owner[alias]}` and `{name}`")
            owner[alias] = name
        yield from _listed(("settings", name, "governs"), "purpose", setting.governs, pack.purposes)


def _listed(at: Location, kind: str, names: Iterable[str], options: Iterable[str]) -> Iterator[Problem]:
    """Every name of a list is one that the pack has."""
    known = list(options)
    for index, name in enumerate(names):
        if name not in known:
            yield Problem((*at, index), _unknown(kind, name, known))


def _regimes(pack: Pack) -> Iterator[Problem]:
    for name, regime in pack.regimes.items():
        at = ("regimes", name)
        yield from _codes((*at, "regions"), regime.regions, {REST})
        yield from _codes((*at, "exclude"), regime.exclude, set())
        yield from _listed((*at, "purposes"), "purpose", regime.purposes, pack.purposes)
        yield from _recipients(pack, name, regime)


def _codes(at: Location, codes: Iterable[str], words: set[str]) -> Iterator[Problem]:
    known = regions()
    options = {*known.sets, *known.countries, *known.synonyms, *words}
    for index, code in enumerate(codes):
        if code not in options:
            named = " nor ".join(f"`{word}`" for word in [*known.sets, *sorted(words)])
            # only the case of the letters is mended: another code that looks alike is another country
            did = f", did you mean `{code.upper()}`?" if code.upper() in options else ""
            message = f"`{code}` is neither a country code (ISO 3166-1, two letters) nor {named}{did}"
            yield Problem((*at, index), message)


def _recipients(pack: Pack, name: str, regime: Regime) -> Iterator[Problem]:
    for recipient, rule in regime.recipients.items():
        at = ("regimes", name, "recipients", recipient)
        if recipient not in pack.recipients:
            yield Problem((*at, KEY), _unknown("recipient", recipient, pack.recipients))
        yield from _listed((*at, "categories"), "category", rule.categories or (), pack.categories)
        if rule.categories is not None and pack.opt_out.reaches == "collection":
            message = "a recipient limited to some categories needs `opt_out.reaches` to be `training` or `models`"
            yield Problem((*at, "categories"), message)


def _overlaps(pack: Pack) -> Iterator[Problem]:
    """No country may stand in two regimes for one purpose."""
    for purpose in pack.purposes:
        owner: dict[str, str] = {}
        for name, regime in pack.regimes.items():
            if purpose not in regime.purposes:
                continue
            countries = countries_of(pack, regime, purpose)
            clash = sorted(code for code in countries if code in owner)
            if clash:
                more = f" (and {len(clash) - 1} more)" if len(clash) > 1 else ""
                named = f"`{owner[clash[0]]}` and `{name}`"
                message = f"`{clash[0]}`{more} stands in two regimes for {purpose}, {named}"
                yield Problem(("regimes", name, "regions"), message)
            owner.update(dict.fromkeys(countries, name))
