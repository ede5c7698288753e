"""How long a rewrite takes: drafts of sixty words, asked as the composer asks, beside the plain way.

Run `python bench/answer.py --esco DIR [--drafts N] [--words N]`. It needs the extra `learn`. The adapter is trained on
a few sentences first, so that answers have the length of real ones. The ways answer each draft in turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.rewriting import SEED, pairs_of, posts  # noqa: E402

from byleave.adapters.rewrite.base import find_base, quickest  # noqa: E402
from byleave.adapters.rewrite.parts import load  # noqa: E402
from byleave.adapters.rewrite.prompts import GRAMMAR, TONES  # noqa: E402
from byleave.adapters.rewrite.settings import Settings  # noqa: E402
from byleave.adapters.rewrite.trainer import Trainer  # noqa: E402
from byleave.adapters.rewrite.writer import Ask, Rewriter  # noqa: E402
from byleave.learn.rewrite.guard import first_that_keeps, keeps  # noqa: E402

MOST_SECONDS = 6
"""At most, for a draft of sixty words on two cores."""
ASKS = [Ask(TONES["clear"], adapted=True), Ask(GRAMMAR, adapted=False)]
"""As `Rewriter.attempts` asks for the first tone."""
LEARNED = 64
"""Sentences that the adapter learns."""


@dataclass
class Way:
    """One way to answer, and what it took."""

    name: str
    rewriter: Rewriter
    stops: bool
    """Whether it stops at the first rewrite that keeps the facts."""
    walls: list[float] = field(default_factory=list)
    spent: float = 0.0
    shown: int = 0

    def answer(self, draft: str) -> None:
        """Answer one draft, and count."""
        enough = partial(keeps, draft) if self.stops else None
        begun, processor = time.perf_counter(), time.process_time()
        answers = self.rewriter.answer(draft, ASKS, enough)
        self.walls.append(time.perf_counter() - begun)
        self.spent += time.process_time() - processor
        self.shown += first_that_keeps(draft, answers) is not None


def drafts(folder: Path, words: int, count: int) -> list[str]:
    """Texts of exactly so many words, of whole sentences but for the last."""
    joined = " ".join(posts(folder, 12, 25, seed=11)).split()
    return [" ".join(joined[start : start + words]).rstrip(".,;") + "." for start in range(0, words * count, words)]


def ways(adapter: Path) -> list[Way]:
    """The plain way, and the ways that spare something."""
    found = []
    for name, plain, stops in (
        ("float32, every answer to its end", True, False),
        ("float32, until one will do", True, True),
        (f"{quickest('cpu')}, every answer to its end", False, False),
        (f"{quickest('cpu')}, until one will do (as served)", False, True),
    ):
        rewriter = Rewriter(find_base("smollm2"), Settings(shards=1, epochs=1))
        if plain:
            rewriter.model.float()
        rewriter.adapters.set(load(adapter))
        found.append(Way(name, rewriter, stops))
    return found


def main() -> int:
    """Measure and print; 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--esco", type=Path, required=True)
    parser.add_argument("--words", type=int, default=60)
    parser.add_argument("--drafts", type=int, default=12)
    asked = parser.parse_args()
    every = drafts(asked.esco, asked.words, asked.drafts)
    print(f"load before (1, 5, 15 minutes): {', '.join(f'{one:.1f}' for one in os.getloadavg())}")
    with tempfile.TemporaryDirectory() as folder:
        adapter = Path(folder) / "adapter.safetensors"
        trainer = Trainer(find_base("smollm2"), Settings(shards=1, epochs=1))
        adapter.write_bytes(trainer.train(pairs_of(posts(asked.esco, 12, 25)[:LEARNED], 0), SEED))
        del trainer
        every_way = ways(adapter)
    for way in every_way:
        way.rewriter.answer("we met in Oslo", ASKS)  # the first answer of a process is slower
    for draft in every:
        for way in every_way:
            way.answer(draft)
    print(f"{len(every)} drafts of {asked.words} words\n")
    print("| way | median s | worst s | processor s | drafts with a rewrite to show |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for way in every_way:
        told = f"{statistics.median(way.walls):.1f} | {max(way.walls):.1f} | {way.spent / len(every):.1f}"
        print(f"| {way.name} | {told} | {way.shown} of {len(every)} |")
    return int(statistics.median(every_way[-1].walls) > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
