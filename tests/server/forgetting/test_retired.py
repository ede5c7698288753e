"""A model that is destroyed has nobody to forget; one that merely is not in service still holds everybody."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters import destroying
from byleave.adapters.publishing import publish
from byleave.api import now
from byleave.kernel.errors import ConflictError, InputError, OutputError, RefusedError, UsageError
from byleave.ledger.entries import Kind
from byleave.lineage.keys import key_text, keyed
from byleave.server.db.opening import connect
from byleave.server.db.store import Store
from byleave.server.forgetting import elsewhere
from byleave.server.forgetting.answering import may_answer
from byleave.server.forgetting.problems import SERVE, Problems
from byleave.server.forgetting.telling import tasks_of
from byleave.server.forgetting.working import Done
from byleave.server.lineage import retiring, training, unpublished
from byleave.server.lineage.doors import LineageReader
from byleave.server.lineage.forgetting import forget
from byleave.server.lineage.recording import record_model
from byleave.server.lineage.retiring import attest, retire
from byleave.server.lineage.training import train_talent
from tests.server.db.ledgers import SECRET, new_ledger, objected, switched
from tests.server.forgetting.queueing import act, queue_of, step, tasks
from tests.server.lineage.trained import MEMBER, NAMED, WORLD, Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byleave.ledger.entries import Entry
    from byleave.lineage.records import Model

OTHERS = [one.member for one in WORLD.everybody[2:5]]
DIGEST = "sha256:" + "7" * 64
STAFF = "staff-1"


def attic(place: Place) -> Path:
    """The model, taken out of service: its folder lies elsewhere."""
    return place.model.rename(place.folder / "attic")


def retirements(place: Place) -> list[Entry]:
    """What the ledger was told."""
    with Store(place.ledger) as store:
        return [one for one in store.reader.artefacts() if one.kind is Kind.MODEL_RETIRED]


def states(place: Place) -> dict[str, str]:
    """How far each model is; each has one task here."""
    with LineageReader(place.ledger, SECRET) as reader:
        return {one.model.model: one.state for one in tasks_of(reader, now(), 30)}


def known(place: Place, model: str = "talent-1") -> Model:
    """What the ledger tells of a model."""
    with LineageReader(place.ledger, SECRET) as reader:
        return reader.lineage().models[model]


def to_rebuild(place: Place, member: str = MEMBER) -> list[str]:
    """The models that somebody is still in."""
    with LineageReader(place.ledger, SECRET) as reader:
        return [one.model for one in reader.member(member).to_rebuild]


def answers(place: Place, model: str = "talent-1") -> bool:
    """Whether what a model has learned may answer."""
    with LineageReader(place.ledger, SECRET) as reader:
        return may_answer(reader, model, now())


def test_out_of_service_is_open_and_destroyed_is_done(place: Place) -> None:
    """`M18` Taking a model away closes nothing; destroying it closes what is open, by one entry, and for good."""
    folder = attic(place)
    act(place, switched(MEMBER))
    assert (step(place), step(place)) == (Done(1, 0, 0, ()), Done(0, 0, 0, ()))
    assert (states(place), to_rebuild(place)) == ({"talent-1": "away"}, ["talent-1"])

    done = retire(folder, place.ledger, STAFF)
    assert not folder.exists()
    (entry,) = retirements(place)
    assert dict(entry.data) == {"model": "talent-1", "destroyed": "here", "by": STAFF}
    assert (done.model.retired_by, done.model.destroyed) == (entry.seq, "here")
    assert step(place) == Done(0, 0, 1, ())
    assert [one.done_by for one in tasks(place)] == [entry.seq]
    assert (states(place), to_rebuild(place)) == ({"talent-1": "retired"}, [])
    with LineageReader(place.ledger, SECRET) as reader:
        assert reader.model("talent-1").somebody_left is False


def test_nobody_has_to_leave_what_is_destroyed(place: Place) -> None:
    """`M18` Who opts out, objects, is erased or is named afterwards is queued for no model, and nothing is missed."""
    retire(place.model, place.ledger, STAFF)
    act(place, switched(OTHERS[0]), objected(OTHERS[1], "o-1"), objected(NAMED, "o-2"))
    with Store(place.ledger, suppression_secret=SECRET) as store:
        store.erase(OTHERS[2])

    # nor does its snapshot have to be at hand any more
    assert step(place, snapshots=place.folder / "none") == Done(0, 0, 0, ())
    assert tasks(place) == []


def test_every_file_is_overwritten_before_it_is_deleted(place: Place) -> None:
    """`M18` Whoever still has a file open reads zeros: what was learned is not merely out of sight."""
    with ExitStack() as stack:
        paths = [path for path in place.model.rglob("*") if path.is_file()]
        files = [stack.enter_context(path.open("rb")) for path in paths]
        assert any(MEMBER.encode() in path.read_bytes() for path in paths)
        done = retire(place.model, place.ledger, STAFF)

        assert done.files == len(paths) > 2
        assert all(set(file.read()) <= {0} for file in files)
    assert not place.model.exists()


DEATHS: dict[str, tuple[Any, str]] = {
    "at the first file": (destroying, "destroy"),
    "before the ledger knows": (retiring, "_record"),
    "before the manifest goes": (retiring, "destroy"),
}


@pytest.mark.parametrize("when", DEATHS)
def test_who_is_killed_says_the_same_again(place: Place, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` A process that dies leaves a folder with a manifest, from which the same command goes on; told once."""
    act(place, switched(MEMBER))
    step(place, models="nowhere")

    def die(*_: Any) -> Any:
        os._exit(9)

    def crash() -> None:
        monkeypatch.setattr(*DEATHS[when], die)
        retire(place.model, place.ledger, STAFF)

    child = multiprocessing.get_context("fork").Process(target=crash)
    child.start()
    child.join()
    assert child.exitcode == 9
    left = [path.name for path in place.model.rglob("*") if path.is_file()]
    # the ledger says it only once nothing that was learned is left
    assert bool(retirements(place)) is (when == "before the manifest goes")
    assert (left == ["manifest.json"]) is (when != "at the first file")

    retire(place.model, place.ledger, STAFF)
    assert len(retirements(place)) == 1
    assert not place.model.exists()
    step(place)
    assert states(place) == {"talent-1": "retired"}


