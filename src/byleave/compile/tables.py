"""The typed tables that the expression reads, as unbound Ibis tables.

Adapters bring every source into these shapes: ids are text, instants are UTC timestamps, blank text is NULL, countries
are ISO 3166-1 alpha-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

INSTANT = "timestamp('UTC')"

ITEM_REQUIRED = {
    "item_id": "string",
    "member_id": "string",
    "category": "string",
    "visibility": "string",
    "created_at": INSTANT,
}
ITEM_OPTIONAL = {
    "changed_at": INSTANT,
    "public_since": INSTANT,
    "withheld": "boolean",
    "subjects": "array<string>",
    "ai_written": "boolean",
}
UNREADABLE = "byleave_unreadable"
"""Boolean column that an adapter adds where values were read from text: some value of the row could not be read."""
NAMED = "byleave_named"
"""Column of ids that an adapter adds where texts were searched: subjects whom the text names, or may name."""

MEMBERS = {
    "member_id": "string",
    "country": "string",
    "birth_date": "date",
    "since": INSTANT,
    "recorded_at": INSTANT,
}
PREFERENCES = {
    "member_id": "string",
    "setting": "string",
    "value": "string",
    "at": INSTANT,
    "seq": "int64",
    "recorded_at": INSTANT,
    "actor": "string",
}
RECORDED_PREFERENCES = {**PREFERENCES, "covers": "array<string>", "reaches": "string", "unused_since": "array<string>"}
"""As a ledger has them: with what an act covered and how far it reached when it was recorded, and for whom nothing had
been collected since when, as `PURPOSE RECIPIENT INSTANT`. No folder says that."""
OBJECTIONS = {
    "subject_id": "string",
    "purpose": "string",
    "received_at": INSTANT,
    "status": "string",
    "resolved_at": INSTANT,
}
NOTICES = {
    "member_id": "string",
    "notice": "string",
    "version": "string",
    "delivered_at": INSTANT,
    "recorded_at": INSTANT,
}
WITHHOLDINGS = {"item_id": "string", "member_id": "string", "at": INSTANT}


@dataclass(frozen=True, slots=True)
class RegisterTables:
    """The register's tables; `withholdings` None means that there is none."""

    members: ir.Table
    preferences: ir.Table
    objections: ir.Table
    notices: ir.Table
    withholdings: ir.Table | None


FREED_PREFERENCES = {**RECORDED_PREFERENCES, "frees": "string"}
"""The same with what an *on* freed, where some *on* freed new content alone."""


def unbound_register(*, withholdings: bool, covers: bool = False, frees: bool = False) -> RegisterTables:
    """The register as unbound tables named `members`, `preferences`, `objections`, `notices`, `withholdings`.

    Args:
        withholdings: whether there are any.
        covers: whether the preferences say what each covered and reached when it was recorded.
        frees: whether they also say what each freed; asked only where some *on* freed new content alone.
    """
    told = FREED_PREFERENCES if frees else RECORDED_PREFERENCES
    return RegisterTables(
        members=ibis.table(MEMBERS, name="members"),
        preferences=ibis.table(told if covers or frees else PREFERENCES, name="preferences"),
        objections=ibis.table(OBJECTIONS, name="objections"),
        notices=ibis.table(NOTICES, name="notices"),
        withholdings=ibis.table(WITHHOLDINGS, name="withholdings") if withholdings else None,
    )


def unbound_items(columns: Mapping[str, str], name: str = "items") -> ir.Table:
    """The items as an unbound table.

    Args:
        columns: name → Ibis type of every column, those that pass through included.
        name: the table's name.
    """
    return ibis.table(dict(columns), name=name)
