"""A refusal about one item reaches the models that learned from it, by itself: held back, or naming who objects."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from byleave import api
from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.training import MODEL
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.lineage.keys import key_text, keyed
from byleave.server.db.opening import connect
from byleave.server.db.session import writing
from byleave.server.db.store import Store
from byleave.server.forgetting import naming
from byleave.server.forgetting.elsewhere import acknowledge
from byleave.server.forgetting.problems import DECIDE, UNREADABLE, Problems
from byleave.server.forgetting.queue import ERASED, HELD_BACK, NAMED
from byleave.server.forgetting.working import Done, Forgetting
from byleave.server.lineage.doors import LineageReader
from byleave.server.lineage.recording import record_model, record_snapshot
from byleave.server.lineage.training import audit
from tests.server.db.ledgers import SECRET, objected, switched
from tests.server.forgetting.queueing import act, narrow, queue_of, step, tasks
from tests.server.lineage.trained import DECIDE as HOW
from tests.server.lineage.trained import MEMBER, NAMING, OUT, POSTER, WORLD, Place, make
from tests.server.lineage.trained import NAMED as SOMEBODY

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

ITEM = {one.member: one.item for one in WORLD.everybody}
OTHER = WORLD.everybody[2].member


def held(member: str, item: str, kind: Kind = Kind.ITEM_WITHHELD) -> Proposal:
    """A member holds an item back, or gives it free."""
    return Proposal(kind, member, "member", {"item": item})


def has(place: Place, member: str) -> bool:
    """Whether anything of somebody was learned."""
    with closing(ModelFile.open(place.model / MODEL)) as model:
        return model.has(keyed(SECRET)(member))


def test_an_item_that_is_held_back_reaches_the_model(place: Place) -> None:
    """`M18` Who holds back one item that a model has learned from leaves it, with a certificate; nobody else does."""
    step(place)
    (entry,) = act(place, held(MEMBER, ITEM[MEMBER]))
    done = step(place)

    assert done == Done(1, 1, 1, ())
    assert [(one.cause, one.seq, one.done_by is None) for one in tasks(place)] == [(HELD_BACK, entry.seq, False)]
    assert (has(place, MEMBER), has(place, OTHER)) == (False, True)
    assert audit(place.model, place.snapshot, place.ledger, SECRET) == []
    assert step(place) == Done(0, 0, 0, ())


def test_a_judgement_that_is_held_back_reaches_the_model(place: Place) -> None:
    """`M18` It is the same for what somebody thought of others."""
    step(place)
    judged = next(one for one in WORLD.judged if one.hirer not in {MEMBER, OUT} and one.person.member != OUT)
    act(place, held(judged.hirer, judged.item))

    assert step(place).out == 1
    assert not has(place, judged.hirer)


def test_an_item_that_no_model_saw_changes_nothing(place: Place) -> None:
    """`M18` What was written later, or what a model learned nothing from, takes nobody out when it is held back."""
    step(place)
    act(place, held(MEMBER, "written-later"), held(POSTER, "post-1"))

    assert step(place) == Done(0, 0, 0, ())
    assert has(place, MEMBER)


def test_an_item_that_is_given_free_in_time_stays(place: Place) -> None:
    """`M18` What is queued and has not begun is taken back when the person gives the item free again."""
    step(place, models="nowhere")
    act(place, held(MEMBER, ITEM[MEMBER]))
    assert step(place, models="nowhere").queued == 1  # the snapshot itself says whose it is
    act(place, held(MEMBER, ITEM[MEMBER], Kind.ITEM_RELEASED))
    step(place, models="nowhere")

    assert tasks(place) == []
    assert step(place) == Done(0, 0, 0, ())
    assert has(place, MEMBER)


def test_a_model_elsewhere_is_asked_for_whose_item_it_is(place: Place) -> None:
    """`M18` Of a model elsewhere the snapshot says whose the item is; without it all who hold something back."""
    digest = "sha256:" + "7" * 64
    model = record_model([place.snapshot], place.ledger, digest, name="elsewhere", purpose="other-ai").model
    step(place)
    act(place, held(MEMBER, ITEM[MEMBER]), held(OTHER, "written-later"))
    step(place)
    assert {(one.model, one.key) for one in tasks(place)} == {(name, key(MEMBER)) for name in (model, "talent-1")}

    act(place, held(OTHER, "written-later-still"))
    step(place, snapshots=place.folder / "none")
    assert (model, key(OTHER)) in {one.place for one in tasks(place)}
    assert ("talent-1", key(OTHER)) not in {one.place for one in tasks(place)}


def key(member: str) -> int:
    """The key of an account."""
    return keyed(SECRET)(member)


def test_an_objection_of_whom_an_item_names_reaches_its_owner(place: Place) -> None:
    """`M12` `M18` Somebody who is no member objects: who named them leaves the model, though they refused nothing."""
    step(place)
    act(place, objected(SOMEBODY, "o-1"))
    first = step(place)
    second = step(place)

    assert (first.queued, second.out, first.problems) == (1, 1, ())
    (task,) = tasks(place)
    assert (task.cause, key_text(task.key)) == (NAMED, key_text(key(NAMING)))
    assert (has(place, NAMING), has(place, MEMBER)) == (False, True)
    assert audit(place.model, place.snapshot, place.ledger, SECRET) == []
    assert step(place) == Done(0, 0, 0, ())


def test_an_objection_to_something_else_names_nobody(place: Place) -> None:
    """`M18` An objection to another purpose than the model's takes nobody out who names the person."""
    step(place)
    act(place, objected(SOMEBODY, "o-1", "generative-ai"))

    assert step(place) == Done(0, 0, 0, ())
    assert step(place) == Done(0, 0, 0, ())


