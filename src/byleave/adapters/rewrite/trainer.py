"""Train the adapter of one shard: the same bytes for the same pairs, settings and environment, whoever is beside."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from byleave.adapters.rewrite.adapter import Adapters
from byleave.adapters.rewrite.base import load_base, load_tokenizer
from byleave.adapters.rewrite.parts import save
from byleave.adapters.rewrite.prompts import TONES, ends, plain, prompt
from byleave.adapters.rewrite.settings import MILLION
from byleave.learn.rewrite.pairs import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from byleave.adapters.rewrite.base import Base
    from byleave.adapters.rewrite.settings import Settings
    from byleave.learn.rewrite.pairs import Pair

ASKED = TONES["clear"]
NOT_LEARNED = -100
"""Label of a token that is given and not learned, as torch's cross entropy has it."""


class Trainer:
    """Trains adapters on one base, which is loaded once."""

    def __init__(self, base: Base, settings: Settings, device: str = "cpu") -> None:
        """Load the base. Raises: InputError."""
        self.settings, self.device = settings, device
        self.model, self.tokenizer = load_base(base, device, settings.dtype)
        self.adapters = Adapters(self.model, settings)
        self.end = ends(self.tokenizer)[0]

    def train(self, pairs: Sequence[Pair], seed: int) -> bytes:
        """The adapter of a shard, as a file; `seed` orders the pairs in each epoch."""
        import torch

        self.adapters.clear()
        halves = [half for _, half in sorted(self.adapters.halves.items())]
        step = torch.optim.Adam(halves, lr=self.settings.rate_millionths / MILLION)
        size = self.settings.batch
        with exact():
            for epoch in range(self.settings.epochs):
                ordered = in_order(pairs, seed, epoch)
                for start in range(0, len(ordered), size):
                    step.zero_grad()
                    total, count = self.loss(ordered[start : start + size])
                    (total.sum() / count.sum()).backward()
                    step.step()
        return save(self.adapters.tensors())

    def loss(self, pairs: Sequence[Pair]) -> tuple[Any, Any]:
        """For each pair the sum of the losses of its post's tokens, in nats, and how many there are."""
        import torch

        examples = [self._example(pair) for pair in pairs]
        longest = max(len(tokens) for tokens, _ in examples)
        shape = (len(examples), longest)
        tokens = torch.full(shape, self.end)
        seen, labels = torch.zeros(shape, dtype=torch.long), torch.full(shape, NOT_LEARNED)
        for row, (told, given) in enumerate(examples):
            tokens[row, : len(told)] = torch.tensor(told)
            seen[row, : len(told)] = 1
            labels[row, given : len(told)] = torch.tensor(told[given:])
        tokens, seen, labels = (one.to(self.device) for one in (tokens, seen, labels))
        thought = self.model.get_decoder()(input_ids=tokens, attention_mask=seen, use_cache=False).last_hidden_state
        after = labels[:, 1:]
        learned = after != NOT_LEARNED
        # words are many: they are guessed only where they are learned
        answers = self.model.get_output_embeddings()(thought[:, :-1][learned]).float()
        each = torch.nn.functional.cross_entropy(answers, after[learned], reduction="none")
        rows = torch.arange(len(examples), device=self.device).repeat_interleave(learned.sum(dim=1))
        total = torch.zeros(len(examples), device=self.device).index_add(0, rows, each)
        return total, learned.sum(dim=1)

    def _example(self, pair: Pair) -> tuple[list[int], int]:
        """The tokens of prompt and post, and how many of them are the prompt."""
        return _example(self.tokenizer, pair, self.end)


def _example(tokenizer: Any, pair: Pair, end: int) -> tuple[list[int], int]:  # noqa: ANN401 - transformers'
    asked = prompt(tokenizer, pair.draft, ASKED)
    return [*asked, *plain(tokenizer, pair.post), end], len(asked)


def fitting(base: Base, settings: Settings) -> Callable[[Pair], bool]:
    """The function that says whether a pair is short enough to be learned, to be asked before training.

    Whoever has a pair in a shard has then changed its adapter, and leaves no adapter as it was.

    Raises: InputError when the base has no tokenizer.
    """
    tokenizer = load_tokenizer(base)
    end = ends(tokenizer)[0]
    return lambda pair: len(_example(tokenizer, pair, end)[0]) <= settings.longest


@contextmanager
def exact() -> Iterator[None]:
    """While it holds, torch uses one thread and algorithms that give the same bytes each time."""
    import torch

    threads, was = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(mode=was)


def environment(device: str = "cpu") -> dict[str, str]:
    """What computes: bytes are promised to be equal where these are."""
    import platform
    from importlib import metadata

    import torch

    names = ("byleave", "torch", "transformers", "tokenizers", "safetensors", "numpy")
    found = {name: metadata.version(name) for name in names}
    machine = {"machine": platform.machine(), "instructions": torch.backends.cpu.get_cpu_capability()}
    told = {"device": device, "python": platform.python_version(), "system": platform.system()}
    return {**found, **machine, **told}
