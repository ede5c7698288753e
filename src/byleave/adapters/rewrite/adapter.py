"""Low-rank adapters of which only one half is trained, so that the mean of adapters is one of the same rank.

A layer answers `W x + s B A x`. `A` is drawn from the seed and shared by all shards; `B` is trained, from zero. The
mean of the `B`s is then exactly the mean of what the shards have learned. After arXiv 2106.09685 (LoRA); freezing `A`
as in arXiv 2308.03303 (LoRA-FA).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.adapters.rewrite.settings import Settings


class Adapters:
    """The adapters of one model, put into it for as long as this lives."""

    def __init__(self, model: Any, settings: Settings) -> None:  # noqa: ANN401 - torch's
        """Put an adapter of zeros at every target.

        Raises: InputError when the model has no such layer.
        """
        import torch

        self.halves: dict[str, Any] = {}
        """Name of the layer → its trained half, `outputs by rank`."""
        self.share: Any = 1.0
        """By how much what the adapters add is multiplied: a number, or one for each row of a batch."""
        first = max(0, model.config.num_hidden_layers - settings.layers)
        for name, layer in sorted(model.named_modules()):
            fits = name.endswith(settings.targets) and isinstance(layer, torch.nn.Linear)
            block = next((int(part) for part in name.split(".") if part.isdecimal()), -1)
            if not fits or block < first:
                continue
            shared = _drawn(name, settings, layer.in_features).to(layer.weight.device)
            half = torch.zeros(layer.out_features, settings.rank, device=layer.weight.device, requires_grad=True)
            self.halves[name] = half
            layer.register_forward_hook(self._hook(shared, half))
        if not self.halves:
            told = ", ".join(settings.targets)
            raise InputError(f"the base has no layer whose name ends in {told}", hint="name others with --targets")

    def _hook(self, shared: Any, half: Any) -> Any:  # noqa: ANN401 - torch's
        def added(_layer: Any, given: Any, answer: Any) -> Any:  # noqa: ANN401 - torch's
            return answer + (((given[0].float() @ shared.T) @ half.T) * self.share).to(answer.dtype)

        return added

    def clear(self) -> None:
        """All zeros again."""
        import torch

        with torch.no_grad():
            for half in self.halves.values():
                half.zero_()

    def tensors(self) -> dict[str, Any]:
        """Name → the trained half, as numpy has it (float32)."""
        return {name: half.detach().cpu().numpy() for name, half in self.halves.items()}

    def set(self, tensors: Mapping[str, Any]) -> None:
        """Take trained halves from elsewhere. Raises: InputError for those of another base or rank."""
        import torch

        told = {name: tuple(value.shape) for name, value in tensors.items()}
        if told != {name: tuple(half.shape) for name, half in self.halves.items()}:
            raise InputError("the adapters are of another base or rank", hint="serve the model with its own base")
        with torch.no_grad():
            for name, half in self.halves.items():
                half.copy_(torch.from_numpy(tensors[name].copy()))


def _drawn(name: str, settings: Settings, inputs: int) -> Any:  # noqa: ANN401 - torch's
    """The shared half of a layer, `rank` by `inputs`: drawn from the seed and the layer's name alone."""
    import torch

    told = hashlib.sha256(f"{settings.seed} {settings.rank} {name}".encode()).digest()
    source = torch.Generator().manual_seed(int.from_bytes(told[:7], "big"))
    return torch.randn(settings.rank, inputs, generator=source) / inputs**0.5