def test_a_copy_that_is_put_back_answers_nobody(place: Place) -> None:
    """`M18` A copy of a model that was destroyed is told on the desk, answers nobody, and closes nothing meanwhile."""
    copy = place.model.parent / "copy"
    shutil.copytree(place.model, copy)
    act(place, switched(MEMBER))
    step(place, models="nowhere")
    retire(place.model, place.ledger, STAFF)
    done = step(place)

    assert (done.queued, done.out, len(done.problems)) == (0, 0, 1)
    assert "was retired by entry" in done.problems[0]
    assert (states(place), answers(place)) == ({"talent-1": "away"}, False)
    with closing(connect(place.ledger)) as session:
        assert [one for _, one in Problems(session).all()] == [SERVE]
    with pytest.raises(RefusedError, match="was retired by entry"):
        forget(copy, place.ledger, [MEMBER], SECRET)

    retire(copy, place.ledger, "somebody else")  # it is destroyed, and told already
    assert len(retirements(place)) == 1
    assert step(place) == Done(0, 0, 1, ())
    with closing(connect(place.ledger)) as session:
        assert Problems(session).all() == {}


def test_a_model_that_the_ledger_does_not_know_answers_nobody(place: Place) -> None:
    """`M18` Nobody could leave a model of another ledger, or of after a restore: that is told, and it is mute."""
    step(place)
    assert answers(place)
    (place.folder / "other").mkdir()
    other = Place(place.folder / "other", new_ledger("sqlite", place.folder / "other"))
    shutil.copytree(place.model, other.model)
    done = step(other)

    assert len(done.problems) == 1
    assert "is not recorded in this ledger" in done.problems[0]
    assert not answers(other)
    with pytest.raises(RefusedError, match="is not recorded in this ledger"):
        retire(other.model, other.ledger, STAFF)
    assert other.model.exists()
    shutil.rmtree(other.model)
    assert step(other) == Done(0, 0, 0, ())


def _link(folder: Path) -> None:
    """A file in it leads to another place."""
    (folder.parent / "away").write_bytes(b"learned")
    (folder / "linked").symlink_to(folder.parent / "away")


def _other(folder: Path) -> None:
    """It is no model."""
    (folder / "manifest.json").write_bytes(b"{}")


@pytest.mark.parametrize(
    ("damage", "by", "error", "words"),
    [
        (_link, STAFF, InputError, "is a link or no file"),
        (_other, STAFF, InputError, "manifest"),
        (lambda _: None, " ", UsageError, "who says so"),
    ],
)
def test_what_cannot_be_destroyed_whole_is_left_whole(
    place: Place, damage: Callable[[Path], None], by: str, error: type[Exception], words: str
) -> None:
    """`M18` A link, a folder that is no model, or nobody who says so: nothing is destroyed, and nothing recorded."""
    damage(place.model)
    before = {path: path.read_bytes() for path in place.model.rglob("*") if path.is_file()}
    with pytest.raises(error, match=words):
        retire(place.model, place.ledger, by)

    assert {path: path.read_bytes() for path in place.model.rglob("*") if path.is_file()} == before
    assert retirements(place) == []


def test_a_link_to_the_folder_goes_with_it(place: Place) -> None:
    """`M18` In service by a link, it is destroyed where it lies."""
    folder = attic(place)
    place.model.symlink_to(folder)
    retire(place.model, place.ledger, STAFF)

    assert not folder.exists()
    assert not place.model.is_symlink()


