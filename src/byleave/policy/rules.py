"""A pack seen for one purpose and one recipient: what the definition and the compiler both read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from byleave.kernel.canonical import digest_value
from byleave.kernel.errors import UsageError
from byleave.kernel.instants import FIRST
from byleave.policy.checks import countries_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byleave.policy.model import NoticeRule, Pack, Regime


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that must have been delivered `wait` before use; `version` None takes any version."""

    id: str
    wait: timedelta
    version: str | None = None


@dataclass(frozen=True, slots=True)
class RegimeRules:
    """One regime for one purpose and recipient."""

    name: str
    countries: frozenset[str]
    default_on: bool
    effective: datetime
    permitted: bool
    """Whether the recipient may train at all."""
    recipient_effective: datetime
    """The recipient may not train before; the first instant where the pack states no date of its own."""
    recipient_notice: Notice | None
    recipient_categories: frozenset[str] | None
    """Only these categories for this recipient; None = all."""
    notice: Notice | None


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that a decision for (purpose, recipient) reads from a pack."""

    pack_id: str
    pack_digest: str
    purpose: str
    recipient: str
    category_use: Mapping[str, str]
    """Category → `in`, `out` or `not-established`."""
    visibility_use: Mapping[tuple[str, str], str]
    """(category, visibility) → `in`, `out` or `not-established`."""
    minimum_years: int | None
    unknown_age_in: bool
    leaves_ai_out: bool
    unknown_ai_in: bool
    reaches: str
    frees: str
    settings: frozenset[str]
    """Ids and aliases of the settings that govern the purpose."""
    known_settings: frozenset[str]
    """Ids and aliases of every setting that the pack names."""
    regimes: tuple[RegimeRules, ...]
    by_country: Mapping[str, RegimeRules] = field(repr=False)

    @property
    def asks_for_notice(self) -> bool:
        """Whether any regime needs the register's table of notices."""
        return any(rule.notice or rule.recipient_notice for rule in self.regimes)


def pack_digest(pack: Pack) -> str:
    """The digest of a pack's meaning: its parsed value in canonical JSON, so that comments do not count."""
    return digest_value(pack.model_dump(mode="json"))


def rules_for(pack: Pack, purpose: str, recipient: str) -> Rules:
    """Resolve a pack for one purpose and recipient.

    Raises: UsageError when the pack lacks the purpose or the recipient.
    """
    _require("purpose", purpose, pack.purposes, pack.id)
    _require("recipient", recipient, pack.recipients, pack.id)
    regimes = tuple(
        _regime(pack, name, regime, purpose, recipient)
        for name, regime in pack.regimes.items()
        if purpose in regime.purposes
    )
    return Rules(
        pack_id=pack.id,
        pack_digest=pack_digest(pack),
        purpose=purpose,
        recipient=recipient,
        category_use={name: category.use for name, category in pack.categories.items()},
        visibility_use=_visibility(pack),
        minimum_years=pack.age.minimum_years if pack.age else None,
        unknown_age_in=pack.age is None or pack.age.unknown == "in",
        leaves_ai_out=pack.ai_written is not None and pack.ai_written.use == "out",
        unknown_ai_in=pack.ai_written is None or pack.ai_written.unknown == "in",
        reaches=pack.opt_out.reaches,
        frees=pack.opt_in.frees,
        settings=_names(pack, [name for name, setting in pack.settings.items() if purpose in setting.governs]),
        known_settings=_names(pack, pack.settings),
        regimes=regimes,
        by_country={country: regime for regime in regimes for country in regime.countries},
    )


def _require(kind: str, name: str, options: Iterable[str], pack_id: str) -> None:
    names = list(options)
    if name not in names:
        near = get_close_matches(name, names, n=1, cutoff=0.4)
        did = f"did you mean `{near[0]}`? " if near else ""
        raise UsageError(f"pack `{pack_id}` has no {kind} `{name}`", hint=f"{did}it has: {', '.join(names)}")


def _names(pack: Pack, settings: Iterable[str]) -> frozenset[str]:
    return frozenset(alias for name in settings for alias in (name, *pack.settings[name].aliases))


def _visibility(pack: Pack) -> dict[tuple[str, str], str]:
    general: dict[str, str] = {
        "public": pack.visibility.public,
        "connections": pack.visibility.connections,
        "group": pack.visibility.group,
        "private": pack.visibility.private,
    }
    return {
        (name, visibility): use
        for name, category in pack.categories.items()
        for visibility, use in (general | dict(category.visibility)).items()
    }


def _notice(rule: NoticeRule | None) -> Notice | None:
    return Notice(rule.id, timedelta(hours=24 * rule.days), rule.version) if rule else None


def _regime(pack: Pack, name: str, regime: Regime, purpose: str, recipient: str) -> RegimeRules:
    rule = regime.recipients.get(recipient)
    categories = rule.categories if rule else None
    return RegimeRules(
        name=name,
        countries=countries_of(pack, regime, purpose),
        default_on=regime.default == "on",
        effective=regime.effective,
        permitted=rule is not None,
        recipient_effective=(rule.effective if rule else None) or FIRST,
        recipient_notice=_notice(rule.notice) if rule else None,
        recipient_categories=None if categories is None else frozenset(categories),
        notice=_notice(regime.notice),
    )
