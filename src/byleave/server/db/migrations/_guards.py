"""What the database itself refuses, whoever asks: the statements of migration 0001.

Entries and epochs are only ever added, an entry only as the next one. A payload is never changed, and deleted only when
a row in `ledger_erasure` names the entry that declares it; that row can only name an entry of kind `member-erased` that
is the newest, so that nothing disappears without an entry, in the chain, that says so.
"""

from __future__ import annotations

NEVER_CHANGED = ("ledger_epoch", "ledger_entry", "ledger_erasure", "ledger_suppression")
CHANGED_BY_DELETION = ("ledger_payload", "ledger_idempotency")

_NEXT = """NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger_entry)
    OR NEW.recorded_at <= (SELECT coalesce(max(recorded_at), NEW.recorded_at - 1) FROM ledger_entry
                           WHERE seq = NEW.seq - 1)"""
_OWN_PAYLOAD = """NOT EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM ledger_payload WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = NEW.seq)"""
_DECLARED = """NOT EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.declared_by AND kind = 'member-erased'
                AND seq = (SELECT max(seq) FROM ledger_entry) AND seq > NEW.seq)
    OR EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = NEW.seq)"""
_UNDECLARED = "NOT EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = OLD.seq)"
_KNOWN_EPOCH = "EXISTS (SELECT 1 FROM ledger_epoch WHERE number >= NEW.number OR name = NEW.name)"

CONDITIONS = (
    ("ledger_entry", "INSERT", _NEXT, "an entry is only ever added after the last one"),
    ("ledger_payload", "INSERT", _OWN_PAYLOAD, "a payload comes once, with its entry"),
    ("ledger_payload", "DELETE", _UNDECLARED, "a payload is deleted only when its erasure is declared"),
    ("ledger_erasure", "INSERT", _DECLARED, "an erasure is declared by the newest entry, once"),
    ("ledger_epoch", "INSERT", _KNOWN_EPOCH, "an epoch is only ever added after the last one"),
)
"""Table, statement, the condition under which it is refused, and what is said then."""

REFUSALS = (
    *(
        (table, act, "1 = 1", f"{table} is only ever added to")
        for table in NEVER_CHANGED
        for act in ("UPDATE", "DELETE")
    ),
    *((table, "UPDATE", "1 = 1", f"a row of {table} is never changed") for table in CHANGED_BY_DELETION),
    *CONDITIONS,
)

LOCK = 7_166_461_093
"""Number of PostgreSQL's advisory lock that puts writers in order, until the one before has committed."""


def sqlite() -> list[str]:
    """The statements for SQLite."""
    triggers = [
        f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} FOR EACH ROW WHEN {condition}\n"
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for table, act, condition, message in REFUSALS
    ]
    return [*triggers, *_lookups("json_extract(data, '$.{}')")]


def postgresql() -> list[str]:
    """The statements for PostgreSQL."""
    made = []
    for table, act, condition, message in REFUSALS:
        name = f"{table}_{act.lower()}"
        # a writer waits for the one before it, so that a greater number is never to be read before a smaller one
        wait = f"PERFORM pg_advisory_xact_lock({LOCK}); " if (table, act) == ("ledger_entry", "INSERT") else ""
        body = f"{wait}IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; "
        body += f"RETURN {'OLD' if act == 'DELETE' else 'NEW'};"
        made += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    made.append(
        "CREATE FUNCTION ledger_truncate() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is only ever added to'; END $$"
    )
    made += [
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION ledger_truncate()"
        for table in (*NEVER_CHANGED, "ledger_payload")
    ]
    return [*made, *_lookups("((data::jsonb) ->> '{}')")]


def _lookups(value: str) -> list[str]:
    """Indexes by which a writer finds an objection, and who was merged into whom."""
    return [
        f"CREATE INDEX ledger_payload_{name} ON ledger_payload ({value.format(name)}) "
        f"WHERE {value.format(name)} IS NOT NULL"
        for name in ("objection", "into")
    ]
