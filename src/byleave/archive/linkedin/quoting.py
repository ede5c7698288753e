r"""The second layer of quotes that exports put around the lines of a post, on top of the CSV's own.

After the CSV is read, the text of a post of several lines still has `"`, a line break and `"` between its lines, a
blank line as a line of quotes, each quote of its own written twice, and sometimes a quote at either end:

    We are hiring!"↵""↵"Ask for ""the lab"".

It is taken off only where the whole cell follows that rule; a post that looks so because its author wrote it so cannot
be told apart, and quotes around a post of one line may be the author's and stay. The raw cell is kept in any case.
"""

from __future__ import annotations

import re

_BREAK = re.compile(r'"(\r\n|\n|\r)"')
_QUOTED_WORDS = re.compile(r'""[^"]+""')
_ANY_BREAK = re.compile(r"\r\n|\n|\r")


def peel(text: str) -> str | None:
    """The text below a second layer of quotes; None when there is no such layer."""
    pieces = _BREAK.split(text)
    if len(pieces) == 1:
        return _single(text)
    lines, breaks = pieces[::2], pieces[1::2]
    if any(_ANY_BREAK.search(line) for line in lines):
        return None
    lines = _without_ends(lines)
    if not all(_paired(line) for line in lines):
        return None
    told = [line.replace('""', '"') for line in lines]
    return told[0] + "".join(mark + line for mark, line in zip(breaks, told[1:], strict=True))


def wrap(text: str, *, ends: bool = False) -> str:
    """The inverse of `peel`: put the second layer on, with a quote at either end if `ends`."""
    doubled = text.replace('"', '""')
    wrapped = _ANY_BREAK.sub(lambda match: f'"{match[0]}"', doubled)
    return f'"{wrapped}"' if ends else wrapped


def _single(text: str) -> str | None:
    """A text of one line: words between doubled quotes tell of a layer; quotes at both ends alone do not."""
    inner = text[1:-1] if text.startswith('"') and text.endswith('"') and not _paired(text) else text
    if _ANY_BREAK.search(inner) or not _paired(inner) or not _QUOTED_WORDS.search(inner):
        return None
    return inner.replace('""', '"')


def _without_ends(lines: list[str]) -> list[str]:
    """Take the quote at the beginning and that at the end away where they are not half of a doubled one."""
    first, last = lines[0], lines[-1]
    if not (first.startswith('"') and last.endswith('"')):
        return lines
    if _paired(first) and _paired(last):
        return lines
    return [first[1:], *lines[1:-1], last[:-1]]


def _paired(line: str) -> bool:
    """Whether quotes come only in twos."""
    return all(len(run) % 2 == 0 for run in re.findall(r'"+', line))
