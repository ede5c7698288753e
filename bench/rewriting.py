"""What the benchmarks of the rewriter share: texts that stand in for posts, and a faster reader of losses.

The texts are sentences of ESCO, the classification of the European Commission (v1.1.1, English). Nobody wrote them as
posts: they stand in for human texts that may be used.
"""

from __future__ import annotations

import json
import math
import os
import platform
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.talent import rows  # noqa: E402 - after the path is set

from byleave.adapters.rewrite.losses import Reader  # noqa: E402
from byleave.learn.rewrite.pairs import make_pair  # noqa: E402
from byleave.lineage.keys import keyed  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.adapters.rewrite.trainer import Trainer
    from byleave.learn.rewrite.pairs import Pair

KEY, ITEM = keyed(b"members of the benchmark 0123456"), keyed(b"items of the benchmark 012345678")
SEED = 20_251_103


def posts(folder: Path, fewest: int, most: int, seed: int = 5) -> list[str]:
    """First sentences of descriptions of skills with so many words, in a drawn order."""
    found = set()
    for row in rows(folder, "skills_en.csv"):
        sentence = " ".join(row["description"].split()).split(". ")[0].rstrip(".") + "."
        if fewest <= len(sentence.split()) <= most:
            found.add(sentence)
    every = sorted(found)
    random.Random(seed).shuffle(every)  # noqa: S311
    return every


def pairs_of(texts: Sequence[str], first: int, seed: int = SEED) -> list[Pair]:
    """One member for each text."""
    return [make_pair(KEY(f"m{first + n}"), ITEM(f"p{first + n}"), text, seed) for n, text in enumerate(texts)]


class Kept(Reader):
    """Keeps what comes out of the blocks below the adapters, which no adapter changes: half of the work is done once.

    It knows models that answer to `get_decoder()` with `layers` and `norm`, as Llama's do.
    """

    def __init__(self, trainer: Trainer) -> None:
        """Use a trainer that trains nothing meanwhile."""
        super().__init__(trainer)
        self.decoder = trainer.model.get_decoder()
        self.layers, self.norm = self.decoder.layers, self.decoder.norm
        self.first = max(0, len(self.layers) - trainer.settings.layers)
        self.below: dict[int, Any] = {}
        self.items: list[int] = []

    def totals(self, batch: Sequence[Pair]) -> tuple[list[float], list[int]]:
        """The losses and tokens of one batch."""
        import torch

        self.items = [one.item for one in batch]
        hook = self.decoder.register_forward_pre_hook(self._from_below, with_kwargs=True)
        self.decoder.layers = torch.nn.ModuleList(self.layers[self.first :])
        try:
            return super().totals(batch)
        finally:
            hook.remove()
            self.decoder.layers = self.layers

    def _from_below(
        self, _decoder: object, given: object, named: dict[str, Any]
    ) -> tuple[object, dict[str, Any]] | None:
        """Give the decoder what was kept instead of tokens."""
        import torch

        items, self.items = self.items, []
        if not items:  # it is asked for what is below
            return None
        tokens, seen = named["input_ids"], named["attention_mask"]
        lengths = seen.sum(dim=1).tolist()
        if not all(one in self.below for one in items):
            above = self.decoder.layers
            self.decoder.layers = torch.nn.ModuleList(self.layers[: self.first])
            self.decoder.norm = torch.nn.Identity()
            thought = self.decoder(input_ids=tokens, attention_mask=seen, use_cache=False).last_hidden_state
            self.decoder.layers, self.decoder.norm = above, self.norm
            self.below |= {one: thought[row, : lengths[row]].clone() for row, one in enumerate(items)}
        some = self.below[items[0]]
        whole = torch.zeros(*tokens.shape, some.shape[-1], dtype=some.dtype)
        for row, one in enumerate(items):
            whole[row, : lengths[row]] = self.below[one]
        rest = {name: value for name, value in named.items() if name != "input_ids"}
        return given, {**rest, "inputs_embeds": whole}


def perplexity(losses: dict[int, tuple[float, int]]) -> float:
    """Of a token."""
    return math.exp(sum(loss for loss, _ in losses.values()) / sum(count for _, count in losses.values()))


def kept_gain(base: float, single: float, mean: float) -> float:
    """Which part of what one adapter gains over the base, in nats a token, the mean keeps."""
    return math.log(base / mean) / math.log(base / single)


class Notes:
    """What was found so far: printed as it is found, and written whole each time, since a run takes long."""

    def __init__(self, out: Path | None, **first: object) -> None:
        """Begin, with what was asked for, when, and on what."""
        self.out, self.began, self.worked = out, time.perf_counter(), time.process_time()
        when = datetime.now(UTC).isoformat(timespec="minutes")
        self.told: dict[str, Any] = {
            "when": when, "load": os.getloadavg(), "machine": f"{platform.machine()}, {os.cpu_count()} processors"
        }  # fmt: skip
        self.add(**first)

    def add(self, **found: object) -> None:
        """Something more."""
        spent = f"{time.perf_counter() - self.began:.0f} s, {time.process_time() - self.worked:.0f} s of processor"
        for name, value in found.items():
            print(f"[{spent}] {name}: {json.dumps(value, default=str)}", flush=True)
        self.told |= {**found, "spent": spent}
        if self.out:
            self.out.write_text(json.dumps(self.told, indent=2, default=str), encoding="utf-8")
