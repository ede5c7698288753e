"""What `byleave demo` tells: an invented platform, two policies, three dates, three items, and what to try next."""

from __future__ import annotations

import csv
import shlex
from textwrap import wrap
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
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from rich.console import Console

    from byleave.demo.replays import Replay
    from byleave.gate.request import Progress

ENGLISH = "en"
WIDTH = 80
_LABEL, _CELL = 26, 9
_DAYS = {BEFORE: "24 Oct", START: "3 Nov", AFTER: "1 Dec"}
_SHORT = {ARTICLE: "linkedin", RECOMMENDED: "byleave"}

IN = "may be used"
ROWS: Mapping[str, frozenset[Reason]] = {
    IN: frozenset({Reason.ELIGIBLE}),
    "not written yet": frozenset({Reason.NOT_YET_CREATED}),
    "a kind that is not used": frozenset({Reason.EXCLUDED_CATEGORY, Reason.UNKNOWN_CATEGORY}),
    "not shown to everybody": frozenset({Reason.NOT_PUBLIC, Reason.UNKNOWN_VISIBILITY}),
    "country not known": frozenset({Reason.UNKNOWN_REGION}),
    "under 18, or age unknown": frozenset({Reason.MINOR}),
    "not begun in the country": frozenset({Reason.NOT_IN_FORCE, Reason.RECIPIENT_NOT_PERMITTED}),
    "told under 30 days ago": frozenset({Reason.NOTICE_PENDING}),
    "writer switched it off": frozenset({Reason.OPTED_OUT, Reason.WITHHELD}),
    "somebody objected": frozenset({Reason.OBJECTION, Reason.SUBJECT_OBJECTION}),
    "written by an AI": frozenset({Reason.AI_WRITTEN}),
    "cannot be read": frozenset({Reason.INVALID_ITEM, Reason.UNKNOWN_MEMBER}),
}
"""The rows of the table; every reason stands in exactly one of them."""

CAME: Mapping[Reason, str] = {
    Reason.NOT_IN_FORCE: "training begun",
    Reason.NOT_YET_CREATED: "new or edited",
    Reason.NOTICE_PENDING: "told 30 days ago",
    Reason.OPTED_OUT: "switched on again",
}
WENT: Mapping[Reason, str] = {
    Reason.OPTED_OUT: "switched off",
    Reason.OBJECTION: "writer objected",
    Reason.SUBJECT_OBJECTION: "person named objected",
    Reason.WITHHELD: "item withheld",
}


def run_demo(
    out: Path, console: Console, *, members: int = 10_000, items: int = 200_000, progress: Progress = silent
) -> None:
    """Invent a platform in the folder `out`, decide it, and tell what comes out; see `story`."""
    show(story(out, members=members, items=items, progress=progress), console)


def story(
    out: Path, *, members: int = 10_000, items: int = 200_000, progress: Progress = silent
) -> Mapping[str, list[str]]:
    """Invent a platform, decide it, and put what there is to tell into words.

    Args:
        out: a new or empty folder, or that of an earlier demonstration, which is replaced.
        members: how many members to invent.
        items: how many items.
        progress: called with each step and how much of it is done.

    Returns: heading → lines.

    Raises: OutputError when the folder holds something else.
    """
    platform = write_demo(
        out, members=members, items=items, on_progress=lambda done: progress("inventing a platform", done)
    )
    replays = replay_all(platform, progress)
    progress("explaining three items", 0.0)
    return {
        "What this is": list(_opening(platform)),
        "May it be used, and if not, why not? Three days of 2025, two policies": list(_table(replays)),
        "What moved, and the two main reasons": list(_moved(replays)),
        "Three items, as of 1 December": list(_items(platform)),
        "Try it yourself": list(_next(platform)),
    }


def show(told: Mapping[str, list[str]], console: Console) -> None:
    """Print a story; on a terminal with some colour."""
    for number, (heading, lines) in enumerate(told.items()):
        if number:
            console.print()
        console.print(heading, style="bold", soft_wrap=True)
        for line in lines:
            console.print(line, style=_style(line), markup=False, emoji=False, soft_wrap=True)


def _style(line: str) -> str:
    """Colours for a terminal; nothing depends on them."""
    return "green" if line.startswith((IN, f"  {SYMBOLS[Verdict.ELIGIBLE]}")) or "█" in line else ""


