"""The shape of a policy pack, as pydantic models; `loader` reads YAML into them.

Every rule carries a source with a date and a certainty:
A = the primary text (or a dated archive of it) was read, B = several independent secondary sources agree or a regulator
says it, C = one secondary source, sources that disagree, or what we infer from a text, ? = not established.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from byleave.kernel.instants import DATE_PATTERN, INSTANT_PATTERN, parse_date, parse_instant
from byleave.kernel.vocabulary import GENERATIVE_AI, OTHER_AI

Certainty = Literal["A", "B", "C", "?"]
Use = Literal["in", "out", "not-established"]
Reach = Literal["collection", "training", "models"]
Frees = Literal["everything", "new-content"]
PurposeName = Literal["generative-ai", "other-ai"]
assert get_args(PurposeName) == (GENERATIVE_AI, OTHER_AI)  # noqa: S101 - Literal needs text
VisibilityName = Literal["public", "connections", "group", "private"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]


def _instant(value: object) -> object:
    """Read an instant from text; a pack's instants name their zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    instant = parse_instant(value) if isinstance(value, str) else None
    if instant is None:
        message = "expected an instant with a zone such as `2025-11-03T00:00:00Z`"
        raise ValueError(message)
    return instant


def _day(value: object) -> object:
    """Read a date from text; nothing else is taken for one, such as a number of seconds."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    day = parse_date(value) if isinstance(value, str) else None
    if day is None:
        message = "expected a date such as `2025-11-03`"
        raise ValueError(message)
    return day


def _flag(value: object) -> object:
    """Read `true` or `false`, the two words that stand for a boolean in every table as well."""
    if value not in ("true", "false"):
        message = "expected `true` or `false`"
        raise ValueError(message)
    return value == "true"


# what an editor is told; YAML 1.2 has no dates, so that they are text there too
_InstantText = Annotated[str, Field(pattern=f"^{INSTANT_PATTERN}$")]
_DayText = Annotated[str, Field(pattern=f"^{DATE_PATTERN}$", json_schema_extra={"format": "date"})]

Instant = Annotated[datetime, BeforeValidator(_instant, json_schema_input_type=_InstantText)]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=_DayText)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class Part(BaseModel):
    """Base of every part: closed (an unknown key is an error) and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Part):
    """A text that a rule rests on."""

    title: str
    publisher: str
    date: Day
    """When the text was published, or the date of the archived copy."""
    url: str | None = None
    """Where it can be read."""
    where: str | None = None
    """Section, commit or file inside the source."""
    certainty: Certainty


class Cite(Part):
    """A rule's reference to one of the pack's `sources`."""

    source: str
    """Key in the pack's `sources`."""
    certainty: Certainty | None = None
    """Overrides the source's own certainty for this rule."""
    note: str | None = None


def _cite(value: object) -> object:
    """A name alone cites that source; more is said in a mapping."""
    if isinstance(value, str):
        return {"source": value}
    if not isinstance(value, dict | Cite):
        message = "expected the name of one of the pack's sources"
        raise ValueError(message)  # noqa: TRY004 - pydantic reports ValueError
    return value


Citation = Annotated[Cite, BeforeValidator(_cite, json_schema_input_type=str | Cite)]


class Sourced(Part):
    """A rule: it says where it comes from."""

    source: Citation
    note: str | None = None


class Product(Sourced):
    """What the trained models serve."""

    title: str
    purpose: PurposeName


class Recipient(Sourced):
    """Who trains."""

    title: str
    kind: Literal["platform", "affiliate"]


class Setting(Sourced):
    """A switch of the platform."""

    title: dict[str, str]
    """Language → the label that members see."""
    governs: tuple[PurposeName, ...]
    """The purposes that it switches; may be empty for a switch that has nothing to do with training."""
    aliases: tuple[str, ...] = ()
    """Former or alternative ids; an act recorded under one of them counts the same."""
    path: tuple[str, ...] = ()
    """What to press, one step after the other."""
    link: str | None = None


class Category(Sourced):
    """What a kind of item is, and whether it is trained on."""

    title: str
    use: Use
    visibility: dict[VisibilityName, Use] = Field(default_factory=dict)
    """Overrides of the pack's `visibility` for this category."""


