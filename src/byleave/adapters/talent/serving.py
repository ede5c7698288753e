"""A model of talent search that answers: what it learned is read again whenever the file has changed.

While anybody waits in the model's queue, nothing that was learned answers, since it saw them: then every word tells the
same, and profiles are ordered by words alone.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.opening import tokenizer
from byleave.adapters.talent.training import MODEL, VISIBLE
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.learn.talent.profile import FEATURES, read_query
from byleave.learn.talent.search import Learned, search

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byleave.learn.talent.search import Shown

_WIDE = 100
"""Profiles that are ranked, of which the best that may be shown are."""
_PLAIN = {"headline": 1.0, "often": 1.0, "pairs": 0.5}
"""Weights that nobody taught: how the ranker orders while it may not use what it learned. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class Found:
    """A profile that fits, and why."""

    shown: Shown
    score: float
    lines: tuple[tuple[tuple[str, bool], ...], ...]
    """The profile, line by line, in pieces; whether a piece is a word that was asked for."""
    matched: tuple[str, ...]
    """The words of the query that it has."""
    in_headline: bool
    """Whether one of them is in the first line."""


class Serving:
    """The model in one folder. May be used by many threads; they take turns."""

    def __init__(self, folder: Path) -> None:
        """Open it. Raises: InputError when there is no model."""
        self.folder = folder
        """Of the model."""
        self._model, self._visible = ModelFile.open(folder / MODEL), VisibleFile.open(folder / VISIBLE)
        self.model = str(self._model.manifest()["model"])
        """Its id."""
        self._tokenize = tokenizer(self._visible.connection)
        self._learned: tuple[int, Learned] | None = None
        self._lock = threading.Lock()

    def find(
        self,
        text: str,
        most: int,
        keep: Callable[[Shown], Shown | None],
        *,
        every: bool = False,
        learned: bool = True,
    ) -> tuple[list[Found], bool]:
        """The profiles that fit best, best first, and whether what was learned was used.

        Args:
            text: what is asked for.
            most: at most so many.
            keep: what may be shown of somebody, None for nothing; asked of the best ones until there are enough.
            every: whether every word that is asked for must be there.
            learned: whether what was learned may be used.
        """
        with self._lock:
            waits = not learned or self._waits()
            query = read_query(text, self._tokenize)
            hits = search(query, self._visible, self._plain() if waits else self._know(), _WIDE)
            shown = self._visible.shown([hit.item for hit in hits])
            asked, found = set(query.terms), list[Found]()
            for hit in hits:
                if len(found) == most:
                    break
                fits = not every or len(hit.matched) == len(asked)
                one = keep(shown[hit.item]) if fits else None
                if one is not None:
                    lines = tuple(self._pieces(line, asked) for line in one.text.splitlines())
                    headline = bool(lines) and any(marked for _, marked in lines[0])
                    found.append(Found(one, hit.score, lines, hit.matched, headline))
            return found, not waits

    def _waits(self) -> bool:
        return bool(self._model.connection.execute("SELECT 1 FROM waiting LIMIT 1").fetchall())

    def _know(self) -> Learned:
        """What was learned, read again if another connection has changed the file."""
        (version,) = self._model.connection.execute("PRAGMA data_version").fetchall()[0]
        if self._learned is None or self._learned[0] != version:
            model = self._model
            told = Learned(model.profiles(), model.documents(), model.weights(), model.words())
            self._learned = version, told
        return self._learned[1]

    def _plain(self) -> Learned:
        return Learned(0, {}, [_PLAIN.get(name, 0.0) for name in FEATURES], self._model.words())

    def _pieces(self, line: str, asked: set[str]) -> tuple[tuple[str, bool], ...]:
        """A line in pieces: a word that was asked for is one, and so is what stands between two of them."""
        pieces, plain = list[tuple[str, bool]](), ""
        for word in _split(line):
            if set(self._tokenize(word)) & asked:
                pieces += [(plain, False)] if plain else []
                pieces.append((word, True))
                plain = ""
            else:
                plain += word
        return (*pieces, (plain, False)) if plain else tuple(pieces)

    def close(self) -> None:
        """Give both files back."""
        self._model.close()
        self._visible.close()


def _split(line: str) -> list[str]:
    """A line as runs of letters and digits, and what stands between them, in order."""
    runs = list[str]()
    for sign in line:
        same = runs and runs[-1][-1].isalnum() == sign.isalnum()
        if same:
            runs[-1] += sign
        else:
            runs.append(sign)
    return runs
