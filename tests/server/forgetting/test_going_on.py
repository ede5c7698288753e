"""What breaks keeps no model from forgetting but its own, and that one answers from nothing that it has learned."""

from __future__ import annotations

import errno
import shutil
import time
from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.forgetting import model_in, models_in
from byleave.adapters.publishing import staging
from byleave.adapters.talent.forgetting import Talent
from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.training import MODEL, VISIBLE
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.api import now
from byleave.kernel.errors import InputError, MissingExtraError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.lineage.keys import keyed
from byleave.server.db.opening import connect
from byleave.server.db.session import writing
from byleave.server.forgetting import following, working
from byleave.server.forgetting.answering import may_answer
from byleave.server.forgetting.problems import FULL, LONGEST_WAIT, MISSING, OTHER, SHOW, UNREADABLE, Problems
from byleave.server.forgetting.telling import tasks_of
from byleave.server.forgetting.working import Forgetting
from byleave.server.lineage.certifying import rerunning
from byleave.server.lineage.doors import LineageReader
from byleave.server.lineage.standing import standing
from byleave.server.lineage.training import audit, train_talent
from tests.server.db.ledgers import SECRET, switched
from tests.server.forgetting.queueing import act, queue_of, step, tasks
from tests.server.lineage.trained import MEMBER, WORLD, Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

KEY = keyed(SECRET)(MEMBER)
LATER = timedelta(hours=1)


@pytest.fixture
def two(place: Place) -> Place:
    """Two models in service, of which a test breaks the second."""
    train_talent(place.asked(out=place.folder / "models" / "second", run="talent-2"), SECRET)
    step(place)
    return place


def second(place: Place) -> Path:
    """The folder of the second model."""
    return place.folder / "models" / "second"


def has(folder: Path) -> bool:
    """Whether a model has learned anything of the member."""
    with closing(ModelFile.open(folder / MODEL)) as model:
        return model.has(KEY)


def told(place: Place, model: str) -> tuple[str, str | None]:
    """How far a model is with the member, and why it did not work."""
    with LineageReader(place.ledger, SECRET) as reader:
        (one,) = tasks_of(reader, now(), 30, model=model)
    return one.state, one.trouble


def answers(place: Place, model: str, when: datetime | None = None) -> bool:
    """Whether what a model has learned may answer."""
    with LineageReader(place.ledger, SECRET) as reader:
        return may_answer(reader, model, when or now())


def _manifest(place: Place) -> None:
    """The manifest is cut off."""
    (second(place) / "manifest.json").write_bytes(b'{"format": ')


def _database(place: Place) -> None:
    """The file is no database any more."""
    (second(place) / MODEL).write_bytes(b"no database at all" * 999)


def _product(place: Place) -> None:
    """The product is of a version that is not here."""
    path = second(place) / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"product":"talent"', b'"product":"planted"'))


@pytest.mark.parametrize("damage", [_manifest, _database, _product])
def test_a_broken_model_keeps_no_other_from_forgetting(two: Place, damage: Callable[[Place], None]) -> None:
    """`M18` One model forgets although the other's files are broken; that one answers nobody until it is whole."""
    kept = two.folder / "kept"
    shutil.copytree(second(two), kept)
    damage(two)
    act(two, switched(MEMBER))
    done = step(two)

    assert (done.queued, done.out, has(two.model)) == (2, 1, False)
    assert told(two, "talent-1") == ("forgotten", None)
    assert told(two, "talent-2") == ("waiting", UNREADABLE)
    assert len(done.problems) == 1
    assert answers(two, "talent-1")
    assert not answers(two, "talent-2")
    with closing(connect(two.ledger)) as session:
        found = standing(session, now())
    assert (found.answering, found.leaving, found.problems, found.behind) == (1, 1, 1, False)

    shutil.rmtree(second(two))
    kept.rename(second(two))
    assert step(two, clock=lambda: now() + LATER).out == 1
    assert not has(second(two))
    assert told(two, "talent-2") == ("forgotten", None)
    assert answers(two, "talent-2")
    with closing(connect(two.ledger)) as session:
        assert Problems(session).all() == {}


class Breaking(Talent):
    """A product of which one verb breaks."""

    def __init__(self, verb: str, error: Exception) -> None:
        """Take the name of the verb, and what it raises."""
        self.verb, self.error, self.tries = verb, error, 0

    def _break(self, verb: str) -> None:
        if verb == self.verb:
            self.tries += 1
            raise self.error

    def stop(self, folder: Path, *told: Any) -> None:
        """Break, or as talent search."""
        self._break("stop")
        super().stop(folder, *told)

    def renew(self, folder: Path, means: Any) -> Any:
        """Break, or as talent search."""
        self._break("renew")
        return super().renew(folder, means)

    def show(self, folder: Path, *told: Any) -> None:
        """Break, or as talent search."""
        self._break("show")
        super().show(folder, *told)


