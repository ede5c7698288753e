"""Every sentence on the pages exists, is used, and reads easily by itself."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pyphen
import pytest

import byleave.server
from byleave.adapters.packs import load_pack
from byleave.server.notices.texts import in_folder
from byleave.text.catalogue import LANGUAGES, Catalogue
from byleave.text.centre import CENTRE, WHY_ITEM
from byleave.text.desk import DESK
from byleave.text.notices import NOTICES
from byleave.text.objections import OBJECTIONS
from byleave.text.pack_titles import TITLES, title_translations
from byleave.text.pages import PAGES
from byleave.text.platform import PLATFORM, WHY
from byleave.text.talent import TALENT

SERVER = Path(byleave.server.__path__[0])
PARTS = (PAGES, CENTRE, PLATFORM, NOTICES, DESK, OBJECTIONS, TALENT)
NAMED = {name: text for part in PARTS for name, text in part.items()}
MOST_GRADE = 8
"""By Flesch and Kincaid, for English (J. P. Kincaid and others, 1975)."""
MOST_LIX = 40
"""C.-H. Björnsson, Läsbarhet, 1968; for the other languages, which it needs no dictionary for."""
SHORT = 5
"""A label of so few words is no sentence; the formulas say nothing about it."""
GUILT = (
    r"miss out|are you sure|regret|lose|help us|support us|together"
    r"|verpassen|sicher\?|verlieren|helft|rater|perdre|aidez"
)
PLACEHOLDER = re.compile(r"\{\w*\}")


def test_every_sentence_has_a_name_of_its_own() -> None:
    """Of two sentences under one name a page would show the other's."""
    assert len(NAMED) == sum(map(len, PARTS))


@cache
def hyphens() -> pyphen.Pyphen:
    """How English words divide; the patterns come with the package."""
    return pyphen.Pyphen(lang="en_US")


def grade(text: str) -> float:
    """The school year that can read a text, by Flesch and Kincaid."""
    words, sentences = words_of(text), sentences_of(text)
    syllables = sum(len(hyphens().positions(word)) + 1 for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def lix(text: str) -> float:
    """Words in a sentence, and words of more than six letters in a hundred."""
    words = words_of(text)
    return len(words) / sentences_of(text) + 100 * sum(len(word) > 6 for word in words) / len(words)


def words_of(text: str) -> list[str]:
    """The words, with one short one for each value that is filled in."""
    return re.findall(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?", PLACEHOLDER.sub("it", text))


def sentences_of(text: str) -> int:
    """How many sentences."""
    return max(1, len(re.findall(r"[.!?:;](?:\s|$)", text)))


def told(language: str) -> list[str]:
    """Every sentence of the pages in one language, labels left out."""
    catalogue = Catalogue(language)
    names = {
        name: f"{{{name}}}"
        for text in (*NAMED.values(), *WHY.values(), *WHY_ITEM.values())
        for name in re.findall(r"\{(\w+)\}", text)
    }
    every = [catalogue.say(text, **names) for text in (*NAMED.values(), *WHY.values(), *WHY_ITEM.values())]
    return [text for text in every if len(words_of(text)) > SHORT]


def test_formulas_measure() -> None:
    """An easy sentence is easy and one of lawyers is not, by either formula."""
    hard = "Notwithstanding the aforementioned provisions, processing operations necessitate appropriate authorisation."

    assert grade("You can switch it off. It takes one press.") < 4
    assert grade(hard) > 15
    assert lix("Das kann man ausschalten. Ein Druck genügt.") < 30
    assert lix(hard) > 60


def test_english_is_easy() -> None:
    """Each English message by itself can be read in the eighth school year."""
    assert [(round(grade(text), 1), text) for text in told("en") if grade(text) > MOST_GRADE] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_other_languages_are_easy(language: str) -> None:
    """Each German and each French message by itself is easy."""
    assert [(round(lix(text)), text) for text in told(language) if lix(text) > MOST_LIX] == []


def test_notices_are_easy_and_in_every_language() -> None:
    """M15: the notices that come with byleave are easy to read, in every language that the pages have."""
    for notice in in_folder(SERVER / "notices" / "texts").values():
        assert set(notice.texts) == set(LANGUAGES)
        for language, text in notice.texts.items():
            for paragraph in text.paragraphs:
                assert (grade(paragraph) <= MOST_GRADE) if language == "en" else (lix(paragraph) <= MOST_LIX), paragraph


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_made_to_feel_guilty(language: str) -> None:
    """No sentence steers by feeling (EDPB Guidelines 03/2022, emotional steering)."""
    assert [text for text in told(language) if re.search(GUILT, text, re.IGNORECASE)] == []
    assert re.search(GUILT, "Are you sure? You will miss out.", re.IGNORECASE)


def test_titles_of_the_recommended_pack_are_messages() -> None:
    """Pages under `byleave@1` are in one language: each title of the pack stands in the catalogue, and none else."""
    pack = load_pack("byleave@1")
    parts = (pack.recipients, pack.products, pack.regimes, pack.categories)
    titles = {one.title for part in parts for one in part.values()}
    titles |= {step for one in pack.settings.values() for step in one.path or ()}

    assert set(TITLES) == titles
    assert all(set(words) == titles and all(words.values()) for words in title_translations().values())


def test_one_word_for_one_thing() -> None:
    """The setting is switched, a notice is told, and training is training: no second word for the same thing."""
    others = re.compile(
        r"\b(?:toggle|opt[- ]?(?:out|in)|turn(?:ed)? (?:on|off)|enable|disable|consent to)\b", re.IGNORECASE
    )

    assert [text for text in NAMED.values() if others.search(text)] == []


def used() -> str:
    """Every template and every file of code that speaks on pages."""
    files = [file for file in SERVER.rglob("*") if file.suffix in {".html", ".py"}]
    return "\n".join(file.read_text("utf-8") for file in files)


def test_every_name_exists() -> None:
    """A name that a template or a view says stands in the catalogue."""
    said = set(re.findall(r"""\{% say ["']([a-z0-9-]+)["']""", used())) | set(
        re.findall(r'\bsay\("([a-z0-9-]+)"', used())
    )

    assert len(said) > 100
    assert said <= set(NAMED)


def test_no_sentence_is_left_over() -> None:
    """Each sentence is said somewhere, by its name or by one that is put together from a kind and a state."""
    text = used()
    stems = set(re.findall(r"""f["']([a-z-]+-)\{""", text)) | {"history-", "history-imported-", "history-platform-"}
    ends = ("-more", "-0", "-1")

    def is_said(name: str) -> bool:
        whole = re.search(rf"""["']{re.escape(name)}["']""", text)
        return bool(whole) or any(name.startswith(stem) for stem in stems) or name.endswith(ends)

    assert [name for name in NAMED if not is_said(name)] == []
