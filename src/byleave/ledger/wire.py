"""How entries are written down: instants as whole microseconds, what an entry says as canonical JSON.

The same text on every machine and in every database, so that a digest over it can be checked by anybody.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError
from byleave.kernel.instants import FIRST, LAST, format_instant, parse_date, parse_instant
from byleave.ledger.fields import INSTANTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.ledger.entries import Entry

_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

MOST_BYTES_OF_ID = 1024
"""An index of PostgreSQL holds at most 2,704 bytes in a row (btree, pages of 8 kB)."""
MOST_BYTES = 65_536
_IDS = frozenset({"actor", "appeals", "by", "holder", "into", "item", "key", "objection", "setting", "subject"})
_NO_TEXT = frozenset({"birth_date", "entries", "shut", "since"}) | INSTANTS
"""Fields that hold a day, numbers or an instant; as text they might not be readable later."""
_INSTANTS = INSTANTS | {"since"}
_NUMBERS = frozenset({"items", "recheck_watermark", "shown", "watermark"})
_TEXTS = frozenset({"covers", "forgotten", "identifiers", "purposes", "snapshots", "unused_since"})


def to_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00:00Z."""
    return (instant - _ZERO) // _MICROSECOND


def from_microseconds(number: int) -> datetime:
    """The instant, in UTC."""
    return _ZERO + number * _MICROSECOND


def data_text(data: Mapping[str, Any]) -> str:
    """What an entry says, as canonical JSON; days and instants become text.

    Raises: InputError for a value of a kind that its field cannot hold, for text that no database can keep, and for an
    instant out of bounds.
    """
    return canonical_json({name: _plain(name, value) for name, value in data.items()}).decode()


def read_data(text: str) -> dict[str, Any]:
    """What an entry says, from its canonical JSON."""
    data: dict[str, Any] = json.loads(text)
    if data.get("birth_date"):
        data["birth_date"] = parse_date(data["birth_date"])
    for name in _INSTANTS & data.keys():
        if data[name]:
            data[name] = parse_instant(data[name])
    return data


def payload_bytes(subject: str, actor: str, at: int, data: str) -> bytes:
    """The personal part of an entry as bytes for its digest: canonical JSON of its four fields.

    Args:
        subject: the person.
        actor: who acted.
        at: microseconds since 1970.
        data: canonical JSON, as `data_text` gives it.
    """
    # `data` is canonical already, and the names stand in canonical order: this is what RFC 8785 would give
    actor_text, subject_text = canonical_json(actor).decode(), canonical_json(subject).decode()
    return f'{{"actor":{actor_text},"at":{at},"data":{data},"subject":{subject_text}}}'.encode()


def check_text(name: str, value: str) -> None:
    """Refuse text that a database cannot keep, or not find by an index. Raises: InputError."""
    most = MOST_BYTES_OF_ID if name in _IDS else MOST_BYTES
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        size = None
    if size is None or "\x00" in value:
        raise InputError(f"`{name}` holds a character that cannot be kept", hint="leave out NUL and half characters")
    if size > most:
        raise InputError(f"`{name}` is too long", hint=f"at most {most:,} bytes")


def check_instant(name: str, value: datetime) -> None:
    """Refuse an instant without zone or out of bounds. Raises: InputError."""
    if value.tzinfo is None or not FIRST <= value < LAST:
        raise InputError(f"`{name}` is not an instant between 1900 and 2200: `{value}`")


def line(entry: Entry) -> dict[str, Any]:
    """An entry as one JSON value; one that was erased has no `subject`, `actor`, `at` and `data`."""
    place = {"kind": entry.kind.value, "recorded_at": format_instant(entry.recorded_at), "seq": entry.seq}
    if entry.erased:
        return place
    data = json.loads(data_text(entry.data))
    return {**place, "actor": entry.actor, "at": format_instant(entry.at), "data": data, "subject": entry.subject}


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if value is None:
        return None
    if name in _INSTANTS and isinstance(value, datetime):
        check_instant(name, value)
        return format_instant(value)
    if name == "birth_date" and isinstance(value, date) and not isinstance(value, datetime):
        if not FIRST.date() <= value < LAST.date():
            raise InputError(f"`{name}` is not a day between 1900 and 2200: `{value}`")
        return value.isoformat()
    if name in ("entries", "shut") and isinstance(value, list) and all(isinstance(one, int) for one in value):
        return value
    if _is_structured(name, value):
        return value
    if isinstance(value, str) and name not in _NO_TEXT:
        check_text(name, value)
        return value
    raise InputError(f"`{name}` is of a kind that it cannot hold: `{value!r}`")


def _is_structured(name: str, value: Any) -> bool:  # noqa: ANN401 - a JSON value
    """Whether a field that is no text holds what it may: a number, texts, or numbers by name."""
    if name in _TEXTS and isinstance(value, list):
        texts = value
    elif name == "counts" and isinstance(value, dict) and all(map(_is_number, value.values())):
        texts = list(value)
    else:
        return name in _NUMBERS and _is_number(value)
    for text in texts:
        if not isinstance(text, str):
            return False
        check_text(name, text)
    return True


def _is_number(value: Any) -> bool:  # noqa: ANN401 - a JSON value
    """Whether it is a whole number that JSON holds exactly. Source: RFC 8785, section 3.2.2.3."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