ERRORS = [
    (OSError(errno.ENOSPC, "No space left on device"), FULL),
    (ImportError("No module named 'torch'"), MISSING),
    (MissingExtraError("training needs torch"), MISSING),
    (InputError("the base is another one"), UNREADABLE),
    (RuntimeError("a library broke"), OTHER),
    (MemoryError(), OTHER),
]


@pytest.mark.parametrize(("error", "reason"), ERRORS, ids=[type(one).__name__ for one, _ in ERRORS])
@pytest.mark.parametrize("verb", ["stop", "renew"])
def test_whatever_breaks_is_tried_again(
    two: Place, monkeypatch: pytest.MonkeyPatch, verb: str, error: Exception, reason: str
) -> None:
    """`M18` Any error in one model leaves the others, is told with its reason, and is tried again ever more rarely."""
    kind = Breaking(verb, error)
    broken = [one._replace(kind=kind) if one.model == "talent-2" else one for one in models_in(two.folder / "models")]
    monkeypatch.setattr(working, "look_through", lambda _: (broken, []))
    act(two, switched(MEMBER))
    moment = [now()]
    with closing(Forgetting(queue_of(two, clock=lambda: moment[0]))) as work:
        work._begun = True
        assert work.step().out == 1
        assert not has(two.model)
        state = "waiting" if verb == "stop" else "stopped"
        assert told(two, "talent-2") == (state, reason)
        assert answers(two, "talent-2") is (verb == "renew")  # a model that has stopped answers by words alone

        before = kind.tries
        for _ in range(10):
            moment[0] += timedelta(seconds=1)
            work.step()
        assert kind.tries - before == (
            10 if verb == "stop" else 2
        )  # stopping is urgent; the rest after 2 and 6 seconds
        kind.verb = "none"
        moment[0] += LATER
        assert work.step().out == 1
    assert not has(second(two))
    with closing(connect(two.ledger)) as session:
        assert Problems(session).all() == {}