def test_whom_an_item_names_counts_whatever_else_keeps_it_out(place: Place) -> None:
    """`M12` `M18` The owner has moved to where nothing is trained on; an objection of whom they named counts still."""
    step(place)
    gone = {"country": None, "since": None}
    # one of them named nobody
    act(place, *(Proposal(Kind.MEMBER_MOVED, name, "platform", gone) for name in (NAMING, OTHER)))
    assert step(place) == Done(0, 0, 0, ())
    act(place, objected(SOMEBODY, "o-1"))

    assert step(place).queued == 1
    assert {(one.cause, one.key) for one in tasks(place)} == {(NAMED, key(NAMING))}


def test_who_named_an_objector_stays_queued_whatever_they_do(place: Place) -> None:
    """`M12` `M18` What somebody else's objection or an erasure asks for is not taken back by an act of the owner."""
    act(place, objected(SOMEBODY, "o-1"))
    with Store(place.ledger, suppression_secret=SECRET) as store:
        store.erase(OTHER)
    assert step(place, models="nowhere").queued == 2
    born = {"country": "DE", "birth_date": None}
    act(place, held(NAMING, "written-later"), Proposal(Kind.MEMBER_REGISTERED, OTHER, "platform", born))
    act(place, switched(OTHER), switched(OTHER, "on"))
    step(place, models="nowhere")

    assert {(one.cause, one.key) for one in tasks(place)} == {(NAMED, key(NAMING)), (ERASED, key(OTHER))}


def test_the_queue_is_made_again_as_it_was(place: Place) -> None:
    """`M18` Thrown away and made again from the ledger, it asks nobody to leave who is out."""
    digest = "sha256:" + "7" * 64
    model = record_model([place.snapshot], place.ledger, digest, name="elsewhere", purpose="other-ai").model
    step(place)
    act(place, objected(SOMEBODY, "o-1"), held(MEMBER, ITEM[MEMBER]), switched(OTHER))
    for _ in range(2):
        step(place)
    assert len(tasks(place)) == 6
    keys = [key_text(key(name)) for name in (NAMING, MEMBER, OTHER)]
    with LineageReader(place.ledger, SECRET) as reader:
        acknowledge(queue_of(place).append, reader.lineage(), model, keys, "retrained", "trainer")
    with closing(connect(place.ledger)) as session, writing(session):
        for table in ("forget_task", "forget_reading"):
            session.run(f"DELETE FROM {table}", [()])

    assert step(place) == Done(0, 0, 0, ())
    assert tasks(place) == []


def test_an_item_of_a_broken_model_is_looked_up_in_its_snapshot(place: Place) -> None:
    """`M18` Whose item it is that is held back the snapshot says, too, where the model's file cannot be read."""
    step(place)
    (place.model / MODEL).write_bytes(b"no database at all" * 999)
    act(place, held(MEMBER, ITEM[MEMBER]))
    done = step(place)

    assert (done.queued, len(done.problems)) == (1, 1)
    assert {(one.cause, one.key) for one in tasks(place)} == {(HELD_BACK, key(MEMBER))}


def _told(kind: Kind) -> list[Proposal]:
    """An entry of a kind, with what must stand before it."""
    about = {"objection": "o-1"}
    of_staff = {"text": "sha256:" + "0" * 64, "item": "i", "about": "person", "by": "staff-1", "grounds": "read"}
    data: dict[Kind, tuple[str, dict[str, Any]]] = {
        Kind.OBJECTION_RECEIVED: ("member", {"objection": "o-2", "purpose": None}),
        Kind.OBJECTION_IDENTIFIED: ("member", {**about, "identifiers": ["name:Nobody Known"]}),
        Kind.OBJECTION_CONFIRMED: ("member", about),
        Kind.FINDING_REVIEWED: ("platform", {**about, **of_staff}),
    }
    if kind is Kind.MEMBERS_MERGED:
        born = {"country": "DE", "birth_date": None}
        new = Proposal(Kind.MEMBER_REGISTERED, SOMEBODY, "platform", born)
        return [new, Proposal(kind, SOMEBODY, "platform", {"into": POSTER})]
    actor, told = data[kind]
    return [Proposal(kind, SOMEBODY, actor, told)]


