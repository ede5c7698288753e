"""Hand-made cases for explanations, on the shipped packs: at least one for every reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from byleave.gate.explanation import explain
from byleave.policy.facts import IMPORT, Act, Item, Member, Moment, NoticeDelivery, Objection, Register, Residence
from byleave.policy.loader import parse_pack, shipped_text

if TYPE_CHECKING:
    from byleave.policy.model import Pack
    from byleave.text.explanation import Explanation

ARTICLE, LINKEDIN, BYLEAVE = "linkedin@2025-10-24", "linkedin@2025-11-03", "byleave@1"
SETTING = "data-for-ai-improvement"


def utc(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


AUTUMN, WINTER, YEAR_AFTER = utc(2025, 10, 24), utc(2025, 12, 1), utc(2026, 12, 1)
POST = Item("post-17", "4711", "post", "public", utc(2024, 5, 1, 8, 30))
OFF = Act(SETTING, on=False, at=utc(2025, 10, 20, 9, 15), seq=812)
LATE_OFF = Act(SETTING, on=False, at=utc(2025, 11, 20, 18, 2, 11), seq=9041)
ON_AGAIN = Act(SETTING, on=True, at=utc(2025, 11, 28), seq=9950)
OFF_HERE = Act("ai-training", on=False, at=utc(2026, 11, 2, 7), seq=31)
ON_HERE = Act("ai-training", on=True, at=utc(2026, 11, 9, 7), seq=32)
OFF_ELSEWHERE = Act("ai-training", on=False, at=utc(2026, 11, 2), seq=5, recorded_at=utc(2026, 11, 4), actor=IMPORT)
TOLD = NoticeDelivery("ai-training", utc(2026, 10, 1))
ADULT = (date(1990, 7, 1),)
GERMAN = Member((Residence("DE"),), ADULT)
OWNER_SAID_NO = Objection("generative-ai", utc(2025, 11, 1, 12))


def german(*acts: Act) -> Member:
    """Somebody in Germany who did these acts."""
    return Member((Residence("DE"),), ADULT, acts)


def told(*acts: Act) -> Member:
    """Somebody in Germany who got the notice of `byleave@1` and did these acts."""
    return Member((Residence("DE", utc(2020, 1, 1)),), ADULT, acts, (TOLD,))


@dataclass(frozen=True)
class Example:
    """One item, one person, one question."""

    reason: str
    pack: str = ARTICLE
    item: Item = POST
    owner: Member | None = GERMAN
    as_of: datetime = WINTER
    replay: bool = False
    purpose: str = "generative-ai"
    recipient: str = "linkedin"
    objections: dict[str, tuple[Objection, ...]] = field(default_factory=dict)
    withheld: dict[str, tuple[datetime | None, ...]] = field(default_factory=dict)
    default_off: bool = False
    """Change the pack so that every rule is off by default."""

    def explain(self) -> Explanation:
        """The explanation of this example."""
        register = Register({"4711": self.owner} if self.owner else {}, self.objections, self.withheld)
        moment = Moment(self.as_of, self.replay)
        asked = (self.loaded(), self.purpose, self.recipient, moment)
        return explain(self.item, register, *asked, file="posts.parquet", row=12)

    def loaded(self) -> Pack:
        """The pack, read."""
        pack = parse_pack(shipped_text(self.pack), self.pack)
        if not self.default_off:
            return pack
        regimes = {name: regime.model_copy(update={"default": "off"}) for name, regime in pack.regimes.items()}
        return pack.model_copy(update={"regimes": regimes})


def post(**values: object) -> Item:
    """The post with some values changed."""
    known = {name: getattr(POST, name) for name in Item.__slots__}
    return Item(**(known | values))


def here(reason: str, item: Item = POST, owner: Member | None = None, **values: object) -> Example:
    """An example under `byleave@1`, a year later."""
    known = {"as_of": YEAR_AFTER, "recipient": "platform", "owner": owner or told()}
    return Example(reason, BYLEAVE, item, **(known | values))  # type: ignore[arg-type]


EXAMPLES = {
    "invalid-item": Example("invalid-item", item=post(created_at=None, unreadable=True)),
    "not-yet-created": Example("not-yet-created", item=post(changed_at=utc(2025, 10, 30)), as_of=AUTUMN, replay=True),
    "category-not-named": Example("unknown-category", item=post(category="poem")),
    "category-not-established": Example("unknown-category", LINKEDIN, post(category="video")),
    "excluded-category": Example("excluded-category", item=post(category="private-message", visibility="private")),
    "visibility-not-known": Example("unknown-visibility", item=post(visibility="friends")),
    "visibility-not-established": Example("unknown-visibility", LINKEDIN, post(visibility="connections")),
    "not-public": Example("not-public", item=post(visibility="connections")),
    "unknown-member": Example("unknown-member", owner=None),
    "country-excluded": Example("unknown-region", LINKEDIN, owner=Member((Residence("CN"),))),
    "country-not-covered": Example("unknown-region", owner=Member((Residence("ZZ"),))),
    "residence-contradictory": Example("unknown-region", owner=Member((Residence("DE"), Residence("US")))),
    "minor-now": Example("minor", LINKEDIN, owner=Member((Residence("FR"),), (date(2008, 2, 29),))),
    "minor-then": Example("minor", LINKEDIN, owner=Member((Residence("FR"),), (date(2006, 6, 1),))),
    "recipient-not-named": Example("recipient-not-permitted", recipient="microsoft"),
    "recipient-notice": here("recipient-not-permitted", recipient="affiliate"),
    "not-in-force": Example("not-in-force", owner=german(OFF), as_of=AUTUMN, replay=True),
    "notice-missing": here("notice-pending", owner=Member((Residence("AT"),), ADULT)),
    "notice-waiting": here("notice-pending", as_of=utc(2026, 10, 20)),
    "objection": Example("objection", objections={"4711": (OWNER_SAID_NO,)}),
    "objection-without-setting": Example(
        "objection", LINKEDIN, purpose="other-ai", objections={"4711": (Objection(None, utc(2025, 11, 1, 12)),)}
    ),
    "off-before-start": Example("opted-out", owner=german(OFF)),
    "off-then-moved": Example(
        "opted-out", LINKEDIN, owner=Member((Residence("DE"), Residence("US", utc(2025, 11, 25))), ADULT, (OFF,))
    ),
    "off-now": Example("opted-out", LINKEDIN, owner=german(LATE_OFF)),
    "off-and-on-again": here("opted-out", owner=told(OFF_HERE, ON_HERE)),
    "off-imported": here("opted-out", owner=told(OFF_ELSEWHERE)),
    "default-off": here("opted-out", default_off=True),
    "withheld": Example("withheld", withheld={"post-17": (utc(2025, 11, 5, 10),)}),
    "subject-objection": Example(
        "subject-objection",
        item=post(subjects=("4711", "anna")),
        objections={"anna": (Objection("generative-ai", utc(2025, 11, 1, 12)),)},
    ),
    "ai-written": here("ai-written", post(ai_written=True)),
    "everything-at-once": Example(
        "not-public",
        item=post(visibility="private", withheld=True, created_at=utc(2025, 11, 25)),
        owner=german(LATE_OFF),
        objections={"4711": (OWNER_SAID_NO,)},
    ),
    "eligible-by-default": Example("eligible"),
    "eligible-without-setting": Example("eligible", LINKEDIN, purpose="other-ai"),
    "eligible-switched-on": here("eligible", owner=told(ON_HERE)),
    "eligible-newer": here("eligible", post(created_at=utc(2026, 11, 10)), told(OFF_HERE, ON_HERE)),
    "eligible-after-off": Example("eligible", owner=german(LATE_OFF)),
    "eligible-on-again": Example("eligible", owner=german(OFF, ON_AGAIN)),
}
