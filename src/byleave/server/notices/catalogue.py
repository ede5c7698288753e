"""The notices of this server: those of the folder that the configuration names, or those that come with byleave."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from byleave.server.notices.texts import in_folder, shipped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from byleave.server.notices.texts import Notice


def notices() -> Mapping[str, Notice]:
    """The newest version of each, by name. Raises: InputError when one in the folder cannot be read."""
    return _in(settings.CONFIGURATION.notices)


@cache
def _in(folder: Path | None) -> Mapping[str, Notice]:
    return in_folder(folder) if folder else shipped()
