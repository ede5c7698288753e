"""What an audit of a rewriter has found, in plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.adapters.rewrite.trial import Seen, Trial
    from byleave.learn.rewrite.inference import Area, Attack, Exposed
    from byleave.server.lineage.rewrite_audit import Audited

_HEAD = f"{'':26}{'texts':>13}  {'by the loss':24}{'less that of the base':24}"


def audit_lines(found: Audited) -> Iterator[str]:
    """What was trained again, and what an attacker finds."""
    if not found.differing:
        which = "" if found.again == found.shards else f" {found.again} of {found.shards} shards"
        yield f"Trained{which} again without everybody who has left: every digest is the same."
    if found.learned is None:
        return
    yield ""
    yield "Can those who are or were in it be told from others, by how the model likes their posts?"
    yield "0.5 is guessing; in brackets the interval that holds the true figure in 95 of 100 audits."
    yield _HEAD
    yield _row("in the model", found.learned)
    yield _row("taken out of it", found.left) if found.left else f"{'taken out of it':26}{'nobody':>13}"
    for one in found.trials:
        yield from _trial(one)
    yield ""
    yield "No such figure proves that anybody was forgotten. That the digests are the same does."


def _trial(one: Trial) -> Iterator[str]:
    shards = one.settings.shards
    yield ""
    yield f"Tried with {'one adapter for everybody' if shards == 1 else f'{shards} shards'}; each half left once"
    yield f"{_HEAD}canaries, in bits"
    yield _seen("before they left", one.before)
    if one.after:
        yield _seen("after they left", one.after)
    if one.compared:
        told = "the same, byte for byte" if one.same else "OTHER BYTES"
        yield f"{one.compared} trained from the start without them: {told}"


def _seen(name: str, seen: Seen) -> str:
    return _row(name, seen.people) + (_bits(seen.canaries) if seen.canaries else "")


def _row(name: str, found: Attack) -> str:
    count = f"{found.loss.inside:,}/{found.loss.outside:,}"
    return f"{name:26}{count:>13}  {_area(found.loss):24}{_area(found.less_base):24}"


def _area(one: Area) -> str:
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def _bits(one: Exposed) -> str:
    return f"{one.bits:.2f} ± {one.half:.2f} of {one.canaries}; chance {one.chance:.2f}"
