"""What `byleave demo` tells: an invented platform, two policies, three dates, three items, and what to try next."""

from __future__ import annotations

import csv
import shlex
from typing import TYPE_CHECKING

from byleave import api
from byleave.demo.platform import NAME, DemoPlatform, write_demo
from byleave.demo.replays import (
    AFTER,
    ARTICLE,
    BEFORE,
    DATES,
    POLICIES,
    PURPOSE,
    RECOMMENDED,
    START,
    Policy,
    instant,
    kept_in_spite,
    move,
    replay_all,
)
from byleave.gate.request import silent
from byleave.kernel.decision import Reason, Verdict
from byleave.text.layout import SYMBOLS, sentence
from byleave.text.reasons import verdict_word

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from byleave.demo.replays import Replay
    from byleave.gate.request import Progress

ENGLISH = "en"
WIDTH = 80
_BAR = 8
_DAYS = {BEFORE: "24 Oct", START: "3 Nov", AFTER: "1 Dec"}

ROWS: Mapping[str, frozenset[Reason]] = {
    "may be used": frozenset({Reason.ELIGIBLE}),
    "not written yet": frozenset({Reason.NOT_YET_CREATED}),
    "not a kind that is used": frozenset({Reason.EXCLUDED_CATEGORY, Reason.UNKNOWN_CATEGORY}),
    "not shown to everybody": frozenset({Reason.NOT_PUBLIC, Reason.UNKNOWN_VISIBILITY}),
    "country not known": frozenset({Reason.UNKNOWN_REGION}),
    "under 18, or age unknown": frozenset({Reason.MINOR}),
    "not begun in that country": frozenset({Reason.NOT_IN_FORCE, Reason.RECIPIENT_NOT_PERMITTED}),
    "told too late, or never": frozenset({Reason.NOTICE_PENDING}),
    "writer switched it off": frozenset({Reason.OPTED_OUT, Reason.WITHHELD}),
    "somebody objected": frozenset({Reason.OBJECTION, Reason.SUBJECT_OBJECTION}),
    "written by an AI": frozenset({Reason.AI_WRITTEN}),
    "cannot be read": frozenset({Reason.INVALID_ITEM, Reason.UNKNOWN_MEMBER}),
}
"""The rows of the table; every reason stands in exactly one of them."""

_CAME = {
    Reason.NOT_IN_FORCE: "training has begun there",
    Reason.NOT_YET_CREATED: "written or changed since",
    Reason.NOTICE_PENDING: "told 30 days ago by now",
    Reason.OPTED_OUT: "switched on again",
}
_WENT = {
    Reason.OPTED_OUT: "switched off",
    Reason.OBJECTION: "the writer objected",
    Reason.SUBJECT_OBJECTION: "somebody named objected",
    Reason.WITHHELD: "one item withheld",
}
_OTHER = "other reasons"


def run_demo(
    out: Path, console: Console, *, members: int = 10_000, items: int = 200_000, progress: Progress = silent
) -> None:
    """Invent a platform in the folder `out`, decide it, and tell what comes out.

    Args:
        out: a new or empty folder, or that of an earlier demonstration, which is replaced.
        console: where to tell it.
        members: how many members to invent.
        items: how many items.
        progress: called with each step and how much of it is done.

    Raises: OutputError when the folder holds something else.
    """
    platform = write_demo(
        out, members=members, items=items, on_progress=lambda done: progress("inventing a platform", done)
    )
    replays = replay_all(platform, progress)
    progress("explaining three items", 0.0)
    explained = list(_items(platform))
    progress("explaining three items", 1.0)
    _tell(console, "What this is", _opening(platform))
    console.print()
    _table(console, replays)
    _tell(console, "What moved, and why", _moved(replays))
    _tell(console, "Three items, as of 1 December", explained)
    _tell(console, "Try it yourself", _next(platform), wrap=False)


def _tell(console: Console, heading: str, lines: Iterator[str] | Sequence[str], *, wrap: bool = True) -> None:
    """A heading and its lines; a line that begins with blanks goes on under itself."""
    from rich.padding import Padding
    from rich.text import Text

    console.print()
    console.print(Text(heading, style="bold"))
    for line in lines:
        text = line.lstrip()
        if wrap:
            console.print(Padding(Text(text), (0, 0, 0, len(line) - len(text))))
        else:
            console.print(Text(line), soft_wrap=True)


def _opening(platform: DemoPlatform) -> Iterator[str]:
    offs = {row["member_id"]: row["at"] for row in _rows(platform, "preferences") if row["value"] == "off"}
    late = sum(at >= instant(START) for at in offs.values())
    members = {row["member_id"] for row in _rows(platform, "members")}
    objectors = {row["subject_id"] for row in _rows(platform, "objections")}
    yield (
        f"{NAME} is a network for people at work. It is made up, like everything here: {platform.member_count:,} members,"
        f" and {platform.item_count:,} posts, comments, messages and profiles of theirs."
    )
    yield (
        f"{NAME} wants to train an AI on them. Outside Europe it began in 2024; in Europe it begins on 3 November 2025."
        f" A switch is on unless a member turns it off: {len(offs) - late:,} did so before that day, {late:,} after it."
        f" {len(objectors):,} people objected in writing, {len(objectors - members):,} of them without an account: others"
        " had named them."
    )
    yield "byleave decides for each item whether it may be used, and says why."


