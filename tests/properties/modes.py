"""For each test of the definition, the ways in which it may turn out: its values, NULL, and the edges of time.

A mode states by hand what it means alone, with every other test passing. The cells are those of the preference table:
collection and training, each with everything and new content; `models` reads as `training`. The first modes of a test
are its most telling ones: they meet those of two other tests in every run, the others only in a deep one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from byleave.kernel.decision import Reason
from byleave.kernel.instants import FIRST
from byleave.policy.facts import Act, NoticeDelivery, Objection, Residence
from byleave.policy.rules import Notice

MICRO = timedelta(microseconds=1)
DAY = timedelta(days=1)
P = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""When the item came to be; who was born on 29 February 2008 has just turned 18 everywhere on Earth."""
E = datetime(2026, 6, 1, tzinfo=UTC)
"""When the regime begins."""
T = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
"""The as-of."""
WAIT = timedelta(days=30)
"""How long a notice must have been there."""
ALWAYS = "...."
NEVER = "xxxx"
CELLS = ("collection/everything", "collection/new-content", "training/everything", "training/new-content")
"""The columns of `Mode.fails`."""
OBJECTOR, STRANGER, RECONCILED, NOBODY, OWNER = "objector", "stranger", "reconciled", "nobody", "the owner"
"""Subjects: a member and a person without account who object, one whose objection ended, one who does not, oneself."""
TERMS, PARTNER = Notice("terms", WAIT, "2"), Notice("partner", WAIT)
"""What a regime may ask for, for itself and for the recipient."""


class Mode(NamedTuple):
    """One way in which a test may turn out."""

    rule: Reason
    sets: dict[str, Any]
    """What is not as in `BASE`."""
    fails: str = NEVER
    """One sign for each of `CELLS`: `x` where the item fails for the rule, `.` where it is eligible."""
    replay: str = ""
    """The same in a replay, where it is not as at the present."""
    lax: str = ""
    """The same under a pack that lets unknown ages and unknown authors in, where it differs."""


HERE = "here"
"""Stands for the country whose regime the other modes choose."""


def on(at: datetime, seq: int | None = 1, **more: Any) -> Act:
    """The setting switched on."""
    return Act("train", on=True, at=at, seq=seq, **more)


def off(at: datetime, seq: int | None = 1, **more: Any) -> Act:
    """The setting switched off."""
    return Act("train", on=False, at=at, seq=seq, **more)


_UNUSED = frozenset({("generative-ai", "linkedin", FIRST)})
_ELSEWHERE = frozenset({("generative-ai", "microsoft", FIRST), ("other-ai", "linkedin", FIRST)})


def home(country: str | None = HERE, since: datetime | None = None, recorded_at: datetime | None = None) -> Residence:
    """A residence of the owner."""
    return Residence(country, since, recorded_at)


BASE: dict[str, Any] = {
    "item_id": True, "member_id": True, "category": "post", "visibility": "public", "created_at": P,
    "changed_at": None, "public_since": None, "unreadable": False, "withheld": None, "twin_withheld": False,
    "withheld_at": (), "subjects": None, "named": None, "ai_written": False,
    "registered": True, "homes": (home(),), "births": (date(1990, 7, 1),), "acts": (), "notice_given": (),
    "recipient_notice_given": (), "objections": (),
    "effective": E, "default_on": True, "notice": None, "permitted": True, "recipient_effective": E,
    "recipient_notice": None, "recipient_categories": None,
}  # fmt: skip
"""An eligible item: what it is, what is known about its owner, what the regime of their country says."""


def _acts(*acts: Act, fails: str, replay: str = "", **sets: Any) -> Mode:
    return Mode(Reason.OPTED_OUT, {"acts": acts, **sets}, fails, replay)


def _objects(status: str | None = "open", resolved_at: datetime | None = None, **more: Any) -> dict[str, Any]:
    values = {"purpose": None, "received_at": E, "status": status, "resolved_at": resolved_at, **more}
    return {"objections": (Objection(**values),)}


def delivered(
    notice: str, at: datetime, version: str | None = "2", recorded_at: datetime | None = None
) -> NoticeDelivery:
    """A notice that reached the owner."""
    return NoticeDelivery(notice, at, version, recorded_at)


def _notice(*given: NoticeDelivery) -> dict[str, Any]:
    return {"notice": TERMS, "notice_given": given}


def _recipient_notice(*given: NoticeDelivery) -> dict[str, Any]:
    return {"recipient_notice": PARTNER, "recipient_notice_given": given}


