"""The world of the machine: the real ledger, its real readers, and beside them what everybody was told.

Every check of the promise stands here; which steps there are stands in `rules.py`.
"""

from __future__ import annotations

import os
import queue
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from byleave import api
from byleave.gate.status import LEFT_SINCE, OTHER_EPOCH, PACK_CHANGED, REPLAY
from byleave.kernel.errors import InputError, RefusedError, UsageError
from byleave.ledger.chain import Row, verify
from byleave.ledger.fold import State, fold
from byleave.policy.facts import Moment
from byleave.policy.rules import rules_for
from byleave.policy.semantics import decide
from byleave.proof.seen import Outcome, compare
from byleave.receipts.draft import ACKNOWLEDGED, draft
from byleave.server.db.reading import check_payload
from tests.machine.building import WAIT_SECONDS, Build, ids_in, instant_of, rows_in
from tests.machine.naive import activated_at, register_at, shut_at
from tests.machine.place import Place, workshop
from tests.machine.refusing import Refusing, refusing
from tests.machine.scenery import ITEMS, START, policies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.ledger.admission import Proposal
    from byleave.ledger.entries import Entry
    from byleave.policy.facts import Item
    from byleave.server.db.store import Store
    from tests.machine.scenery import Policy

COUNTS: Counter[str] = Counter()
"""What was done in this process: steps, acts, builds, decisions …"""


