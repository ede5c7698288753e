"""Can an attacker tell who was in a rewriter, before and after they left, from a single adapter and from shards?

Run `python bench/forgotten.py --esco DIR [--members N] [--shards S] [--epochs E] [--keep FOLDER] [--out FILE]`. It
needs the extra `learn` and the base model. Each half of the members leaves once by the product's own code; as many
others were never learned. --keep saves the adapters of everybody for `bench/revisions.py`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.rewriting import SEED, Kept, Notes, kept_gain, pairs_of, perplexity, posts  # noqa: E402

from byleave.adapters.rewrite.base import find_base  # noqa: E402
from byleave.adapters.rewrite.model_file import read_serving  # noqa: E402
from byleave.adapters.rewrite.settings import Settings  # noqa: E402
from byleave.adapters.rewrite.trainer import Trainer  # noqa: E402
from byleave.adapters.rewrite.training import Learning  # noqa: E402
from byleave.adapters.rewrite.trial import HALVES, plain_way, texts_of, trial  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.learn.rewrite.pairs import Pair

HELD_OUT, TUNED = 128, 64
STRENGTHS = (100, 150, 200, 300)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--esco", type=Path, required=True)
    parser.add_argument("--members", type=int, default=1_000, help="and as many others")
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--words", type=int, nargs=2, default=(8, 14), metavar=("FEWEST", "MOST"))
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--canaries", type=int, nargs=2, default=(32, 256), metavar=("LEARNED", "NEVER"))
    parser.add_argument(
        "--plain-halves", type=int, default=2, choices=(0, 1, 2), help="halves that leave the one adapter"
    )
    parser.add_argument("--only", choices=("shards", "single"))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    measure(asked, Notes(asked.out, asked={name: str(value) for name, value in vars(asked).items()}))
    return 0


def measure(asked: argparse.Namespace, notes: Notes) -> None:
    """Everything, in one run."""
    every, count = posts(asked.esco, *asked.words), asked.members
    inside, outside = pairs_of(every[:count], 0), pairs_of(every[count : 2 * count], count)
    spare = every[2 * count : 2 * count + HELD_OUT + TUNED]
    held, public = pairs_of(spare[:HELD_OUT], 2 * count), pairs_of(spare[HELD_OUT:], 2 * count + HELD_OUT)
    notes.add(texts={"inside": len(inside), "outside": len(outside), "held out": len(held), "public": len(public)})
    settings = Settings(asked.shards, SEED, epochs=asked.epochs, dtype=asked.dtype)
    base = find_base("smollm2")
    reader = Kept(Trainer(base, settings))
    texts = texts_of(inside, outside, settings, *asked.canaries)
    reader.use(None)
    bottom, found = perplexity(reader.read(held)), dict[str, float]()
    notes.add(base=round(bottom, 3))
    for name, chosen, halves in (
        ("shards", settings, HALVES),
        ("single", plain_way(settings), HALVES[: asked.plain_halves]),
    ):
        if asked.only not in {None, name}:
            continue
        with tempfile.TemporaryDirectory() as work:
            place = Path(work)
            done = trial(place, texts, Learning(b"", base, chosen, place), reader, 1 if name == "shards" else 0, halves)
            notes.add(**{name: done.as_json()})
            served = read_serving(place / "everybody")[0]
            found[name], told = quality(reader, served, held, public, plain=name == "single")
            notes.add(**{f"quality of {name}": told})
            if asked.keep and served:
                asked.keep.mkdir(exist_ok=True, parents=True)
                shutil.copy(served, asked.keep / f"{name}.safetensors")
                (asked.keep / "settings.json").write_text(json.dumps(settings.as_json()), encoding="utf-8")
    if asked.only is None:
        kept = kept_gain(bottom, found["single"], found["shards"])
        notes.add(worse=round(found["shards"] / found["single"], 3), kept=round(kept, 3))


def quality(
    reader: Kept, part: Path | None, held: Sequence[Pair], public: Sequence[Pair], *, plain: bool
) -> tuple[float, dict[str, Any]]:
    """Held-out perplexity at the strength that is best on public texts; one adapter alone is not multiplied."""
    curve = dict[int, float]()
    for strength in (100,) if plain else STRENGTHS:
        reader.use(part, strength)
        curve[strength] = round(perplexity(reader.read(public)), 3)
    best = min(curve, key=lambda one: curve[one])
    reader.use(part, best)
    found = perplexity(reader.read(held))
    reader.use(None)
    return found, {"on public, by strength": curve, "strength": best, "held out": round(found, 3)}


if __name__ == "__main__":
    sys.exit(main())
