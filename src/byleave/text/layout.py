"""An explanation as lines of plain text: the verdict first, then one sentence, then what they rest on."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING

from byleave.kernel.decision import Reason, Verdict
from byleave.text.catalogue import N_, SOURCE_LANGUAGE, Catalogue
from byleave.text.dates import date_text, instant_text
from byleave.text.explanation import Statement
from byleave.text.reasons import VERDICTS
from byleave.text.statements import NO_EFFECT, fill, plain, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from byleave.text.explanation import Explanation, Finding, Outcome, ReadingOutcome, SourceText

SYMBOLS = {Verdict.ELIGIBLE: "✓", Verdict.EXCLUDED: "✗", Verdict.GAP: "?"}
"""Beside the word, never in its place."""
NARROWEST = 72
"""A table of four columns does not fit into less."""
_SHARES = (5, 4, 3)
"""How the columns before the last share the width."""

LABELS = {
    "item": N_("Item"),
    "owner": N_("Owner"),
    "category": N_("Category"),
    "visibility": N_("Visibility"),
    "asked": N_("Asked"),
    "as-of": N_("As of"),
    "decided-by": N_("Decided by"),
    "source": N_("Source"),
    "facts": N_("Facts"),
    "refused": N_("Refused"),
    "also": N_("Also"),
    "readings": N_("Other readings of the rule"),
    "changes": N_("What would change it"),
}
ITEM_IN_FILE = N_("{item} in {file}, row {row}")
MISSING = N_("missing")
ASKED = N_("{pack} for purpose “{purpose}” by “{recipient}”")
REPLAY = N_("This is a replay: acts after this time do not count.")
RULE = N_("{rule} in {pack}")
EVERY_PACK = N_("This holds under every pack.")
SOURCES = {
    "A": N_("“{title}”, {publisher}, {date} (A: read in the original)"),
    "B": N_("“{title}”, {publisher}, {date} (B: reported by several sources)"),
    "C": N_("“{title}”, {publisher}, {date} (C: one source, or sources that disagree)"),
    "?": N_("“{title}”, {publisher}, {date} (?: not established)"),
}
NOT_REFUSED = N_("No refusal of the owner, or of anybody named in the item, is recorded.")
REFUSED_IN_VAIN = N_("Under this pack that does not keep the item out.")

READING = N_("Reading")
SWITCHED_OFF = N_("Switching off")
SWITCHED_ON = N_("Switching on again")
OUTCOME = N_("Outcome")
THIS_PACK = N_("this pack")
CLAIMANTS = {
    "company": N_("{claimant} (company)"),
    "regulator": N_("{claimant} (regulator)"),
    "article": N_("{claimant} (article)"),
}
REACHES = {
    "collection": N_("stops what is collected later"),
    "training": N_("stops all later training"),
    "models": N_("stops later training and is undone in models"),
}
FREES = {"everything": N_("frees all items"), "new-content": N_("frees newer items")}
NO_READINGS = N_("The pack records no other reading.")

EACH_TAKES_OUT = N_("Each of these acts would take the item out:")
ONE_LETS_IN = N_("The item would be eligible with this change:")
ALL_LET_IN = N_("The item would be eligible with all of these changes:")
NOTHING_CHANGES = N_("Nothing that the owner controls would change this.")


def sentence(explanation: Explanation, language: str) -> str:
    """Why, in one sentence with the facts."""
    return say(Catalogue(language), explanation.decided_by.statement, explanation.titles)


def render(explanation: Explanation, language: str, width: int = 80) -> list[str]:
    """The explanation as lines of at most `width` characters, but for words that are longer."""
    return _Page(explanation, Catalogue(language), max(width, NARROWEST)).lines()


class _Page:
    """One explanation in one language and width."""

    def __init__(self, explanation: Explanation, catalogue: Catalogue, width: int) -> None:
        self._told, self._catalogue, self._width = explanation, catalogue, width
        short = [name for name in LABELS if name not in {"readings", "changes"}]
        self._indent = max(len(catalogue.say(LABELS[name])) for name in short) + 2

    def lines(self) -> list[str]:
        """Verdict, sentence, and every section."""
        return [
            self._verdict(self._told.verdict, self._told.reason, symbol=True),
            *_wrapped(self._say(self._told.decided_by.statement), self._width),
            "",
            *self._question(),
            *self._decided_by(),
            *self._row("refused", self._refused()),
            *self._row("also", [self._failed(finding) for finding in self._told.also_failed]),
            "",
            self._catalogue.say(LABELS["readings"]),
            *self._readings(),
            "",
            self._catalogue.say(LABELS["changes"]),
            *self._changes(),
        ]

    def _question(self) -> Iterator[str]:
        """What was asked: which item, which pack, which time."""
        told, item = self._told, self._told.item
        name = self._known(item.item_id)
        if item.file is not None and item.row is not None:
            name = self._catalogue.say(ITEM_IN_FILE, item=name, file=plain(item.file), row=str(item.row))
        asked = {"pack": told.pack, "purpose": told.purpose, "recipient": told.recipient}
        replay = [self._catalogue.say(REPLAY)] if told.replay else []
        yield from self._row("item", [name])
        yield from self._row("owner", [self._known(item.member_id)])
        yield from self._row("category", [self._known(item.category)])
        yield from self._row("visibility", [self._known(item.visibility)])
        yield from self._row("asked", [self._catalogue.say(ASKED, **fill(self._catalogue, asked, {}))])
        yield from self._row("as-of", [instant_text(self._catalogue, told.as_of), *replay])

    def _decided_by(self) -> Iterator[str]:
        """The rule, the text that it rests on, and the facts."""
        finding = self._told.decided_by
        rule = {"rule": finding.rule or "", "pack": self._told.pack}
        message = RULE if finding.rule else EVERY_PACK
        yield from self._row("decided-by", [self._catalogue.say(message, **fill(self._catalogue, rule, {}))])
        if finding.source is not None:
            links = [plain(link) for link in (finding.source.where, finding.source.url) if link]
            yield from self._row("source", [self._source(finding.source), *links])
        yield from self._row("facts", [self._say(fact) for fact in finding.facts])

    def _refused(self) -> Iterator[str]:
        refusals = self._told.refusals
        if not refusals:
            yield self._catalogue.say(NOT_REFUSED)
        for refusal in refusals:
            yield self._say(refusal.statement)
        if refusals and self._told.verdict is Verdict.ELIGIBLE:
            yield self._catalogue.say(REFUSED_IN_VAIN)

    def _failed(self, finding: Finding) -> str:
        return f"{finding.reason.value}: {self._say(finding.statement)}"

    def _readings(self) -> Iterator[str]:
        """This pack and the other readings side by side, each with its words and source below."""
        told, readings = self._told, self._told.other_readings
        if not readings:
            yield f"  {self._catalogue.say(NO_READINGS)}"
            return
        own = (THIS_PACK, REACHES[told.reaches], FREES[told.frees])
        header = [self._catalogue.say(cell) for cell in (READING, SWITCHED_OFF, SWITCHED_ON, OUTCOME)]
        rows = [self._cells(reading) for reading in readings]
        pack = [*map(self._catalogue.say, own), self._verdict(told.verdict, told.reason)]
        outcomes = [word for row in (header, pack, *rows) for word in row[-1].split()]
        widths = _columns(self._width - 2, max(map(len, outcomes)))
        yield from _table_row(header, widths)
        yield from _table_row(pack, widths)
        for reading, row in zip(readings, rows, strict=True):
            yield from _table_row(row, widths)
            for text in (_summary(reading, self._catalogue.language), self._source(reading.source)):
                yield from (f"    {line}" for line in _wrapped(text, self._width - 4))

    def _cells(self, reading: ReadingOutcome) -> list[str]:
        return [
            self._catalogue.say(CLAIMANTS[reading.kind], claimant=plain(reading.claimant)),
            self._catalogue.say(REACHES[reading.reaches]),
            self._catalogue.say(FREES[reading.frees]),
            self._verdict(reading.verdict, reading.reason),
        ]

    def _changes(self) -> Iterator[str]:
        """What the owner could do, without a word on whether they should."""
        flip = self._told.would_flip
        if not flip.sets:
            yield from self._paragraph(self._catalogue.say(NOTHING_CHANGES))
        elif self._told.verdict is Verdict.ELIGIBLE:
            yield from self._listed(EACH_TAKES_OUT, [change for outcome in flip.sets for change in outcome.changes])
        else:
            for outcome in flip.sets:
                yield from self._listed(ALL_LET_IN if len(outcome.changes) > 1 else ONE_LETS_IN, outcome.changes)
        for change in _changes_of(flip.without_effect):
            yield from self._paragraph(self._catalogue.say(NO_EFFECT[change], **self._setting()))

    def _listed(self, heading: str, changes: Iterable[str]) -> Iterator[str]:
        yield from self._paragraph(self._catalogue.say(heading))
        for change in changes:
            text = self._say(Statement(change, {"setting": self._told.setting or ""}))
            first, *rest = _wrapped(text, self._width - 6)
            yield f"    - {first}"
            yield from (f"      {line}" for line in rest)

    def _paragraph(self, text: str) -> Iterator[str]:
        yield from (f"  {line}" for line in _wrapped(text, self._width - 2))

    def _row(self, label: str, texts: Iterable[str]) -> Iterator[str]:
        """A label, and each text beginning on a line of its own beside it."""
        lines = [line for text in texts for line in _wrapped(text, self._width - self._indent)]
        for number, line in enumerate(lines):
            name = "" if number else self._catalogue.say(LABELS[label])
            yield f"{name:<{self._indent}}{line}"

    def _verdict(self, verdict: Verdict, reason: Reason, *, symbol: bool = False) -> str:
        word = self._catalogue.say(VERDICTS[verdict])
        told = word if reason is Reason.ELIGIBLE else f"{word}: {reason.value}"
        return f"{SYMBOLS[verdict]} {told}" if symbol else told

    def _source(self, source: SourceText) -> str:
        return self._catalogue.say(
            SOURCES[source.certainty],
            title=plain(source.title),
            publisher=plain(source.publisher),
            date=date_text(self._catalogue, source.published),
        )

    def _known(self, value: str | None) -> str:
        return self._catalogue.say(MISSING) if value is None else plain(value)

    def _say(self, statement: Statement) -> str:
        return say(self._catalogue, statement, self._told.titles)

    def _setting(self) -> dict[str, str]:
        return fill(self._catalogue, {"setting": self._told.setting or ""}, self._told.titles)


def _summary(reading: ReadingOutcome, language: str) -> str:
    """A reading in the pack's own words; in English where the pack has no other language."""
    texts: Mapping[str, str] = reading.summary
    return plain(texts.get(language) or texts.get(SOURCE_LANGUAGE) or next(iter(texts.values()), ""))


def _changes_of(outcomes: Iterable[Outcome]) -> list[str]:
    return [change for outcome in outcomes for change in outcome.changes]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _columns(width: int, last: int) -> list[int]:
    """Widths of four columns with two blanks between them; `last` is that of the last one."""
    free = width - last - 2 * len(_SHARES)
    return [*(free * share // sum(_SHARES) for share in _SHARES), last]


def _table_row(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """One row of a table; a cell that is too wide goes on below itself."""
    columns = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for parts in zip_longest(*columns, fillvalue=""):
        yield ("  " + "  ".join(f"{part:<{width}}" for part, width in zip(parts, widths, strict=True))).rstrip()
