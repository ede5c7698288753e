"""One item's case: everything that its explanation reads, and how a rule of the pack is cited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.text.explanation import Finding, SourceText, Statement

if TYPE_CHECKING:
    from byleave.kernel.decision import Reason
    from byleave.policy.facts import Item, Member, Moment, Register
    from byleave.policy.model import Cite, Pack, Sourced
    from byleave.policy.rules import Rules


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision reads, and the pack with its sources."""

    item: Item
    register: Register
    pack: Pack
    rules: Rules
    moment: Moment

    @property
    def owner(self) -> Member | None:
        """What the register holds about the item's owner."""
        return self.register.members.get(self.item.member_id or "")

    @property
    def setting(self) -> str | None:
        """The pack's name of the setting that governs the purpose; None where none does."""
        governing = (name for name, one in self.pack.settings.items() if self.rules.purpose in one.governs)
        return next(governing, None)


@dataclass(frozen=True, slots=True)
class Ground:
    """A statement with the rule that makes it count; no `path` where it counts under every pack."""

    statement: Statement
    path: str | None = None
    part: Sourced | None = None
    facts: tuple[Statement, ...] = ()


def finding(case: Case, reason: Reason, ground: Ground) -> Finding:
    """The ground as a finding, with the text that its rule rests on."""
    source = cite(case.pack, ground.part) if ground.part is not None else None
    return Finding(reason, ground.statement, ground.path, source, ground.facts)


def cite(pack: Pack, part: Sourced) -> SourceText:
    """The source of a part of the pack; a part's own certainty comes before its source's."""
    reference: Cite = part.source
    source = pack.sources[reference.source]
    notes = [note for note in (part.note, reference.note) if note]
    return SourceText(
        name=reference.source,
        title=source.title,
        publisher=source.publisher,
        published=source.date,
        certainty=reference.certainty or source.certainty,
        url=source.url,
        where=source.where,
        note=" ".join(notes) or None,
    )


def item_dates(item: Item) -> tuple[Statement, ...]:
    """When the item was created, changed and made public, as far as that is known."""
    dates = {"created": item.created_at, "changed": item.changed_at, "public-since": item.public_since}
    return tuple(Statement(code, {"at": at}) for code, at in dates.items() if at is not None)
