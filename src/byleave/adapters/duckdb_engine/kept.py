"""Objections of people who were erased: their ids are gone, and items that name them are still found.

A ledger keeps an objection under a key that is made from the id (`ledger/suppression.py`). Whoever has the secret can
make the same key from each id that items name, and compare.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.files import readable
from byleave.kernel.errors import InputError, RefusedError
from byleave.ledger.suppression import SHORTEST_KEY, suppression_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from byleave.adapters.duckdb_engine.session import Session
    from byleave.adapters.ledger_database import Kept

SECRET_FILE = "BYLEAVE_SUPPRESSION_KEY"  # noqa: S105 - the name of a variable
_NOBODY = ""


def add_kept_objections(session: Session, kept: Kept, columns: Collection[str], *, allowed: bool) -> int:
    """Add the objections of erased people whom items name to the table `objections`.

    Args:
        session: with the tables of the register and the view `byleave_corpus`.
        kept: what the ledger has kept.
        columns: those of the items.
        allowed: whether to go on where nobody can be found, since the items do not say whom they name.

    Returns: how many objections cannot be looked for, when that is allowed.

    Raises: RefusedError when they cannot be looked for, or the secret is missing or another one.
    """
    if not kept.objections:
        return 0
    if "subjects" not in columns:
        if kept.by_id_alone and not allowed:
            hint = "add a column `subjects` that says whom each item names, or go on with --allow-orphans"
            raise RefusedError("somebody who was erased objects, and the items do not say whom they name", hint=hint)
        return kept.by_id_alone
    secret = required_secret()
    if suppression_key(secret, _NOBODY) != kept.mark:
        hint = f"give the file of the key that the ledger is used with: {SECRET_FILE}"
        raise RefusedError("the suppression key is not the one under which refusals were kept", hint=hint)
    _add(session, kept, secret)
    return 0


def suppression_secret() -> bytes | None:
    """The suppression key, from the file that the environment names; None where it names none.

    Raises: InputError when the file cannot be read, or holds too little.
    """
    name = os.environ.get(SECRET_FILE)
    if not name:
        return None
    path = Path(name)
    with readable(path):
        secret = path.read_bytes()
    if len(secret) < SHORTEST_KEY:
        raise InputError(f"the suppression key in `{path}` is too short", hint=f"it needs {SHORTEST_KEY} bytes")
    return secret


def required_secret() -> bytes:
    """The suppression key, where people who object cannot be found without it. Raises: RefusedError, InputError."""
    secret = suppression_secret()
    if secret is None:
        hint = f"set {SECRET_FILE} to the file of the suppression key"
        raise RefusedError(
            "people who objected are known by hashes, and cannot be found in items without the key", hint=hint
        )
    return secret


def _add(session: Session, kept: Kept, secret: bytes) -> None:
    import pyarrow as pa

    def keys(ids: Any) -> pa.Array:  # noqa: ANN401 - an Arrow array of ids
        return pa.array([suppression_key(secret, one) for one in ids.to_pylist()], pa.string())

    columns = list(zip(*kept.objections, strict=True))
    types = (pa.string(), pa.string(), pa.int64())
    arrays = [pa.array(values, kind) for values, kind in zip(columns, types, strict=True)]
    session.register("byleave_kept", pa.table(arrays, ["key", "purpose", "since"]))
    session.function("byleave_key", keys)
    # the columns of the table, then the file, the row, and that nothing in it is unreadable
    session.run(
        "INSERT INTO objections SELECT subject, purpose, make_timestamptz(since), 'open', NULL, 'erased', 0, NULL"
        " FROM (SELECT DISTINCT unnest(subjects) AS subject FROM byleave_corpus) AS named"
        # who has come back has objected again, by an entry of their own that they can withdraw
        " ANTI JOIN members ON member_id = subject"
        " JOIN byleave_kept ON byleave_key(subject) = key"
    )
