"""What the machine plays with: people, items, packs and clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from byleave.policy.facts import Item
from byleave.policy.loader import parse_pack, shipped_text
from byleave.policy.rules import Rules, pack_digest, rules_for

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.policy.model import Pack

SETTING = "data-for-ai-improvement"
START = datetime(2025, 10, 20, 12, tzinfo=UTC)
"""Between the two instants from which the packs of LinkedIn hold."""
MEMBERS = ("ana", "bo", "cem", "dee")
GUEST = "guest"
"""Somebody without an account, whom items name."""
PEOPLE = (*MEMBERS, GUEST)
COUNTRIES = ("DE", "US", "CH", "IN", None)
BORN = (date(1990, 2, 28), None)
NOTICE = "ai-training"


def _item(name: str, age_days: int, *subjects: str, public_days: int | None = None) -> Item:
    owner = name.partition("-")[0]
    public = None if public_days is None else START - timedelta(days=public_days)
    created = START - timedelta(days=age_days)
    return Item(name, owner, "post", "public", created, public_since=public, subjects=subjects)


ITEMS = (
    _item("ana-old", 700, GUEST),
    _item("ana-new", -5, "bo"),
    _item("bo-old", 700, public_days=3),
    _item("bo-new", -30),
    _item("cem-old", 700, "ana"),
    _item("cem-new", -200),
    _item("dee-old", 30, GUEST, "cem"),
    _item("dee-new", -5),
    _item("eve-old", 100),
)
"""Old and new posts of everybody, some that name others, and one of somebody whom the ledger does not know."""


class Policy(NamedTuple):
    """A pack as a build uses it."""

    pack: Pack
    digest: str
    rules: Rules

    @property
    def off_is_absolute(self) -> bool:
        """Whether an *off* keeps out everything of a person, old content included."""
        return self.rules.reaches != "collection" and SETTING in self.rules.settings


def _changed(pack: str, **swaps: str) -> Pack:
    """A shipped pack with other words in some places: wider or narrower."""
    text = shipped_text(pack)
    for old, new in swaps.items():
        key = old.replace("_", " ")
        found = next(line for line in text.splitlines() if line.strip().startswith(key))
        text = text.replace(found, found[: len(found) - len(found.lstrip())] + new, 1)
    return parse_pack(text, pack)


@cache
def policies() -> tuple[Policy, ...]:
    """Every way in which an opt-out reaches and an opt-in frees, for both purposes; wider, narrower, or earlier."""
    article, dated, own = "linkedin@2025-10-24", "linkedin@2025-11-03", "byleave@1"
    asked = (
        (parse_pack(shipped_text(article), article), "generative-ai", "linkedin"),
        (parse_pack(shipped_text(dated), dated), "generative-ai", "linkedin"),
        (parse_pack(shipped_text(own), own), "generative-ai", "platform"),
        (parse_pack(shipped_text(dated), dated), "other-ai", "linkedin"),
        (parse_pack(shipped_text(own), own), "other-ai", "platform"),
        (_changed(article, frees="frees: new-content"), "generative-ai", "linkedin"),
        (_changed(article, reaches="reaches: training"), "generative-ai", "microsoft"),
        (_changed(dated, reaches="reaches: models", frees="frees: everything"), "generative-ai", "linkedin"),
        (_changed(own, frees="frees: everything"), "generative-ai", "platform"),
        (_changed(article, effective="effective: 2023-06-01T00:00:00Z"), "generative-ai", "linkedin"),
    )
    return tuple(Policy(pack, pack_digest(pack), rules_for(pack, purpose, who)) for pack, purpose, who in asked)


def write_items(path: Path) -> Path:
    """The items as a corpus."""
    text, instant = pa.string(), pa.timestamp("us", "UTC")
    columns = {
        "item_id": (text, [one.item_id for one in ITEMS]),
        "member_id": (text, [one.member_id for one in ITEMS]),
        "category": (text, [one.category for one in ITEMS]),
        "visibility": (text, [one.visibility for one in ITEMS]),
        "created_at": (instant, [one.created_at for one in ITEMS]),
        "public_since": (instant, [one.public_since for one in ITEMS]),
        "subjects": (pa.list_(text), [list(one.subjects or ()) for one in ITEMS]),
    }
    pq.write_table(pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()}), path)
    return path