def _paragraph(text: str, indent: str = "", hanging: str = "") -> Iterator[str]:
    yield from wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _opening(platform: DemoPlatform) -> Iterator[str]:
    offs = {row["member_id"]: row["at"] for row in _rows(platform, "preferences") if row["value"] == "off"}
    late = sum(at >= instant(START) for at in offs.values())
    members = {row["member_id"] for row in _rows(platform, "members")}
    objectors = {row["subject_id"] for row in _rows(platform, "objections")}
    yield from _paragraph(
        f"{NAME} is a network for people at work. It is made up, and so are its {platform.member_count:,} members and"
        f" their {platform.item_count:,} posts, comments and messages. It wants to train an AI with them: in Europe"
        " from 3 November 2025, elsewhere since 2024. A switch is on unless a member turns it off."
        f" {len(offs) - late:,} did so before that day, {late:,} later. {len(objectors):,} people objected in writing;"
        f" {len(objectors - members):,} of them have no account, but others wrote about them. byleave decides for each"
        " item whether it may be used, and says why."
    )


def _rows(platform: DemoPlatform, table: str) -> list[dict[str, str]]:
    with (platform.register / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(replays: Mapping[tuple[Policy, str], Replay]) -> Iterator[str]:
    """Rows that are empty everywhere are left out."""
    yield f"{ARTICLE.pack}, as an article told it: off stops only what comes later"
    yield f"{RECOMMENDED.pack}, which we recommend: 30 days' notice first, and off stops everything"
    columns = [(policy, date) for policy in POLICIES for date in DATES]
    yield " " * _LABEL + "".join(f"{policy.pack:>{_CELL * len(DATES)}}" for policy in POLICIES)
    yield _row("", [_DAYS[date] for _, date in columns])
    counts = [replays[column].counts for column in columns]
    most = max(count[Reason.ELIGIBLE] for count in counts) or 1
    for label, reasons in ROWS.items():
        cells = [sum(count[reason] for reason in reasons) for count in counts]
        if any(cells):
            yield _row(label, [f"{cell:,}" if cell else "-" for cell in cells])
        if label == IN:
            yield _row("", ["█" * round((_CELL - 1) * cell / most) for cell in cells])


def _row(label: str, cells: Iterable[str]) -> str:
    shown = label if label in ("", IN) else f"  {label}"
    return f"{shown:<{_LABEL}}" + "".join(f"{cell:>{_CELL}}" for cell in cells)


def _moved(replays: Mapping[tuple[Policy, str], Replay]) -> Iterator[str]:
    for policy in POLICIES:
        name = _SHORT[policy]
        for earlier, later in ((BEFORE, START), (START, AFTER)):
            moved = move(replays[policy, earlier], replays[policy, later])
            days = f"{_DAYS[earlier]} - {_DAYS[later]}"
            for sign, reasons, words in (("+", moved.came, CAME), ("-", moved.went, WENT)):
                if reasons:
                    yield f"{name:<10}{days:<16}{f'{sign}{reasons.total():,}':>7}  {_why(reasons, words)}"
    kept = kept_in_spite(replays[ARTICLE, AFTER], replays[RECOMMENDED, AFTER])
    yield from _paragraph(
        f"On 1 December {kept:,} items are in under the first policy although their writers switched off, too late or"
        " not for good. Under the second all of them are out."
    )


def _why(reasons: Counter[str], words: Mapping[Reason, str]) -> str:
    """The two most frequent causes with their numbers."""
    return ", ".join(f"{words.get(Reason(reason), reason)} {rows:,}" for reason, rows in reasons.most_common(2))


def _items(platform: DemoPlatform) -> Iterator[str]:
    """Three items, each with what it is and what is decided about it."""
    yield f"{platform.switched_off_before}: a German post; its writer switched off six days before the start."
    yield from _told(platform, platform.switched_off_before, ARTICLE)
    yield f"{platform.one_pack_only}: a German post; its writer switched off a week after the start."
    yield from _told(platform, platform.one_pack_only, ARTICLE)
    yield from _told(platform, platform.one_pack_only, RECOMMENDED)
    yield f"{platform.names_a_stranger}: a British post that thanks somebody who has no account."
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
    word = IN if found.verdict is Verdict.ELIGIBLE else verdict_word(found.verdict, ENGLISH)
    text = f"{SYMBOLS[found.verdict]} {_SHORT[policy]}: {word}. {sentence(found, ENGLISH)}"
    yield from _paragraph(text, indent="  ", hanging="  ")


def _next(platform: DemoPlatform) -> Iterator[str]:
    """Commands to paste."""
    folder = str(platform.folder)
    items, register = shlex.quote(f"{folder}/items"), shlex.quote(f"{folder}/register")
    asked = f"--purpose {PURPOSE} --recipient"
    yield f"  byleave explain {platform.one_pack_only} {items} --register {register} \\"
    yield f"    --pack {ARTICLE.pack} {asked} {ARTICLE.recipient}"
    yield f"  byleave gate {items} --register {register} \\"
    yield f"    --pack {RECOMMENDED.pack} {asked} {RECOMMENDED.recipient} --out snapshot"
    yield f"  byleave policy show {RECOMMENDED.pack}"
    yield f"More people to look at, with what there is to see: {folder}/README.md"
