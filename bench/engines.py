"""The policy engines that the benchmark sets beside byleave: Regorus (Rego) and Cedar, each with its own data model.

Every engine takes facts as plain values: `items` with `item_id, member_id, category, visibility, created_at`, and
`members` by id with `country`, `acts` in the order of `seq` and `objections`. A fact that is missing is a key that is
not there. Instants are seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy
import regorus
from by_hand import EUROPE

POLICIES = Path(__file__).parent / "policies"
EUROPE_FROM, WORLD_FROM = 1762128000, 1726617600
SETTING = "data-for-ai-improvement"
FOREVER = 1 << 40


@dataclass
class Facts:
    """What is decided, and what is known about people."""

    items: list[dict[str, Any]]
    members: dict[str, dict[str, Any]]
    now: int


@dataclass(frozen=True)
class Answer:
    """What an engine says about an item; `reasons` where it gives any."""

    allowed: bool
    reasons: tuple[str, ...] = ()


class Rego:
    """Regorus; `with_reasons` asks for the set of reasons instead of a yes."""

    def __init__(self, facts: Facts, *, with_reasons: bool) -> None:
        """Parse the policy and load the members."""
        self.name = "regorus, " + ("allow by default, reasons" if with_reasons else "deny by default")
        self._rule = "data.training." + ("reasons" if with_reasons else "allow")
        self._engine = regorus.Engine()
        for path in sorted(POLICIES.glob("*.rego")):
            self._engine.add_policy_from_file(str(path))
        self._engine.add_data_json(json.dumps({"now": facts.now, "members": facts.members}))
        self._items = [json.dumps(item) for item in facts.items]

    def decide(self) -> list[Answer]:
        """Decide every item."""
        return [self._one(item) for item in self._items]

    def _one(self, item: str) -> Answer:
        self._engine.set_input_json(item)
        found = self._engine.eval_rule(self._rule)
        if isinstance(found, bool):
            return Answer(found)
        return Answer(not found, tuple(sorted(found)))


class Cedar:
    """Cedar through cedarpy; items and members are entities."""

    def __init__(self, facts: Facts, *, with_reasons: bool, schema: bool = False) -> None:
        """Parse the policies and the entities; with a schema, Cedar refuses those that lack something."""
        self.name = "cedarpy, " + ("allow by default, reasons" if with_reasons else "deny by default")
        text = (POLICIES / ("deny.cedar" if with_reasons else "allow.cedar")).read_text(encoding="utf-8")
        self._policies = cedarpy.PolicySet.from_str(text)
        entities = [_member_entity(name, member, facts) for name, member in facts.members.items()]
        entities += [_item_entity(number, item) for number, item in enumerate(facts.items)]
        given = (POLICIES / "training.cedarschema").read_text(encoding="utf-8") if schema else None
        self._entities = cedarpy.Entities.from_json_str(json.dumps(entities), given)
        self._requests = [
            {
                "principal": {"type": "Company", "id": "linkedin"},
                "action": {"type": "Action", "id": "train"},
                "resource": {"type": "Item", "id": str(number)},
                "context": {"now": facts.now},
            }
            for number in range(len(facts.items))
        ]

    def decide(self) -> list[Answer]:
        """Decide every item, in one call."""
        found = cedarpy.is_authorized_batch(self._requests, self._policies, self._entities)
        return [Answer(one.allowed, tuple(sorted(one.diagnostics.id_annotations_by_reason.values()))) for one in found]


def _item_entity(number: int, item: dict[str, Any]) -> dict[str, Any]:
    known = {name: item[name] for name in ("category", "visibility", "created_at") if name in item}
    if "member_id" in item:
        known["owner"] = {"__entity": {"type": "Member", "id": item["member_id"]}}
    return {"uid": {"type": "Item", "id": str(number)}, "attrs": known, "parents": []}


def _member_entity(name: str, member: dict[str, Any], facts: Facts) -> dict[str, Any]:
    known: dict[str, Any] = {"country": member["country"]} if "country" in member else {}
    if "objections" in member:
        known["objections"] = [one["status"] for one in member["objections"] if "status" in one]
    until = open_until(member, facts)
    if until is not None:
        known["open_until"] = until
    return {"uid": {"type": "Member", "id": name}, "attrs": known, "parents": []}


def open_until(member: dict[str, Any], facts: Facts) -> int | None:
    """Before which instant an item must have been made to be open to use at some time in force; None = no act.

    What the code around Cedar has to do, in the plain way: acts that lack what it reads are passed over.
    """
    whole = [act for act in member.get("acts", []) if {"at", "value"} <= act.keys()]
    acts = [(act["at"], act["value"]) for act in whole if act.get("setting") == SETTING]
    if not acts:
        return None
    begins = EUROPE_FROM if member.get("country") in EUROPE else WORLD_FROM
    turns = sorted({at for at, _ in acts if at <= facts.now})
    until = turns[0] if turns and turns[0] > begins else 0
    for turn, end in zip(turns, [*turns[1:], FOREVER], strict=True):
        value = [value for at, value in acts if at <= turn][-1]
        if value == "on" and end > begins:
            until = max(until, end)
    return until if turns else None