def _rows(platform: DemoPlatform, table: str) -> list[dict[str, str]]:
    with (platform.register / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(console: Console, replays: Mapping[tuple[Policy, str], Replay]) -> None:
    """The same items at three dates in 2025 under two policies; rows that are empty everywhere are left out."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 0, 0, 1), show_header=True)
    table.add_column("", no_wrap=True)
    columns = [(policy, date) for policy in POLICIES for date in DATES]
    for policy, date in columns:
        table.add_column(_head(policy, date), justify="right", no_wrap=True, min_width=_BAR)
    counts = {column: replays[column].counts for column in columns}
    most = max(counts[column][Reason.ELIGIBLE] for column in columns) or 1
    for label, reasons in ROWS.items():
        cells = [sum(counts[column][reason] for reason in reasons) for column in columns]
        if any(cells):
            table.add_row(label, *(f"{cell:,}" if cell else "·" for cell in cells))
        if Reason.ELIGIBLE in reasons:
            table.add_row("", *("█" * round(_BAR * cell / most) for cell in cells))
            table.add_row("left out, because", style="bold")
    console.print(table)


def _head(policy: Policy, date: str) -> str:
    """A column's heading: the policy above the first of its dates."""
    return f"{policy.pack.partition('@')[0] if date == START else ''}\n{_DAYS[date]}"


def _moved(replays: Mapping[tuple[Policy, str], Replay]) -> Iterator[str]:
    for policy in POLICIES:
        yield f"Under {policy.pack}:"
        for earlier, later in ((BEFORE, START), (START, AFTER)):
            moved = move(replays[policy, earlier], replays[policy, later])
            days = f"{_DAYS[earlier]} to {_DAYS[later]}"
            if moved.came:
                yield f"  {days}: {moved.came.total():,} came in ({_why(moved.came, _CAME)})"
            if moved.went:
                yield f"  {days}: {moved.went.total():,} went out ({_why(moved.went, _WENT)})"
    kept = kept_in_spite(replays[ARTICLE, AFTER], replays[RECOMMENDED, AFTER])
    yield (
        f"On 1 December {kept:,} items are in under the first policy although their writers have switched it off: too"
        " late, it says, for what was there before. The second one leaves all of these out."
    )


def _why(reasons: Counter[str], words: Mapping[Reason, str]) -> str:
    """The two most frequent causes with their numbers, and the rest in one."""
    named = {reason: rows for reason, rows in reasons.most_common(2) if Reason(reason) in words}
    parts = [f"{words[Reason(reason)]}: {rows:,}" for reason, rows in named.items()]
    rest = reasons.total() - sum(named.values())
    return "; ".join([*parts, *([f"{_OTHER}: {rest:,}"] if rest else [])])


def _items(platform: DemoPlatform) -> Iterator[str]:
    """Three items, each with what it is and what is decided about it."""
    yield f"{platform.switched_off_before}: Katrin lives in Germany and switched it off in the last days before 3 November."
    yield from _told(platform, platform.switched_off_before, ARTICLE)
    yield f"{platform.one_pack_only}: Jonas, in Germany too, switched it off a week after that day."
    yield from _told(platform, platform.one_pack_only, ARTICLE)
    yield from _told(platform, platform.one_pack_only, RECOMMENDED)
    yield f"{platform.names_a_stranger}: Bridget thanks Odile, who has no account and objected."
    yield from _told(platform, platform.names_a_stranger, ARTICLE)


def _told(platform: DemoPlatform, item_id: str, policy: Policy) -> Iterator[str]:
    (found,) = api.explain(
        item_id,
        platform.items,
        register=platform.register,
        pack=policy.pack,
        purpose=PURPOSE,
        recipient=policy.recipient,
        as_of=instant(AFTER),
    )
    word = "may be used" if found.verdict is Verdict.ELIGIBLE else verdict_word(found.verdict, ENGLISH)
    yield f"  {SYMBOLS[found.verdict]} {word} under {policy.pack}. {sentence(found, ENGLISH)}"


def _next(platform: DemoPlatform) -> Iterator[str]:
    """Commands to paste."""
    folder = str(platform.folder)
    items, register = shlex.quote(f"{folder}/items"), shlex.quote(f"{folder}/register")
    asked = f"--purpose {PURPOSE} --recipient"
    yield "Everything about one item, with the rule, its source and other readings of it:"
    yield f"  byleave explain {platform.one_pack_only} {items} --register {register} \\"
    yield f"    --pack {ARTICLE.pack} {asked} {ARTICLE.recipient}"
    yield "A snapshot to train on, with a reason for every item that is left out:"
    yield f"  byleave gate {items} --register {register} \\"
    yield f"    --pack {RECOMMENDED.pack} {asked} {RECOMMENDED.recipient} --out my-snapshot"
    yield "A policy, rule by rule:"
    yield f"  byleave policy show {RECOMMENDED.pack}"
    yield f"More people to look at: {shlex.quote(f'{folder}/README.md')}"
