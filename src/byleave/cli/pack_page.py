"""What a pack says, in plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.instants import format_instant
from byleave.policy.checks import countries_of
from byleave.policy.rules import pack_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.policy.model import Pack, Regime

_CERTAINTY = {
    "A": "read in the original",
    "B": "reported by several sources",
    "C": "one source, or sources that disagree",
    "?": "not established",
}
_WIDTH = 100


def pack_lines(pack: Pack) -> Iterator[str]:
    """The lines that `byleave policy show` prints."""
    yield f"{pack.id}  {pack.title}"
    yield pack_digest(pack)
    yield from _wrapped(pack.summary)
    yield ""
    yield "Products"
    for name, product in pack.products.items():
        yield f"  {name:<24}{product.title} (purpose {product.purpose})"
    yield "Settings"
    for name, setting in pack.settings.items():
        governs = ", ".join(setting.governs) or "no training"
        yield f"  {name:<36}{setting.title.get('en', '')} (switches {governs})"
        if setting.aliases:
            yield f"    also known as {', '.join(setting.aliases)}"
    yield from _categories(pack)
    for name, regime in pack.regimes.items():
        yield from _regime(pack, name, regime)
    yield from _other_rules(pack)
    yield from _open_ends(pack)


def _categories(pack: Pack) -> Iterator[str]:
    yield "Categories"
    for use in ("in", "out", "not-established"):
        names = [name for name, category in pack.categories.items() if category.use == use]
        if names:
            yield from _wrapped(f"{use}: {', '.join(names)}")
    shown = pack.visibility.model_dump(include={"public", "connections", "group", "private"})
    yield from _wrapped("visibility: " + ", ".join(f"{name} {use}" for name, use in shown.items()))


def _regime(pack: Pack, name: str, regime: Regime) -> Iterator[str]:
    countries = sorted({code for purpose in regime.purposes for code in countries_of(pack, regime, purpose)})
    yield f"Regime {name}: {regime.title}"
    begins = f"from {format_instant(regime.begins)}" if regime.begins else "always"
    yield f"  {len(countries)} countries for {', '.join(regime.purposes)}, {begins}"
    yield f"  default {regime.default}; ground: {regime.basis}; certainty: {_certainty(pack, regime.source.source)}"
    if regime.notice:
        yield f"  notice `{regime.notice.id}` at least {regime.notice.days} days before"
    for recipient, rule in regime.recipients.items():
        limits = []
        if rule.effective:
            limits.append(f"from {format_instant(rule.effective)}")
        if rule.notice:
            limits.append(f"after notice `{rule.notice.id}` and {rule.notice.days} days")
        if rule.categories is not None:
            limits.append(f"only {', '.join(rule.categories)}")
        yield f"  may be used by {recipient}" + (f" ({'; '.join(limits)})" if limits else "")


def _other_rules(pack: Pack) -> Iterator[str]:
    yield "Opting out"
    yield f"  reaches {pack.opt_out.reaches}; opting in again frees {pack.opt_in.frees.replace('-', ' ')}"
    for reading in pack.readings:
        yield from _wrapped(f"{reading.claimant} ({reading.kind}) reads it otherwise: {reading.summary.get('en', '')}")
    if pack.age:
        yield f"Under {pack.age.minimum_years}: left out; an unknown age is {pack.age.unknown}"
    if pack.ai_written:
        yield f"Written by AI: {pack.ai_written.use}; where it is not known: {pack.ai_written.unknown}"


def _open_ends(pack: Pack) -> Iterator[str]:
    if pack.not_established:
        yield "Not established"
        for gap in pack.not_established:
            yield from _wrapped(f"- {gap.note}")
    yield "Sources"
    for name, source in pack.sources.items():
        yield from _wrapped(
            f"{name}: {source.title}, {source.publisher}, {source.date}: {_CERTAINTY[source.certainty]}"
        )


def _certainty(pack: Pack, source: str) -> str:
    return _CERTAINTY[pack.sources[source].certainty]


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
