"""Public holidays of a country, by the package `holidays`, for deadlines that they move."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from byleave.kernel.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


def holidays_of(country: str) -> Callable[[date], bool]:
    """Whether a day is a public holiday in the whole of a country; holidays of a part of it are left out.

    A day that is missed makes an answer due earlier, one too many would make it late.

    Raises: MissingExtraError without the package; InputError for a country that it does not know.
    """
    try:
        package = import_module("holidays")
    except ImportError as error:
        raise MissingExtraError(
            "public holidays need the package holidays", hint="install it: pip install 'byleave[server]'"
        ) from error
    try:
        known = package.country_holidays(country, observed=False)
    except NotImplementedError as error:
        raise InputError(f"no public holidays are known of `{country}`", hint="write ISO 3166-1 alpha-2") from error
    return lambda day: day in known
