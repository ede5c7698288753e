"""What a rewriter costs and has learned from, in plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.adapters.rewrite.cost import Cost
    from byleave.server.lineage.rewrite_training import TrainedRewriter

_MEGA = 1_000_000
_MINUTE = 60
_WHY = {
    "no-text": "have no text",
    "other-language": "are in another language",
    "short": "are too short",
    "long": "are too long",
    "too-many-tokens": "have too many tokens for the base",
    "copy": "are copies of another member's, or hold one",
}


def trained_lines(found: TrainedRewriter) -> Iterator[str]:
    """What a rewriter has learned from."""
    rows, shards = found.manifest["rows"], found.manifest["configuration"]["training"]["shards"]
    of_what = f"{_many(rows['posts'], 'post')} of {_many(rows['members'], 'member')} in {_many(shards, 'shard')}"
    yield f"{found.manifest['model']} learned from {of_what}"
    for why, count in sorted(found.passed.items()):
        yield f"{count:,} posts were passed over: they {_WHY[why]}"


def cost_lines(cost: Cost) -> Iterator[str]:
    """What training would cost, and what it would cost when members leave."""
    of_what = f"{_many(cost.posts, 'post')} of {_many(cost.members, 'member')} in {_many(cost.shards, 'shard')}"
    yield f"Would learn from {of_what}"
    at_once = "1 process" if cost.workers == 1 else f"{cost.workers} processes"
    yield f"time       about {duration(cost.seconds)} in {at_once} ({cost.seconds_each:.2f} s a post)"
    yield f"memory     about {cost.memory_bytes / _MEGA:,.0f} MB a process"
    yield f"disk       {cost.adapter_bytes * (cost.shards + 1) / _MEGA:,.1f} MB"
    for one in cost.removals:
        who = "1 member leaves" if one.members == 1 else f"{one.members} leave at once"
        yield f"{who}: {one.shards:.1f} shards, about {duration(one.seconds)}, {100 * one.part:.1f} % of the work"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what if count == 1 else f'{what}s'}"


def duration(seconds: float) -> str:
    """Seconds, or minutes from two of them on."""
    return f"{seconds:.0f} s" if seconds < 2 * _MINUTE else f"{seconds / _MINUTE:.0f} min"
