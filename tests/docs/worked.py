"""The tables of worked examples in docs/semantics.md, as facts that the definition can decide.

A table is one of them when a column is called `result`, or like `` `collection`, `everything` ``. Its other columns are
facts by name, except `because`; the column `facts` holds several, as `name: value; name: value`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from byleave.policy.facts import MEMBER, Act, Item, Member, Moment, NoticeDelivery, Objection, Register, Residence
from byleave.policy.loader import parse_pack
from byleave.policy.rules import rules_for
from byleave.policy.semantics import decide
from tests.docs.pages import blocks, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.policy.model import Pack

DEFAULTS = {"made": "2026-01-10", "lives": "DE", "as of": "2026-03-01", "category": "post", "visibility": "public"}
FACTS = {
    *DEFAULTS,
    *("changed", "acts", "recipient", "born", "notice", "objection", "names", "withheld", "ai written", "unreadable"),
    "reach",
}
OWNER = "the owner"
NOWHERE = "nowhere in the register"
_RESULT = re.compile(r"^((?:`[a-z]+` ?)+), `([a-z-]+)`$")
_HEADING = re.compile(r"^Reach `([a-z]+)` that frees `([a-z-]+)`$")


@dataclass(frozen=True, slots=True)
class Example:
    """One row under one reach: its facts, and the reason that the page says."""

    name: str
    facts: dict[str, str]
    reaches: str
    frees: str
    expected: str


def pack_of(text: str) -> Pack:
    """The pack that stands on the page."""
    (found,) = (block for block in blocks(text) if block.info == "yaml")
    return parse_pack(found.text, "semantics.md")


def examples(text: str) -> Iterator[Example]:
    """Every example of every table."""
    for table in tables(text):
        heading = table.under[-1]
        for number, row in enumerate(table.rows, start=1):
            facts = _facts(row)
            for reaches, frees, expected in _results(row, heading, facts):
                name = f"{heading}, row {number}: {reaches} {frees}"
                yield Example(name, facts, reaches, frees, expected.strip("`"))


def _results(row: dict[str, str], heading: str, facts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    said = _HEADING.match(heading)
    if "result" in row:
        reaches, frees = said.groups() if said else facts.get("reach", "training everything").split()
        yield reaches, frees, row["result"]
    for column, value in row.items():
        if found := _RESULT.match(column):
            for reaches in found[1].split():
                yield reaches.strip("`"), found[2], value


def _facts(row: dict[str, str]) -> dict[str, str]:
    """The facts that a row states; each has a known name."""
    said = {name: value for name, value in row.items() if name in FACTS and value}
    for pair in filter(None, row.get("facts", "").split("; ")):
        name, _, value = pair.partition(": ")
        assert name in FACTS, f"`{name}` is not a fact of an example"
        said[name] = value
    return said


def decided(example: Example, pack: Pack) -> str:
    """The reason that the definition gives."""
    facts = {**DEFAULTS, **example.facts}
    if "as of" not in example.facts and "side by side" in example.name:
        facts["as of"] = "2025-12-01"
    rules = rules_for(pack, "generative-ai", facts.get("recipient", "platform"))
    rules = replace(rules, reaches=example.reaches, frees=example.frees)
    present = facts["as of"].startswith("now ")
    moment = Moment(instant(facts["as of"].removeprefix("now ")), replay=not present)
    return decide(_item(facts), _register(facts), rules, moment).reason.value


def instant(text: str) -> datetime:
    """A day, or a day with a time, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _known(text: str | None) -> str | None:
    return None if text in (None, "none") else text


def _item(facts: dict[str, str]) -> Item:
    made, changed = _known(facts["made"]), facts.get("changed")
    return Item(
        item_id="the item",
        member_id=OWNER,
        category=_known(facts["category"]),
        visibility=_known(facts["visibility"]),
        created_at=instant(made) if made else None,
        changed_at=instant(changed) if changed else None,
        subjects=tuple(facts["names"].split(", ")) if "names" in facts else None,
        ai_written={"yes": True, "no": False}.get(facts.get("ai written", "none")),
        unreadable=facts.get("unreadable") == "yes",
    )


def _register(facts: dict[str, str]) -> Register:
    objections: dict[str, tuple[Objection, ...]] = {}
    for text in _each(facts, "objection"):
        subject, objection = _objection(text)
        objections[subject] = (*objections.get(subject, ()), objection)
    withheld = {"the item": tuple(instant(text) for text in _each(facts, "withheld"))} if "withheld" in facts else {}
    members = {} if facts["lives"] == NOWHERE else {OWNER: _member(facts)}
    return Register(members, objections, withheld)


def _member(facts: dict[str, str]) -> Member:
    return Member(
        residences=tuple(_residence(text) for text in _each(facts, "lives")),
        birth_dates=tuple(date.fromisoformat(text) for text in _each(facts, "born") if text != "none"),
        acts=tuple(_act(text) for text in _each(facts, "acts")),
        notices=tuple(_notice(text) for text in _each(facts, "notice")),
    )


def _each(facts: dict[str, str], name: str) -> list[str]:
    return facts[name].split(", ") if name in facts else []


_MOMENT = r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?"


def _parse(pattern: str, text: str) -> dict[str, str | None]:
    found = re.fullmatch(pattern.replace("MOMENT", _MOMENT), text)
    assert found, f"`{text}` is not of the form {pattern}"
    return found.groupdict()


def _at(text: str | None) -> datetime | None:
    return instant(text) if text else None


def _act(text: str) -> Act:
    said = _parse(
        r"(?P<value>on|off) (?P<at>MOMENT)( #(?P<seq>\d+))?( recorded (?P<recorded>MOMENT))?( by (?P<actor>\w+))?"
        r"( on (?P<setting>[a-z-]+))?( covering (?P<covers>[a-z+-]+))?( reaching (?P<reaches>[a-z]+))?",
        text,
    )
    seq = int(said["seq"]) if said["seq"] else None
    at = instant(said["at"] or "")
    covers = None if said["covers"] is None else frozenset(said["covers"].split("+"))
    told = _at(said["recorded"]), said["actor"] or MEMBER, covers, said["reaches"]
    return Act(said["setting"] or "training", said["value"] == "on", at, seq, *told)


def _residence(text: str) -> Residence:
    said = _parse(r"(?P<country>[A-Z]{2}|none)( from (?P<since>MOMENT))?( recorded (?P<recorded>MOMENT))?", text)
    return Residence(_known(said["country"]), _at(said["since"]), _at(said["recorded"]))


def _notice(text: str) -> NoticeDelivery:
    said = _parse(r"(?P<at>MOMENT)( recorded (?P<recorded>MOMENT))?", text)
    return NoticeDelivery("ai-training", instant(said["at"] or ""), recorded_at=_at(said["recorded"]))


def _objection(text: str) -> tuple[str, Objection]:
    said = _parse(
        r"((?P<subject>x-\d) )?(?P<at>MOMENT)( for (?P<purpose>[a-z-]+))?( (?P<status>[a-z]+)( (?P<end>MOMENT))?)?",
        text,
    )
    objection = Objection(said["purpose"], instant(said["at"] or ""), said["status"] or "open", _at(said["end"]))
    return said["subject"] or OWNER, objection
