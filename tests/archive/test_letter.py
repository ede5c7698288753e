"""The letter: the law of the country, the day for an answer, the authority, and nothing that is not certain."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byleave.archive.guide import make_guide
from byleave.archive.guide_model import Person
from byleave.archive.letter import Letter, as_html, as_mail, as_text, letter_of_member, letter_of_non_member
from byleave.archive.letter.deadline import answer_due
from byleave.archive.letter.laws import find, parse_laws, shipped_laws
from byleave.kernel.errors import PackError
from byleave.policy.regions import regions
from byleave.text.catalogue import LANGUAGES
from tests.archive.exposures import export_files, measured
from tests.archive.guides import NEWEST, NOW, load_pack, notes_on
from tests.archive.test_guide_page import Reader

NO_ACCOUNT = {
    "en": "I have no account with you.",
    "de": "Ich habe kein Konto bei Ihnen.",
    "fr": "pas de compte chez vous.",
}
SHARED_HERE = {
    "en": "Members shared it here: [",
    "de": "Mitglieder teilten",
    "fr": "Des membres les ont partagées ici\u00a0: [",
}
PROFILE = "First Name,Last Name,Headline\n"


@cache
def written(country: str, language: str = "en", off: date | None = None) -> Letter:
    """The letter of somebody with the made-up export."""
    return letter_of_member(measured(export_files(), country, off=off), language)


def flat(letter: Letter) -> str:
    """The letter's own text on one line, without what is for the person alone."""
    return " ".join(line for lines in letter.body for line in lines)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23", "2026-12-23"),
        ("2026-01-31", "2026-03-02"),  # 28 February is a Saturday
        ("2024-01-31", "2024-02-29"),
        ("2026-03-31", "2026-04-30"),
        ("2026-12-15", "2027-01-15"),
        ("2026-01-14", "2026-02-16"),  # 14 February is a Saturday
        ("2026-01-15", "2026-02-16"),  # 15 February is a Sunday
        ("2025-10-03", "2025-11-03"),
    ],
)
def test_answer_is_due(received: str, due: str) -> None:
    """M11: one month by Regulation 1182/71: the day of receipt does not count, a weekend moves the end to Monday."""
    assert answer_due(date.fromisoformat(received)) == date.fromisoformat(due)


@given(st.dates(date(2000, 1, 1), date(2150, 1, 1)))
def test_answer_is_due_after_a_month(received: date) -> None:
    """M11: never before the month is over, at most two days later, and never on a weekend."""
    due = answer_due(received)

    assert due.weekday() < 5
    assert 28 <= (due - received).days <= 33


@pytest.mark.parametrize(
    ("country", "law", "authority"),
    [
        ("DE", "under Article 21(1) of the General Data Protection Regulation", "Irish Data Protection Commission"),
        ("RE", "under Article 21(1) of the General Data Protection Regulation", "Irish Data Protection Commission"),
        ("NO", "under Article 21(1) of the General Data Protection Regulation", "Irish Data Protection Commission"),
        ("IT", "under Article 21(1) of the General Data Protection Regulation", "the Garante per la protezione"),
        ("GB", "under Article 21 of the UK GDPR", "the Information Commissioner's Office"),
        ("CH", "Article 30(2)(b) of the Swiss", "the Federal Data Protection and Information Commissioner"),
        ("CA", None, "the Office of the Privacy Commissioner of Canada"),
        ("HK", None, "the Office of the Privacy Commissioner for Personal Data, Hong Kong"),
        ("US", None, None),
        ("AU", None, None),
    ],
)
def test_law_and_authority(country: str, law: str | None, authority: str | None) -> None:
    """M11: the article of law and the authority of each country; where none is known, the person is told so."""
    letter = written(country)
    text, notes = flat(letter), " ".join(letter.notes)

    assert (law or "I object to the use of my personal data to train AI.") in text
    assert (re.search(r"Article \d", text) is not None) is (law is not None)
    assert (authority or "the authority that is responsible for me") in text
    assert ("knows no law with enough certainty" in notes) is (law is None)
    assert ("does not know which authority" in notes) is (authority is None)


@pytest.mark.parametrize(("country", "known"), [("DE", True), ("GB", True), ("CH", False), ("US", False)])
def test_day_for_the_answer(country: str, known: bool) -> None:  # noqa: FBT001 - an expected value
    """M11: the day is told with the rule where a rule is known; elsewhere it is asked for, and not called a rule."""
    letter = written(country)

    assert letter.due == date(2026, 12, 23)
    assert ("within one month of receipt" in flat(letter)) is known
    assert ("I ask for your answer by 23 December 2026." in flat(letter)) is not known
    assert any("Public holidays would move it too" in note for note in letter.notes) is known


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_data(language: str) -> None:
    """M11, M13: the letter counts what the person's own archive holds of the kinds that are used, and no message."""
    text = flat(written("DE", language))

    assert {"en": "Posts: 3", "de": "Beiträge: 3", "fr": "Posts\u00a0: 3"}[language] in text
    assert {"en": "Private messages", "de": "Private Nachrichten", "fr": "Messages privés"}[language] not in text
    assert "Hello" not in text


def test_switched_off() -> None:
    """M11: who switched off says when; the categories stand in the letter all the same."""
    text = flat(written("DE", off=date(2025, 12, 1)))

    assert "I switched “Data for Generative AI Improvement” off on 1 December 2025." in text
    assert "Posts: 3" in text


