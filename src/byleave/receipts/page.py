"""What verifying a receipt found, as lines of plain text in one language."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from byleave.kernel.errors import UsageError
from byleave.proof.verification import CHECKED
from byleave.text.catalogue import SOURCE_LANGUAGE, Catalogue
from byleave.text.explanation import Statement
from byleave.text.receipts import HEADINGS, NOT_VERIFIED, VERIFIED, tell
from byleave.text.statements import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from byleave.proof.seen import Comparison
    from byleave.proof.verification import Verification
    from byleave.text.explanation import Value

WIDTH = 80


def problem_sentence(found: Verification, language: str) -> str:
    """Why a receipt is not verified. Raises: UsageError for one that is."""
    if found.problem is None:
        raise UsageError("the receipt is verified")
    return tell(Statement(found.problem.code, found.problem.values), language)


def comparison_sentences(compared: Comparison, language: str) -> list[str]:
    """Whether a snapshot has seen the act."""
    known = {"seq": compared.seq, "watermark": compared.watermark, "epoch": compared.epoch}
    values = {name: value for name, value in known.items() if value is not None}
    told = [tell(Statement(compared.outcome.value, values), language)]
    return told if compared.covers_purpose else [*told, tell(Statement("other-purpose"), language)]


def page(found: Verification, language: str) -> list[str]:
    """The verdict first; then what the receipt says, in its own words, and what was checked and what was not.

    Of a receipt that is not verified nothing is told but the reason.
    """
    say = Catalogue(language).say
    if found.receipt is None or found.key is None:
        return [f"✗ {say(NOT_VERIFIED)}", *_wrapped(problem_sentence(found, language), "")]
    told = found.receipt.words
    key: dict[str, Value] = {
        "key": found.key.key.label,
        "at": found.receipt.recorded_at,
        "subject": found.receipt.subject,
    }
    lines = [f"✓ {say(VERIFIED)}"]
    lines += _section(say(HEADINGS["told"]), map(plain, told.get(language) or told.get(SOURCE_LANGUAGE) or _any(told)))
    if found.comparison is not None:
        lines += _section(say(HEADINGS["snapshot"]), comparison_sentences(found.comparison, language))
    lines += _section(say(HEADINGS["checked"]), (tell(Statement(code, key), language) for code in CHECKED))
    lines += _section(
        say(HEADINGS["not-checked"]), (tell(Statement(code, key), language) for code in found.not_checked)
    )
    return lines


def _any(words: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The words in whatever language they stand."""
    return next(iter(words.values()), ())


def _section(heading: str, sentences: Iterable[str]) -> Iterator[str]:
    yield ""
    yield heading
    for sentence in sentences:
        yield from _wrapped(sentence, "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
