"""A receipt: what was acknowledged to a person, in terms for machines and in the words that the person was told.

The person keeps it. It is JSON with two parts: `receipt`, the content, and `signatures`, the lines of a signed note
whose text is the content in canonical form (RFC 8785) with a line break after it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError
from byleave.kernel.instants import FIRST, LAST, format_instant, parse_instant
from byleave.proof.notes import signature_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byleave.proof.keys import SignerKey

Reach = Literal["collection", "training", "models"]
FORMAT: Literal["byleave-receipt/1"] = "byleave-receipt/1"
LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON keeps (RFC 8785)."""
AIPREF: Literal["aipref-vocab-07"] = "aipref-vocab-07"
"""The IETF draft whose words `aipref.statement` uses."""


def _instant(value: object) -> object:
    """An instant in UTC, written in the one way in which byleave writes it."""
    if isinstance(value, datetime) and value.tzinfo is not None and FIRST <= value < LAST:
        return value.astimezone(UTC)
    instant = parse_instant(value) if isinstance(value, str) else None
    if instant is None or format_instant(instant) != value:
        message = "expected an instant in UTC such as `2025-11-03T00:00:00Z`"
        raise ValueError(message)
    return instant


Instant = Annotated[datetime, BeforeValidator(_instant), PlainSerializer(format_instant, return_type=str)]
Text = Annotated[str, Field(min_length=1)]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Part(BaseModel):
    """Base of every part: closed, since an unknown field might limit what the others say, and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SettingAct(Part):
    """A switch was turned on or off."""

    kind: Literal["preference-set"]
    setting: Text
    value: Literal["on", "off"]


class ObjectionAct(Part):
    """An objection was received, or taken back by the person."""

    kind: Literal["objection-received", "objection-withdrawn"]
    objection: Text
    purpose: Text | None
    """None means every purpose."""


class ItemAct(Part):
    """One item was held back, or given free again."""

    kind: Literal["item-withheld", "item-released"]
    item: Text


class SearchAct(Part):
    """The person took themselves out of searches for people, or came back into them."""

    kind: Literal["search-hidden", "search-shown"]


class Product(Part):
    """Something that trained models serve."""

    product: Text
    title: Text
    purpose: Text


class Ground(Part):
    """The rule that applies where the person lives, for one purpose."""

    purpose: Text
    regime: Text
    basis: Text
    """The legal basis that the platform names."""


class Scope(Part):
    """What the act is about, as the pack says it."""

    purposes: tuple[Text, ...]
    products: tuple[Product, ...]
    not_covered: tuple[Product, ...]
    """Products of the pack that the act is not about."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None
    """Where the person lives, if that was known."""
    grounds: tuple[Ground, ...]


class Effect(Part):
    """How far the act reaches, as the pack says it."""

    reaches: Reach | None
    """Of a refusal."""
    frees: Literal["everything", "new-content"] | None
    """Of a leave that is given again."""
    does_not_undo: tuple[Literal["collected-before", "trained-before", "written-before"], ...]


class Aipref(Part):
    """The choice as a statement of the AIPREF vocabulary, as a `Content-Usage` header carries it."""

    vocabulary: Literal["aipref-vocab-07"]
    statement: Literal["train-ai=n", "train-ai=y"]


class Dpv(Part):
    """The act in terms of the W3C Data Privacy Vocabulary, each as a full address."""

    version: Literal["2.3"]
    processing: Text
    involvement: Text
    """The kind of control that the person has used."""
    status: Text | None
    legal_basis: Text | None
    right: Text | None


class Notice(Part):
    """The text that the person was shown."""

    id: Text
    version: Text | None
    language: Text
    """BCP 47."""
    digest: Digest
    """SHA-256 of the text's bytes in UTF-8."""


class PackName(Part):
    """The policy under which the act was acknowledged."""

    id: Text
    digest: Digest


class Receipt(Part):
    """One acknowledged act."""

    format: Literal["byleave-receipt/1"]
    epoch: Text
    """Which life of the ledger `seq` counts in; a ledger that was restored begins another."""
    seq: Annotated[int, Field(ge=1, le=LARGEST)]
    recorded_at: Instant
    at: Instant
    """When the person acted."""
    subject: Text
    actor: Literal["member", "import", "platform"]
    act: Annotated[SettingAct | ObjectionAct | ItemAct | SearchAct, Field(discriminator="kind")]
    pack: PackName
    covers: Scope
    effect: Effect
    aipref: Aipref | None
    """None where the act states no preference in that vocabulary."""
    dpv: Dpv
    notice: Notice | None
    words: dict[Text, tuple[Text, ...]]
    """Language → what the person was told, sentence by sentence."""

    def as_json(self) -> dict[str, Any]:
        """The content as plain JSON values."""
        value: dict[str, Any] = self.model_dump(mode="json")
        return value


def signed_text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """The text that is signed: canonical JSON and a line break."""
    return canonical_json(value).decode() + "\n"


def sign_receipt(receipt: Receipt, signers: Iterable[SignerKey]) -> str:
    """The receipt as the file that the person keeps: one line of canonical JSON.

    Whoever calls it picks keys that are valid at `recorded_at`.
    """
    return sign_text(signed_text(receipt.as_json()), signers)


def sign_text(text: str, signers: Iterable[SignerKey]) -> str:
    """The same, of a receipt that is written out already."""
    lines = canonical_json([signature_line(text, signer) for signer in signers]).decode()
    # the canonical form of the whole, without writing the content a second time
    return f'{{"receipt":{text[:-1]},"signatures":{lines}}}\n'


def parse_receipt(value: Any) -> Receipt:  # noqa: ANN401 - any JSON value
    """Read the content of a receipt.

    Raises: InputError naming the first field that is wrong; a field that this version does not know is wrong.
    """
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        told = value.get("format") if isinstance(value, dict) else None
        raise InputError(f"the format of the receipt is `{told}`", hint=f"this version reads `{FORMAT}`")
    data = canonical_json(value)
    try:
        receipt = Receipt.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise InputError(f"`{field}` of the receipt: {_words(first['type'], first['msg'])}") from None
    if canonical_json(receipt.as_json()) != data:
        raise InputError("the receipt does not say what it was read as")
    return receipt


def _words(kind: str, message: str) -> str:
    known = {"extra_forbidden": "there is no such field in this format", "missing": "it is missing"}
    told = message.removeprefix("Value error, ")
    return known.get(kind) or told[:1].lower() + told[1:]