def test_the_word_of_somebody_is_told_as_that(place: Place) -> None:
    """`M18` Of a model elsewhere, or whose files are gone, the ledger has who says that it is destroyed, once."""
    model = record_model([place.snapshot], place.ledger, DIGEST, name="elsewhere", purpose="other-ai").model
    shutil.rmtree(place.model)
    act(place, switched(MEMBER))
    step(place)
    assert states(place) == {"talent-1": "away", model: "open"}

    append = queue_of(place).append
    with LineageReader(place.ledger, SECRET) as reader:
        lineage = reader.lineage()
    entry = elsewhere.retire(append, lineage, model, "service:trainer")
    assert elsewhere.retire(append, lineage, model, "service:trainer").seq == entry.seq
    with pytest.raises(ConflictError, match="was trained here"):
        elsewhere.retire(append, lineage, "talent-1", "service:trainer")
    told = attest("talent-1", place.ledger, STAFF)
    assert attest("talent-1", place.ledger, STAFF) == told
    with pytest.raises(InputError, match="was retired"):
        attest("talent-1", place.ledger, "somebody else")
    assert (told.model.destroyed, told.files, known(place, model).destroyed) == ("told", 0, "told")

    assert step(place).out == 2
    assert (states(place), to_rebuild(place)) == ({"talent-1": "retired", model: "retired"}, [])
    with LineageReader(place.ledger, SECRET) as reader:
        lineage = reader.lineage()
    with pytest.raises(ConflictError, match="is destroyed"):
        elsewhere.acknowledge(append, lineage, model, [key_text(keyed(SECRET)(MEMBER))], "retrained", "trainer")
    with pytest.raises(InputError, match="is recorded as destroyed"):
        record_model([place.snapshot], place.ledger, DIGEST, name="elsewhere", purpose="other-ai")


def test_a_model_that_was_recorded_and_not_published_holds_nobody(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`M18` Where publishing fails after the model was recorded, the ledger says too that it is destroyed."""

    def fail(*_: Any) -> None:
        raise OutputError("the disk is full")

    monkeypatch.setattr(training, "publish", fail)
    with pytest.raises(OutputError, match="the disk is full"):
        train_talent(place.asked(out=place.folder / "models" / "second", run="talent-2"), SECRET)
    act(place, switched(MEMBER))
    step(place)

    with LineageReader(place.ledger, SECRET) as reader:
        assert reader.lineage().runs["talent-2"].outcome == "failed"
    assert (known(place, "talent-2").destroyed, known(place).destroyed) == ("here", None)
    assert to_rebuild(place) == []
    assert [one.model for one in tasks(place)] == ["talent-1"]


def test_a_model_that_was_published_is_there_whatever_comes_then(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` Whoever stops the command right after publishing has a model, and no entry says otherwise."""
    went = publish

    def stopped(*told: Any) -> None:
        went(*told)
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "publish", stopped)
    with pytest.raises(KeyboardInterrupt):
        train_talent(place.asked(out=place.folder / "models" / "second", run="talent-2"), SECRET)

    assert known(place, "talent-2").retired_by is None
    step(place)
    assert answers(place, "talent-2")


def _killed(where: Any, name: str, todo: Callable[[], object]) -> None:
    """A process that is killed, hard, where it would call something."""

    def die(*_: Any, **__: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    def crash() -> None:
        setattr(where, name, die)
        todo()

    child = multiprocessing.get_context("fork").Process(target=crash)
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL


def _train(place: Place, name: str, run: str) -> None:
    train_talent(place.asked(out=place.folder / "models" / name, run=run), SECRET)


@pytest.mark.parametrize("closed_by", ["a service that starts", "the next training", "the second try"])
def test_what_a_killed_training_recorded_is_destroyed_and_told(place: Place, closed_by: str) -> None:
    """`M18` Killed after the model was recorded and before it was published: nobody waits for ever to leave it.

    Whatever finds it next destroys what lies there, and then tells the ledger, also where that was killed, too.
    """
    _killed(training, "publish", lambda: _train(place, "second", "talent-2"))
    (left,) = place.model.parent.glob(".second.partial-*")
    assert known(place, "talent-2").retired_by is None
    assert to_rebuild(place) == ["talent-1", "talent-2"]
    if closed_by == "the second try":
        _killed(unpublished, "model_retired", lambda: step(place))
        assert [path.name for path in left.iterdir()] == ["manifest.json"]
        assert known(place, "talent-2").retired_by is None
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("rb")) for path in left.iterdir() if path.name != "manifest.json"]
        if closed_by == "the next training":
            _train(place, "third", "talent-3")
        else:
            step(place)
        assert all(set(file.read()) <= {0} for file in files)

    (entry,) = retirements(place)
    assert dict(entry.data) == {"model": "talent-2", "destroyed": "here", "by": "byleave train"}
    assert not left.exists()
    with LineageReader(place.ledger, SECRET) as reader:
        assert reader.lineage().runs["talent-2"].outcome == "failed"
    assert "talent-2" not in to_rebuild(place)
    act(place, switched(MEMBER))
    step(place)
    assert to_rebuild(place) == []


def test_a_run_that_goes_on_is_left_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` A service that starts between recording and publishing closes nothing: the model is there soon."""
    went = publish

    def meanwhile(*told: Any) -> None:
        step(place)
        went(*told)

    monkeypatch.setattr(training, "publish", meanwhile)
    _train(place, "second", "talent-2")
    step(place)

    assert retirements(place) == []
    assert answers(place, "talent-2")