ITEM_MODES = [
    Mode(Reason.INVALID_ITEM, {"created_at": None}),
    Mode(Reason.INVALID_ITEM, {"unreadable": True}),
    Mode(Reason.INVALID_ITEM, {"member_id": None}),
    Mode(Reason.INVALID_ITEM, {"item_id": None}),
    Mode(Reason.INVALID_ITEM, {"category": None}),
    Mode(Reason.NOT_YET_CREATED, {"created_at": T + MICRO}),
    Mode(Reason.NOT_YET_CREATED, {"changed_at": T}, ALWAYS),
    Mode(Reason.NOT_YET_CREATED, {"public_since": T + MICRO}),
    Mode(Reason.NOT_YET_CREATED, {"created_at": T}, ALWAYS),
    Mode(Reason.NOT_YET_CREATED, {"created_at": T - MICRO}, ALWAYS),
    Mode(Reason.NOT_YET_CREATED, {"changed_at": T + MICRO}),
    Mode(Reason.NOT_YET_CREATED, {"public_since": T}, ALWAYS),
    Mode(Reason.NOT_YET_CREATED, {"changed_at": P - DAY, "public_since": P - DAY}, ALWAYS),
    Mode(Reason.UNKNOWN_CATEGORY, {"category": "draft"}),
    Mode(Reason.UNKNOWN_CATEGORY, {"category": "poll"}),
    Mode(Reason.EXCLUDED_CATEGORY, {"category": "message"}),
    Mode(Reason.EXCLUDED_CATEGORY, {"category": "profile"}, ALWAYS),
    Mode(Reason.UNKNOWN_VISIBILITY, {"visibility": None}),
    Mode(Reason.UNKNOWN_VISIBILITY, {"visibility": "friends"}),
    Mode(Reason.UNKNOWN_VISIBILITY, {"visibility": "group"}),
    Mode(Reason.NOT_PUBLIC, {"visibility": "private"}),
    Mode(Reason.NOT_PUBLIC, {"visibility": "connections"}, ALWAYS),
    Mode(Reason.WITHHELD, {"withheld": True}),
    Mode(Reason.WITHHELD, {"twin_withheld": True}),
    Mode(Reason.WITHHELD, {"withheld_at": (T + MICRO,)}, replay=ALWAYS),
    Mode(Reason.WITHHELD, {"withheld_at": (T,)}),
    Mode(Reason.WITHHELD, {"withheld_at": (None,)}),
    Mode(Reason.WITHHELD, {"withheld": False}, ALWAYS),
    Mode(Reason.SUBJECT_OBJECTION, {"subjects": (NOBODY, OBJECTOR)}),
    Mode(Reason.SUBJECT_OBJECTION, {"subjects": (STRANGER,)}),
    Mode(Reason.SUBJECT_OBJECTION, {"named": (NOBODY, OBJECTOR)}),
    Mode(Reason.SUBJECT_OBJECTION, {"named": (OWNER, NOBODY)}, ALWAYS),
    Mode(Reason.SUBJECT_OBJECTION, {"named": ()}, ALWAYS),
    Mode(Reason.SUBJECT_OBJECTION, {"subjects": (OWNER,)}, ALWAYS),
    Mode(Reason.SUBJECT_OBJECTION, {"subjects": (NOBODY, RECONCILED)}, ALWAYS),
    Mode(Reason.SUBJECT_OBJECTION, {"subjects": (None, OBJECTOR)}),
    Mode(Reason.SUBJECT_OBJECTION, {"subjects": (None,)}, ALWAYS),
    Mode(Reason.SUBJECT_OBJECTION, {"subjects": ()}, ALWAYS),
    Mode(Reason.AI_WRITTEN, {"ai_written": True}),
    Mode(Reason.AI_WRITTEN, {"ai_written": None}, lax=ALWAYS),
]