NAMED_AFTER = (
    *(Kind.OBJECTION_RECEIVED, Kind.OBJECTION_IDENTIFIED, Kind.OBJECTION_CONFIRMED, Kind.FINDING_REVIEWED),
    Kind.MEMBERS_MERGED,
)


@pytest.mark.parametrize("kind", NAMED_AFTER)
def test_the_snapshots_are_decided_again_after(place: Place, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M12` `M18` After each kind of entry by which somebody else's item may become one that names an objector."""
    act(place, objected(SOMEBODY, "o-1", "generative-ai"))
    step(place)
    decided = list[str]()

    def decide(folder: Path, *_: Any) -> dict[str, str]:
        decided.append(folder.name)
        return {}

    monkeypatch.setattr(naming, "not_eligible", decide)
    act(place, held(MEMBER, "written-later"))
    step(place)
    assert decided == []
    act(place, *_told(kind))
    step(place)

    assert decided == ["snapshot"]


def test_under_a_stricter_pack_an_earlier_objection_reaches_who_named_them(tmp_path: Path) -> None:
    """`M12` `M18` Snapshots are decided again when another pack is in force, also for what was recorded before."""
    pack = narrow(tmp_path)
    place = make(tmp_path, pack)
    act(place, objected(SOMEBODY, "o-1"), held(MEMBER, ITEM[MEMBER]))
    for _ in range(2):
        assert step(place, pack=pack) == Done(0, 0, 0, ())
    act(place, held(MEMBER, ITEM[MEMBER], Kind.ITEM_RELEASED))

    assert step(place).queued == 1
    assert {(one.cause, one.key) for one in tasks(place)} == {(NAMED, key(NAMING))}


def test_under_a_pack_that_trains_nothing_the_pack_of_the_snapshot_counts(place: Place) -> None:
    """`M12` `M18` Who objects is heard by a model for whose purpose no pack is in force any more: its snapshot had one.

    Nothing is trained for the purpose now, but the model that was trained for it is still there.
    """
    other = "generative-ai=byleave@1"
    assert step(place, pack=other) == Done(0, 0, 0, ())
    act(place, objected(SOMEBODY, "o-1"))

    assert step(place, pack=other).queued == 1
    assert {(one.cause, one.key) for one in tasks(place)} == {(NAMED, key(NAMING))}


@pytest.mark.parametrize("first", [True, False], ids=["the first", "the second"])
def test_a_snapshot_that_is_away_keeps_nobody_in_another_model(place: Place, tmp_path: Path, *, first: bool) -> None:
    """`M12` `M18` Who names an objector leaves the model that can be looked at, though another's snapshot is gone."""
    other, away = tmp_path / "second", tmp_path / "away"
    api.gate(place.folder / "items.parquet", register=place.ledger, out=other, **HOW)
    record_snapshot(other, place.ledger, SECRET)
    digest = "sha256:" + "7" * 64
    model = record_model([other], place.ledger, digest, name="elsewhere", purpose="other-ai").model
    names = ("talent-1", model) if first else (model, "talent-1")
    (place.snapshot if first else other).rename(away)
    if first:
        other.rename(place.folder / "second")
    step(place)
    act(place, objected(SOMEBODY, "o-1"))
    (problem,) = step(place).problems

    assert names[0] in problem
    assert {one.place for one in tasks(place)} == {(names[1], key(NAMING))}
    assert step(place).out == (0 if first else 1)
    away.rename(place.folder / "back")  # it is at hand again
    later = api.now() + timedelta(hours=1)
    assert step(place, clock=lambda: later).queued == 1
    assert {one.place for one in tasks(place)} == {(name, key(NAMING)) for name in (model, "talent-1")}


def test_a_snapshot_that_is_away_is_told(place: Place) -> None:
    """`M18` Where the snapshot is not at hand nobody knows whom it names: that is told, and tried again once it is."""
    step(place)
    act(place, objected(SOMEBODY, "o-1"))
    with closing(Forgetting(queue_of(place, snapshots=place.folder / "none"))) as work:
        done = work.step()
        assert len(done.problems) == 1
        assert "is not at hand" in done.problems[0]
        assert work.step().problems == ()  # not before a while
    with closing(connect(place.ledger)) as session:
        (problem,) = Problems(session).all().values()
        assert (problem.step, problem.reason) == (DECIDE, UNREADABLE)

    def later() -> datetime:
        return problem.again_at

    assert step(place, clock=later).queued == 1
    with closing(connect(place.ledger)) as session:
        assert Problems(session).all() == {}
