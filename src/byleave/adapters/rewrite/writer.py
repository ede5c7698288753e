"""Answer a draft with a rewrite: the served mean on the base, three ways at once, and the first that keeps the facts.

Greedy decoding only, so that a draft has one answer. What the model says is text: it is read by the guard, and reaches
nobody as anything else. Numbers that lie behind the words are never given out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from byleave.adapters.rewrite.adapter import Adapters
from byleave.adapters.rewrite.base import load_base
from byleave.adapters.rewrite.model_file import opened, read_serving
from byleave.adapters.rewrite.parts import load
from byleave.adapters.rewrite.prompts import GRAMMAR, TONES, ends, plain, prompt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from byleave.adapters.rewrite.base import Base
    from byleave.adapters.rewrite.settings import Settings

_MORE_PERCENT, _MORE_TOKENS = 140, 12
"""An answer has at most so many of the draft's tokens, and a few more."""
WHOLE_SHARE = 100


class Writer(Protocol):
    """Answers drafts. Nothing that it is given is kept."""

    def attempts(self, draft: str, tone: str, *, adapted: bool = True) -> list[str]:
        """Rewrites to choose from, best first; none is checked yet. Raises: ByleaveError.

        Args:
            draft: the text.
            tone: one of `prompts.TONES`.
            adapted: whether what members taught may answer; otherwise a public base alone does.
        """


@dataclass(frozen=True, slots=True)
class Ask:
    """One way to ask."""

    asked: str
    adapted: bool
    """Whether with what members taught, or the base alone."""


class Rewriter:
    """The writer of one model's folder, or of a base alone. Made for one thread."""

    def __init__(self, base: Base, settings: Settings, folder: Path | None = None, device: str = "cpu") -> None:
        """Load the base. Raises: InputError."""
        self.folder, self.settings, self.device = folder, settings, device
        self.model, self.tokenizer = load_base(base, device, settings.dtype)
        self.adapters = Adapters(self.model, settings)
        self._served: Path | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Take what is served now, if that has changed; whether members' adapters are served at all.

        One small file is read, so this is done before every answer: who has left is out of the very next one.
        """
        path = read_serving(self.folder)[0] if self.folder else None
        if path != self._served:
            self.adapters.clear()
            if path is not None:
                self.adapters.set(load(path))
            self._served = path
        return path is not None

    def attempts(self, draft: str, tone: str, *, adapted: bool = True) -> list[str]:
        """Rewrites to choose from: in the tone, clear, and by the base alone. Raises: InputError."""
        asks = [Ask(asked, adapted=True) for asked in dict.fromkeys((TONES[tone], TONES["clear"]))]
        if not (adapted and self.refresh()):
            asks = [Ask(one.asked, adapted=False) for one in asks]
        return self.answer(draft, [*asks, Ask(GRAMMAR, adapted=False)])

    def answer(self, draft: str, asks: Sequence[Ask]) -> list[str]:
        """One answer for each way to ask, in one batch."""
        import torch

        prompts = [prompt(self.tokenizer, draft, one.asked) for one in asks]
        longest, stop = max(map(len, prompts)), list(ends(self.tokenizer))
        shares = [self.settings.strength_percent / WHOLE_SHARE if one.adapted else 0.0 for one in asks]
        self.adapters.share = torch.tensor(shares, device=self.device)[:, None, None]
        tokens = torch.tensor([[stop[0]] * (longest - len(one)) + one for one in prompts], device=self.device)
        seen = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in prompts], device=self.device)
        most = len(plain(self.tokenizer, draft)) * _MORE_PERCENT // 100 + _MORE_TOKENS
        given: dict[str, Any] = {"max_new_tokens": most, "do_sample": False, "eos_token_id": stop}
        with torch.inference_mode():
            found = self.model.generate(input_ids=tokens, attention_mask=seen, pad_token_id=stop[0], **given)
        self.adapters.share = 1.0
        told = [self.tokenizer.decode(one[longest:], skip_special_tokens=True).strip() for one in found]
        # a small model sometimes says first what it was asked
        return [text.removeprefix(one.asked).strip() for text, one in zip(told, asks, strict=True)]


def open_rewriter(folder: Path, cache: Path | None = None, device: str = "cpu") -> Rewriter:
    """The writer of a model. Raises: InputError when the base is not the one that it was trained on."""
    from byleave.adapters.rewrite.base import require_base

    with opened(folder) as model:
        manifest, settings, place = model.manifest(), model.settings(), model.base_place()
    return Rewriter(require_base(manifest["configuration"]["base"], cache, place), settings, folder, device)
