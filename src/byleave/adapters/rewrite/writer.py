"""Answer a draft with a rewrite: the served mean on the base, three ways at once, and the first that keeps the facts.

Greedy decoding only, so that a draft has one answer on one machine. What the model says is text: it is read by the
guard, and reaches nobody as anything else. Numbers that lie behind the words are never given out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from byleave.adapters.rewrite.adapter import Adapters
from byleave.adapters.rewrite.base import load_base, quickest
from byleave.adapters.rewrite.model_file import opened, read_serving
from byleave.adapters.rewrite.parts import load
from byleave.adapters.rewrite.prompts import GRAMMAR, TONES, ends, plain, prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from byleave.adapters.rewrite.base import Base
    from byleave.adapters.rewrite.settings import Settings

_MORE_PERCENT, _MORE_TOKENS = 130, 12
"""An answer has at most so many of the draft's tokens, and a few more."""
WHOLE_SHARE = 100


class Writer(Protocol):
    """Answers drafts. Nothing that it is given is kept."""

    def attempts(
        self, draft: str, tone: str, *, adapted: bool = True, enough: Callable[[str], bool] | None = None
    ) -> list[str]:
        """Rewrites to choose from, best first. Raises: ByleaveError.

        Args:
            draft: the text.
            tone: one of `prompts.TONES`.
            adapted: whether what members taught may answer; otherwise a public base alone does.
            enough: what will do. Nothing more is written once that is known of a rewrite and no better one can come.
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
        self.model, self.tokenizer = load_base(base, device, quickest(device) or settings.dtype, "sdpa")
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

    def attempts(
        self, draft: str, tone: str, *, adapted: bool = True, enough: Callable[[str], bool] | None = None
    ) -> list[str]:
        """Rewrites to choose from: in the tone, clear, and by the base alone. Raises: InputError."""
        asks = [Ask(asked, adapted=True) for asked in dict.fromkeys((TONES[tone], TONES["clear"]))]
        if not (adapted and self.refresh()):
            asks = [Ask(one.asked, adapted=False) for one in asks]
        return self.answer(draft, [*asks, Ask(GRAMMAR, adapted=False)], enough)

    def answer(self, draft: str, asks: Sequence[Ask], enough: Callable[[str], bool] | None = None) -> list[str]:
        """One answer for each way to ask, in one batch; no more than the first that is enough, if one is."""
        import torch

        prompts = [prompt(self.tokenizer, draft, one.asked) for one in asks]
        longest, stop = max(map(len, prompts)), list(ends(self.tokenizer))
        shares = [self.settings.strength_percent / WHOLE_SHARE if one.adapted else 0.0 for one in asks]
        self.adapters.share = torch.tensor(shares, device=self.device)[:, None, None]
        tokens = torch.tensor([[stop[0]] * (longest - len(one)) + one for one in prompts], device=self.device)
        seen = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in prompts], device=self.device)
        most = len(plain(self.tokenizer, draft)) * _MORE_PERCENT // 100 + _MORE_TOKENS
        answers = Answers(self.tokenizer, asks, longest, stop, enough)
        given: dict[str, Any] = {"max_new_tokens": most, "do_sample": False, "eos_token_id": stop}
        with torch.inference_mode():
            found = self.model.generate(
                input_ids=tokens, attention_mask=seen, pad_token_id=stop[0], stopping_criteria=[answers], **given
            )
        self.adapters.share = 1.0
        return answers.told if answers.over else [answers.text(row, one) for row, one in enumerate(found)]


class Answers:
    """Reads answers while they are written, and says when the rest is not needed (a stopping criterion)."""

    def __init__(
        self,
        tokenizer: Any,  # noqa: ANN401 - transformers'
        asks: Sequence[Ask],
        begin: int,
        stop: Sequence[int],
        enough: Callable[[str], bool] | None,
    ) -> None:
        """Read rows whose answers begin at a token; `asks` has one for each, `stop` the tokens at which they end."""
        self.tokenizer, self.asks, self.begin, self.stop, self.enough = tokenizer, asks, begin, set(stop), enough
        self.told: list[str] = []
        """Of the rows that ended, up to the first that has not."""
        self.over = False

    def text(self, row: int, tokens: Any) -> str:  # noqa: ANN401 - torch's
        """What a row says. A small model sometimes says first what it was asked."""
        said: str = self.tokenizer.decode(tokens[self.begin :], skip_special_tokens=True).strip()
        return said.removeprefix(self.asks[row].asked).strip()

    def __call__(self, tokens: Any, _scores: Any, **_: Any) -> Any:  # noqa: ANN401 - torch's
        """After each token: for each row, whether it is over because all are."""
        while self.enough and not self.over and len(self.told) < len(self.asks):
            row = tokens[len(self.told)]
            if int(row[-1]) not in self.stop:
                break
            self.told.append(self.text(len(self.told), row))
            self.over = self.enough(self.told[-1])
        return tokens.new_full((len(tokens),), self.over, dtype=bool)


def open_rewriter(folder: Path, cache: Path | None = None, device: str = "cpu") -> Rewriter:
    """The writer of a model. Raises: InputError when the base is not the one that it was trained on."""
    from byleave.adapters.rewrite.base import require_base

    with opened(folder) as model:
        manifest, settings, place = model.manifest(), model.settings(), model.base_place()
    return Rewriter(require_base(manifest["configuration"]["base"], cache, place), settings, folder, device)