OWNER_MODES = [
    Mode(Reason.UNKNOWN_MEMBER, {"registered": False}),
    Mode(Reason.UNKNOWN_REGION, {"homes": (home(None),)}),
    Mode(Reason.UNKNOWN_REGION, {"homes": (home(since=T + MICRO),)}),
    Mode(Reason.UNKNOWN_REGION, {"homes": (home(), home("nowhere", since=T + MICRO))}, ALWAYS),
    Mode(Reason.UNKNOWN_REGION, {"homes": (home(), home("nowhere", since=T))}),
    Mode(Reason.UNKNOWN_REGION, {"homes": (home(since=P), home("nowhere", since=P))}),
    Mode(Reason.UNKNOWN_REGION, {"homes": (home(since=P), home(None, since=P))}),
    Mode(Reason.UNKNOWN_REGION, {"homes": (home(since=P), home(since=P))}, ALWAYS),
    Mode(Reason.UNKNOWN_REGION, {"homes": (home("nowhere"),)}),
    Mode(Reason.MINOR, {"births": (date(2008, 2, 29),)}, ALWAYS),
    Mode(Reason.MINOR, {"births": (date(2008, 2, 29),), "created_at": P - MICRO}),
    Mode(Reason.MINOR, {"births": ()}, lax=ALWAYS),
    Mode(Reason.MINOR, {"births": (date(2008, 3, 2), date(1990, 7, 1))}),
    Mode(Reason.MINOR, {"births": (date(2008, 3, 2),)}),
    Mode(Reason.OBJECTION, _objects()),
    Mode(Reason.OBJECTION, _objects("rejected", T), ALWAYS),
    Mode(Reason.OBJECTION, _objects("rejected", T + MICRO)),
    Mode(Reason.OBJECTION, _objects(purpose="anything", received_at=T + MICRO), replay=ALWAYS),
    Mode(Reason.OBJECTION, _objects("upheld", T)),
    Mode(Reason.OBJECTION, _objects(None, T)),
    Mode(Reason.OBJECTION, _objects(purpose="other-ai"), ALWAYS),
    Mode(Reason.OBJECTION, _objects(purpose="generative-ai", received_at=T)),
    Mode(Reason.OBJECTION, _objects("rejected", E)),
    Mode(Reason.OBJECTION, _objects("rejected")),
    Mode(Reason.OBJECTION, _objects("withdrawn", E + MICRO), ALWAYS),
]

REGIME_MODES = [
    Mode(Reason.RECIPIENT_NOT_PERMITTED, {"permitted": False}),
    Mode(Reason.RECIPIENT_NOT_PERMITTED, {"recipient_categories": ("profile",)}),
    Mode(Reason.RECIPIENT_NOT_PERMITTED, _recipient_notice(delivered("partner", T - WAIT)), ALWAYS),
    Mode(Reason.RECIPIENT_NOT_PERMITTED, _recipient_notice(delivered("partner", T - WAIT + MICRO))),
    Mode(Reason.RECIPIENT_NOT_PERMITTED, _recipient_notice()),
    Mode(Reason.RECIPIENT_NOT_PERMITTED, {"recipient_effective": T}, ALWAYS),
    Mode(Reason.RECIPIENT_NOT_PERMITTED, {"recipient_effective": T + MICRO}),
    Mode(Reason.RECIPIENT_NOT_PERMITTED, {"recipient_categories": ("message", "post")}, ALWAYS),
    Mode(Reason.NOT_IN_FORCE, {"effective": T}, ALWAYS),
    Mode(Reason.NOT_IN_FORCE, {"effective": T + MICRO}),
    Mode(Reason.NOT_IN_FORCE, {"effective": T - MICRO}, ALWAYS),
    Mode(Reason.NOTICE_PENDING, _notice()),
    Mode(Reason.NOTICE_PENDING, _notice(delivered("terms", T - WAIT)), ALWAYS),
    Mode(Reason.NOTICE_PENDING, _notice(delivered("terms", T - WAIT + MICRO))),
    Mode(Reason.NOTICE_PENDING, _notice(delivered("terms", P, "1"), delivered("terms", P, None))),
    Mode(Reason.NOTICE_PENDING, _notice(delivered("other", P))),
    Mode(Reason.NOTICE_PENDING, _notice(delivered("terms", P, recorded_at=T)), ALWAYS),
    Mode(Reason.NOTICE_PENDING, _notice(delivered("terms", P, recorded_at=T + MICRO))),
]