class Visibility(Sourced):
    """Which visibilities are trained on, unless a category says otherwise."""

    public: Use
    connections: Use
    group: Use
    private: Use


class Age(Sourced):
    """Who is too young."""

    minimum_years: Annotated[int, Field(ge=1, le=30)]
    unknown: Literal["in", "out"]


class AiWritten(Sourced):
    """Whether items written by AI are left out."""

    use: Literal["in", "out"]
    unknown: Literal["in", "out"]


class NoticeRule(Sourced):
    """A notice that must have been delivered some days before use."""

    id: str
    days: Annotated[int, Field(ge=0, le=3650)]
    """Days of 24 hours between delivery and use."""
    version: str | None = None
    """Only this version counts; without it every version does."""


class RecipientRule(Sourced):
    """Under which conditions a regime lets a recipient train."""

    effective: Instant | None = None
    """Not before this instant; without it, since the regime begins."""
    notice: NoticeRule | None = None
    categories: tuple[str, ...] | None = None
    """Only these categories; without them, all that the pack takes in."""


SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""A regime from then on names no beginning: a pack needs an instant, and this one lies before everything."""


class Regime(Sourced):
    """The rule for a set of regions and purposes."""

    title: str
    purposes: tuple[PurposeName, ...]
    regions: tuple[str, ...]
    """Country codes, names of region sets, or `rest`."""
    exclude: tuple[str, ...] = ()
    """Countries or sets taken out of `regions`; with no other regime they are not covered."""
    basis: Literal["legitimate-interests", "consent", "contract", "not-stated"]
    """The legal basis that the platform names."""
    controller: str | None = None
    """Who is responsible for the data, with the address to which a letter goes."""
    default: Literal["on", "off"]
    """The setting of a member who never touched it; never recorded as consent."""
    effective: Instant
    """Nothing is used before this instant; 1970-01-01T00:00:00Z or an earlier one says that it names no beginning."""
    announced: Day | None = None
    notice: NoticeRule | None = None
    """A notice that must have reached a member some days before use."""
    recipients: dict[str, RecipientRule]
    """Who may train; a recipient that is not listed may not."""

    @property
    def begins(self) -> datetime | None:
        """When the rule begins; None where it names no beginning, as where each member's own notice is one."""
        return self.effective if self.effective > SINCE_EVER else None


class Reading(Sourced):
    """Another reading of the same rule, with who claims it."""

    claimant: str
    kind: Literal["company", "regulator", "article"]
    reaches: Reach | None = None
    frees: Frees | None = None
    summary: dict[str, str]
    """Language → the reading in one plain sentence."""


class OptOut(Sourced):
    """How far an opt-out reaches."""

    reaches: Reach


class OptIn(Sourced):
    """What a later re-opt-in frees."""

    frees: Frees


class ObjectionForm(Sourced):
    """Where somebody objects formally, beyond any setting."""

    title: str
    link: str
    open_to: tuple[Literal["member", "non-member"], ...]


class Pack(Part):
    """A policy as a versioned file."""

    pack: Name
    version: Name
    title: str
    platform: str
    summary: str
    sources: dict[str, Source]
    purposes: Annotated[tuple[PurposeName, ...], Field(min_length=1)]
    """What training is for, as far as the pack speaks of it; the first is the one that cases mean."""
    products: dict[Name, Product]
    recipients: Annotated[dict[Name, Recipient], Field(min_length=1)]
    settings: dict[Name, Setting]
    categories: dict[Name, Category]
    visibility: Visibility
    age: Age | None = None
    """Without it, no age is asked for."""
    ai_written: AiWritten | None = None
    """Without it, items written by AI are items like others."""
    opt_out: OptOut
    opt_in: OptIn
    objection_form: ObjectionForm | None = None
    readings: tuple[Reading, ...] = ()
    """What others say the opt-out means; shown beside the pack's own rule."""
    regimes: dict[Name, Regime]
    not_established: tuple[Sourced, ...] = ()
    """What the sources leave open, each with a `note`; shown to whoever asks what the pack does not know."""

    @property
    def id(self) -> str:
        """`id@version`."""
        return f"{self.pack}@{self.version}"
