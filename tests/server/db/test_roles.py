"""The roles that the documentation gives for PostgreSQL can do their work, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from byleave.server.db.migrating import migrate
from byleave.server.db.store import Store
from tests.server.db.ledgers import SECRET, objected, registered, server, switched

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "ledger.md"


@pytest.mark.needs("postgresql")
def test_a_role_can_add_and_change_nothing() -> None:
    """The recorder appends and reads; it cannot update, delete or erase. The eraser erases."""
    address = server().database()
    migrate(address)
    with psycopg.connect(address, autocommit=True) as owner:
        for block in re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
            for statement in block.split(";\n"):
                owner.execute(statement.encode())
    recorder, eraser = (address.replace("byleave@", f"byleave_{name}@") for name in ("recorder", "eraser"))

    with Store(recorder) as store:
        store.append([registered("ana"), switched("ana"), objected("x", "o-1")], key="k")
        assert store.head().seq == 3
    with psycopg.connect(recorder, autocommit=True) as connection:
        for sql in (
            "UPDATE ledger_entry SET kind = kind",
            "DELETE FROM ledger_entry",
            "DELETE FROM ledger_payload",
            "TRUNCATE ledger_payload",
            "INSERT INTO ledger_erasure (seq, declared_by) VALUES (1, 3)",
            "INSERT INTO ledger_epoch VALUES (2, 'x', 1, 'r')",
            "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
            "DROP TABLE ledger_entry",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.encode())
    with Store(eraser, suppression_secret=SECRET) as store:
        assert store.erase("ana").data == {"entries": [1, 2]}
        assert store.reader.verify().seq == 4
