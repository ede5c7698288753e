"""Entries: who did what when, in the order in which it was recorded.

`seq` is the order, without gaps within an epoch; `recorded_at` is when the ledger took the entry down and grows with
`seq`; `at` is when the person says that it happened. Clocks are labels: nothing is ordered by them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError
from byleave.ledger.fields import expected
from byleave.policy.facts import IMPORT, MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime


class Kind(StrEnum):
    """What an entry records."""

    MEMBER_REGISTERED = "member-registered"
    MEMBER_MOVED = "member-moved"
    MEMBER_CLOSED = "member-closed"
    MEMBER_REOPENED = "member-reopened"
    MEMBERS_MERGED = "members-merged"
    PREFERENCE_SET = "preference-set"
    OBJECTION_RECEIVED = "objection-received"
    OBJECTION_UPHELD = "objection-upheld"
    OBJECTION_REJECTED = "objection-rejected"
    OBJECTION_WITHDRAWN = "objection-withdrawn"
    OBJECTION_IDENTIFIED = "objection-identified"
    OBJECTION_CONFIRMED = "objection-confirmed"
    OBJECTION_IN_REVIEW = "objection-in-review"
    OBJECTION_EXTENDED = "objection-extended"
    OBJECTION_READDRESSED = "objection-readdressed"
    FINDING_REVIEWED = "finding-reviewed"
    NOTICE_DELIVERED = "notice-delivered"
    ITEM_WITHHELD = "item-withheld"
    ITEM_RELEASED = "item-released"
    SEARCH_HIDDEN = "search-hidden"
    SEARCH_SHOWN = "search-shown"
    MEMBER_ERASED = "member-erased"
    POLICY_ACTIVATED = "policy-activated"
    NOTICE_PUBLISHED = "notice-published"
    SNAPSHOT_PUBLISHED = "snapshot-published"
    SNAPSHOT_HANDED_OVER = "snapshot-handed-over"
    REVOCATIONS_PUBLISHED = "revocations-published"
    REVOCATIONS_ACKNOWLEDGED = "revocations-acknowledged"
    RUN_STARTED = "run-started"
    RUN_FINISHED = "run-finished"
    MODEL_TRAINED = "model-trained"
    MODEL_REGISTERED = "model-registered"
    MODEL_FORGOTTEN = "model-forgotten"
    FORGETTING_ACKNOWLEDGED = "forgetting-acknowledged"
    MODEL_RETIRED = "model-retired"
    BUILDS_SHUT = "builds-shut"
    BUILDS_OPENED = "builds-opened"


PLATFORM = "platform"
"""Actor of an entry that is nobody's own act: staff, a migration, a default. The others are those of an act."""
ACTORS = (MEMBER, IMPORT, PLATFORM)

FIELDS: Mapping[Kind, frozenset[str]] = {
    Kind.MEMBER_REGISTERED: frozenset({"country", "birth_date"}),
    Kind.MEMBER_MOVED: frozenset({"country", "since"}),
    Kind.MEMBER_CLOSED: frozenset(),
    Kind.MEMBER_REOPENED: frozenset(),
    Kind.MEMBERS_MERGED: frozenset({"into"}),
    Kind.PREFERENCE_SET: frozenset({"setting", "value"}),
    Kind.OBJECTION_RECEIVED: frozenset({"objection", "purpose"}),
    Kind.OBJECTION_UPHELD: frozenset({"objection"}),
    Kind.OBJECTION_REJECTED: frozenset({"objection", "grounds"}),
    Kind.OBJECTION_WITHDRAWN: frozenset({"objection"}),
    Kind.OBJECTION_IDENTIFIED: frozenset({"objection", "identifiers"}),
    Kind.OBJECTION_CONFIRMED: frozenset({"objection"}),
    Kind.OBJECTION_IN_REVIEW: frozenset({"objection", "by"}),
    Kind.OBJECTION_EXTENDED: frozenset({"objection", "by", "grounds"}),
    Kind.OBJECTION_READDRESSED: frozenset({"objection", "by", "came", "grounds"}),
    Kind.FINDING_REVIEWED: frozenset({"objection", "item", "text", "about", "by", "grounds"}),
    Kind.NOTICE_DELIVERED: frozenset({"notice", "version"}),
    Kind.ITEM_WITHHELD: frozenset({"item"}),
    Kind.ITEM_RELEASED: frozenset({"item"}),
    Kind.SEARCH_HIDDEN: frozenset(),
    Kind.SEARCH_SHOWN: frozenset(),
    Kind.MEMBER_ERASED: frozenset({"entries"}),
    Kind.POLICY_ACTIVATED: frozenset({"pack", "digest", "purposes", "from"}),
    Kind.NOTICE_PUBLISHED: frozenset({"notice", "version", "language", "digest"}),
    Kind.SNAPSHOT_PUBLISHED: frozenset(
        {"manifest", "mode", "pack", "pack_digest", "purpose", "recipient", "counts", "epoch"}
        | {"as_of", "watermark", "recheck_as_of", "recheck_watermark"}
    ),
    Kind.SNAPSHOT_HANDED_OVER: frozenset({"manifest", "holder"}),
    Kind.REVOCATIONS_PUBLISHED: frozenset({"manifest", "holder", "digest", "items"}),
    Kind.REVOCATIONS_ACKNOWLEDGED: frozenset({"manifest", "holder", "digest"}),
    Kind.RUN_STARTED: frozenset({"run", "job", "snapshots"}),
    Kind.RUN_FINISHED: frozenset({"run", "outcome"}),
    Kind.MODEL_TRAINED: frozenset({"model", "name", "digest", "purpose", "run"}),
    Kind.MODEL_REGISTERED: frozenset({"model", "name", "digest", "purpose", "snapshots", "trained_at"}),
    Kind.MODEL_FORGOTTEN: frozenset({"model", "digest", "forgotten"}),
    Kind.FORGETTING_ACKNOWLEDGED: frozenset({"model", "forgotten", "how", "by"}),
    Kind.MODEL_RETIRED: frozenset({"model", "destroyed", "by"}),
    Kind.BUILDS_SHUT: frozenset({"cause", "told"}),
    Kind.BUILDS_OPENED: frozenset({"shut", "by", "grounds"}),
}
"""The fields of each kind's data. All must be there; some may be None, where nobody need say it."""

