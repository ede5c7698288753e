"""Which cases a search means: by an id, or by what the person gave to be found by.

What people gave is kept in the ledger alone, so that a search asks the ledger and no index of its own.
"""

from __future__ import annotations

import json
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from byleave.finding.identifiers import IN_WORDS, KINDS, identify
from byleave.kernel.errors import InputError
from byleave.ledger.entries import Kind
from byleave.ledger.wire import read_data

if TYPE_CHECKING:
    from byleave.server.service import Service

MOST_CHARACTERS = 200
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
MOST_CASES = 500
"""That a search by an identifier may find; more are told as so many."""


def cases_given(service: Service, text: str) -> list[str]:
    """Ids of the cases whose person gave this: an e-mail address, a number, an address, or words of a name.

    Reads every entry of that kind, which takes about a second for 100,000 (`bench/desk.py`). Raises: LedgerError.
    """
    wanted = _identifiers(service, text)
    if not wanted:
        return []
    parts = " OR ".join("LOWER(p.data) LIKE ? ESCAPE '!'" for _ in wanted)
    # the parts are marks for values alone
    where = f"e.kind = '{Kind.OBJECTION_IDENTIFIED}' AND ({parts}) ORDER BY e.seq DESC LIMIT {MOST_CASES}"
    sql = f"SELECT p.data FROM ledger_entry e JOIN ledger_payload p ON p.seq = e.seq WHERE {where}"  # noqa: S608
    with service.store.reader.reading() as session:
        rows = session.query(sql, [f"%{_literal(one)}%" for one in wanted])
    return list(dict.fromkeys(str(read_data(data)["objection"]) for (data,) in rows))


def _identifiers(service: Service, text: str) -> list[str]:
    """As entries hold them, in small letters."""
    found = []
    for kind in KINDS:
        if kind in (*IN_WORDS, "item"):
            continue
        try:
            found += [str(one) for one in identify(kind, text, service.finding_keys())]
        except InputError:
            continue
    words = " ".join(text.split())
    # SQLite makes only the letters of ASCII small: what is written in other letters is looked for in each usual way
    ways = dict.fromkeys(one.translate(_SMALL) for one in (words.lower(), words, words.title(), words.upper()))
    return [*found, *(f"{kind}:{one}" for kind in IN_WORDS for one in ways)] if words else found


def _literal(text: str) -> str:
    """A text in a pattern of LIKE as it stands in JSON, with nothing that stands for anything else."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    return inner.replace("!", "!!").replace("%", "!%").replace("_", "!_")
