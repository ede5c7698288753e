"""Examples in few words, decided twice: by the definition and, compiled, by DuckDB."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from byleave.kernel.decision import Reason
from byleave.kernel.instants import parse_instant
from byleave.policy.facts import Act, Item, Member, Moment, Objection, Residence
from byleave.policy.loader import parse_pack, shipped_text
from byleave.policy.rules import rules_for
from tests.properties.engines import by_definition, on_duckdb
from tests.properties.generate import World, register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from byleave.policy.rules import Rules

ARTICLE, PRESENT_PACK, OURS = "linkedin@2025-10-24", "linkedin@2025-11-03", "byleave@1"
SETTING = "data-for-ai-improvement"
"""The id of the setting in LinkedIn's packs, and an alias in ours."""


def t(text: str) -> datetime:
    """An instant: a day alone means its midnight in UTC."""
    instant = parse_instant(text if "T" in text else f"{text}T00:00Z")
    assert instant is not None, text
    return instant


@cache
def shipped(pack_id: str, purpose: str = "generative-ai", recipient: str = "linkedin") -> Rules:
    """The rules of a shipped pack."""
    return rules_for(parse_pack(shipped_text(pack_id), pack_id), purpose, recipient)


def off(at: str, **more: Any) -> Act:
    """The setting switched off."""
    return Act(SETTING, on=False, at=t(at), **more)


def on(at: str, **more: Any) -> Act:
    """The setting switched on."""
    return Act(SETTING, on=True, at=t(at), **more)


def member(*homes: str | Residence, acts: Sequence[Act] = (), **more: Any) -> Member:
    """A member who lives, and always lived, in a country; or with a history of residences."""
    rows = tuple(Residence(home) if isinstance(home, str) else home for home in homes)
    return Member(rows, acts=tuple(acts), **more)


def adult(*homes: str | Residence, **more: Any) -> Member:
    """A member of age, as a pack may ask."""
    return member(*homes, birth_dates=(date(1990, 7, 1),), **more)


def home(country: str | None, since: str | None = None, recorded: str | None = None) -> Residence:
    """A residence since a day, recorded on another."""
    return Residence(country, t(since) if since else None, t(recorded) if recorded else None)


def item(created: str = "2025-01-10", owner: str = "me", **more: Any) -> Item:
    """A public post."""
    values = {"item_id": "i", "category": "post", "visibility": "public", **more}
    return Item(member_id=owner, created_at=t(created), **values)


def objection(received: str, *, resolved: str | None = None, **more: Any) -> Objection:
    """An objection to every purpose."""
    values = {"purpose": None, "status": "open", **more}
    return Objection(received_at=t(received), resolved_at=t(resolved) if resolved else None, **values)


def present(text: str) -> Moment:
    """The present, in which refusals hold whatever date they carry. An instant alone stands for a replay."""
    return Moment(t(text), replay=False)


def both(
    rules: Rules,
    at: str | Moment,
    items: Item | Sequence[Item],
    members: Member | Mapping[str, Member],
    **refused: Mapping[str, Sequence[Any]],
) -> Any:
    """The reason for the item, or the reasons for the items, on which the definition and DuckDB agree.

    A single member is called `me`. `refused` are `objections` by subject and `withheld` instants by item id.
    """
    moment = at if isinstance(at, Moment) else Moment(t(at), replay=True)
    rows = [items] if isinstance(items, Item) else list(items)
    people = {"me": members} if isinstance(members, Member) else dict(members)
    objections = {name: tuple(several) for name, several in refused.get("objections", {}).items()}
    withheld = {name: tuple(dates) for name, dates in refused.get("withheld", {}).items()}
    world = World(rules, moment, register(people, objections, withheld, rows), rows)
    defined = by_definition(world)
    assert on_duckdb(world) == defined
    reasons = [Reason(defined[row].reason) for row in range(len(rows))]
    return reasons[0] if isinstance(items, Item) else reasons
