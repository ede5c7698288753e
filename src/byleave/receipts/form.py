"""The form of a receipt: everything that it says but whose act it was, when, and under which number. Pure.

Kept when it is first used and named by the entry, so that the same receipt can be drawn up again, byte for byte,
whatever packs, sentences, translations and lists of countries hold by then. It says nothing about anybody.
"""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from byleave.kernel.canonical import canonical_json, digest_bytes
from byleave.kernel.errors import InputError
from byleave.kernel.instants import format_instant
from byleave.proof import receipt as parts
from byleave.text.catalogue import Catalogue
from byleave.text.dates import FIRST, INSTANT, MONTHS, instant_text
from byleave.text.statements import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byleave.ledger.entries import Entry

FORMAT: Literal["byleave-receipt-form/1"] = "byleave-receipt-form/1"
OF_THE_ENTRY = ("at", "recorded_at", "seq", "item")
"""Placeholders that stay open in a form."""


class Dates(parts.Part):
    """How an instant is written in one language."""

    instant: str
    first: str
    """The first day of a month."""
    months: Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]


class Form(parts.Part):
    """What a receipt says, before the act itself is filled in."""

    format: Literal["byleave-receipt-form/1"]
    receipt: Literal["byleave-receipt/1"]
    """The format of the receipts that are drawn up from it."""
    actor: Literal["member", "import", "platform"]
    kind: str
    setting: str | None
    value: Literal["on", "off"] | None
    purpose: str | None
    """Of an objection."""
    pack: parts.PackName
    covers: parts.Scope
    effect: parts.Effect
    aipref: parts.Aipref | None
    dpv: parts.Dpv
    notice: parts.Notice | None
    sentences: dict[str, tuple[str, ...]]
    """Language → sentences, with `{at}`, `{recorded_at}`, `{seq}` and `{item}` open."""
    dates: dict[str, Dates]
    """Language → how instants are written."""

    def data(self) -> bytes:
        """As it is kept: canonical JSON."""
        return canonical_json(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """The name by which an entry names it."""
        return digest_bytes(self.data())


class Drawing:
    """A form that is ready to be filled in, many times."""

    def __init__(self, form: Form) -> None:
        """Take a form apart once."""
        self.form = form
        said = form.model_dump(mode="json")
        self._said = {name: _json(said[name]) for name in ("actor", "aipref", "covers", "dpv", "effect", "pack")}
        self._format, self._notice = _json(form.receipt), _json(said["notice"])
        # which setting was set to what is said by the form; the other acts name what they are about
        self._act = _json(_act(form, {}).model_dump(mode="json")) if form.kind == "preference-set" else None
        self._words = [
            (
                _json(language),
                _Dates(language, form.dates[language]),
                [_Sentence(one) for one in form.sentences[language]],
            )
            for language in sorted(form.sentences)
        ]

    def text(self, entry: Entry, epoch: str) -> str:
        """The receipt of an entry, not signed yet, as the text that is signed: canonical JSON (RFC 8785), on one line.

        What the form says was made canonical once. The names stand in the order of RFC 8785.
        """
        said = self._said
        words = ",".join(f"{language}:[{_told(dates, told, entry)}]" for language, dates, told in self._words)
        act = self._act or _json(_act(self.form, entry.data).model_dump(mode="json"))
        return (
            f'{{"act":{act},"actor":{said["actor"]},"aipref":{said["aipref"]},"at":"{format_instant(entry.at)}",'
            f'"covers":{said["covers"]},"dpv":{said["dpv"]},"effect":{said["effect"]},"epoch":{_json(epoch)},'
            f'"format":{self._format},"notice":{self._notice},"pack":{said["pack"]},'
            f'"recorded_at":"{format_instant(entry.recorded_at)}","seq":{entry.seq},"subject":{_json(entry.subject)},'
            f'"words":{{{words}}}}}\n'
        )

    def receipt(self, entry: Entry, epoch: str) -> parts.Receipt:
        """The same, read. Raises: InputError for an entry that no receipt can be about."""
        return parts.parse_receipt(json.loads(self.text(entry, epoch)))


class _Sentence:
    """A sentence, with or without something to fill in; one that has nothing may hold any character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._whole = None if _open_in(text) else _json(text)

    def told(self, known: Mapping[str, str]) -> str:
        """As canonical JSON."""
        return self._whole or _json(self._text.format(**known))


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return canonical_json(value).decode()


def _told(dates: Catalogue, sentences: Sequence[_Sentence], entry: Entry) -> str:
    known = _values(entry, dates)
    return ",".join(one.told(known) for one in sentences)


def read_form(data: bytes, digest: str) -> Form:
    """A form from the bytes that were kept.

    Raises: InputError when they are not those that the digest names, or cannot be read.
    """
    if digest_bytes(data) != digest:
        raise InputError(f"the form `{digest}` of receipts was changed", hint="bring it back from a backup")
    try:
        return Form.model_validate_json(data)
    except ValidationError as error:
        raise InputError(f"the form `{digest}` of receipts cannot be read by this version") from error


def dates_in(catalogue: Catalogue) -> Dates:
    """How a catalogue writes instants."""
    months = tuple(catalogue.text(month) for month in MONTHS)
    return Dates(instant=catalogue.text(INSTANT), first=catalogue.text(FIRST), months=months)


class _Dates(Catalogue):
    """The few messages of a catalogue that write an instant, as they were."""

    def __init__(self, language: str, dates: Dates) -> None:
        self.language = language
        self._texts = {INSTANT: dates.instant, FIRST: dates.first, **dict(zip(MONTHS, dates.months, strict=True))}

    def text(self, message: str) -> str:
        """The message as it was."""
        return self._texts[message]


def _open_in(text: str) -> bool:
    """Whether a sentence has something to fill in."""
    return any(name is not None for _, name, _, _ in string.Formatter().parse(text)) or "{{" in text or "}}" in text


def _values(entry: Entry, dates: Catalogue) -> Mapping[str, str]:
    return {
        "at": instant_text(dates, entry.at),
        "recorded_at": instant_text(dates, entry.recorded_at),
        "seq": str(entry.seq),
        "item": plain(entry.data.get("item") or ""),
    }


def _act(form: Form, data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one of the kinds of acts
    """What was done: the form says which kind, the entry to what."""
    match form.kind:
        case "preference-set":
            return parts.SettingAct(kind=form.kind, setting=form.setting or "", value=form.value or "off")
        case "objection-received" | "objection-withdrawn":
            return parts.ObjectionAct(kind=form.kind, objection=data["objection"], purpose=form.purpose)
        case "item-withheld" | "item-released":
            return parts.ItemAct(kind=form.kind, item=data["item"])
        case "search-hidden" | "search-shown":
            return parts.SearchAct(kind=form.kind)
    raise InputError(f"there is no receipt for `{form.kind}`")