def test_name_of_the_person() -> None:
    """M11: the profile's name signs the letter; one that no letter could carry is left for the person to fill in."""
    named = [("Profile.csv", f"{PROFILE}Mira,Özdemir,x\n".encode())]
    odd = [("Profile.csv", f"{PROFILE}Mi\u202era,{'x' * 200},x\n".encode())]

    assert letter_of_member(measured(named), "en").signature[1] == "Mira Özdemir"
    assert letter_of_member(measured(odd), "en").signature[1] == "[your name]"


@pytest.mark.parametrize("language", LANGUAGES)
def test_non_member(language: str) -> None:
    """M12: somebody without an account objects to what members shared about them, with no switch and no categories."""
    guide = make_guide(load_pack(NEWEST), Person("DE"), NOW, notes_on("linkedin"))
    letter = letter_of_non_member(guide, language)
    text = flat(letter) + " ".join(letter.signature)

    assert NO_ACCOUNT[language] in text
    assert SHARED_HERE[language] in text
    assert "21" in text
    assert "LinkedIn Ireland" in letter.head[0]
    assert any("TS-DPRO" in note for note in letter.notes)


def test_what_is_not_certain_is_not_stated() -> None:
    """M11: a law, a time limit or an authority of certainty C or ? is not named in any letter."""
    laws = shipped_laws()
    entry = laws.laws[0]
    for mark, stated in (("A", True), ("B", True), ("C", False), ("?", False)):
        planted = entry.model_copy(update={"source": entry.source.model_copy(update={"certainty": mark})})
        assert (find(laws, (planted,), "DE", "linkedin") is not None) is stated


def test_every_law_is_sourced_and_in_every_language() -> None:
    """M11: each entry rests on a text with a date, is of certainty A or B, and speaks each language."""
    laws = shipped_laws()
    entries = [*laws.laws, *laws.answers, *laws.authorities]

    assert all(set(one.text) == set(LANGUAGES) for one in entries)
    assert all(laws.certain(one) for one in entries)
    assert {one.source.source for one in entries} == set(laws.sources)


def test_whole_of_the_eea_has_a_law() -> None:
    """M11: every country of the EEA, territories with a code of their own included, has law, limit and authority."""
    laws = shipped_laws()
    for country in regions().sets["EEA"]:
        for parts in (laws.laws, laws.answers, laws.authorities):
            assert find(laws, parts, country, "linkedin") is not None


def test_another_platform_has_no_lead_authority() -> None:
    """M19: who leads on LinkedIn is not told of another platform."""
    laws = shipped_laws()
    found = find(laws, laws.authorities, "DE", "somewhere")

    assert found is not None
    assert "LinkedIn" not in found.text["en"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("source: gdpr-21", "source: gdpr-12", "`gdpr-12` is not a source of these laws, did you mean `gdpr-21`?"),
        ("[GB]", "[GX]", "`GX` is no country and no set of countries"),
    ],
)
def test_laws_are_checked(old: str, new: str, message: str) -> None:
    """M11: a law without a listed source, or for no country, does not load, and the error says where it stands."""
    text = (
        "sources:\n  gdpr-21: {title: T, publisher: P, date: 2026-01-01, certainty: A}\n"
        "laws:\n  - {regions: [GB], text: {en: I object.}, source: gdpr-21}\nanswers: []\nauthorities: []\n"
    )
    with pytest.raises(PackError, match=rf"laws\.yaml:4:\d+: {re.escape(message)}"):
        parse_laws(text.replace(old, new), "laws.yaml")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", ["DE", "GB", "CH", "US", "CA"])
def test_forms(country: str, language: str) -> None:
    """M11: text, page and e-mail say the same; a mail leaves out what is for the person alone."""
    letter = written(country, language)
    mail = email.message_from_string(as_mail(letter), policy=email.policy.default)
    body = mail.get_content()
    words = [word for lines in letter.body for line in lines for word in line.split()]

    assert [word for word in words if word not in as_text(letter)] == []
    assert [word for word in words if word not in body] == []
    assert mail["Subject"] == letter.subject
    assert mail["To"] is None
    assert letter.notes_heading not in body
    assert letter.notes_heading in as_text(letter)
    assert as_html(letter).startswith(f'<!doctype html>\n<html lang="{language}">')
    assert max(len(line) for line in as_text(letter).splitlines() if "https://" not in line) <= 80


def test_page_stands_alone() -> None:
    """M11: the page of a letter has no script and loads nothing; a name cannot become a tag."""
    files = [("Profile.csv", f'{PROFILE}<script>alert(1)</script>,"<img src=x>",x\n'.encode())]
    text = as_html(letter_of_member(measured(files), "en"))
    read = Reader(text)

    assert read.open == []
    assert not {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "form", "object", "embed", "base"}
    assert "&lt;script&gt;" in text


def test_headers_cannot_be_planted() -> None:
    """M11: a name with a line break adds no header to the e-mail."""
    files = [("Profile.csv", f'{PROFILE}"Mira\nBcc: all@example.org",X,x\n'.encode())]
    mail = email.message_from_string(as_mail(letter_of_member(measured(files), "en")), policy=email.policy.default)

    assert {name.lower() for name in mail} == {
        "subject", "x-unsent", "content-type", "content-transfer-encoding", "mime-version",
    }  # fmt: skip


def test_written_on_the_day() -> None:
    """M11: the day in the head is that on which it is written, and the month is counted from it."""
    exposure = measured(export_files(), today=datetime(2026, 2, 27, 12, tzinfo=UTC))
    letter = letter_of_member(exposure, "en")

    assert letter.head[1] == "27 February 2026"
    assert letter.due == date(2026, 3, 27)
