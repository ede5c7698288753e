"""The texts of notices, as they ship or as a platform keeps them in a folder of its own: `NOTICE@VERSION.yaml`."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from byleave.kernel.errors import InputError, UnknownError
from byleave.text.catalogue import SOURCE_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PLACEHOLDERS = {"platform"}


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice in one language, before the platform's name is filled in."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def digest(self) -> str:
        """`sha256:` over the title and the paragraphs as canonical text."""
        text = json.dumps([self.title, *self.paragraphs], ensure_ascii=False, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of a notice."""

    name: str
    version: str
    texts: Mapping[str, NoticeText]
    """By language."""

    def in_language(self, language: str) -> tuple[str, NoticeText]:
        """The text in a language, or in English where there is none; and in which it is."""
        chosen = language if language in self.texts else SOURCE_LANGUAGE
        return chosen, self.texts[chosen]


def shipped() -> dict[str, Notice]:
    """The newest version of every notice that comes with byleave, by its name."""
    return _newest(_shipped())


def in_folder(folder: Path) -> dict[str, Notice]:
    """The newest version of every notice in a folder. Raises: InputError at the first file that is none."""
    if not folder.is_dir():
        raise InputError(f"there is no folder `{folder}` of notices")
    return _newest(parse(file.read_text(encoding="utf-8"), file.name) for file in sorted(folder.glob("*.yaml")))


def parse(text: str, file: str) -> Notice:
    """Read one version of a notice. Raises: InputError saying what is wrong and where."""
    try:
        data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader builds nothing but text
    except yaml.YAMLError as error:
        raise InputError(f"`{file}` is no YAML: {' '.join(str(error).split())}") from error
    name, version, texts = (data.get(key) if isinstance(data, dict) else None for key in ("notice", "version", "texts"))
    if not name or not version or not isinstance(texts, dict):
        raise InputError(f"`{file}` lacks `notice`, `version` or `texts`")
    if file != f"{name}@{version}.yaml":
        raise InputError(f"`{file}` holds `{name}@{version}`", hint="name the file after the notice and its version")
    if SOURCE_LANGUAGE not in texts:
        raise InputError(f"`{file}` has no text in English", hint="it is sent where no other fits")
    return Notice(name, version, {language: _text(one, language, file) for language, one in texts.items()})


def notice(notices: Mapping[str, Notice], name: str) -> Notice:
    """A notice by its name. Raises: UnknownError."""
    if name not in notices:
        raise UnknownError(f"there is no notice `{name}`", hint=f"there are: {', '.join(sorted(notices))}")
    return notices[name]


def _text(data: Any, language: str, file: str) -> NoticeText:  # noqa: ANN401 - what stands in the file
    title = data.get("title") if isinstance(data, dict) else None
    paragraphs = data.get("paragraphs") if isinstance(data, dict) else None
    if (
        not isinstance(title, str)
        or not isinstance(paragraphs, list)
        or not all(isinstance(p, str) for p in paragraphs)
    ):
        raise InputError(f"`{file}`, {language}: expected a `title` and a list of `paragraphs`")
    for text in (title, *paragraphs):
        unknown = set(re.findall(r"\{(\w*)\}", text)) - _PLACEHOLDERS
        if unknown:
            raise InputError(f"`{file}`, {language}: nothing is known to fill in for `{{{min(unknown)}}}`")
    return NoticeText(title, tuple(paragraphs))


@cache
def _shipped() -> tuple[Notice, ...]:
    files = sorted(resources.files("byleave.server.notices").joinpath("texts").iterdir(), key=lambda file: file.name)
    return tuple(parse(file.read_text(encoding="utf-8"), file.name) for file in files)


def _newest(notices: Iterator[Notice] | tuple[Notice, ...]) -> dict[str, Notice]:
    """Versions are ordered as numbers where they are numbers, and as text otherwise."""
    found: dict[str, Notice] = {}
    for one in notices:
        before = found.get(one.name)
        if before is None or _order(one.version) > _order(before.version):
            found[one.name] = one
    return found


def _order(version: str) -> tuple[int, str]:
    return (int(version), "") if version.isascii() and version.isdigit() else (0, version)
