"""Who refuses, in the plainest words: no folding, no policy; only who said no and has not said yes since.

A refusal that stands here must be obeyed by every snapshot that has seen it, whatever the definition says. Where it
says that somebody has spoken again, it says nothing more about them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byleave.ledger.entries import Entry
    from byleave.policy.facts import Item


@dataclass
class Refusing:
    """Who refuses what after some entries. It forgets nobody: an erased person refuses as before.

    What an erased person held back is held back again from the moment that they return.
    """

    off: dict[str, list[Entry]] = field(default_factory=dict)
    """Id → the *off*s since that person last said *on*."""
    objecting: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """Id → objection → purpose, of those that were neither withdrawn by the person nor rejected."""
    withheld: set[tuple[str, str]] = field(default_factory=set)
    """Item and id of who holds it back."""
    held: dict[str, set[str]] = field(default_factory=dict)
    """Id of somebody who was erased → the items that they held back."""
    same: dict[str, set[str]] = field(default_factory=dict)
    """Id → every id of that person."""
    gone: dict[str, set[str]] = field(default_factory=dict)
    """Id → the objections that were erased with that person."""
    again: dict[str, set[str]] = field(default_factory=dict)
    """Objection that was recorded anew when its person came back → the erased ones that it stands for."""
    about: dict[int, str] = field(default_factory=dict)
    """Number of an entry → whom it is about."""

    def ids(self, name: str) -> set[str]:
        """Every id of a person."""
        return self.same.get(name, {name})

    def take(self, entry: Entry) -> None:
        """Take one entry into account."""
        name, data = entry.subject, entry.data
        kind = entry.kind.value
        self.about[entry.seq] = name
        if kind == "member-erased":
            self._erase({self.about[seq] for seq in data["entries"]})
        elif kind == "member-registered":
            self.withheld |= {(item, name) for item in self.held.pop(name, ())}
        elif kind == "preference-set":
            self._preference(entry)
        elif kind == "objection-received":
            self._object(name, data["objection"], data["purpose"])
        elif kind == "objection-rejected" or (kind == "objection-withdrawn" and entry.actor == "member"):
            for one in self.ids(name):
                for key in (data["objection"], *self.again.get(data["objection"], ())):
                    self.objecting.get(one, {}).pop(key, None)
        elif kind == "item-withheld":
            self.withheld.add((data["item"], name))
        elif kind == "item-released" and entry.actor == "member":
            self.withheld -= {(data["item"], one) for one in self.ids(name)}
        elif kind == "members-merged":
            self._merge(name, data["into"])

    def lose(self, kept: int) -> None:
        """Have no entry after a number: their members are off as before, and what they were told else is lost."""
        for several in self.off.values():
            several[:] = [
                one if one.seq <= kept else replace(one, data={"setting": one.data["setting"], "value": "off"})
                for one in several
            ]

    def _preference(self, entry: Entry) -> None:
        said_off = [off.at for one in self.ids(entry.subject) for off in self.off.get(one, [])]
        if entry.data["value"] == "off":
            for one in self.ids(entry.subject):
                self.off.setdefault(one, []).append(entry)
        elif entry.actor == "member" or (entry.actor == "import" and all(at < entry.at for at in said_off)):
            for one in self.ids(entry.subject):
                self.off.pop(one, None)

    def _object(self, name: str, key: str, purpose: str | None) -> None:
        told = self.objecting.get(name, {})
        if key.startswith("kept-"):  # who was erased is back, and can withdraw what they had said
            self.again[key] = {old for old in self.gone.get(name, ()) if old in told and told[old] == purpose}
        for one in self.ids(name):
            self.objecting.setdefault(one, {})[key] = purpose

    def _erase(self, names: set[str]) -> None:
        """From now on nobody knows that these ids were one person's; what each refuses stays."""
        items = {item for item, name in self.withheld if name in names}
        self.withheld = {place for place in self.withheld if place[1] not in names}
        for name in names:
            self.held.setdefault(name, set()).update(items)
            self.same.pop(name, None)
            self.gone.setdefault(name, set()).update(self.objecting.get(name, ()))

    def _merge(self, one: str, other: str) -> None:
        ids = self.ids(one) | self.ids(other)
        off = [entry for name in ids for entry in self.off.get(name, [])]
        objecting = {key: purpose for name in ids for key, purpose in self.objecting.get(name, {}).items()}
        for name in ids:
            self.same[name] = ids
            if off:
                self.off[name] = list(off)
            self.objecting[name] = dict(objecting)

    def against(self, item: Item, purpose: str, recipient: str, *, setting_governs: bool) -> list[str]:
        """Why an item must not be used for a purpose, in words; nothing when nobody has refused.

        Args:
            item: what would be used.
            purpose: what for.
            recipient: by whom.
            setting_governs: whether the pack has the setting govern this purpose, and an *off* reach old content.
        """
        found = []
        owner = item.member_id or ""
        if setting_governs and self.off.get(owner):
            found.append(f"{owner} is off")
        for off in self.off.get(owner, ()):
            # whatever the pack says now: what the person was told when they switched off
            if purpose in off.data.get("covers", ()) and off.data.get("reaches", "collection") != "collection":
                found.append(f"{owner} was told in {off.seq} that it reaches {off.data['reaches']}")
            if f"{purpose} {recipient} 1900-01-01T00:00:00Z" in off.data.get("unused_since", ()):
                found.append(f"nothing of {owner} had been used before {off.seq}")
        if any(name == item.item_id for name, _ in self.withheld):
            found.append(f"{item.item_id} is withheld")
        for name in (owner, *(item.subjects or ())):
            for key, about in self.objecting.get(name, {}).items():
                if about is None or about == purpose:
                    found.append(f"{name} objects ({key})")
        return found


def refusing(entries: Iterable[Entry]) -> Refusing:
    """Who refuses after these entries."""
    result = Refusing()
    for entry in entries:
        result.take(entry)
    return result
