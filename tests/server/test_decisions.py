"""A live decision is what the gate decides: over random people, items, acts and packs, on the same ledger."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import byleave
from byleave.adapters.key_files import new_keys
from byleave.policy.facts import IMPORT, MEMBER, Item
from byleave.server.acts import Delivery
from byleave.server.content import ContentItem, NoContent
from byleave.server.db.store import Store
from byleave.server.forms import Forms
from byleave.server.policy_in_force import in_force
from byleave.server.service import Service, present
from byleave.server.signing import Signing
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET, new_ledger

if TYPE_CHECKING:
    from pathlib import Path

PACKS = {"byleave@1": "platform", "linkedin@2025-10-24": "microsoft", "linkedin@2026-08-21": "linkedin"}
PEOPLE = [f"m{number}" for number in range(24)]
COUNTRIES = ("DE", "US", "GB", "CH", "CA", "HK", "AQ", None)


def act(service: Service, chance: random.Random, now: datetime) -> None:
    """Something that somebody does, or that is recorded of them."""
    one, at = chance.choice(PEOPLE), now - timedelta(days=chance.randint(0, 500))
    setting = service.policy.switches[0].name
    match chance.randrange(7):
        case 0 | 1:
            service.set_preference(one, setting, chance.choice(("on", "off")), actor=MEMBER)
        case 2:
            service.set_preference(one, setting, chance.choice(("on", "off")), actor=IMPORT, at=at)
        case 3:
            service.object(chance.choice([one, "guest"]), chance.choice((None, "generative-ai", "other-ai")))
        case 4:
            service.move(one, chance.choice(COUNTRIES), at)
        case 5:
            service.withhold(one, f"i{chance.randrange(120)}")
        case _:
            for found in service.member(one).objections[:1]:
                if found.stands:
                    service.withdraw(one, found.objection)


def item(chance: random.Random, number: int, now: datetime) -> Item:
    """An item with anything in it, also what no pack knows."""
    created = now - timedelta(days=chance.randint(0, 900), microseconds=chance.randint(0, 10**6))
    changed = chance.choice((None, now - timedelta(days=chance.randint(0, 300))))
    return Item(
        f"i{number}",
        chance.choice([*PEOPLE, "stranger"]),
        chance.choice(("post", "post", "comment", "profile", "private-message", "unheard")),
        chance.choice(("public", "public", "connections", "unheard")),
        created,
        changed_at=changed,
        subjects=chance.choice((None, ("guest",), (chance.choice(PEOPLE),))),
        ai_written=chance.choice((None, False, True)),
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("pack", PACKS)
def test_live_decision_is_what_the_gate_decides(engine: str, pack: str, tmp_path: Path) -> None:
    """M1: for every item and purpose, verdict and reason of `Service.decide` are those of the gate at the same head."""
    chance, now = random.Random(f"{engine} {pack}"), datetime.now(UTC)
    address = new_ledger(engine, tmp_path)
    new_keys(tmp_path / "keys", "example.org/receipts", now - timedelta(days=1))
    store = Store(address, suppression_secret=SECRET)
    parts = store, in_force([pack]), Signing(tmp_path / "keys"), NoContent()
    service = Service(*parts, secret=SECRET, clock=present, forms=Forms(tmp_path / "keys" / "forms"))
    for number, name in enumerate(PEOPLE):
        born = chance.choice((None, date(1990, 1, 1), date(2011, 6, 1)))
        service.register(name, COUNTRIES[number % len(COUNTRIES)], born)
    waits = [Delivery(name, "ai-training", None, now - timedelta(days=chance.randint(1, 90))) for name in PEOPLE[::2]]
    service.deliver(waits)
    for _ in range(120):
        act(service, chance, now)
    service.merge(PEOPLE[0], PEOPLE[1])
    facts = [item(chance, number, now) for number in range(150)]
    columns = "item_id", "member_id", "category", "visibility", "created_at", "changed_at", "subjects", "ai_written"
    table = pa.table({name: [getattr(one, name) for one in facts] for name in columns})
    seen = set()
    for purpose in service.policy.purposes:
        out = tmp_path / purpose
        byleave.gate(
            table,
            register=address,
            pack=pack,
            purpose=purpose,
            recipient=PACKS[pack],
            out=out,
            decisions_only=True,
            ignore_settings=(),
        )
        rows = pq.read_table(out / "decisions").to_pylist()
        theirs = {row["item_id"]: (row["verdict"], row["reason"]) for row in rows}
        live = service.decide([ContentItem(one) for one in facts], purpose, PACKS[pack])
        mine = {one.item.item_id: (one.outcomes[0].verdict.value, one.outcomes[0].reason.value) for one in live}

        assert mine == theirs
        seen |= {reason for _, reason in mine.values()}
    service.close()
    assert len(seen) >= 6, seen
