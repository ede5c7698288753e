"""What a pack says in its own words, in the language of the page where a translation is known.

A page is in one language. Where a pack's words exist in another one only, they are marked as such, so that a screen
reader does not read English with a German voice.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from byleave.archive.guide_notes import shipped_notes
from byleave.server.ui.voice import catalogue, markup
from byleave.text.catalogue import SOURCE_LANGUAGE
from byleave.text.pack_titles import RECOMMENDED, title_translations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def pack_words(pack: str, text: str) -> str:
    """A title or a sentence of a pack, as safe HTML; `pack` is `id@version`."""
    language = catalogue().language
    told = _translations(pack.partition("@")[0]).get(language, {}).get(text)
    if told is not None or language == SOURCE_LANGUAGE:
        return markup("{}", told or text)
    return markup('<span lang="{}">{}</span>', SOURCE_LANGUAGE, text)


def pack_list(pack: str, texts: Iterable[str]) -> str:
    """Several of them, with commas between."""
    told = [pack_words(pack, one) for one in texts]
    return markup(", ".join(["{}"] * len(told)), *told)


def own_words(texts: Mapping[str, str]) -> tuple[str, str | None]:
    """A text in the language of the page; else in another one, with that one's name."""
    language = catalogue().language
    if language in texts:
        return texts[language], None
    other = SOURCE_LANGUAGE if SOURCE_LANGUAGE in texts else next(iter(texts), SOURCE_LANGUAGE)
    return texts.get(other, ""), other


def in_own_words(texts: Mapping[str, str]) -> str:
    """The same as safe HTML, marked where it is in another language."""
    text, language = own_words(texts)
    return markup('<span lang="{}">{}</span>', language, text) if language else markup("{}", text)


@cache
def _translations(name: str) -> Mapping[str, Mapping[str, str]]:
    notes = shipped_notes(name)
    if notes:
        return notes.translations()
    return title_translations() if name == RECOMMENDED else {}