OPTIONAL: Mapping[Kind, frozenset[str]] = {
    Kind.PREFERENCE_SET: frozenset({"covers", "form", "frees", "reaches", "shown", "unused_since"}),
    Kind.OBJECTION_RECEIVED: frozenset({"appeals", "by", "came", "country", "form", "language"}),
    Kind.OBJECTION_UPHELD: frozenset({"by"}),
    Kind.OBJECTION_REJECTED: frozenset({"by", "lapsed", "withdrawn_on"}),
    Kind.OBJECTION_WITHDRAWN: frozenset({"form"}),
    Kind.ITEM_WITHHELD: frozenset({"form"}),
    Kind.ITEM_RELEASED: frozenset({"form"}),
    Kind.SEARCH_HIDDEN: frozenset({"form"}),
    Kind.SEARCH_SHOWN: frozenset({"form"}),
    Kind.MODEL_FORGOTTEN: frozenset({"certificate"}),
}
"""Fields that may be there too: the form of the receipt that was given out, the entry of the notice shown, the purposes
that a setting governed when the act was recorded, how far an opt-out reached then, and what an opt-in freed; of an
objection, what it appeals against, where and in which language the person is answered, how it came to staff and who
wrote it down, who decided it, the rule by which it lapsed, and the day of the letter by which it was taken back; of
forgetting, the digest of its certificate."""

_CHECKED = frozenset(
    {"about", "came", "covers", "frees", "identifiers", "reaches", "text", "unused_since", "withdrawn_on"}
)
"""Fields of an entry about a person that hold more than any text."""
_MAY_BE_NONE = frozenset({"country", "birth_date", "since", "purpose", "version"})
_ONLY_BY_THE_PERSON = frozenset({Kind.OBJECTION_WITHDRAWN, Kind.ITEM_RELEASED, Kind.OBJECTION_CONFIRMED})
SEARCH = frozenset({Kind.SEARCH_HIDDEN, Kind.SEARCH_SHOWN})
"""Kinds by which somebody says whether searches for people find them; no decision reads them."""
"""Kinds that end a refusal, or say that it is the person's. Nobody else does that; the one exception is a rejection
with grounds."""
_WRITTEN_DOWN = frozenset({"by", "came"})
"""What staff say of an objection that they wrote down for the person: who did, and how it came."""
_ONLY_BY_STAFF = frozenset(
    {Kind.OBJECTION_IN_REVIEW, Kind.OBJECTION_EXTENDED, Kind.OBJECTION_READDRESSED, Kind.FINDING_REVIEWED}
)
OF_AN_OBJECTION = frozenset(
    {Kind.OBJECTION_UPHELD, Kind.OBJECTION_REJECTED, Kind.OBJECTION_WITHDRAWN, Kind.OBJECTION_IDENTIFIED}
    | {Kind.OBJECTION_CONFIRMED} | _ONLY_BY_STAFF
)  # fmt: skip
"""Kinds about an objection that was received."""
TOLD = OF_AN_OBJECTION - {Kind.OBJECTION_UPHELD, Kind.OBJECTION_REJECTED, Kind.OBJECTION_WITHDRAWN}
"""Those of them that do not decide it."""
ARTEFACTS = frozenset(
    {Kind.POLICY_ACTIVATED, Kind.NOTICE_PUBLISHED, Kind.SNAPSHOT_PUBLISHED, Kind.RUN_STARTED, Kind.RUN_FINISHED}
    | {Kind.MODEL_TRAINED, Kind.MODEL_REGISTERED, Kind.MODEL_FORGOTTEN, Kind.FORGETTING_ACKNOWLEDGED}
    | {Kind.SNAPSHOT_HANDED_OVER, Kind.REVOCATIONS_PUBLISHED, Kind.REVOCATIONS_ACKNOWLEDGED, Kind.MODEL_RETIRED}
)
"""Kinds about what the platform does, and about no person; no decision reads them."""
BUILDS = frozenset({Kind.BUILDS_SHUT, Kind.BUILDS_OPENED})
"""Kinds that keep every gate from reading the ledger, and that let them read it again."""
_OF_NOBODY = ARTEFACTS | BUILDS | {Kind.MEMBER_ERASED}
"""Kinds that name no person: who was erased is told by the numbers of the entries alone."""
_BLANK_IN_ARTEFACTS = frozenset({"epoch", "name", "trained_at"})
"""Fields that may be None there: a folder has no epoch, not every model a name, and not everybody knows when."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of one epoch."""

    seq: int
    """From 1, without gaps."""
    recorded_at: datetime
    kind: Kind
    subject: str
    """The person; for a withheld item its owner."""
    actor: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    erased: bool = False
    """Whether what it said is gone, with the person: it keeps its place in the order, and nothing else can be read."""


