"""Read a pack from YAML, and find the packs that come with byleave."""

from __future__ import annotations

from importlib import resources

from byleave.kernel.errors import PackError
from byleave.policy.checks import check_pack
from byleave.policy.document import Document
from byleave.policy.model import Pack
from byleave.policy.problems import nearest

_SUFFIX, _CASES = ".yaml", ".cases.yaml"


def shipped_ids() -> list[str]:
    """The ids (`pack@version`) of the packs that come with byleave, sorted."""
    names = [entry.name for entry in _shipped().iterdir()]
    return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX) and not name.endswith(_CASES))


def shipped_text(pack_id: str) -> str:
    """The YAML text of a shipped pack; an id without a version will do where there is but one version.

    Raises: PackError when there is no such pack; the hint names the nearest one.
    """
    return _shipped().joinpath(shipped_name(pack_id) + _SUFFIX).read_text(encoding="utf-8")


def shipped_cases(pack_id: str) -> str | None:
    """The YAML text of the cases that stand beside a shipped pack, or None.

    Raises: PackError when there is no such pack.
    """
    cases = _shipped().joinpath(shipped_name(pack_id) + _CASES)
    return cases.read_text(encoding="utf-8") if cases.is_file() else None


def shipped_name(pack_id: str) -> str:
    """The full id of a shipped pack. Raises: PackError when none or several fit."""
    known = shipped_ids()
    matches = [name for name in known if pack_id in (name, name.partition("@")[0])]
    if len(matches) == 1:
        return matches[0]
    if matches:
        hint = f"several versions: say which of {', '.join(matches)}"
    else:
        near = nearest(pack_id, known) or nearest(pack_id.partition("@")[0], [name.partition("@")[0] for name in known])
        did = f"did you mean `{near}`? " if near else ""
        hint = f"{did}shipped: {', '.join(known)}; or give the path of a YAML file"
    raise PackError(f"there is no shipped pack `{pack_id}`", hint=hint)


def parse_pack(text: str, file: str) -> Pack:
    """Parse and check a pack.

    Args:
        text: the YAML text.
        file: what to call it in errors.

    Raises: PackError listing every problem with line and column.
    """
    document = Document(text, file, "the pack")
    pack = document.read(Pack)
    problems = check_pack(pack)
    if problems:
        raise document.error(problems)
    return pack


def _shipped() -> resources.abc.Traversable:
    return resources.files("byleave.policy").joinpath("packs")
