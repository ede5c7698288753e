"""Random ledgers: a few people who register, move, choose, object, merge, close and come back, in any order."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError
from byleave.ledger.entries import ARTEFACTS, Entry, Kind
from byleave.ledger.fold import State

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2025, 9, 1, tzinfo=UTC)
PEOPLE = ("ana", "bo", "cem", "dee")
STRANGER = "stranger"
ITEMS = ("item-1", "item-2")
SETTING = "data-for-ai-improvement"


@dataclass
class History:
    """A ledger that grows entry by entry; what the ledger refuses is not in it."""

    seed: int
    entries: list[Entry] = field(default_factory=list)
    state: State = field(default_factory=State)
    offered: Callable[[Entry], object] = str
    """Is told each act before the ledger takes or refuses it."""
    covering: bool = False
    """Whether acts on settings say what they covered and reached, as those do that the service records."""

    def __post_init__(self) -> None:
        """Register everybody but the last, who may come later."""
        self._random = random.Random(self.seed)
        for name in PEOPLE[:-1]:
            self.add(Kind.MEMBER_REGISTERED, name, "platform", {"country": "US", "birth_date": None})

    def now(self) -> datetime:
        """When the next entry is recorded: an hour after the last."""
        return START + timedelta(hours=len(self.entries) + 1)

    def add(
        self, kind: Kind, subject: str, actor: str, data: dict[str, Any], at: datetime | None = None
    ) -> Entry | None:
        """Record an entry; None when the ledger refuses it."""
        entry = Entry(len(self.entries) + 1, self.now(), kind, subject, actor, at or self.now(), data)
        self.offered(entry)
        try:
            self.state.apply([entry])
        except InputError:
            return None
        self.entries.append(entry)
        return entry

    def step(self) -> Entry | None:
        """One random entry, of any kind, by anybody, with a clock that may be wrong by days either way."""
        chance = self._random
        kind, subject = chance.choice([*Kind, *[Kind.PREFERENCE_SET] * 5]), chance.choice(PEOPLE)
        if kind in ARTEFACTS:
            name = chance.choice(PEOPLE) if chance.random() < 0.1 else ""
            return self.add(kind, name, chance.choice(["platform"] * 9 + ["member"]), self._artefact(kind))
        if kind in (Kind.OBJECTION_RECEIVED, Kind.OBJECTION_WITHDRAWN) and chance.random() < 0.3:
            subject = STRANGER
        skew = chance.choice([0, 0, 0, -200, 200, -1, 1])
        actor = chance.choice(["member", "member", "import", "platform"])
        return self.add(kind, subject, actor, self._data(kind), self.now() + timedelta(hours=skew))

    def _data(self, kind: Kind) -> dict[str, Any]:
        chance = self._random
        objection = {"objection": f"o-{chance.randint(1, 12)}"}
        country = {"country": chance.choice(["US", "DE", "IN", None])}
        item = {"item": chance.choice(ITEMS)}
        choices: dict[Kind, dict[str, Any]] = {
            Kind.MEMBER_REGISTERED: {**country, "birth_date": None},
            Kind.MEMBER_MOVED: {**country, "since": None},
            Kind.MEMBERS_MERGED: {"into": chance.choice(PEOPLE)},
            Kind.PREFERENCE_SET: self._choice(),
            Kind.OBJECTION_RECEIVED: {**objection, "purpose": chance.choice([None, "generative-ai", "other-ai"])},
            Kind.OBJECTION_UPHELD: objection,
            Kind.OBJECTION_REJECTED: {**objection, "grounds": "overriding interest, recorded"},
            Kind.OBJECTION_WITHDRAWN: objection,
            Kind.OBJECTION_IDENTIFIED: {**objection, "identifiers": ["name:Ana Example"]},
            Kind.OBJECTION_CONFIRMED: objection,
            Kind.OBJECTION_IN_REVIEW: {**objection, "by": "staff-1"},
            Kind.OBJECTION_EXTENDED: {**objection, "by": "staff-1", "grounds": "many at once"},
            Kind.OBJECTION_READDRESSED: {**objection, "by": "staff-1", "came": "letter", "grounds": "signed as before"},
            Kind.FINDING_REVIEWED: {
                **objection,
                **item,
                "text": f"sha256:{0:064x}",
                "about": chance.choice(["person", "other"]),
                "by": "staff-1",
                "grounds": "another person of that name",
            },
            Kind.NOTICE_DELIVERED: {"notice": "ai-training", "version": None},
            Kind.ITEM_WITHHELD: item,
            Kind.ITEM_RELEASED: item,
        }
        return choices.get(kind, {})

    def _choice(self) -> dict[str, Any]:
        chance = self._random
        data: dict[str, Any] = {"setting": SETTING, "value": chance.choice(["on", "off"])}
        if self.covering:
            data["covers"] = chance.choice([["generative-ai"], ["other-ai"], ["generative-ai", "other-ai"]])
            if data["value"] == "off":
                data["reaches"] = chance.choice(["collection", "training", "models"])
        return data

    def _artefact(self, kind: Kind) -> dict[str, Any]:
        """What the platform does, with names that recur, so that one follows from another or is refused."""
        chance = self._random
        digests = [f"sha256:{number:064x}" for number in range(3)]
        run, model = {"run": f"run-{chance.randint(1, 3)}"}, {"model": f"model-{chance.randint(1, 4)}"}
        made = {**model, "digest": chance.choice(digests)}
        trained = {**made, "name": chance.choice([None, "rewrite"]), "purpose": "generative-ai"}
        snapshots = {"snapshots": chance.sample(digests, chance.randint(1, 2))}
        policy = {"pack": "linkedin@2025-11-03", "purpose": "generative-ai", "recipient": "linkedin"}
        seen = {"as_of": START, "watermark": 1, "recheck_as_of": START, "recheck_watermark": 2, "epoch": "e"}
        notice = {"notice": "ai-training", "version": f"{chance.randint(1, 2)}", "language": "en"}
        copy = {"manifest": chance.choice(digests), "holder": chance.choice(["trainer", "affiliate"])}
        told = {"digest": digests[0]}
        choices: dict[Kind, dict[str, Any]] = {
            Kind.SNAPSHOT_HANDED_OVER: copy,
            Kind.REVOCATIONS_PUBLISHED: {**copy, **told, "items": chance.randint(0, 3)},
            Kind.REVOCATIONS_ACKNOWLEDGED: {**copy, **told},
            Kind.POLICY_ACTIVATED: {"pack": "p@1", "digest": digests[0], "purposes": ["other-ai"], "from": self.now()},
            Kind.NOTICE_PUBLISHED: {**notice, "digest": chance.choice(digests)},
            Kind.SNAPSHOT_PUBLISHED: {
                **policy,
                **seen,
                "mode": "training",
                "pack_digest": digests[0],
                "manifest": chance.choice(digests),
                "counts": {"eligible": 3},
            },
            Kind.RUN_STARTED: {**run, **snapshots, "job": "rewrite"},
            Kind.RUN_FINISHED: {**run, "outcome": chance.choice(["completed", "failed"])},
            Kind.MODEL_TRAINED: {**trained, **run},
            Kind.MODEL_REGISTERED: {**trained, **snapshots, "trained_at": chance.choice([None, START])},
            Kind.MODEL_FORGOTTEN: {**made, "forgotten": ["0123456789abcdef"]},
            Kind.FORGETTING_ACKNOWLEDGED: {
                **model,
                "forgotten": ["0123456789abcdef"],
                "how": chance.choice(["retrained", "retired"]),
                "by": "trainer",
            },
            Kind.MODEL_RETIRED: {**model, "destroyed": chance.choice(["here", "told"]), "by": "staff-1"},
        }
        return choices[kind]
