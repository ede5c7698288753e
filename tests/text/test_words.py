"""Dates, reasons and statements in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import combinations

import pytest

from byleave.kernel.decision import Reason, Verdict
from byleave.text.catalogue import LANGUAGES, Catalogue
from byleave.text.dates import date_text, instant_text
from byleave.text.explanation import Statement
from byleave.text.layout import CLAIMANTS, FREES, LABELS, REACHES, SOURCES, SYMBOLS
from byleave.text.reasons import REASONS, reason_sentence, verdict_word
from byleave.text.statements import CHANGES, NO_EFFECT, STATEMENTS, placeholders, plain, say

OCTOBER = datetime(2025, 10, 20, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("en", OCTOBER, "20 October 2025, 09:15 UTC"),
        ("de", OCTOBER.replace(month=5), "20. Mai 2025, 09:15 UTC"),
        ("en", OCTOBER.replace(second=7), "20 October 2025, 09:15:07 UTC"),
        ("en", OCTOBER.replace(microsecond=1), "20 October 2025, 09:15:00.000001 UTC"),
        ("en", datetime(2025, 11, 3, tzinfo=UTC), "3 November 2025, 00:00 UTC"),
        ("en", datetime(2025, 11, 3, 0, 30, tzinfo=timezone(timedelta(hours=1))), "2 November 2025, 23:30 UTC"),
    ],
)
def test_instant(language: str, value: datetime, text: str) -> None:
    """An instant is told in UTC and says so, to the precision that it has."""
    assert instant_text(Catalogue(language), value) == text


def test_date() -> None:
    """A date has no time; the month is in the language."""
    assert date_text(Catalogue("en"), date(2026, 3, 1)) == "1 March 2026"
    assert date_text(Catalogue("de"), date(2026, 3, 1)) == "1. März 2026"
    assert date_text(Catalogue("fr"), date(2026, 3, 1)) == "1er mars 2026"
    assert date_text(Catalogue("fr"), date(2026, 3, 2)) == "2 mars 2026"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence(language: str) -> None:
    """Each reason has one plain sentence of its own in each language, and each verdict a word."""
    told = [reason_sentence(reason, language) for reason in Reason]

    assert len(set(told)) == len(told)
    assert all(text.endswith(".") and text.count(".") == 1 for text in told)
    assert len({verdict_word(verdict, language) for verdict in Verdict}) == len(Verdict)


def test_tables_are_complete() -> None:
    """Every reason, verdict, certainty, kind of claimant and choice of a pack has its words."""
    assert set(REASONS) == set(Reason)
    assert set(SYMBOLS) == set(Verdict)
    assert set(SOURCES) == {"A", "B", "C", "?"}
    assert set(CLAIMANTS) == {"company", "regulator", "article"}
    assert set(REACHES) == {"collection", "training", "models"}
    assert set(FREES) == {"everything", "new-content"}
    assert set(NO_EFFECT) < set(CHANGES)
    assert "changes" in LABELS


def test_no_message_hides_another() -> None:
    """Where a code has several messages, each can be the first that fits: an earlier one does not need less."""
    for messages in STATEMENTS.values():
        for earlier, later in combinations(messages, 2):
            assert not placeholders(earlier) <= placeholders(later)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"setting": "ads", "at": OCTOBER, "seq": 812}, "the owner switched “Ads” off (entry 812)."),
        ({"setting": "ads", "at": OCTOBER}, "the owner switched “Ads” off."),
        ({"setting": "other", "at": OCTOBER}, "the owner switched “other” off."),
    ],
)
def test_statement(values: dict[str, datetime | int | str], text: str) -> None:
    """A statement says what is known; a setting goes by the label that members see."""
    told = say(Catalogue("en"), Statement("switched-off", values), {"ads": {"en": "Ads"}})

    assert told == f"On 20 October 2025, 09:15 UTC, {text}"


def test_label_of_a_setting_by_language() -> None:
    """A label that a pack lacks in a language is told in English: it is the name on the switch."""
    titles = {"one": {"en": "One", "de": "Eins"}, "two": {"en": "Two"}}
    told = [say(Catalogue("de"), Statement("switch-off", {"setting": name}), titles) for name in titles]

    assert told == ["Das Mitglied schaltet „Eins“ aus.", "Das Mitglied schaltet „Two“ aus."]


def test_braces_in_values_are_left_alone() -> None:
    """A value is filled in once: braces in it are no placeholders."""
    told = say(Catalogue("en"), Statement("owner-not-in-register", {"member": "{at}"}), {})

    assert told == "The owner, “{at}”, is not in the register."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("007", "007"),
        ("日本 é", "日本 é"),
        ("a\nb", "a\\nb"),
        ("\x1b[1m", "\\x1b[1m"),
        ("\u202eb", "\\u202eb"),
        ("\u00ab\u00a0b\u00a0\u00bb", "\u00ab\u00a0b\u00a0\u00bb"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    """Letters of every script stay; what would steer a terminal is escaped."""
    assert plain(text) == shown
