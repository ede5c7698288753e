"""The tables of a register: their columns, and which of them are never blank."""

from __future__ import annotations

from byleave.adapters.duckdb_engine.columns import Kind

_AT = Kind("instant")
TABLES: dict[str, dict[str, Kind]] = {
    "members": {
        "member_id": Kind("text", required=True),
        "country": Kind("text", required=True),
        "birth_date": Kind("date"),
        "since": _AT,
        "recorded_at": _AT,
    },
    "preferences": {
        "member_id": Kind("text", required=True),
        "setting": Kind("text", required=True),
        "value": Kind("choice", required=True, options=("on", "off")),
        "at": Kind("instant", required=True),
        "seq": Kind("order"),
        "recorded_at": _AT,
        "actor": Kind("text"),
    },
    "objections": {
        "subject_id": Kind("text", required=True),
        "purpose": Kind("text", required=True),
        "received_at": Kind("instant", required=True),
        "status": Kind("choice", required=True, options=("open", "upheld", "rejected", "withdrawn")),
        "resolved_at": Kind("instant", required=True),
    },
    "notices": {
        "member_id": Kind("text", required=True),
        "notice": Kind("text", required=True),
        "version": Kind("text"),
        "delivered_at": Kind("instant", required=True),
        "recorded_at": _AT,
    },
    "withholdings": {
        "item_id": Kind("text", required=True),
        "member_id": Kind("text", required=True),
        "at": _AT,
    },
}
NEVER_BLANK = {
    "members": ("member_id",),
    "preferences": ("member_id", "setting", "value", "at"),
    "objections": ("subject_id", "received_at"),
    "notices": ("member_id", "notice", "delivered_at"),
    "withholdings": ("item_id",),
}