def test_what_nobody_asks_for_any_more_stands_in_nobodys_way(two: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` Who comes back before a broken model has stopped takes its problem away, too: nobody has to leave it."""
    kind = Breaking("stop", InputError("the base is another one"))
    broken = [one._replace(kind=kind) if one.model == "talent-2" else one for one in models_in(two.folder / "models")]
    monkeypatch.setattr(working, "look_through", lambda _: (broken, []))
    with closing(Forgetting(queue_of(two))) as work, closing(connect(two.ledger)) as session:
        work._begun = True
        act(two, switched(MEMBER))
        work.step()
        assert [step for _, step in Problems(session).all()] == ["forget"]
        work.step()
        assert [step for _, step in Problems(session).all()] == ["forget"]  # somebody must leave it still
        act(two, switched(MEMBER, "on"))
        work.step()

        assert Problems(session).all() == {}
        assert [one.model for one in tasks(two)] == ["talent-1"]


def test_a_choice_to_be_found_is_brought_again_until_it_is_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M1` Where an index cannot be written, who hides stays noted as not followed, and that ends once it is."""
    kind = Breaking("show", OSError(errno.ENOSPC, "No space left on device"))
    models = [one._replace(kind=kind) for one in models_in(place.folder / "models")]
    monkeypatch.setattr(working, "look_through", lambda _: (models, []))
    moment = [now()]
    with closing(Forgetting(queue_of(place, clock=lambda: moment[0]))) as work:
        work.step()
        act(place, Proposal(Kind.SEARCH_HIDDEN, MEMBER, "member", {}))
        work.step()
        with closing(connect(place.ledger)) as session:
            assert [(one.step, one.reason) for one in Problems(session).all().values()] == [(SHOW, FULL)]
        kind.verb, moment[0] = "none", moment[0] + LATER
        work.step()
    with closing(connect(place.ledger)) as session, closing(VisibleFile.open(place.model / VISIBLE)) as visible:
        assert Problems(session).all() == {}
        assert MEMBER not in visible.members()


def test_it_is_tried_ever_more_rarely_but_for_ever(place: Place) -> None:
    """`M18` The wait doubles from two seconds to ten minutes, and the first time that it broke is kept."""
    begin = moment = now()
    waits = list[float]()
    with closing(connect(place.ledger)) as session:
        problems = Problems(session)
        for _ in range(40):
            assert problems.add("talent-1", "forget", RuntimeError(), moment)
            assert not problems.add("talent-1", "forget", RuntimeError(), moment)  # no news
            (known,) = problems.all().values()
            waits.append((known.again_at - moment).total_seconds())
            assert problems.waits("talent-1", "forget", moment)
            moment = known.again_at
            assert not problems.waits("talent-1", "forget", moment)

    assert waits[:4] == [2, 4, 8, 16]
    assert set(waits[9:]) == {LONGEST_WAIT.total_seconds()}
    assert (known.since, known.tries, known.told) == (begin, 40, "RuntimeError")


def test_nothing_ends_the_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` The thread of a server goes on after any error, also one before its first step."""
    went = list[str]()

    class Work:
        def __init__(self, *_: object, **__: object) -> None:
            went.append("made")
            if len(went) == 1:
                raise ValueError("before the first step")

        def step(self) -> working.Done:
            went.append("step")
            if went.count("step") == 1:
                raise ZeroDivisionError
            return working.Done(0, 0, 0, ())

        def close(self) -> None:
            went.append("closed")

    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", "")
    monkeypatch.setattr(following, "Forgetting", Work)
    monkeypatch.setattr(following, "place_of", lambda _: None)
    monkeypatch.setattr(following, "EVERY_SECONDS", 0.01)
    configuration: Any = SimpleNamespace(data=tmp_path / "data", suppression_key=tmp_path / "key")
    follower = following.Follower(configuration).start()
    until = time.monotonic() + 30
    while went.count("step") < 3:
        assert time.monotonic() < until, went
        time.sleep(0.01)
    follower.stop()

    assert went[:4] == ["made", "made", "step", "step"]
    assert went[-1] == "closed"


def test_what_was_not_read_in_time_answers_nobody(place: Place) -> None:
    """`M18` Where the queue has not read an act after five seconds, nothing that was learned answers."""
    assert not answers(place, "talent-1")  # before the first step
    step(place)
    assert answers(place, "talent-1")
    (entry,) = act(place, switched(MEMBER))

    assert answers(place, "talent-1", entry.recorded_at + timedelta(seconds=4))
    assert not answers(place, "talent-1", entry.recorded_at + timedelta(seconds=6))
    for _ in range(2):  # the first records that it was done, which the second reads
        step(place)
    assert answers(place, "talent-1", entry.recorded_at + timedelta(seconds=6))
    with closing(connect(place.ledger)) as session, writing(session):  # it was read before the ledger was restored
        session.run("UPDATE forget_reading SET epoch = 'another'", [()])
    assert not answers(place, "talent-1")


def test_a_ledger_that_cannot_be_read_lets_nothing_answer(place: Place) -> None:
    """`M18` In doubt nothing that was learned answers."""
    step(place)
    with LineageReader(place.ledger, SECRET) as reader:
        assert may_answer(reader, "talent-1", now())
    assert not may_answer(reader, "talent-1", now())  # it is closed


def test_a_copy_of_a_model_forgets_too(place: Place) -> None:
    """`M18` Where two folders hold one model, nobody stays in either: which of them answers is not left to chance."""
    shutil.copytree(place.model, place.folder / "models" / "copy")
    act(place, switched(MEMBER))

    assert step(place).out == 1
    assert not has(place.model)
    assert not has(place.folder / "models" / "copy")
    assert step(place).problems == ()


def test_what_was_never_published_is_no_model(place: Place) -> None:
    """`M18` A folder that a killed run left behind is in no list, is not audited, and is removed; a run's own stays."""
    left = place.folder / "models" / ".talent.partial-killed"
    shutil.copytree(place.model, left)
    with staging(place.folder / "models" / "other") as work:
        shutil.copytree(place.model, work, dirs_exist_ok=True)
        assert [one.folder for one in models_in(place.folder / "models")] == [place.model]
        for folder in (left, work):
            with pytest.raises(InputError, match="was never published"):
                model_in(folder)
            with pytest.raises(InputError, match="was never published"):
                audit(folder, place.snapshot, place.ledger, SECRET)
        act(place, switched(MEMBER))
        done = step(place)

        assert (done.out, done.problems) == (1, ())
        assert not left.exists()
        assert work.exists()
    assert {one.done_by is None for one in tasks(place)} == {False}
    step(place)
    assert answers(place, "talent-1")  # what lay there was a copy of a model that was published: no word of that one


def test_a_wave_is_stopped_before_anybody_is_taken_out(two: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` Every model stops before the first is made anew, however long that takes."""
    order = list[str]()

    class Told(Talent):
        def stop(self, folder: Path, *rest: Any) -> None:
            order.append(f"stop {folder.name}")
            super().stop(folder, *rest)

        def renew(self, folder: Path, means: Any) -> Any:
            order.append(f"renew {folder.name}")
            return super().renew(folder, means)

    models = [one._replace(kind=Told()) for one in models_in(two.folder / "models")]
    monkeypatch.setattr(working, "look_through", lambda _: (models, []))
    act(two, switched(MEMBER), switched(WORLD.everybody[3].member))
    with closing(Forgetting(queue_of(two))) as work:
        work._begun = True
        work.step()

    assert [one.split(" ")[0] for one in order] == ["stop", "stop", "renew", "renew"]
    assert len(set(order)) == 4


def test_a_training_again_that_breaks_is_told_as_failed(place: Place) -> None:
    """`M18` Where all of a model is trained again and that breaks, the ledger has a run that failed."""
    with closing(connect(place.ledger)) as session:
        again = rerunning(session, queue_of(place).append, "talent-1")
        with pytest.raises(RuntimeError), again({"product": "talent"}):
            raise RuntimeError
    with LineageReader(place.ledger, SECRET) as reader:
        *_, run = reader.lineage().runs.values()

    assert run.run.startswith("again-")
    assert run.outcome == "failed"
