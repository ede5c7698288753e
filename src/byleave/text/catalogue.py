"""The message catalogue: source messages in English, translations compiled by `make catalogue`.

A message is one whole sentence or label with named placeholders. Sentences are never put together from parts, because
the order of words differs between languages.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib import resources

from byleave.kernel.errors import UsageError

SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, "de", "fr")
"""The languages in which every message exists."""
DOMAIN = "byleave"


def N_(message: str) -> str:  # noqa: N802 - the name by which pybabel finds messages that are translated later
    """Mark a message for translation and return it as it is."""
    return message


def language_of(locale: str | None) -> str:
    """The language for a locale's name, such as `de_AT.UTF-8`; English where there is no translation."""
    language = (locale or "").replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return language if language in LANGUAGES else SOURCE_LANGUAGE


class Catalogue:
    """The messages in one language."""

    def __init__(self, language: str) -> None:
        """Load the translations. Raises: UsageError when there are none for `language`."""
        if language not in LANGUAGES:
            raise UsageError(f"there is no language `{language}`", hint=f"there are: {', '.join(LANGUAGES)}")
        self.language = language
        self._translations = _translations(language)

    def say(self, message: str, /, **values: str) -> str:
        """The message in this language with its placeholders filled."""
        return self.text(message).format(**values)

    def text(self, message: str) -> str:
        """The message in this language as it is, with its placeholders open."""
        return self._translations.gettext(message)


@cache
def _translations(language: str) -> gettext.NullTranslations:
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    compiled = resources.files("byleave.text").joinpath("locale", language, "LC_MESSAGES", f"{DOMAIN}.mo")
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)
