"""What an act on a setting covers and how far it reaches, by the packs in force when it is recorded.

An entry says so for ever: a later pack may widen what it covers, and never narrows it (`policy/semantics.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from byleave.kernel.instants import FIRST, format_instant, parse_instant
from byleave.kernel.vocabulary import FREES, REACHES
from byleave.policy.rules import rules_for
from byleave.policy.used import used_until

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from byleave.policy.facts import Member
    from byleave.policy.model import Pack, Reach
    from byleave.policy.rules import Rules

Unused = tuple[str, str, "datetime"]
"""Purpose, recipient, and since when nothing had been collected for them."""
ReachText = TypeVar("ReachText", bound=str)


class Terms(NamedTuple):
    """What a setting governs."""

    covers: tuple[str, ...]
    """The purposes, sorted."""
    reaches: Reach | None
    """How far an opt-out reaches; None where the setting governs no purpose."""
    frees: str | None = None
    """What an opt-in frees; None where the setting governs no purpose."""
    rules: tuple[Rules, ...] = ()
    """For every purpose and recipient, where an opt-out reaches collection alone."""


if TYPE_CHECKING:
    TermsOf = Callable[[str], Terms | None]
    """By the name of a setting; None where it is not known what it governs."""


def not_known(setting: str) -> Terms | None:  # noqa: ARG001 - of no setting it is known
    """The terms of every setting where no pack is known."""
    return None


def terms(packs: Mapping[str, Pack], names: Collection[str]) -> Terms:
    """What a setting governs that goes by several names.

    Args:
        packs: purpose → the pack in force for it. Where those for its purposes differ, an *off* reaches as far as the
            farthest of them, and an *on* frees as little as the least: the person hears one answer.
        names: the setting's name and its other ones.
    """
    covers = sorted(purpose for purpose, pack in packs.items() if _governs(pack, purpose, names))
    frees = least(packs[purpose].opt_in.frees for purpose in covers)
    reaches: Reach | None = farthest(packs[purpose].opt_out.reaches for purpose in covers)
    asked = [(one, whom) for one in covers if reaches == "collection" for whom in packs[one].recipients]
    return Terms(tuple(covers), reaches, frees, tuple(rules_for(packs[one], one, whom) for one, whom in asked))


def unused_by(under: Terms | None, member: Member | None, now: datetime) -> list[Unused]:
    """For whom nothing of a member's would have been collected right up to an *off*, and since when.

    A later pack may claim an earlier beginning, where an *off* reaches collection alone.

    Args:
        under: what the setting governs.
        member: with the acts before the one that is recorded now.
        now: when that act counts from.
    """
    if under is None or member is None:
        return []
    found = [(rules.purpose, rules.recipient, used_until(member, rules, now)) for rules in under.rules]
    return [(purpose, recipient, until) for purpose, recipient, until in found if until < now]


def terms_of(pack: Pack) -> TermsOf:
    """The terms of one pack's settings, by any of their names; None for a setting that the pack does not have."""
    packs: dict[str, Pack] = dict.fromkeys(pack.purposes, pack)
    found = {
        alias: terms(packs, (name, *setting.aliases))
        for name, setting in pack.settings.items()
        for alias in (name, *setting.aliases)
    }
    return found.get


def _governs(pack: Pack, purpose: str, names: Collection[str]) -> bool:
    return any(
        purpose in setting.governs and not {name, *setting.aliases}.isdisjoint(names)
        for name, setting in pack.settings.items()
    )


def farthest(reaches: Iterable[ReachText | None]) -> ReachText | None:
    """The farthest of several reaches; None where none is known."""
    known = {one for one in reaches if one is not None}
    return max(known, key=REACHES.index) if known else None


def least(frees: Iterable[str | None]) -> str | None:
    """The least of what several opt-ins free; None where none is known."""
    known = {one for one in frees if one is not None}
    return min(known, key=FREES.index) if known else None


def unused_texts(unused: Iterable[Unused]) -> list[str]:
    """Since when nothing had been collected, as an entry says it: `PURPOSE RECIPIENT INSTANT`, sorted."""
    return sorted(f"{purpose} {recipient} {format_instant(at)}" for purpose, recipient, at in unused)


def read_unused(texts: Iterable[str] | None) -> frozenset[Unused]:
    """What `unused_texts` has written. An instant that cannot be read counts from ever, which keeps the most out."""
    told = [text.split(" ", 2) for text in texts or ()]
    return frozenset((purpose, recipient, parse_instant(at) or FIRST) for purpose, recipient, at in told)


def chosen(setting: str, value: str, under: Terms | None, unused: Iterable[Unused] = ()) -> dict[str, Any]:
    """What an entry of kind `preference-set` says. Only an *off* reaches anything, and only an *on* frees anything.

    Args:
        setting: by its name.
        value: `on` or `off`.
        under: what the setting governs.
        unused: for an *off*, for whom nothing had been collected, and since when.
    """
    data: dict[str, Any] = {"setting": setting, "value": value}
    if under is not None:
        data["covers"] = list(under.covers)
        if value == "off" and under.reaches is not None:
            data["reaches"] = under.reaches
            if unused:
                data["unused_since"] = unused_texts(unused)
        elif value == "on" and under.frees is not None:
            data["frees"] = under.frees
    return data
