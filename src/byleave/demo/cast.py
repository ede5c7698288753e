"""The people of `cast.yaml`: a few members whose acts and items are set down, so that there is something to explain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from byleave.demo.moments import seconds

SWITCHED_OFF_BEFORE = "katrin-1"
"""A German post from before the start, whose writer switched off in the wave before it."""
ONE_PACK_ONLY = "jonas-1"
"""Eligible under one pack and not under another: the writer switched off a week after the start."""
NAMES_A_STRANGER = "bridget-1"
"""Names somebody without an account, who has objected."""


@dataclass(frozen=True, slots=True)
class CastItem:
    """One item, as the cast list has it."""

    item_id: str
    category: str
    visibility: str
    created: int
    changed: int | None
    public_since: int | None
    subjects: tuple[str, ...]
    ai_written: bool | None
    withheld_at: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Objector:
    """One objection, as the cast list has it."""

    subject_id: str
    purpose: str
    received: int
    status: str
    resolved: int | None


@dataclass(frozen=True, slots=True)
class Character:
    """One member of the cast; `acts` are (recorded, value, at), in the order of recording."""

    member_id: str
    name: str
    he: bool
    language: str
    field: str
    joined: int
    born: str | None
    residences: tuple[tuple[str | None, int | None], ...]
    told: int | None
    acts: tuple[tuple[int, str, int], ...]
    items: tuple[CastItem, ...]
    shows: str
    """What there is to see, in one sentence."""


def cast() -> list[Character]:
    """The members of the cast."""
    return [_character(entry) for entry in _list()["members"]]


def objectors() -> list[Objector]:
    """Objections of the cast, also of people without an account."""
    return [
        Objector(
            subject_id=entry["subject"],
            purpose=entry.get("purpose", ""),
            received=seconds(entry["received"]),
            status=entry["status"],
            resolved=_moment(entry, "resolved"),
        )
        for entry in _list()["objections"]
    ]


@cache
def _list() -> dict[str, Any]:
    text = resources.files("byleave.demo").joinpath("cast.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    data: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - BaseLoader builds nothing but text
    return data


def _moment(entry: dict[str, Any], key: str) -> int | None:
    return seconds(entry[key]) if key in entry else None


def _character(entry: dict[str, Any]) -> Character:
    return Character(
        member_id=entry["id"],
        name=entry["name"],
        he=entry["form"] == "he",
        language=entry["language"],
        field=entry["field"],
        joined=seconds(entry["joined"]),
        born=entry.get("born"),
        residences=tuple((row["country"], _moment(row, "since")) for row in entry["lives"]),
        told=_moment(entry, "told"),
        acts=tuple(
            (seconds(act.get("recorded", act["at"])), act["value"], seconds(act["at"])) for act in entry.get("acts", ())
        ),
        items=tuple(_item(item) for item in entry["items"]),
        shows=entry["shows"],
    )


def _item(entry: dict[str, Any]) -> CastItem:
    ai_written = entry.get("ai-written", "false")
    return CastItem(
        item_id=entry["id"],
        category=entry["category"],
        visibility=entry.get("visibility", "public"),
        created=seconds(entry["created"]),
        changed=_moment(entry, "changed"),
        public_since=_moment(entry, "public-since"),
        subjects=tuple(entry.get("subjects", ())),
        ai_written={"true": True, "false": False}.get(ai_written),
        withheld_at=_moment(entry, "withheld"),
        text=" ".join(entry["text"].split()),
    )
