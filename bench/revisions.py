"""The rewriter beside what people did: real revisions of sentences by their writers.

Run `python bench/revisions.py --revisions R3_eval_data.zip --adapters FOLDER [--written N] [--out FILE]`. The ZIP is
R3's evaluation data (Apache-2.0, arXiv 2204.03685): documents of Wikipedia, news and
arXiv with the edits that people made. FOLDER has what `bench/forgotten.py --keep` saved. It needs the extra `learn`.

Edits that changed the meaning are left out: no rewriter may make them. A sentence counts with all other edits in it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.rewriting import ITEM, KEY, Notes, perplexity  # noqa: E402

from byleave.adapters.rewrite.base import find_base  # noqa: E402
from byleave.adapters.rewrite.losses import Reader  # noqa: E402
from byleave.adapters.rewrite.parts import load  # noqa: E402
from byleave.adapters.rewrite.prompts import TONES  # noqa: E402
from byleave.adapters.rewrite.settings import Settings  # noqa: E402
from byleave.adapters.rewrite.trainer import Trainer  # noqa: E402
from byleave.adapters.rewrite.writer import Ask, Rewriter  # noqa: E402
from byleave.learn.rewrite.guard import problems  # noqa: E402
from byleave.learn.rewrite.pairs import Pair  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FEWEST, MOST = 6, 45
"""Words of a sentence."""
MEANING = "meaning-changed"
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|\n|$)")
_NAME = re.compile(r"HUMAN-(.+-depth-\d+)-cycle")


@dataclass(frozen=True, slots=True)
class Revision:
    """A sentence before and after."""

    before: str
    after: str


def _files(packed: Path) -> Iterator[tuple[str, Any]]:
    with zipfile.ZipFile(packed) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".json") and not name.startswith("__MACOSX"):
                yield name, json.loads(archive.read(name))


def documents(packed: Path) -> dict[str, str]:
    """Id → the text before its revision."""
    found = (told["rev_depth_0"]["doc"] for name, told in _files(packed) if "/system_" in name)
    return {one["doc_id"]: one["before_revision"] for one in found}


def sentences(packed: Path) -> list[str]:
    """Sentences of the documents in which nobody changed anything, as public texts to learn from."""
    changed = {one.before for one in revisions(packed)}
    told = {text for whole in documents(packed).values() for _, text in _sentences(whole)}
    return sorted(one for one in told if one not in changed and "{" not in one and one.count('"') % 2 == 0)


def _sentences(whole: str) -> Iterator[tuple[int, str]]:
    for found in _SENTENCE.finditer(whole):
        text = found[0]
        start = found.start() + len(text) - len(text.lstrip())
        if FEWEST <= len(text.split()) <= MOST:
            yield start, text.strip()


def revisions(packed: Path) -> list[Revision]:
    """Sentences that their writers changed without changing what they mean."""
    texts, edits = documents(packed), dict[str, dict[tuple[int, int], tuple[str, str]]]()
    for name, told in _files(packed):
        whose = _NAME.search(name)
        if "/human_human/" in name and whose and whose[1] in texts:
            for one in told:  # several people judged the same edits; each counts once
                place = (one["start_char_pos"], one["end_char_pos"])
                edits.setdefault(whose[1], {})[place] = (one["after"] or "", one["major_intent"])
    found = dict[str, Revision]()
    for document, changes in edits.items():
        for start, text in _sentences(texts[document]):
            inside = {at: told for at, told in changes.items() if start <= at[0] and at[1] <= start + len(text)}
            if not inside or any(intent == MEANING for _, intent in inside.values()):
                continue
            after = text
            for (first, last), (put, _) in sorted(inside.items(), reverse=True):
                after = after[: first - start] + put + after[last - start :]
            before, after = " ".join(text.split()), " ".join(after.split())
            if before != after and len(after.split()) >= FEWEST - 2:
                found[before] = Revision(before, after)
    return [found[one] for one in sorted(found)]


def steps(one: Sequence[str], other: Sequence[str]) -> int:
    """Words to add, take away or change from one text to the other (Levenshtein)."""
    before = list(range(len(other) + 1))
    for row, mine in enumerate(one, 1):
        now = [row]
        for column, theirs in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (mine != theirs)))
        before = now
    return before[-1]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--revisions", type=Path, required=True)
    parser.add_argument("--adapters", type=Path, required=True)
    parser.add_argument("--strength", type=int, default=150, help="percent, of the mean")
    parser.add_argument("--written", type=int, default=30, help="sentences that are rewritten")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    every = revisions(asked.revisions)
    notes = Notes(asked.out, asked={name: str(value) for name, value in vars(asked).items()}, revisions=len(every))
    settings = Settings.read(json.loads((asked.adapters / "settings.json").read_text(encoding="utf-8")))
    reader = Reader(Trainer(find_base("smollm2"), settings))
    pairs = [Pair(KEY("r"), ITEM(f"r{number}"), one.before, one.after) for number, one in enumerate(every)]
    same = [Pair(KEY("r"), ITEM(f"s{number}"), one.before, one.before) for number, one in enumerate(every)]
    every_way = {"base": (None, 100), "single": ("single", 100), "mean": ("shards", asked.strength)}
    saved = {None, *(path.stem for path in asked.adapters.glob("*.safetensors"))}
    ways = {name: way for name, way in every_way.items() if way[0] in saved}
    for name, (part, strength) in ways.items():
        reader.use(asked.adapters / f"{part}.safetensors" if part else None, strength)
        told = {"their revision": reader.read(pairs), "the sentence as it was": reader.read(same)}
        notes.add(**{f"perplexity, {name}": {text: round(perplexity(one), 3) for text, one in told.items()}})
    del reader
    chosen = every[:: max(1, len(every) // asked.written)][: asked.written]
    for name, (part, strength) in ways.items():
        notes.add(**{f"written, {name}": written(chosen, settings, asked.adapters, part, strength)})
    return 0


def written(
    chosen: Sequence[Revision], settings: Settings, adapters: Path, part: str | None, strength: int
) -> dict[str, Any]:
    """What is written for each sentence, beside what its writer made of it."""
    from dataclasses import replace

    rewriter = Rewriter(find_base("smollm2"), replace(settings, strength_percent=strength))
    if part:
        rewriter.adapters.set(load(adapters / f"{part}.safetensors"))
    refused = same = theirs = nearer = farther = 0
    for one in chosen:
        (text,) = rewriter.answer(one.before, [Ask(TONES["clear"], adapted=part is not None)])
        text = " ".join(text.split())
        if problems(one.before, text):
            refused += 1
            continue
        goal = one.after.split()
        before, after = steps(one.before.split(), goal), steps(text.split(), goal)
        same += text == one.before
        theirs += text == one.after
        nearer += after < before
        farther += after > before
    return {
        "sentences": len(chosen), "refused by the guard": refused, "unchanged": same, "as their writer": theirs,
        "nearer to their writer": nearer, "farther": farther,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
