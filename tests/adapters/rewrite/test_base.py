"""A base is files with a digest, of which none runs; and what is served is named by a digest alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.rewrite.base import find_base
from byleave.adapters.rewrite.model_file import SERVING, read_serving
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

CONFIG: dict[str, Any] = {"model_type": "llama"}


def a_folder(place: Path, *names: str, **files: Any) -> str:
    """A folder with a configuration, empty files, and others as JSON."""
    for name in names:
        (place / name).write_bytes(b"")
    for name, value in {"config": CONFIG, **files}.items():
        (place / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    return str(place)


def test_a_base_of_plain_files_is_found(tmp_path: Path) -> None:
    """Weights as safetensors, one file or some with an index, are a base; its digest changes with any of them."""
    name = a_folder(tmp_path, "model-1.safetensors", index={"weight_map": {"a": "model-1.safetensors"}})
    first = find_base(name).digest
    (tmp_path / "model-1.safetensors").write_bytes(b"1")

    assert find_base(name).digest != first


@pytest.mark.parametrize(
    ("names", "files", "told"),
    [
        (("pytorch_model.bin",), {}, "no weights as"),
        (("a.safetensors",), {"config": {**CONFIG, "auto_map": {"AutoConfig": "c.C"}}}, "code of its own"),
        (("a.safetensors",), {"tokenizer_config": {"auto_map": {"AutoTokenizer": "t.T"}}}, "code of its own"),
        (("a.safetensors",), {"index": {"weight_map": {"x": "../b.safetensors"}}}, "weights in"),
        (("a.safetensors",), {"index": {"weight_map": {"x": "pytorch_model.bin"}}}, "weights in"),
        (("a.safetensors",), {"adapter_config": {}}, "no base but an adapter"),
    ],
)
def test_what_runs_or_lies_elsewhere_is_refused(
    tmp_path: Path, names: tuple[str, ...], files: dict[str, Any], told: str
) -> None:
    """`M18` Pickle, code, and weights that are in no digest are refused before anything is loaded."""
    with pytest.raises(InputError, match=told):
        find_base(a_folder(tmp_path, *names, **files))


@pytest.mark.parametrize("mean", ["sha256:../../../etc/passwd", "sha256:ab", "", 5, "0" * 64, "sha256:" + "0" * 65])
def test_what_is_served_is_named_by_a_digest(tmp_path: Path, mean: Any) -> None:
    """`M18` Whatever else stands in `serving.json` opens no file."""
    (tmp_path / SERVING).write_text(json.dumps({"mean": mean, "why": "whole"}), encoding="utf-8")
    with pytest.raises(InputError):
        read_serving(tmp_path)

    (tmp_path / SERVING).write_text(json.dumps({"mean": "sha256:" + "0" * 64, "why": "whole"}), encoding="utf-8")
    assert read_serving(tmp_path)[0] is not None


@pytest.mark.needs("torch")
@pytest.mark.skipif(sys.platform != "linux", reason="the library that is asked is GNU's")
@pytest.mark.parametrize(("chosen", "spins"), [({}, "'10000'"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "'30000000000'")])
def test_threads_that_wait_leave_the_processor_to_others(chosen: dict[str, str], spins: str) -> None:
    """What torch computes with spins shortly while it waits, unless the machine's owner says otherwise."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    done = subprocess.run(
        [sys.executable, "-c", "import byleave.adapters.rewrite.writer, torch"],
        env={**clean, **chosen, "OMP_DISPLAY_ENV": "VERBOSE"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"GOMP_SPINCOUNT = {spins}" in done.stderr