PREFERENCE_MODES = [
    _acts(off(E), fails=NEVER),
    _acts(off(T + MICRO), fails="..xx", replay=ALWAYS),
    _acts(off(P - DAY), on(P + MICRO, 2), fails=".x.x"),
    _acts(off(E + MICRO), on(T, 2), fails="...x"),
    _acts(on(T), default_on=False, fails=".x.x"),
    Mode(Reason.OPTED_OUT, {"homes": (home(since=T),)}, ".x.x"),
    _acts(off(P - MICRO), fails=NEVER),
    _acts(off(P), fails=NEVER),
    _acts(off(E + MICRO), fails="..xx"),
    _acts(off(T), fails="..xx"),
    _acts(off(P - DAY), on(P, 2), fails=ALWAYS),
    _acts(off(P), on(T + MICRO, 2), fails=NEVER),
    _acts(on(T), off(P, 2), fails=NEVER),
    _acts(off(T), on(E - DAY, 2), fails=ALWAYS),
    _acts(on(E + DAY, 1, recorded_at=P), off(E - DAY, 2), fails=NEVER),
    _acts(off(E + DAY, recorded_at=E), fails=NEVER),
    _acts(on(P - DAY, recorded_at=P + MICRO), default_on=False, fails=".x.x"),
    _acts(default_on=False, fails=NEVER),
    _acts(on(P), default_on=False, fails=ALWAYS),
    _acts(on(P), fails=ALWAYS),
    _acts(on(E, None), off(E, None), fails=NEVER),
    _acts(on(E + DAY, None), off(P, None), fails=".x.x"),
    _acts(on(P), homes=(home(recorded_at=T),), fails=ALWAYS),
    _acts(on(P), homes=(home(recorded_at=T + MICRO),), fails=NEVER),
    _acts(on(P - DAY), homes=(home(), home("nowhere", since=P), home(since=T)), fails=ALWAYS),
    Mode(Reason.OPTED_OUT, {"homes": (home("nowhere"), home(since=E + DAY))}, ".x.x"),
    Mode(Reason.OPTED_OUT, {"homes": (home(since=P, recorded_at=E + DAY), home(since=E))}, ".x.."),
    Mode(Reason.OPTED_OUT, {"homes": (home(since=P, recorded_at=T + MICRO), home(since=E))}, ".x.x"),
    _acts(on(T + MICRO), default_on=False, fails=NEVER),
    _acts(Act("train-old", on=False, at=P, seq=1), fails=NEVER),
    _acts(Act("ads", on=False, at=P, seq=1), fails=ALWAYS),
    _acts(off(E + MICRO, reaches="training"), fails=NEVER),
    _acts(off(E + MICRO, reaches="collection"), fails="..xx"),
    _acts(off(T + MICRO, reaches="models"), fails=NEVER, replay=ALWAYS),
    _acts(off(E + MICRO, reaches="training"), on(T, 2), fails=".x.x"),
    _acts(off(E + MICRO, unused_since=_UNUSED), fails=NEVER),
    _acts(off(E + MICRO, unused_since=_ELSEWHERE), fails="..xx"),
    _acts(off(P + MICRO, reaches="models"), on(P, 2), fails=ALWAYS),
    _acts(off(P - DAY), on(P + MICRO, 2, frees="new-content"), fails=NEVER),
    _acts(off(P - DAY), on(P + MICRO, 2, frees="everything"), fails=".x.x"),
    _acts(off(P - DAY), on(P + MICRO, 2, frees="new-content"), on(T, 3, frees="everything"), fails=".x.x"),
    _acts(off(P - DAY), on(P + MICRO, 2, frees="new-content"), on(T, 3, actor="import"), fails=NEVER),
    _acts(off(P - DAY), on(P, 2, frees="new-content"), fails=ALWAYS),
    _acts(Act("ads", on=False, at=P, seq=1, covers=frozenset({"generative-ai"})), fails=NEVER),
    _acts(Act("train", on=False, at=P, seq=1, covers=frozenset({"other-ai"})), fails=NEVER),
    _acts(off(P - DAY), on(P - MICRO, 2, covers=frozenset({"other-ai"})), fails=NEVER),
    _acts(off(P - DAY), Act("ads", on=True, at=P, seq=2, covers=frozenset({"generative-ai"})), fails=ALWAYS),
    _acts(on(P, covers=frozenset()), default_on=False, fails=NEVER),
    _acts(off(P - DAY), on(P - MICRO, 2, actor="platform"), fails=NEVER),
    _acts(off(P - MICRO), on(P - MICRO, 2, actor="import"), fails=NEVER),
    _acts(off(P - DAY), on(P - MICRO, 2, actor="import"), fails=ALWAYS),
    Mode(Reason.OPTED_OUT, {"homes": (home(since=P),)}, ALWAYS),
    Mode(Reason.OPTED_OUT, {"homes": (home(since=P, recorded_at=T),)}, ALWAYS),
    Mode(Reason.OPTED_OUT, {"homes": (home(since=P, recorded_at=T + MICRO),)}),
    Mode(Reason.OPTED_OUT, {"homes": (home(since=P, recorded_at=T + MICRO), home(since=P, recorded_at=E))}, ALWAYS),
]

MODES = [*ITEM_MODES, *OWNER_MODES, *REGIME_MODES, *PREFERENCE_MODES]
