"""Find a pack: shipped with byleave by its id, or a YAML file by its path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError
from byleave.policy.loader import parse_pack, shipped_cases, shipped_name, shipped_text

if TYPE_CHECKING:
    from byleave.policy.model import Pack


def load_pack(pack: str | Path) -> Pack:
    """Load a pack.

    Raises: PackError when it is not there or wrong; InputError when the file cannot be read.
    """
    text, file = _text_of(pack)
    return parse_pack(text, file)


def cases_beside(pack: str | Path) -> tuple[str, str] | None:
    """The YAML text of the cases that stand beside a pack, and what to call it; None when there are none."""
    if not _is_path(pack):
        name = shipped_name(str(pack))
        text = shipped_cases(name)
        return (text, f"{name}.cases.yaml") if text is not None else None
    path = Path(pack)
    beside = path.with_name(f"{path.name.removesuffix('.yaml').removesuffix('.yml')}.cases.yaml")
    return (_read(beside), str(beside)) if beside.exists() else None


def _is_path(pack: str | Path) -> bool:
    return isinstance(pack, Path) or pack.endswith((".yaml", ".yml")) or "/" in pack


def _text_of(pack: str | Path) -> tuple[str, str]:
    if _is_path(pack):
        return _read(Path(pack)), str(pack)
    name = shipped_name(str(pack))
    return shipped_text(name), f"{name}.yaml"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read the pack `{path}`: {(error.strerror or '').lower()}") from None
    except UnicodeDecodeError:
        raise InputError(f"the pack `{path}` is not text in UTF-8") from None
