"""How long a rewrite takes: drafts of sixty words, each answered three ways at once, as the composer asks.

Run `python bench/answer.py --esco DIR [--drafts N] [--words N]`. It needs the extra `learn`. The adapter is trained on a
few sentences first, so that answers have the length of real ones; the kinds of numbers are timed in turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.rewriting import SEED, pairs_of, posts  # noqa: E402

from byleave.adapters.rewrite.base import find_base  # noqa: E402
from byleave.adapters.rewrite.parts import load  # noqa: E402
from byleave.adapters.rewrite.prompts import GRAMMAR, TONES  # noqa: E402
from byleave.adapters.rewrite.settings import DTYPES, Settings  # noqa: E402
from byleave.adapters.rewrite.trainer import Trainer  # noqa: E402
from byleave.adapters.rewrite.writer import Ask, Rewriter  # noqa: E402

MOST_SECONDS = 6
"""At most, for a draft of sixty words on two cores."""
ASKS = [Ask(TONES["warm"], adapted=True), Ask(TONES["clear"], adapted=True), Ask(GRAMMAR, adapted=False)]
"""As `Rewriter.attempts` asks for a tone that is not the first."""
LEARNED = 64
"""Sentences that the adapter learns."""


def drafts(folder: Path, words: int, count: int) -> list[str]:
    """Texts of exactly so many words, of whole sentences but for the last."""
    joined = " ".join(posts(folder, 12, 25, seed=11)).split()
    return [" ".join(joined[start : start + words]).rstrip(".,;") + "." for start in range(0, words * count, words)]


def rewriter(folder: Path, esco: Path, dtype: str) -> Rewriter:
    """One with an adapter that has learned something."""
    settings = Settings(shards=1, epochs=1, dtype=dtype)
    path = folder / f"{dtype}.safetensors"
    path.write_bytes(Trainer(find_base("smollm2"), settings).train(pairs_of(posts(esco, 12, 25)[:LEARNED], 0), SEED))
    found = Rewriter(find_base("smollm2"), settings)
    found.adapters.set(load(path))
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
        ways = {dtype: rewriter(Path(folder), asked.esco, dtype) for dtype in DTYPES}
        walls: dict[str, list[float]] = {dtype: [] for dtype in DTYPES}
        spent = dict.fromkeys(DTYPES, 0.0)
        told = dict.fromkeys(DTYPES, 0)
        for one in ways.values():
            one.answer(every[0], ASKS)  # the first answer of a process is slower
        for draft in every:
            for dtype, one in ways.items():
                begun, processor = time.perf_counter(), time.process_time()
                answers = one.answer(draft, ASKS)
                walls[dtype].append(time.perf_counter() - begun)
                spent[dtype] += time.process_time() - processor
                told[dtype] += max(len(answer.split()) for answer in answers)
    print(f"{len(every)} drafts of {asked.words} words, three answers each\n")
    print("| numbers of the base | median s | worst s | processor s | words of the longest answer | at most s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for dtype, found in walls.items():
        middle, worst = statistics.median(found), max(found)
        rest = f"{spent[dtype] / len(every):.1f} | {told[dtype] / len(every):.0f} | {MOST_SECONDS}"
        print(f"| {dtype} | {middle:.1f} | {worst:.1f} | {rest} |")
    return int(min(statistics.median(found) for found in walls.values()) > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
