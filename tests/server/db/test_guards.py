"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import pytest

from byleave.kernel.errors import InputError, LedgerError
from byleave.server.db.store import Store
from tests.server.db.ledgers import REFUSED, Raw, objected, registered, switched

ENTRY = "INSERT INTO ledger_entry (seq, epoch, recorded_at, kind, digest, chain) VALUES"
PAYLOAD = "INSERT INTO ledger_payload (seq, subject, actor, at, salt, data) VALUES"
LATE = 7_000_000_000_000_000
"""A date after all others, in microseconds."""

FORBIDDEN = {
    "entry changed": "UPDATE ledger_entry SET kind = 'notice-delivered' WHERE seq = 2",
    "entry not changed": "UPDATE ledger_entry SET kind = kind",
    "entry deleted": "DELETE FROM ledger_entry WHERE seq = 3",
    "entries deleted": "DELETE FROM ledger_entry",
    "entry with a gap": f"{ENTRY} (9, 1, {LATE}, 'preference-set', 'd', 'c')",
    "entry in between": f"{ENTRY} (2, 1, {LATE}, 'preference-set', 'd', 'c')",
    "entry before the last": f"{ENTRY} (4, 1, 1, 'preference-set', 'd', 'c')",
    "payload changed": "UPDATE ledger_payload SET data = '{}' WHERE seq = 2",
    "payload renumbered": "UPDATE ledger_payload SET seq = 9 WHERE seq = 2",
    "payload deleted": "DELETE FROM ledger_payload WHERE seq = 2",
    "payloads deleted": "DELETE FROM ledger_payload",
    "second payload": f"{PAYLOAD} (2, 'ana', 'member', 1, '00', '{{}}')",
    "payload of nothing": f"{PAYLOAD} (9, 'ana', 'member', 1, '00', '{{}}')",
    "erasure by an act": "INSERT INTO ledger_erasure (seq, declared_by) VALUES (2, 3)",
    "erasure by nothing": "INSERT INTO ledger_erasure (seq, declared_by) VALUES (2, 9)",
    "epoch changed": "UPDATE ledger_epoch SET name = 'other'",
    "epoch deleted": "DELETE FROM ledger_epoch",
    "epoch before the last": "INSERT INTO ledger_epoch (number, name, opened_at, reason) VALUES (0, 'o', 1, 'r')",
    "key changed": "UPDATE ledger_idempotency SET seq = 9",
}
ONLY = {
    "sqlite": {
        "entry replaced": f"REPLACE INTO ledger_entry VALUES (2, 1, {LATE}, 'preference-set', 'd', 'c')",
        "payload replaced": "REPLACE INTO ledger_payload VALUES (2, 'ana', 'member', 1, '00', '{}')",
        "payload pushed away": "UPDATE OR REPLACE ledger_payload SET seq = 2 WHERE seq = 3",
    },
    "postgresql": {
        "entries truncated": "TRUNCATE ledger_entry",
        "payloads truncated": "TRUNCATE ledger_payload",
        "everything truncated": "TRUNCATE ledger_epoch, ledger_entry, ledger_payload, ledger_suppression CASCADE",
        "payload upserted": f"{PAYLOAD} (2, 'a', 'm', 1, '0', '{{}}') ON CONFLICT (seq) DO UPDATE SET data = '{{}}'",
    },
}


def is_refused(raw: Raw, sql: str) -> bool:
    """Whether the database refuses a statement."""
    try:
        raw.run(sql)
    except REFUSED:
        return True
    return False


def test_the_database_refuses_what_would_undo_an_act(address: str, store: Store) -> None:
    """Raw UPDATE, DELETE, REPLACE, TRUNCATE, gaps and doubles fail on both engines, and nothing has changed."""
    store.append([registered("ana"), switched("ana"), switched("ana")], key="k")
    before, raw = list(store.reader.recorded()), Raw(address)
    for name, sql in {**FORBIDDEN, **ONLY[address.partition(":")[0]]}.items():
        assert is_refused(raw, sql), name
    raw.close()

    assert list(store.reader.recorded()) == before
    assert store.append([switched("ana")])[0].seq == 4


def test_a_payload_goes_only_with_an_entry_that_says_so(address: str, store: Store) -> None:
    """After an erasure exactly what it names is gone; the rest cannot be deleted, and what is gone cannot come back."""
    store.append([registered("ana"), registered("bo"), switched("ana")])
    store.erase("ana")
    raw = Raw(address)
    for sql in (
        "DELETE FROM ledger_payload WHERE seq = 2",
        "DELETE FROM ledger_payload WHERE seq = 4",
        "DELETE FROM ledger_erasure",
        "INSERT INTO ledger_erasure (seq, declared_by) VALUES (4, 4)",
        f"{PAYLOAD} (1, 'ana', 'member', 1, '00', '{{}}')",
        "UPDATE ledger_suppression SET setting = NULL",
        "DELETE FROM ledger_suppression",
    ):
        with pytest.raises(REFUSED):
            raw.run(sql)

    assert raw.run("SELECT seq FROM ledger_payload ORDER BY seq") == [(2,), (4,)]
    assert raw.run("SELECT count(*) FROM ledger_suppression WHERE seq = 3") == [(1,)]
    raw.close()


def unguarded(address: str, *statements: str) -> None:
    """Do what an administrator can who takes the guards away first."""
    raw = Raw(address)
    if address.startswith("sqlite"):
        for (name,) in raw.run("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            raw.run(f"DROP TRIGGER {name}")
    else:
        raw.run("SET session_replication_role = replica")
    for statement in statements:
        raw.run(statement)
    raw.close()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE ledger_entry SET kind = 'member-closed' WHERE seq = 3", "row 3"),
        ("UPDATE ledger_entry SET recorded_at = recorded_at + 1 WHERE seq = 3", "row 3"),
        ("UPDATE ledger_entry SET digest = chain WHERE seq = 3", "row 3"),
        ("DELETE FROM ledger_entry WHERE seq = 3", "row 4 of the ledger follows row 2"),
        ("UPDATE ledger_payload SET data = replace(data, 'off', 'on') WHERE seq = 3", "what row 3"),
        ("UPDATE ledger_payload SET subject = 'bo' WHERE seq = 3", "what row 3"),
        ("UPDATE ledger_payload SET at = at + 1 WHERE seq = 3", "what row 3"),
        ("UPDATE ledger_payload SET actor = 'import' WHERE seq = 3", "what row 3"),
        ("DELETE FROM ledger_payload WHERE seq = 3", "what entry 3 says is gone"),
    ],
)
def test_who_takes_the_guards_away_is_found_out(address: str, sql: str, words: str) -> None:
    """A row that was changed or taken out by force breaks the chain or its digest, and the message names it."""
    with Store(address) as store:
        store.append([registered("ana"), registered("bo"), switched("ana"), objected("x", "o-1")])
    unguarded(address, sql)

    with Store(address) as store, pytest.raises((InputError, LedgerError), match=words):
        store.reader.verify()
