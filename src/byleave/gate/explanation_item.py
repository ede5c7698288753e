"""Why the tests fail that look at the item itself: what is missing, its dates, category, visibility, author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.gate.explanation_case import Ground, item_dates
from byleave.kernel.vocabulary import VISIBILITIES
from byleave.text.explanation import Statement

if TYPE_CHECKING:
    from byleave.gate.explanation_case import Case


def invalid_item(case: Case) -> Ground:
    """Which parts are missing; the first one is told, the others are facts."""
    item = case.item
    parts = {
        "item-id-missing": item.item_id is None,
        "owner-missing": item.member_id is None,
        "category-missing": item.category is None,
        "created-at-missing": item.created_at is None,
        "value-unreadable": item.unreadable,
    }
    first, *others = (Statement(code) for code, wrong in parts.items() if wrong)
    return Ground(first, facts=tuple(others))


def not_yet_created(case: Case) -> Ground:
    """Which of the item's dates is the latest, and so too late."""
    item = case.item
    dates = {"created-later": item.created_at, "changed-later": item.changed_at, "public-later": item.public_since}
    code = next(code for code, at in dates.items() if at == item.since)
    return Ground(Statement(code, {"at": dates[code] or case.moment.as_of}), facts=item_dates(item))


def category(case: Case) -> Ground:
    """What the pack says about the category."""
    name = case.item.category or ""
    rule = case.pack.categories.get(name)
    if rule is None:
        return Ground(Statement("category-not-named", {"category": name}), "categories")
    code = "category-out" if rule.use == "out" else "category-not-established"
    return Ground(Statement(code, {"category": name}), f"categories.{name}", rule)


def visibility(case: Case) -> Ground:
    """What the pack says about the visibility, in the category or in general."""
    shown, name = case.item.visibility, case.item.category or ""
    if shown is None:
        return Ground(Statement("visibility-missing"))
    if shown not in VISIBILITIES:
        return Ground(Statement("visibility-not-known", {"visibility": shown}))
    out = case.rules.visibility_use[name, shown] == "out"
    code = "visibility-out" if out else "visibility-not-established"
    statement = Statement(code, {"category": name, "visibility": shown})
    rule = case.pack.categories[name]
    if shown in rule.visibility:
        return Ground(statement, f"categories.{name}.visibility.{shown}", rule)
    return Ground(statement, f"visibility.{shown}", case.pack.visibility)


def withheld(case: Case) -> Ground:
    """When the owner withheld the item, where that is recorded."""
    recorded = case.register.withheld.get(case.item.item_id or "", ())
    moment = case.moment
    dates = [at for at in recorded if at is not None and (not moment.replay or at <= moment.as_of)]
    return Ground(Statement("withheld", {"at": min(dates)} if dates else {}))


def ai_written(case: Case) -> Ground:
    """Whether AI wrote the item, or nobody knows."""
    known = case.item.ai_written is not None
    statement = Statement("ai-written" if known else "ai-unknown")
    return Ground(statement, "ai_written.use" if known else "ai_written.unknown", case.pack.ai_written)
