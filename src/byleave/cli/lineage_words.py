"""Traces as lines of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.instants import parse_instant
from byleave.text import lineage as words
from byleave.text.dates import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from byleave.lineage.records import Model, Snapshot
    from byleave.lineage.trace import Left, MemberTrace, ModelTrace, SnapshotTrace
    from byleave.server.lineage.items import ItemTrace
    from byleave.text.catalogue import Catalogue

SHOWN = 20
"""Names in one line; `--json` has all of them."""
_DIGITS = len("sha256:") + 12


def member_lines(trace: MemberTrace, catalogue: Catalogue) -> Iterator[str]:
    """Which snapshots and models saw a member."""
    say, member = catalogue.say, ", ".join(trace.ids)
    if trace.snapshots:
        yield say(words.MEMBER_IN, member=member, some=str(len(trace.snapshots)), all=str(trace.looked_at))
    else:
        yield say(words.MEMBER_IN_NONE, member=member, all=str(trace.looked_at))
    for snapshot, items in trace.snapshots:
        yield f"  {snapshot_line(snapshot, items, catalogue)}"
    if trace.models:
        yield say(words.MODELS_SAW)
        for used in trace.models:
            told = say(words.MODEL, model=_name(used.model), purpose=used.model.purpose, items=f"{used.items:,}")
            gone = "" if used.forgotten_by is None else " " + say(words.TAKEN_OUT, seq=str(used.forgotten_by))
            yield f"  {told}.{gone}"
            if used.model.retired_by is not None:
                yield f"    {_retired(used.model, catalogue)}"
    elif trace.snapshots:
        yield say(words.NO_MODELS)
    if trace.to_rebuild:
        yield say(words.IF_GOES, member=member, models=_names(map(_name, trace.to_rebuild)))
    elif not trace.unknown_models:
        yield say(words.NOTHING_IF_GOES, member=member)
    if trace.unknown:
        yield say(words.UNKNOWN, ids=_names(_short(one.manifest) for one in trace.unknown))
        if trace.unknown_models:
            yield say(words.UNKNOWN_MODELS, models=_names(map(_name, trace.unknown_models)))
        yield say(words.HOW_TO_INDEX)


def snapshot_line(snapshot: Snapshot, items: int, catalogue: Catalogue) -> str:
    """One snapshot, and how many items of it are meant."""
    told = catalogue.say(
        words.SNAPSHOT,
        id=_short(snapshot.manifest),
        at=_when(snapshot.told["as_of"], catalogue),
        pack=snapshot.told["pack"],
        purpose=snapshot.told["purpose"],
        items=f"{items:,}",
    )
    return f"{told}. {catalogue.say(words.REPLAY)}" if snapshot.is_replay else f"{told}."


def snapshot_lines(trace: SnapshotTrace, catalogue: Catalogue, *, models: bool = True) -> Iterator[str]:
    """What became of a snapshot."""
    say, eligible = catalogue.say, trace.snapshot.told["counts"].get("eligible", 0)
    yield snapshot_line(trace.snapshot, eligible, catalogue)
    if trace.holds is None or trace.left is None:
        yield say(words.NOT_INDEXED)
        yield say(words.HOW_TO_INDEX)
    else:
        yield say(words.HOLDS, items=f"{trace.holds.items:,}", members=f"{trace.holds.members:,}")
        yield from _left_lines(trace.left, catalogue)
    if models and trace.models:
        yield say(words.TRAINED_ON, models=_names(map(_name, trace.models)))
    elif models:
        yield say(words.TRAINED_ON_NONE)


def item_lines(trace: ItemTrace, catalogue: Catalogue) -> Iterator[str]:
    """Which snapshots and models saw an item."""
    say = catalogue.say
    yield say(words.ITEM_IN, item=trace.item, some=str(len(trace.snapshots)), all=str(trace.looked_at))
    for snapshot, rows in trace.snapshots:
        yield f"  {snapshot_line(snapshot, rows, catalogue)}"
    if trace.models:
        yield say(words.TRAINED_ON, models=_names(map(_name, trace.models)))
    elif trace.snapshots:
        yield say(words.NO_MODELS)
    if trace.not_looked_at:
        yield say(words.RECORDED_UNSEEN, number=str(trace.not_looked_at))


def model_lines(trace: ModelTrace, catalogue: Catalogue) -> Iterator[str]:
    """What a model has seen."""
    yield from model_head(trace.model, catalogue)
    for one in trace.seen:
        yield from (f"  {line}" for line in snapshot_lines(one, catalogue, models=False))
    if trace.somebody_left:
        yield catalogue.say(words.PACK_SAYS)


def model_head(model: Model, catalogue: Catalogue) -> Iterator[str]:
    """What a model is."""
    say = catalogue.say
    yield say(words.MODEL_IS, model=_name(model), digest=model.digest, purpose=model.purpose)
    if model.trained_at is not None:
        yield say(words.MODEL_TRAINED, at=_when(model.trained_at, catalogue))
    yield say(words.MODEL_RECORDED, at=_when(model.recorded_at, catalogue), seq=str(model.seq))
    if model.forgotten:
        yield say(words.MODEL_FORGOT, number=f"{len(model.forgotten):,}")
    if model.retired_by is not None:
        yield _retired(model, catalogue)


def _retired(model: Model, catalogue: Catalogue) -> str:
    told = words.MODEL_DESTROYED if model.destroyed == "here" else words.MODEL_DESTROYED_TOLD
    return catalogue.say(told, seq=str(model.retired_by))


def _left_lines(left: Left, catalogue: Catalogue) -> Iterator[str]:
    say = catalogue.say
    if not left.members:
        yield say(words.LEFT_NOBODY)
        return
    yield say(words.LEFT, members=f"{left.members:,}")
    for message, names in ((words.REFUSED, left.refused), (words.CLOSED, left.closed), (words.WITHHELD, left.withheld)):
        if names:
            yield f"  {say(message, names=_names(names))}"
    if left.erased:
        yield f"  {say(words.ERASED, number=f'{left.erased:,}')}"


def _names(names: Iterable[str]) -> str:
    told = list(names)
    return ", ".join(told[:SHOWN]) + (f" (+ {len(told) - SHOWN:,})" if len(told) > SHOWN else "")


def _name(model: Model) -> str:
    return f"{model.model} ({model.name})" if model.name else model.model


def _short(digest: str) -> str:
    return digest[:_DIGITS]


def _when(at: datetime | str | None, catalogue: Catalogue) -> str:
    instant = parse_instant(at) if isinstance(at, str) else at
    return instant_text(catalogue, instant) if instant else "?"
