"""What the service answers with: plain values for pages, API, metrics and tests, without anything of the framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from byleave.kernel.decision import Reason, Verdict
from byleave.ledger.entries import Entry
from byleave.proof.receipt import Effect, Ground, Product
from byleave.server.content import ContentItem
from byleave.text.explanation import SourceText

Origin = Literal["member", "import", "platform", "default", "no-rule"]
"""Why a setting stands as it does: an act of the person; one that another record tells; one of nobody's own; the
default, not chosen by the person; or off, because no rule is known for where the person lives."""
Permission = Literal["yes", "not-named", "not-yet", "notice-missing", "notice-waiting"]


@dataclass(frozen=True, slots=True)
class Head:
    """How far the ledger goes, and so far what is told with it was read."""

    epoch: str
    seq: int
    recorded_at: datetime | None
    """None before the first entry."""
    chain: str
    """Digest over every entry up to it."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An act that is durable, with the receipt that the person keeps."""

    entry: Entry
    receipt: str
    """A file of one line: what was acknowledged, signed."""


@dataclass(frozen=True, slots=True)
class Deed:
    """The act that a setting stands by."""

    actor: str
    """`member`, `import` or `platform`."""
    at: datetime
    """When the person says that it happened."""
    recorded_at: datetime
    seq: int
    member: str
    """The id under which it was recorded, one of the person's."""


@dataclass(frozen=True, slots=True)
class NoticeState:
    """A notice that a rule asks for, as far as it has reached the person."""

    notice: str
    version: str | None
    """Only this version counts; None: every version does."""
    wait_days: int
    delivered_at: datetime | None
    """When it first reached the person; None: not yet."""
    matures_at: datetime | None
    """From when on the rule may be used."""


@dataclass(frozen=True, slots=True)
class RecipientState:
    """Somebody who may train, or may not."""

    name: str
    title: str
    kind: str
    """`platform` or `affiliate`."""
    permission: Permission
    since: datetime | None
    """From when on it may, where that is known."""
    categories: tuple[str, ...] | None
    """Only these; None: all that the pack takes in."""
    notice: NoticeState | None


@dataclass(frozen=True, slots=True)
class RegimeState:
    """The rule that applies to the person for one purpose, and why: where they live."""

    purpose: str
    regime: str
    title: str
    basis: str
    """The legal basis that the platform names."""
    default: Literal["on", "off"]
    country: str
    lives_there_since: datetime | None
    """None: always, as far as the register knows."""
    effective: datetime
    announced: date | None
    controller: str | None
    notice: NoticeState | None
    in_force: bool
    """Whether it has begun, and its notice, if one is asked for, has waited long enough."""
    in_force_since: datetime | None
    """From when on; lies in the future where it is only waiting; None where a notice is missing."""
    recipients: tuple[RecipientState, ...]
    source: SourceText


@dataclass(frozen=True, slots=True)
class ReadingState:
    """How somebody else reads the same rule."""

    claimant: str
    kind: str
    """`company`, `regulator` or `article`."""
    reaches: str | None
    frees: str | None
    summary: Mapping[str, str]
    """Language → the reading in one sentence."""
    source: SourceText


@dataclass(frozen=True, slots=True)
class SettingState:
    """A setting as it stands for one person now."""

    setting: str
    title: Mapping[str, str]
    """Language → the label."""
    value: Literal["on", "off"]
    origin: Origin
    deed: Deed | None
    """None for a default."""
    pack: str
    """`id@version`."""
    purposes: tuple[str, ...]
    covers: tuple[Product, ...]
    does_not_cover: tuple[Product, ...]
    """Products that go on whatever the setting says."""
    regimes: tuple[RegimeState, ...]
    """One for each purpose; none where the person's country is not known or not covered."""
    grounds: tuple[Ground, ...]
    off: Effect
    """What switching off reaches, and what it does not undo."""
    on: Effect
    """What switching on again frees."""
    source: SourceText
    """The text on which the reach rests."""
    readings: tuple[ReadingState, ...]
    path: tuple[str, ...]
    link: str | None


@dataclass(frozen=True, slots=True)
class ObjectionState:
    """An objection and what became of it."""

    objection: str
    subject: str
    purpose: str | None
    """None: every purpose."""
    received_at: datetime
    status: Literal["open", "upheld", "rejected", "withdrawn"]
    resolved_at: datetime | None
    grounds: str | None
    """Why it was rejected."""
    seq: int
    stands: bool


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """A notice that reached the person."""

    notice: str
    version: str | None
    delivered_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class WithheldState:
    """An item that its owner holds back."""

    item: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class MemberState:
    """Everything that is recorded about one person, and what it means now."""

    member: str
    ids: tuple[str, ...]
    """Every id of the person: their accounts were merged. `member` is among them."""
    registered: bool
    is_open: bool
    """Whether the account is; a closed one keeps what was refused."""
    country: str | None
    """Where the person lives now (ISO 3166-1 alpha-2), if that is known."""
    settings: tuple[SettingState, ...]
    objections: tuple[ObjectionState, ...]
    notices: tuple[DeliveryState, ...]
    withheld: tuple[WithheldState, ...]
    as_of: datetime
    head: Head


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that was recorded about the person."""

    entry: Entry
    has_receipt: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether one item may be used for one purpose by one recipient, now."""

    purpose: str
    recipient: str
    verdict: Verdict
    reason: Reason
    failed: tuple[Reason, ...]
    """Every test that failed, in order."""


@dataclass(frozen=True, slots=True)
class ItemState:
    """One item with its live decisions."""

    item: ContentItem
    outcomes: tuple[Outcome, ...]
    withheld: bool
    """Whether its owner holds it back."""


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """Some items of a person, newest first."""

    items: tuple[ItemState, ...]
    after: str | None
    """What to ask with for the next page; None: this is the last."""
    head: Head
