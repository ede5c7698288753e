"""The models of a folder, each with the code that makes its product forget."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from byleave.adapters.files import file_digest
from byleave.adapters.publishing import is_staging
from byleave.adapters.snapshot_files import MANIFEST as SNAPSHOT_MANIFEST
from byleave.kernel.errors import InputError
from byleave.learn.manifest import require_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from byleave.learn.forgetting import KindOfModel

MANIFEST = "manifest.json"
KINDS = {"rewrite": "byleave.adapters.rewrite.forgetting", "talent": "byleave.adapters.talent.forgetting"}
"""Product → the module whose `KIND` makes its models forget; imported when there is one."""


class InService(NamedTuple):
    """A model that answers people."""

    model: str
    product: str
    folder: Path
    kind: KindOfModel


class Broken(NamedTuple):
    """A folder that says that it is a model, and cannot be read."""

    folder: Path
    error: Exception


def require_published(folder: Path) -> None:
    """Insist that a folder is none in which a run works, or worked before it was stopped. Raises: InputError."""
    if is_staging(folder):
        hint = "a run that was stopped left it behind; the next one, or a service, removes it"
        raise InputError(f"the model in `{folder}` was never published", hint=hint)


def manifest_in(folder: Path) -> Mapping[str, Any]:
    """The manifest of a model's folder. Raises: InputError when it holds no model, or one that was never published."""
    require_published(folder)
    try:
        return require_manifest(json.loads((folder / MANIFEST).read_bytes()), str(folder))
    except (OSError, ValueError) as error:
        hint = "give the folder that `byleave train --out` named"
        raise InputError(f"there is no model in `{folder}`", hint=hint) from error


def model_in(folder: Path) -> InService:
    """The model of a folder. Raises: InputError when it holds none, or one of a product that is not known here."""
    value = manifest_in(folder)
    product = value["product"]
    if product not in KINDS:
        raise InputError(f"the model in `{folder}` is of the product `{product}`", hint=f"known: {', '.join(KINDS)}")
    kind: KindOfModel = import_module(KINDS[product]).KIND
    return InService(value["model"], product, folder, kind)


def models_in(place: Path) -> list[InService]:
    """Every model of a folder of models that can be read, in the order of their folders' names."""
    return look_through(place)[0]


def look_through(place: Path) -> tuple[list[InService], list[Broken]]:
    """The models of a folder of models, and what cannot be read: one that is broken keeps no other from being found."""
    found, broken = list[InService](), list[Broken]()
    for one in _folders(place, MANIFEST):
        try:
            found.append(model_in(one))
        except (InputError, ImportError) as error:
            broken.append(Broken(one, error))
    return found, broken


def snapshot_at(places: Path, digest: str) -> Path | None:
    """The snapshot, among the folders of a folder, whose manifest has a digest."""
    folders = _folders(places, SNAPSHOT_MANIFEST)
    return next((one for one in folders if file_digest(one / SNAPSHOT_MANIFEST) == digest), None)


def _folders(place: Path, manifest: str) -> list[Path]:
    """The published folders of a folder, by name; a run that goes on, or was stopped, has published nothing."""
    if not place.is_dir():
        return []
    return [one for one in sorted(place.iterdir()) if not is_staging(one) and (one / manifest).exists()]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Change a model while no other process of this machine does; waits for its turn."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
