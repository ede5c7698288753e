"""The steps of the machine: everything that can happen to a ledger, in any order, at any time."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from byleave.ledger.admission import Proposal
from byleave.ledger.covering import chosen, unused_by
from byleave.ledger.entries import Kind
from byleave.server.policy_in_force import PolicyInForce
from tests.machine.scenery import BORN, COUNTRIES, ITEMS, MEMBERS, NOTICE, PEOPLE, SETTING, policies
from tests.machine.world import COUNTS, World

if TYPE_CHECKING:
    from datetime import datetime

    from byleave.ledger.entries import Entry

members, people = st.sampled_from(MEMBERS), st.sampled_from(PEOPLE)
skews = st.sampled_from((0, 0, 0, -400, -3, 3, 400))
"""Days by which the person's clock, or what they say, is off."""
purposes = st.sampled_from((None, None, "generative-ai", "other-ai"))
actors = st.sampled_from(("member", "import", "platform"))
values = st.sampled_from(("on", "off"))
items = st.sampled_from([one.item_id for one in ITEMS])
PLAIN, BUILD, TRAINER, IMPORT, RESTORE = "plain", "build", "trainer", "import", "restore"
stories = st.sampled_from((PLAIN, PLAIN, PLAIN, BUILD, BUILD, TRAINER, IMPORT, RESTORE))
"""What a run has beside acts, clocks and crashes. A build costs as much as a hundred acts, and so does an import."""