class World:
    """One ledger with everything that happens to it."""

    def __init__(self) -> None:
        """Make an empty ledger."""
        self._folder = tempfile.TemporaryDirectory(dir=workshop())
        self.folder = Path(self._folder.name)
        os.environ["BYLEAVE_STATE"] = ""  # a copy of what builds have read costs as much as a build
        self.time = START
        self.entries: list[Entry] = []
        """Everything that was acknowledged, in order."""
        self.refusing = Refusing()
        self.lost = False
        """Whether acts are lost that were acknowledged: then `refusing` knows more than the ledger."""
        self.homes: dict[str, str | None] = {}
        """Member → the country that was told last."""
        self.erased: set[str] = set()
        """Who was erased and has not come back."""
        self.state = State()
        self.last: Row | None = None
        self.receipts: list[tuple[Entry, str, Policy]] = []
        """What receipts are drawn up from: the entry, the epoch, the policy in force."""
        self.policy = 0
        self.writer = 0
        self._steps, self._checked = 0, -1
        self._copied = b""
        self.build: Build | None = None
        self.snapshots: list[tuple[Path, dict[str, Any], Policy]] = []
        self.place = Place(self.folder, workshop() / "template.db", lambda: self.time)
        self.epochs = {self.epoch}

    @property
    def store(self) -> Store:
        """The access of the process that acts."""
        return self.place.stores[self.writer]

    @property
    def other(self) -> Store:
        """That of another process."""
        return self.place.stores[1 - self.writer]

    @property
    def epoch(self) -> str:
        """The name of the epoch that is open."""
        return self.other.head().name

    @property
    def rules(self) -> Policy:
        """The policy in force."""
        return policies()[self.policy]

    # acts

    def act(self, *proposals: Proposal, key: str | None = None, must: bool = False) -> list[Entry] | None:
        """Hand acts in; what was acknowledged, or None when they were refused, which leaves no trace."""
        try:
            waiting = self.store.submit(proposals, key)
            looked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
            # in the thread that answers, before it does anything else: what is there when somebody hears of it
            waiting.add_done_callback(lambda _: looked.put(self._end_of_copy()))
            answer = waiting.result()
            self._copied = looked.get(timeout=WAIT_SECONDS)
        except InputError as error:
            if must:
                raise AssertionError(f"a refusal was turned away: {error}") from error
            assert self.other.head().seq == len(self.entries), "what was refused has left an entry"
            COUNTS["refused acts"] += 1
            return None
        self.acknowledged(answer)
        return answer

    def erase(self, name: str) -> None:
        """Have everything erased that is recorded about somebody."""
        try:
            answer = [self.store.erase(name)]
            self._copied = self._end_of_copy()
        except InputError:
            return
        COUNTS["erasures"] += 1
        self.acknowledged(answer)

    def acknowledged(self, answer: Sequence[Entry]) -> None:
        """An answer has come: from now on it counts, and everybody sees it."""
        if answer and answer[0].seq <= len(self.entries):  # the answer to a request that was answered before
            assert list(answer) == self.entries[answer[0].seq - 1 : answer[-1].seq], "a replay was answered otherwise"
            return
        for entry in answer:
            assert entry.seq == len(self.entries) + 1, f"entry {entry.seq} was acknowledged after {len(self.entries)}"
            self.entries.append(entry)
            self._follow(entry)
            COUNTS["acts"] += 1
            COUNTS[f"act: {entry.kind.value}"] += 1
        self._require_read(answer)
        self._require_copied()
        self.receipts += [(entry, self.epoch, self.rules) for entry in answer if entry.kind in ACKNOWLEDGED]

    def recovered(self, entry: Entry) -> None:
        """After a power cut an act is there whose answer nobody has heard: it counts like any other."""
        self.place.follow()
        self._copied = self._end_of_copy()
        self.acknowledged([entry])

    def catch_up(self) -> None:
        """Learn what another program has recorded: whoever has called it was told that it is done."""
        self._copied = self._end_of_copy()
        found = list(self.other.entries(len(self.entries)))
        if found:
            self.acknowledged(found)

    def lose_after(self, kept: int) -> None:
        """Have only so many entries, in a ledger that was brought back."""
        self.refusing.lose(kept)
        del self.entries[kept:]
        self.state = fold(self.other.entries(0, kept))
        self.last = next(self.other.reader.recorded(kept - 1)).row
        self.lost = self.lost or self.other.head().seq > kept

    @property
    def shut(self) -> bool:
        """Whether builds are shut."""
        return bool(shut_at(self.entries))

    def shut_by(self, cause: str) -> bool:
        """Whether builds are shut for one cause."""
        return bool(shut_at(self.entries, cause))

    def _follow(self, entry: Entry) -> None:
        """Take down what a platform knows of its members."""
        if entry.kind == "member-erased":
            self.erased |= {self.refusing.about[seq] for seq in entry.data["entries"]}
        elif entry.kind in ("member-registered", "member-moved"):
            self.homes[entry.subject] = entry.data["country"]
            self.erased.discard(entry.subject)
        self.refusing.take(entry)

    def _require_read(self, answer: Sequence[Entry]) -> None:
        """Another process reads exactly what was acknowledged, and the chain holds."""
        found = list(self.other.reader.recorded(answer[0].seq - 1))
        assert [one.entry for one in found] == list(answer), "what was acknowledged is not what the ledger holds"
        self.last = verify([one.row for one in found], self.last)
        for one in found:
            check_payload(one)
        self.state.apply(answer)

    def _end_of_copy(self) -> bytes:
        with self.place.copy.open("rb") as file:
            file.seek(-min(8192, file.seek(0, 2)), 2)
            return file.read()

    def _require_copied(self) -> None:
        """When the answer came, the second copy ended with what was acknowledged."""
        assert self._copied.endswith(b"\n"), "the second copy ends in the middle of a line"
        assert f'"seq":{len(self.entries)},'.encode() in self._copied.splitlines()[-1], "the second copy lags behind"

    # checks after each step

    def check(self) -> None:
        """The state that everybody folds is what was acknowledged, and no refusal is turned into leave."""
        COUNTS["steps"] += 1
        self._steps += 1
        policy = policies()[self._steps % len(policies())]
        moment = Moment(self.time, replay=False)
        head, checked = len(self.entries), self._checked
        if self._steps % (8 if head == checked else 2):
            return  # where nothing was recorded, only the clock may have moved: every now and then is enough
        self._checked = head
        real, naive = self.state.register(), register_at(self.entries, head, kept=False)
        erased = any(entry.kind == "member-erased" for entry in self.entries)
        whole = register_at(self.entries, head) if erased else naive
        for item in ITEMS:
            found = decide(item, real, policy.rules, moment).failed
            told = decide(item, naive, policy.rules, moment).failed
            assert found == told, f"`{item.item_id}` is {found} by the fold, and {told} by what was told"
            COUNTS["decisions"] += 1
            # objections of erased people are found by who has the suppression key, as a gate has it
            if not found and not decide(item, whole, policy.rules, moment).failed and not self.lost:
                self.require_leave(self.refusing, item, policy, "the state")

    @staticmethod
    def require_leave(who: Refusing, item: Item, policy: Policy, where: str) -> None:
        """Nobody has refused that an item is used under a policy."""
        rules = policy.rules
        against = who.against(item, rules.purpose, rules.recipient, setting_governs=policy.off_is_absolute)
        assert not against, f"{where} has `{item.item_id}`, although {'; '.join(against)} ({rules.pack_id})"

    def may_be_used(self) -> list[str]:
        """The items that a build would use now, under the policy in force."""
        register, moment = self.state.register(), Moment(self.time, replay=False)
        return [one.item_id or "" for one in ITEMS if not decide(one, register, self.rules.rules, moment).failed]

    # builds

    def start(self, days_back: int | None = None) -> None:
        """Start a build at the present, or a replay."""
        assert self.build is None, "a build would be left standing, and never be judged"
        policy, number = self.rules, COUNTS["builds"]
        COUNTS["builds"] += 1
        folder = Path(self._folder.name, f"snapshot-{number}")
        past = None if days_back is None else self.time - timedelta(days=days_back)

        def call(**given: Any) -> Any:
            rules = policy.rules
            asked: dict[str, Any] = {"purpose": rules.purpose, "recipient": rules.recipient, "as_of": past}
            items, url = workshop() / "items.parquet", self.place.url
            return api.gate(items, register=url, pack=policy.pack, out=folder, **asked, **given)

        about = {"policy": policy, "epoch": self.epoch, "replay": past is not None, "head": len(self.entries)}
        about["shut"] = self.shut
        self.build = Build(call, lambda: self.time, lambda: len(self.entries), about, folder)

    def step(self, stops: int) -> None:
        """Let the build go on; what it has published is judged."""
        build = self.build
        if build is None:
            return
        for _ in range(stops):
            build.step()
        if build.running:
            return
        self.build = None
        if build.error is not None:
            restored = build.about["epoch"] != self.epoch and isinstance(build.error, RefusedError)
            about = build.about
            shut = about["shut"] or any(one.kind == "builds-shut" for one in self.entries[about["head"] :])
            early = about["replay"] and isinstance(build.error, UsageError)  # the clock has jumped back behind it
            allowed = restored or early or (shut and isinstance(build.error, RefusedError))
            assert allowed, f"a build was refused: {build.error}"
            assert not build.folder.exists()
            COUNTS["refused builds"] += 1
            COUNTS["builds refused while they were shut"] += shut
            return
        assert build.result is not None
        self._require_fresh(build, dict(build.result.manifest))
        self._judge(build.folder, dict(build.result.manifest), build.about["policy"], build.looks)

    def finish(self) -> None:
        """Let the build go on to its end."""
        while self.build is not None:
            self.step(1)

    def _require_fresh(self, build: Build, manifest: dict[str, Any]) -> None:
        """Everything that was acknowledged before a build read the ledger is in what it says that it has read."""
        read, again = build.seen["reading the register"], build.seen["checking again"]
        assert manifest["watermark"] >= read, f"W is {manifest['watermark']}, {read} were acknowledged before"
        if manifest["mode"] != "replay":
            mark = manifest["recheck"]["watermark"]
            assert mark >= again, f"W' is {mark}, and {again} were acknowledged before the second decision"

    def _judge(self, folder: Path, manifest: dict[str, Any], policy: Policy, looks: int) -> None:
        """Whether a snapshot is what the definition says of what was acknowledged, at (T, W) and at (T', W')."""
        replay = manifest["mode"] == "replay"
        first = Moment(instant_of(manifest["as_of"]), replay)
        second = Moment(instant_of(manifest["recheck"]["as_of"]), replay)
        marks = manifest["watermark"], manifest["recheck"]["watermark"]
        assert marks[0] <= marks[1] <= len(self.entries)
        assert not any(shut_at(self.entries[:mark]) for mark in marks), "a snapshot was made while builds were shut"
        assert first.as_of <= second.as_of
        registers, expected = [register_at(self.entries, mark) for mark in marks], {}
        for item in ITEMS:
            one, two = (
                decide(item, register, policy.rules, moment)
                for register, moment in zip(registers, (first, second), strict=True)
            )
            expected[item.item_id] = (one if one.failed else two).reason.value
        found = {row["item_id"]: row["reason"] for row in rows_in(folder / "left_out")}
        used = ids_in(folder)
        assert not set(used) & set(found)
        if looks <= 1:
            assert {**found, **dict.fromkeys(used, "eligible")} == expected
        else:  # what was not eligible at a look between the two is left out, and the manifest tells only of the last
            assert {*found, *used} == set(expected)
            assert all(expected[name] == "eligible" for name in used)
        COUNTS["snapshots"] += 1
        COUNTS["rows of snapshots"] += len(ITEMS)
        COUNTS["rows left at the second decision"] += manifest["recheck"]["left_out"]
        COUNTS["acts during builds"] += marks[1] - marks[0]
        self.snapshots.append((folder, manifest, policy))
        if not replay:
            self._require_obeyed(used, manifest, policy, marks[1])

    def _require_obeyed(self, used: Sequence[str], manifest: dict[str, Any], policy: Policy, until: int) -> None:
        """Whoever holds a receipt that the manifest covers was obeyed."""
        who = refusing(self.entries[:until])
        for item in ITEMS:
            if item.item_id in used:
                self.require_leave(who, item, policy, "a snapshot")
        for entry, epoch, then in self.receipts:
            receipt = draft(entry, epoch=epoch, pack=then.pack, digest=then.digest)
            outcome = compare(receipt, manifest).outcome
            told = Outcome.SEEN if receipt.seq <= until else Outcome.LATER
            assert outcome is (told if epoch == manifest["register"]["epoch"] else Outcome.OTHER_EPOCH)
            COUNTS["receipts compared"] += 1

    def used_owner(self) -> str | None:
        """Whose item the newest snapshot has, if it has any."""
        used = ids_in(self.snapshots[-1][0])
        return used[0].partition("-")[0] if used else None

    def trainer(self, days: int) -> None:
        """Somebody is about to train on the newest snapshot, some days from now."""
        folder, manifest, taken = self.snapshots[-1]
        self.time += timedelta(days=days)
        now = self.rules
        pack = now.pack if now.pack.id == taken.pack.id else taken.pack
        COUNTS["trainers"] += 1
        asked: dict[str, Any] = {"register": self.place.url, "pack": pack, "clock": lambda: self.time}
        if self.shut:
            with pytest.raises(RefusedError, match="are shut"):
                api.snapshot_status(folder, **asked)
            return
        status = api.snapshot_status(folder, **asked)
        said = activated_at(self.entries, taken.rules.purpose, self.time)
        register, moment = register_at(self.entries, len(self.entries)), Moment(self.time, replay=False)
        rules = rules_for(pack, taken.rules.purpose, taken.rules.recipient)
        used = ids_in(folder)
        left = [one for one in ITEMS if one.item_id in used and decide(one, register, rules, moment).failed]
        expected = {
            REPLAY: manifest["mode"] == "replay",
            PACK_CHANGED: not {rules.pack_digest, said} <= {None, taken.digest},
            OTHER_EPOCH: manifest["register"]["epoch"] != self.epoch,
            LEFT_SINCE: bool(left),
        }
        assert set(status.problems) == {name for name, holds in expected.items() if holds}
        assert status.usable is not any(expected.values())
        COUNTS["snapshots before training"] += 1
        COUNTS["usable before training"] += status.usable

    # the end

    def verify(self) -> None:
        """Read the whole ledger anew, as somebody who has never seen it."""
        self.other.reader.verify()
        emptied = {seq for one in self.entries if one.kind == "member-erased" for seq in one.data["entries"]}
        found = list(self.other.entries())
        assert len(found) == len(self.entries), f"{len(self.entries)} were acknowledged, {len(found)} are there"
        for entry, told in zip(found, self.entries, strict=True):
            same = entry.seq == told.seq and entry.erased if told.seq in emptied else entry == told
            assert same, f"entry {told.seq} is no longer what was acknowledged"

    def close(self) -> None:
        """Give everything back."""
        if self.build is not None:
            self.build.abandon()
        self.place.close()
        self._folder.cleanup()