def check_entry(entry: Entry) -> None:
    """Refuse an entry that does not say what its kind needs, or that its actor may not make.

    Raises: InputError naming the entry and the field.
    """
    place = f"entry {entry.seq} (`{entry.kind}`)"
    wanted, given = FIELDS[entry.kind], frozenset(entry.data)
    for name in sorted(wanted - given):
        raise InputError(f"{place} lacks `{name}`")
    for name in sorted(given - wanted - OPTIONAL.get(entry.kind, frozenset())):
        raise InputError(f"{place} has no field `{name}`")
    if entry.kind in ARTEFACTS:
        _check_artefact(entry, place)
        return
    for name in sorted(wanted - _MAY_BE_NONE):
        if not entry.data[name]:
            raise InputError(f"{place}: `{name}` is blank")
    if bool(entry.subject) is (entry.kind in _OF_NOBODY):
        raise InputError(f"{place} names {f'`{entry.subject}`' if entry.subject else 'nobody'}")
    _check_actor(entry, place)
    if entry.kind is Kind.PREFERENCE_SET and entry.data["value"] not in ("on", "off"):
        raise InputError(f"{place}: expected `on` or `off`, got `{entry.data['value']}`")
    for name in sorted(given & _CHECKED):
        words = expected(name, entry.data[name])
        if words is not None:
            raise InputError(f"{place}: expected {words} in `{name}`, got `{entry.data[name]}`")


def _check_actor(entry: Entry, place: str) -> None:
    if entry.actor not in ACTORS:
        raise InputError(f"{place}: expected one of {', '.join(ACTORS)} as actor, got `{entry.actor}`")
    if entry.kind in _ONLY_BY_THE_PERSON | {Kind.SEARCH_SHOWN} and entry.actor != MEMBER:
        raise InputError(f"{place}: only the person may do that", hint="a refusal ends by the person's own act alone")
    written_down = entry.kind is Kind.OBJECTION_RECEIVED and bool(_WRITTEN_DOWN & entry.data.keys())
    if written_down and not all(entry.data.get(name) for name in _WRITTEN_DOWN):
        raise InputError(
            f"{place}: `by` and `came` stand together", hint="staff say how it came, and who wrote it down"
        )
    taken_back = "withdrawn_on" in entry.data
    if taken_back and not entry.data.get("by"):
        raise InputError(f"{place} lacks `by`", hint="somebody answers for it that the person took it back by letter")
    if (written_down or taken_back or entry.kind in _ONLY_BY_STAFF) and entry.actor != PLATFORM:
        raise InputError(f"{place}: expected `{PLATFORM}` as actor, got `{entry.actor}`")


def _check_artefact(entry: Entry, place: str) -> None:
    """Refuse an entry about no person whose fields hold what they cannot."""
    if entry.subject:
        raise InputError(f"{place} names `{entry.subject}`", hint="it is about no person")
    if entry.actor != PLATFORM:
        raise InputError(f"{place}: expected `{PLATFORM}` as actor, got `{entry.actor}`")
    for name, value in sorted(entry.data.items()):
        if value is None and name in _BLANK_IN_ARTEFACTS:
            continue
        words = expected(name, value)
        if words is not None:
            raise InputError(f"{place}: expected {words} in `{name}`, got `{value}`")


def in_order(entries: Iterable[Entry], after: Entry | None = None) -> Iterator[Entry]:
    """Pass entries on and insist on their order: `seq` without gaps, `recorded_at` always later.

    Args:
        entries: the entries that follow `after`, or the first ones.
        after: the last entry that was read before.

    Raises: InputError at the first entry that breaks the order.
    """
    for entry in entries:
        seq = after.seq if after else 0
        if entry.seq != seq + 1:
            raise InputError(f"entry {entry.seq} follows entry {seq}: one is missing or stands twice")
        if after is not None and entry.recorded_at <= after.recorded_at:
            raise InputError(f"entry {entry.seq} was not recorded after entry {seq}")
        if not entry.erased:
            check_entry(entry)
        after = entry
        yield entry