class Rules(RuleBasedStateMachine):
    """Acts, clocks, crashes and builds."""

    def __init__(self) -> None:
        """Begin with an empty ledger."""
        super().__init__()
        self.world = World()
        self.objections = 0
        self.requests: list[tuple[str, tuple[Proposal, ...], list[Entry]]] = []
        self.story = PLAIN
        self.builds = self.merges = self.erasures = self.cuts = 0
        """What would leave little else to see, or takes long, happens only now and then."""

    def _proposal(self, kind: Kind, name: str, actor: str, skew: int = 0, **data: Any) -> Proposal:
        self.world.time += timedelta(minutes=1)
        at = self.world.time + timedelta(days=skew) if skew else None
        if kind is Kind.PREFERENCE_SET and actor == "member":
            data = self._as_a_service_says(name, data["value"], at)
        return Proposal(kind, name, actor, data, at)

    def _as_a_service_says(self, name: str, value: str, at: datetime | None) -> dict[str, Any]:
        """What a member's own act covers, reaches and frees under the policy in force, and what was used before."""
        pack, time = self.world.rules.pack, self.world.time
        policy = PolicyInForce(dict.fromkeys(pack.purposes, pack))
        switch, member = policy.switch(SETTING), self.world.state.register().members.get(name)
        unused = unused_by(switch.terms, member, min(at or time, time)) if value == "off" else []
        return chosen(SETTING, value, switch.terms, unused)

    def _act(self, kind: Kind, name: str, actor: str, skew: int = 0, **data: Any) -> list[Entry] | None:
        return self.world.act(self._proposal(kind, name, actor, skew, **data))

    @initialize(homes=st.tuples(*[st.sampled_from(COUNTRIES)] * 3), born=st.sampled_from(BORN), story=stories)
    def begin(self, homes: tuple[str | None, ...], born: object, story: str) -> None:
        """All but the last are registered; who is of age is told of the training."""
        self.story = story
        for name, country in zip(MEMBERS, homes, strict=False):
            self._act(Kind.MEMBER_REGISTERED, name, "platform", country=country, birth_date=born)
            if born:
                self._act(Kind.NOTICE_DELIVERED, name, "platform", -40, notice=NOTICE, version=None)

    # what people and the platform do

    @rule(name=members, value=values, skew=skews)
    def person_sets(self, name: str, value: str, skew: int) -> None:
        """A member's own act. An *off* of somebody who is registered is never turned away."""
        known = name in self.world.state.register().members
        proposal = self._proposal(Kind.PREFERENCE_SET, name, "member", skew, setting=SETTING, value=value)
        self.world.act(proposal, must=known)

    @rule(name=members, value=values, skew=skews, actor=st.sampled_from(("import", "platform")))
    def somebody_sets(self, name: str, value: str, skew: int, actor: str) -> None:
        """An act that comes from a settings store, or of the platform's own."""
        self._act(Kind.PREFERENCE_SET, name, actor, skew, setting=SETTING, value=value)

    @rule(told=st.lists(st.tuples(members, values, st.integers(1, 60)), min_size=2, max_size=4))
    def old_acts_come_late(self, told: list[tuple[str, str, int]]) -> None:
        """Old acts are imported, together or not at all, in any order."""
        self.world.act(
            *(
                self._proposal(Kind.PREFERENCE_SET, name, "import", -10 * back, setting=SETTING, value=value)
                for name, value, back in told
            )
        )

    @rule(name=people, purpose=purposes, skew=skews, actor=actors)
    def objects(self, name: str, purpose: str | None, skew: int, actor: str) -> None:
        """Anybody objects; nobody's objection is turned away."""
        self._object(name, purpose, actor, skew)

    def _object(self, name: str, purpose: str | None, actor: str = "member", skew: int = 0) -> None:
        key = f"o{self.objections}"
        self.objections += 1
        data = {"objection": key, "purpose": purpose}
        self.world.act(self._proposal(Kind.OBJECTION_RECEIVED, name, actor, skew, **data), must=True)

    @precondition(lambda self: any(one.kind is Kind.OBJECTION_RECEIVED for one in self.world.entries))
    @rule(
        which=st.integers(0, 9),
        kind=st.sampled_from((Kind.OBJECTION_WITHDRAWN, Kind.OBJECTION_REJECTED, Kind.OBJECTION_UPHELD)),
        actor=actors,
        other=st.none() | people,
    )
    def objection_ends(self, which: int, kind: Kind, actor: str, other: str | None) -> None:
        """Somebody says that an objection is over; only the person, or a rejection with grounds, ends it."""
        made = [one for one in self.world.entries if one.kind is Kind.OBJECTION_RECEIVED]
        entry = made[-1 - which % len(made)]  # also one that was recorded again when somebody came back
        name, key = entry.subject, entry.data["objection"]
        grounds: dict[str, Any] = {"grounds": "overriding interest"} if kind is Kind.OBJECTION_REJECTED else {}
        self._act(kind, other or name, actor, 0, objection=key, **grounds)

    @rule(name=members, country=st.sampled_from(COUNTRIES), born=st.sampled_from(BORN))
    def joins(self, name: str, country: str | None, born: object) -> None:
        """Somebody is registered, perhaps after having been erased."""
        self._act(Kind.MEMBER_REGISTERED, name, "platform", country=country, birth_date=born)

    @rule(name=members, country=st.sampled_from(COUNTRIES), skew=skews, actor=actors)
    def moves(self, name: str, country: str | None, skew: int, actor: str) -> None:
        """Somebody moves, or is said to."""
        self._act(Kind.MEMBER_MOVED, name, actor, skew, country=country, since=None)

    @precondition(lambda self: self.merges < 2)
    @rule(name=members, into=members, said=st.lists(st.tuples(st.booleans(), values), max_size=3))
    def merge(self, name: str, into: str, said: list[tuple[bool, str]]) -> None:
        """Two accounts turn out to be one person's, who has chosen under both, one or none of them just before."""
        self.merges += name != into
        for first, value in said:
            self._act(Kind.PREFERENCE_SET, name if first else into, "member", setting=SETTING, value=value)
        self._act(Kind.MEMBERS_MERGED, name, "platform", into=into)

    @rule(name=members, kind=st.sampled_from((Kind.MEMBER_CLOSED, Kind.MEMBER_REOPENED)), actor=actors)
    def closes_or_reopens(self, name: str, kind: Kind, actor: str) -> None:
        """An account is closed, or opened again."""
        self._act(kind, name, actor)

    @rule(item=items, value=values, actor=actors, other=st.none() | members)
    def withholds_or_releases(self, item: str, value: str, actor: str, other: str | None) -> None:
        """The owner, or somebody else, holds one item back, or gives it free."""
        kind = Kind.ITEM_WITHHELD if value == "off" else Kind.ITEM_RELEASED
        self._act(kind, other or item.partition("-")[0], actor, item=item)

    @rule(name=members, skew=skews)
    def is_told(self, name: str, skew: int) -> None:
        """A notice reaches somebody."""
        self._act(Kind.NOTICE_DELIVERED, name, "platform", skew, notice=NOTICE, version=None)

    @precondition(lambda self: self.erasures < 2)
    @rule(name=people)
    def is_erased(self, name: str) -> None:
        """Everything about a person is erased."""
        self.world.time += timedelta(minutes=1)
        self.erasures += 1
        self.world.erase(name)

    @precondition(lambda self: self.erasures < 2)
    @rule(name=members, country=st.sampled_from(COUNTRIES))
    def is_erased_and_returns(self, name: str, country: str | None) -> None:
        """Who was erased joins again, and is off again if they were; nobody has to remember them."""
        self.is_erased(name)
        self._act(Kind.MEMBER_REGISTERED, name, "platform", country=country, birth_date=BORN[0])

    # requests that go wrong

    @rule(name=members, value=values, objects=st.booleans(), lost=st.booleans())
    def asks_with_a_key(self, name: str, value: str, objects: bool, lost: bool) -> None:  # noqa: FBT001
        """A request of one or two acts with a key; its answer may be lost, and then it is handed in again."""
        acts = [self._proposal(Kind.PREFERENCE_SET, name, "member", setting=SETTING, value=value)]
        if objects:
            key = f"o{self.objections}"
            self.objections += 1
            acts.append(self._proposal(Kind.OBJECTION_RECEIVED, name, "member", objection=key, purpose=None))
        key = f"key-{len(self.requests)}"
        if lost:
            self.world.store.submit(acts, key).exception()
        answer = self.world.act(*acts, key=key)
        self.requests.append((key, tuple(acts), answer or []))

    @precondition(lambda self: self.requests)
    @rule(which=st.integers(0, 9), same=st.booleans())
    def asks_again(self, which: int, same: bool) -> None:  # noqa: FBT001
        """A request is handed in again: it is recorded once, and its key is good for nothing else."""
        key, acts, answer = self.requests[-1 - which % len(self.requests)]
        if not answer or answer[-1] not in self.world.entries:  # it was lost, or refused
            return
        before = len(self.world.entries)
        if not same:
            acts = (*acts, Proposal(Kind.MEMBER_CLOSED, acts[0].subject, "platform", {}))
        again = self.world.act(*acts, key=key)
        assert again is None or (same and again == answer), "a key was taken for another request"
        assert len(self.world.entries) == before, "a request was recorded twice"
        COUNTS["requests handed in again"] += 1

    # time, policy, processes, machines

    @rule(days=st.sampled_from((-400, -31, -1, 1, 31, 400)))
    def clock_jumps(self, days: int) -> None:
        """The clock of the machine is wrong from now on, or right again."""
        if abs((self.world.time + timedelta(days=days)).year - 2025) < 20:
            self.world.time += timedelta(days=days)

    @rule(policy=st.integers(0, len(policies()) - 1))
    def policy_changes(self, policy: int) -> None:
        """Another policy is in force, and on record: it may reach further, or less far."""
        self.world.policy = policy
        now = self.world.rules
        data: dict[str, Any] = {
            "pack": now.pack.id,
            "digest": now.digest,
            "purposes": [now.rules.purpose],
            "from": self.world.time,
        }
        self._act(Kind.POLICY_ACTIVATED, "", "platform", **data)

    @rule()
    def another_process_acts(self) -> None:
        """From now on another process writes."""
        self.world.writer = 1 - self.world.writer

    @precondition(lambda self: self.cuts < 3)
    @rule()
    def power_is_cut(self) -> None:
        """The machine stops with everything acknowledged on its disk, and starts again."""
        self.world.place.cut(self.world.place.image())
        self.cuts += 1
        COUNTS["power cuts"] += 1
        self.world.verify()

    @precondition(lambda self: self.cuts < 3)
    @rule(name=people, share=st.sampled_from((0.0, 0.3, 0.6, 0.9, 0.98, 1.0, 1.0)))
    def power_is_cut_in_the_middle(self, name: str, share: float) -> None:
        """The machine stops while an act is written: it is there whole, or not at all."""
        key = f"o{self.objections}"
        proposal = self._proposal(Kind.OBJECTION_RECEIVED, name, "member", objection=key, purpose=None)
        before = self.world.place.image()
        (entry,) = self.world.store.append([proposal])
        left = before.torn(self.world.place.image(), share)
        self.world.place.cut(left)
        self.cuts += 1
        COUNTS["power cuts"] += 1
        if self.world.other.head().seq == entry.seq:
            COUNTS["acts that a power cut left whole"] += 1
            self.objections += 1
            self.world.recovered(entry)
        self.world.verify()

    # builds

    @precondition(lambda self: self.story != PLAIN and self.world.build is None and self.builds < 1)
    @rule(
        replay=st.sampled_from((None, None, None, None, None, 0, 20)),
        stops=st.integers(0, 9),
        meets=st.sampled_from(("off", "off", "objection", "erasure", "withholding", "merge", "crash", "nothing")),
        which=st.integers(0, 8),
        policy=st.integers(0, len(policies()) - 1),
    )
    def build_starts(self, replay: int | None, stops: int, meets: str, which: int, policy: int) -> None:
        """A build starts and stands still somewhere; the owner of an item that it would use acts just then."""
        self.builds += 1
        self.policy_changes(policy)
        used = self.world.may_be_used() or [ITEMS[which % len(ITEMS)].item_id or ""]
        item = used[which % len(used)]
        self.world.start(replay)
        self.world.step(stops)
        name = item.partition("-")[0]
        if meets == "off":
            self._act(Kind.PREFERENCE_SET, name, "member", setting=SETTING, value="off")
        elif meets == "objection":
            self._object(name, None)
        elif meets == "withholding":
            self._act(Kind.ITEM_WITHHELD, name, "member", item=item)
        elif meets == "merge":
            self._act(Kind.MEMBERS_MERGED, name, "platform", into=MEMBERS[0])
        elif meets == "crash":
            self.power_is_cut()
        elif meets == "erasure":
            self.is_erased(name)

    @precondition(lambda self: self.world.build is not None)
    @rule(stops=st.integers(1, 6))
    def build_goes_on(self, stops: int) -> None:
        """It goes on, perhaps to its end."""
        self.world.step(stops)

    # what holds after every step

    @invariant()
    def promises_hold(self) -> None:
        """See `World.check`."""
        self.world.check()

    def teardown(self) -> None:
        """Finish the build, or make one if there was none; read everything anew, and close."""
        try:
            if sys.exc_info()[0] is not None:
                return  # what was found first is what is told
            self.world.finish()
            if self.story != PLAIN and not self.world.snapshots:
                self.world.start()
                self.world.finish()
            self.world.verify()
        finally:
            self.world.close()
