"""Which cases a search means: by an id, or by what the person gave to be found by.

What people gave is kept in the ledger alone, so that a search asks the ledger and no index of its own. A search travels
in the body of a request: an address stays in histories and in logs of what stands before the server.
"""

from __future__ import annotations

import json
import re
import unicodedata
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.finding.identifiers import IN_WORDS, KINDS, identify
from byleave.kernel.errors import InputError
from byleave.ledger.entries import Kind
from byleave.ledger.wire import read_data
from byleave.server.desk.models import CaseRow
from byleave.server.objecting import reference_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from byleave.server.service import Service

MOST_CHARACTERS = 200
MOST_CASES = 500
"""Of one search, those that were given last; whoever wants older ones asks on."""
_AT_ONCE = 1_000
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


class Found(NamedTuple):
    """What a search has found."""

    cases: list[str]
    before: int | None
    """From which entry on to look for older ones; None: there are none."""


def search(service: Service, text: str, before: int | None = None) -> Found:
    """The cases that a text means. Raises: LedgerError.

    Args:
        service: whose ledger is asked.
        text: a reference number, the id of a person, or what somebody gave.
        before: as the search before told; None: from what was given last on.
    """
    named = named_by(text) if before is None else []
    return Found(named, None) if named else cases_given(service, text, before)


def named_by(text: str) -> list[str]:
    """The cases of this number, or of the person with this id."""
    rows: Any = CaseRow.objects.order_by("-first_seq").values_list("case_id", flat=True)
    return list(rows.filter(case_id=reference_of(text))) or list(rows.filter(subject=text))


def cases_given(service: Service, text: str, before: int | None = None) -> Found:
    """The cases whose person gave this: an e-mail address, a number, an address, or words of a name.

    Reads every entry of that kind, which takes about a second for 100,000 (`bench/desk.py`). Raises: LedgerError.
    """
    hashed, words = _hashed(service, text), " ".join(text.split())
    return cases_with(service, hashed, [words] if words else [], before)


def cases_with(service: Service, hashed: Iterable[str], words: Iterable[str], before: int | None = None) -> Found:
    """The cases of which somebody gave one of some identifiers, those that were given last first.

    Args:
        service: whose ledger is asked.
        hashed: identifiers as they are kept.
        words: beginnings of what is kept in words, whether in small letters or in large ones.
        before: only what was given before this entry; None: everything.

    Raises: LedgerError.
    """
    exact, spoken = set(hashed), [f"{kind}:{one}" for one in words for kind in IN_WORDS]
    begins = tuple(map(_folded, spoken))
    patterns = [f"%{_literal(one)}%" for one in exact] + [_pattern(one) for one in spoken]
    found: dict[str, int] = {}
    for seq, data in _given(service, patterns, before):
        given = data["identifiers"]
        if exact.isdisjoint(given) and not any(_folded(one).startswith(begins) for one in given):
            continue
        if len(found) == MOST_CASES and data["objection"] not in found:
            return Found(list(found), min(found.values()))
        found[str(data["objection"])] = seq
    return Found(list(found), None)


def _given(service: Service, patterns: list[str], before: int | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Entries in which something like this stands, the last one first."""
    if not patterns:
        return
    parts = " OR ".join("LOWER(p.data) LIKE ? ESCAPE '!'" for _ in patterns)
    while True:
        # the parts are marks for values alone
        where = (
            f"e.kind = '{Kind.OBJECTION_IDENTIFIED}' AND e.seq < ? AND ({parts}) ORDER BY e.seq DESC LIMIT {_AT_ONCE}"
        )
        sql = f"SELECT e.seq, p.data FROM ledger_entry e JOIN ledger_payload p ON p.seq = e.seq WHERE {where}"  # noqa: S608
        with service.store.reader.reading() as session:
            rows = session.query(sql, [before or 2**62, *patterns])
        for seq, data in rows:
            yield seq, read_data(data)
        if len(rows) < _AT_ONCE:
            return
        before = rows[-1][0]


def _hashed(service: Service, text: str) -> list[str]:
    """What is kept of a text as a hash, whatever it may be."""
    found: list[str] = []
    for kind in KINDS:
        if kind in (*IN_WORDS, "item"):
            continue
        try:
            found += [str(one) for one in identify(kind, text, service.finding_keys())]
        except InputError:
            continue
    return found


def _folded(text: str) -> str:
    """A text in which small and large letters are the same, however their accents are written."""
    return unicodedata.normalize("NFC", text).casefold()


def _pattern(text: str) -> str:
    """A pattern of LIKE that finds a text in small and in large letters, and more.

    SQLite makes only the letters of ASCII small. Any other letter stands for whatever there is, as does `ss`, which is
    also how a large `ß` is written; what was found is compared again.
    """
    parts = re.split(r"(?:[^\x00-\x7f]|ss)+", unicodedata.normalize("NFC", text).translate(_SMALL))
    return f"%{'%'.join(map(_literal, parts))}%"


def _literal(text: str) -> str:
    """A text in a pattern of LIKE as it stands in JSON, with nothing that stands for anything else."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    return inner.replace("!", "!!").replace("%", "!%").replace("_", "!_")
