"""What a rewrite changes, word by word, so that a person sees it before taking it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
_PARTS = re.compile(r"\S+|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row. All pieces but the new ones make the draft, and all but those gone make the rewrite."""

    kind: str
    text: str


def difference(draft: str, rewrite: str) -> list[Piece]:
    """The pieces of both texts, in order."""
    mine, theirs = _PARTS.findall(draft), _PARTS.findall(rewrite)
    found = list[Piece]()
    for kind, first, last, start, end in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece(SAME, "".join(mine[first:last])))
            continue
        gone, new = "".join(mine[first:last]), "".join(theirs[start:end])
        found += [Piece(name, text) for name, text in ((GONE, gone), (NEW, new)) if text]
    return found
