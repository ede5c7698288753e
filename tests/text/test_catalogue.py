"""The catalogue is whole: every message in every language, compiled, with the same placeholders, in plain words."""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_dir

import byleave
from byleave.kernel.errors import UsageError
from byleave.text.catalogue import LANGUAGES, SOURCE_LANGUAGE, Catalogue, language_of
from byleave.text.statements import placeholders

SOURCES = Path(byleave.__path__[0])
TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]

# LIX (Björnsson 1968): words per sentence + words of more than six letters in a hundred; below 40 is easy to read.
EASY = 40
LONGEST_SENTENCE = 25
"""Words."""


@cache
def written() -> set[str]:
    """Every message in the source code, found as `make catalogue` finds it."""
    found = extract_from_dir(SOURCES, method_map=[("**.py", "python")])
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def folder(language: str) -> Path:
    """Where a language's messages are."""
    return SOURCES / "text" / "locale" / language / "LC_MESSAGES"


@cache
def translated(language: str) -> dict[str, str]:
    """The messages of a language's text file, without those that are marked as uncertain."""
    with (folder(language) / "byleave.po").open("rb") as file:
        messages = pofile.read_po(file, locale=language)
    return {str(one.id): str(one.string) for one in messages if one.id and not one.fuzzy}


def words(language: str) -> list[str]:
    """Every message of a language."""
    return [*(written() if language == SOURCE_LANGUAGE else translated(language).values())]


def sentences(language: str) -> list[str]:
    """Every sentence of a language; each placeholder counts as one short word."""
    return [re.sub(r"\{\w+\}", "it", message) for message in words(language) if message.endswith((".", ":"))]


def test_messages_are_found() -> None:
    """Extraction finds messages; otherwise the tests below would say nothing."""
    assert {"January", "The owner has objected."} <= written()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    """Each message in the code has a translation, and no translation is left of a message that is gone."""
    known = translated(language)

    assert set(known) == written()
    assert not [message for message, translation in known.items() if not translation]


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_the_same(language: str) -> None:
    """A translation fills in exactly what its message does."""
    assert not [
        message
        for message, translation in translated(language).items()
        if placeholders(message) != placeholders(translation)
    ]


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_file_is_up_to_date(language: str) -> None:
    """The compiled messages are those of the text file; `make catalogue` compiles them."""
    with (folder(language) / "byleave.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    assert {message: compiled.gettext(message) for message in translated(language)} == translated(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_easy(language: str) -> None:
    """The catalogue as a whole reads easily, and no sentence is long."""
    told = sentences(language)
    split = [re.findall(r"\w+", sentence) for sentence in told]
    every = [word for sentence in split for word in sentence]
    lix = len(every) / len(told) + 100 * sum(len(word) > 6 for word in every) / len(every)

    assert lix < EASY
    assert not [sentence for sentence, parts in zip(told, split, strict=True) if len(parts) > LONGEST_SENTENCE]


QUOTES = {"de": ("„", "“"), "fr": ("«", "»")}
NAGGING = (
    r"please|sorry|unfortunately|should|must|recommend(?!ations$)|don't|miss out"
    r"|bitte|leider|sollte|müssen|empfehl(?!ungen$)|veuillez (?!agréer)|hélas|malheureus|devriez|devez|il faut|désol"
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_urged(language: str) -> None:
    """No message begs, regrets or gives advice: an explanation is neutral."""
    assert not [message for message in words(language) if re.search(NAGGING, message, re.IGNORECASE)]


@pytest.mark.parametrize("language", TRANSLATED)
def test_quotation_marks_are_the_language_s_own(language: str) -> None:
    """A translation does not keep the English quotation marks, and quotes as often as the message does."""
    opening, closing = QUOTES[language]
    for message, text in translated(language).items():
        assert not re.search("“[^„]*”", text)
        assert text.count(opening) == text.count(closing) == message.count("“"), text


def test_french_is_spaced_as_french_is() -> None:
    """French has a space that does not break before `:` and inside its quotation marks, and a narrow one before `;`."""
    for text in translated("fr").values():
        assert not re.search("(?<!\u00a0):(?!/)|(?<=\\w)[;?!]|«(?!\u00a0)|(?<!\u00a0)»", text), text
        assert not re.search(r"\w'\w", text), text


def test_unknown_language_is_a_mistake_of_the_caller() -> None:
    """A language without messages is refused, with the ones that there are."""
    with pytest.raises(UsageError, match="there is no language `nl`") as caught:
        Catalogue("nl")

    assert caught.value.hint == "there are: en, de, fr"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de_AT.UTF-8", "de"), ("de", "de"), ("DE-ch", "de"), ("de.UTF-8", "de"),
        ("fr_CH.UTF-8", "fr"), ("en_GB", "en"), ("nl_NL", "en"), ("C", "en"), ("", "en"), (None, "en"),
    ],
)  # fmt: skip
def test_language_of_a_locale(locale: str | None, language: str) -> None:
    """The language follows the locale's name, and is English where there are no messages."""
    assert language_of(locale) == language
