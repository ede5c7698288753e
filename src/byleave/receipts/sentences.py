"""What a receipt tells the person, one statement after the other; `text.receipts` has the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.vocabulary import GENERATIVE_AI, OTHER_AI
from byleave.ledger.entries import PLATFORM
from byleave.policy.facts import IMPORT, MEMBER
from byleave.proof.receipt import ItemAct, ObjectionAct, SearchAct, SettingAct
from byleave.text.explanation import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.proof.receipt import Effect, Notice, PackName, Scope
    from byleave.proof.terms import Act

_BY = {MEMBER: "", IMPORT: "-imported", PLATFORM: "-by-platform"}
_PURPOSES = {GENERATIVE_AI: "-generative", OTHER_AI: "-other"}


def sentences(  # noqa: PLR0913, PLR0917 - what a receipt consists of
    act: Act, actor: str, scope: Scope, effect: Effect, pack: PackName, notice: Notice | None
) -> list[Statement]:
    """The statements of a receipt; `at`, `seq` and `item` are blank, for the entry to say."""
    return [
        _chosen(act, _BY[actor]),
        Statement("recorded", {"at": "", "seq": ""}),
        *_covered(act, scope),
        *_effect(act, effect),
        *_notice(notice),
        Statement("by-pack", {"pack": pack.id}),
    ]


def _chosen(act: Act, by: str) -> Statement:
    """What was done, when and by whom."""
    if isinstance(act, SettingAct):
        return Statement(f"switched-{act.value}{by}", {"setting": act.setting, "at": ""})
    if isinstance(act, ItemAct):
        return Statement(act.kind, {"item": "", "at": ""})
    if isinstance(act, SearchAct):
        return Statement(act.kind, {"at": ""})
    if act.kind == "objection-received":
        return Statement(f"objected{_PURPOSES.get(act.purpose or '', '')}", {"at": ""})
    return Statement("withdrew", {"at": ""})


def _covered(act: Act, scope: Scope) -> Iterator[Statement]:
    """The products that the act is about, and those that it is not about."""
    if isinstance(act, SearchAct):
        yield Statement("search-apart")
    if isinstance(act, (ItemAct, SearchAct)):
        return
    if not scope.purposes:
        yield Statement("rules-silent" if isinstance(act, ObjectionAct) else "covers-nothing")
    for name, products in (("covers", scope.products), ("covers-not", scope.not_covered)):
        for one in products:
            yield Statement(f"{name}{_PURPOSES[one.purpose]}", {"product": one.title})


def _effect(act: Act, effect: Effect) -> Iterator[Statement]:
    """How far it reaches, then what it does not undo."""
    item = "item-" if isinstance(act, ItemAct) else ""
    if effect.reaches:
        yield Statement(f"{item}reaches-{effect.reaches}")
    if effect.frees and isinstance(act, SettingAct):
        yield Statement(f"frees-{effect.frees}")
    elif effect.frees:
        yield Statement("item-free" if item else "objection-ended")
    for code in effect.does_not_undo:
        yield Statement(code)


def _notice(notice: Notice | None) -> Iterator[Statement]:
    if notice is not None:
        version = {"version": notice.version} if notice.version else {}
        yield Statement("shown", {"notice": notice.id, **version})
