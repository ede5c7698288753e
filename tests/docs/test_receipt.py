"""The page about receipts has every field, every word, and an example that verifies."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, get_args

from byleave.proof.key_ring import RingKey
from byleave.proof.receipt import Effect, Receipt
from byleave.proof.seen import Outcome
from byleave.proof.verification import CHECKED, NOT_CHECKED, WITH_SNAPSHOT, WITHOUT_SNAPSHOT, verify_receipt
from byleave.text.receipts import PROBLEMS
from tests.docs.pages import REFERENCE, blocks, coded, tables, text_of
from tests.receipts.acts import NOTICE, RING, signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

PAGE = REFERENCE / "receipt.md"
WRITE = os.environ.get("BYLEAVE_GOLDEN") == "write"
FILES = {
    "receipt.json": json.dumps(json.loads(signed("off-at-linkedin", NOTICE)), ensure_ascii=False, indent=2) + "\n",
    "keys.json": RING.text(),
}


def column(name: str) -> list[str]:
    """The values of a column in all tables of the page, without backticks."""
    found = [table.rows for table in tables(text_of(PAGE)) if name in table.columns]
    return [row[name].strip("`") for rows in found for row in rows]


def fields(part: type[BaseModel], at: str = "") -> Iterator[str]:
    """The path of every field of a receipt; those of alternatives one after the other."""
    for name, field in part.model_fields.items():
        yield from _paths(field.annotation, at + name)


def _paths(annotation: Any, at: str) -> Iterator[str]:
    inner = [one for one in get_args(annotation) if one not in (type(None), Ellipsis)]
    if isinstance(annotation, type) and hasattr(annotation, "model_fields"):
        yield from fields(annotation, f"{at}.")
    elif any(hasattr(one, "model_fields") for one in inner) or hasattr(annotation, "__metadata__"):
        if annotation.__class__.__name__ == "GenericAlias" or type(None) in get_args(annotation):
            yield at
        suffix = "[]" if str(annotation).startswith("tuple") else ""
        for one in inner:
            yield from _paths(one, at + suffix)
    elif str(annotation).startswith("dict"):
        yield f"{at}.*"
    else:
        yield at


def missing(receipt: type[BaseModel]) -> list[str]:
    """The fields that have no line on the page, or a line and no field."""
    return sorted(set(fields(receipt)) ^ set(column("field")))


def test_every_field_is_documented() -> None:
    """Each field of a receipt has its line with value and meaning, and every line is about a field."""
    assert missing(Receipt) == []
    assert all(column("value"))
    assert all(column("meaning"))


def test_planted_field_is_found() -> None:
    """A field that is added is missing from the page."""
    planted = type("Planted", (Receipt,), {"__annotations__": {"planted": Effect}})

    assert set(missing(planted)) == {"planted.reaches", "planted.frees", "planted.does_not_undo"}


def test_every_word_is_documented() -> None:
    """What is checked and what is not, every problem, every outcome and the fields of a key stand on the page."""
    assert column("checked") == list(CHECKED)
    assert column("not checked") == [*NOT_CHECKED, WITHOUT_SNAPSHOT, WITH_SNAPSHOT]
    assert set(column("problem")) == set(PROBLEMS)
    assert column("outcome") == [one.value for one in Outcome]
    assert column("part of a key") == list(RingKey(RING.verifiers[0], RING.keys[0].not_before).as_json())


def test_every_value_is_documented() -> None:
    """The words that a field may hold are all named in its line."""
    named = coded(text_of(PAGE))
    schema = Receipt.model_json_schema()

    assert _words(schema) <= named | {RING.keys[0].key.label}


def _words(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_words, schema))
    if not isinstance(schema, dict):
        return set()
    own = {str(one) for one in [*schema.get("enum", []), schema.get("const")] if one is not None}
    return own.union(*map(_words, schema.values()))


def test_example_verifies() -> None:
    """The example on the page is the receipt of a case, byte for byte, and verifies with the ring on the page."""
    shown = {name: _shown(name) for name in FILES}
    if WRITE:
        _write(shown)
        return

    assert shown == FILES
    assert verify_receipt(shown["receipt.json"].encode(), RING).verified


def _shown(name: str) -> str:
    return next(block.text for block in blocks(text_of(PAGE)) if block.info == f"json file={name}")


def _write(shown: Mapping[str, str]) -> None:
    text = text_of(PAGE)
    for name, old in shown.items():
        text = text.replace(old, FILES[name])
    PAGE.write_text(text, encoding="utf-8")
