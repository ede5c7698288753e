"""A rewriter in shards forgets exactly: on torch, with a small base, down to the bytes of every file."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.rewrite.jobs import Pool
from byleave.adapters.rewrite.leaving import enqueue, set_aside, settle
from byleave.adapters.rewrite.model_file import ADAPTERS, MANIFEST, opened, read_serving
from byleave.adapters.rewrite.parts import load, mean_of, save
from byleave.kernel.canonical import digest_bytes
from byleave.learn.certificate import check_certificate
from byleave.learn.rewrite.plan import mean
from byleave.learn.shards import shard_of
from tests.adapters.rewrite.conftest import MEMBERS
from tests.adapters.rewrite.tiny import posts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from byleave.adapters.rewrite.jobs import Job
    from byleave.learn.forgetting import Certified
    from tests.adapters.rewrite.conftest import Scene

pytestmark = pytest.mark.needs("torch")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
EVERYBODY = sorted({member for _, member, _ in posts_of(MEMBERS)})


def nothing(_made: Certified) -> None:
    """A ledger that is not there."""


def files(folder: Path) -> dict[str, str]:
    """Every file of adapters, by what is in it."""
    return {path.name: digest_bytes(path.read_bytes()) for path in (folder / ADAPTERS).iterdir()}


def forget(scene: Scene, gone: list[int]) -> list[Mapping[str, Any]]:
    """Take some people out; the certificates."""
    enqueue(scene.folder, gone, NOW)
    set_aside(scene.folder)
    return [made.told for made in settle(scene.folder, scene.learning, [], nothing, lambda: NOW)]


@pytest.mark.parametrize("batch", [1, 10, 100])
def test_forgetting_equals_never_having_known(scene: Scene, tmp_path: Path, batch: int) -> None:
    """`M18` After 1, 10 or 100 members left, every file is, byte for byte, that of training without them."""
    gone = random.Random(batch).sample(EVERYBODY, batch)
    (told,) = forget(scene, gone)
    never = scene.without(gone, tmp_path / "never")

    assert files(scene.folder) == files(tmp_path / "never")
    assert all(f"sha256:{name.removesuffix('.safetensors')}" == digest for name, digest in files(scene.folder).items())
    assert json.loads((scene.folder / MANIFEST).read_bytes()) == never == told["new"]
    assert read_serving(scene.folder)[0] == scene.folder / ADAPTERS / read_serving(tmp_path / "never")[0].name  # type: ignore[union-attr]
    assert len(check_certificate(told).forgotten) == batch


def test_twenty_members_one_after_the_other(scene: Scene, tmp_path: Path) -> None:
    """`M18` Twenty drawn members leave, each alone; the files are those of never having known any of the twenty."""
    gone = random.Random(20).sample(EVERYBODY, 20)
    told = [one for member in gone for one in forget(scene, [member])]
    scene.without(gone, tmp_path / "never")

    assert len(told) == 20
    assert files(scene.folder) == files(tmp_path / "never")


def test_at_once_nothing_served_has_seen_them(scene: Scene) -> None:
    """`M18` Before anything is trained anew, the mean is that of the clean shards, and the old one is destroyed."""
    gone = EVERYBODY[7]
    before, _ = read_serving(scene.folder)
    enqueue(scene.folder, [gone], NOW)
    aside = set_aside(scene.folder)
    now, why = read_serving(scene.folder)
    with opened(scene.folder) as model:
        clean = [model.path_of(digest) for shard, digest in model.parts().items() if shard not in aside.dirty]

    assert aside.dirty == (shard_of(gone, scene.learning.settings.shards),)
    assert before is not None
    assert now is not None
    assert (why, now.read_bytes() == mean_of(clean), before.exists()) == ("leaving", True, False)


def test_a_wave_is_answered_by_the_base_alone(scene: Scene) -> None:
    """`M18` When more than a fifth of the shards are dirty the public base alone is served, and then all again."""
    wave = [member for member in EVERYBODY if shard_of(member, 8) in {1, 4}]
    enqueue(scene.folder, wave, NOW)
    aside = set_aside(scene.folder)

    assert (aside.base_alone, read_serving(scene.folder)) == (True, (None, "leaving"))
    settle(scene.folder, scene.learning, [], nothing, lambda: NOW)
    assert read_serving(scene.folder)[1] == "whole"


@pytest.mark.parametrize("when", ["queued", "aside", "trained", "taken out", "recorded"])
def test_a_crash_loses_nobody(scene: Scene, tmp_path: Path, when: str) -> None:
    """`M18` A process that dies after any step leaves it to the next to finish, to the same bytes."""
    gone = EVERYBODY[30]

    def crash() -> None:
        def at(step: str) -> None:
            if step == when:
                os._exit(9)

        def progress(_step: str, done: float) -> None:
            if done >= 1:
                at("trained")

        enqueue(scene.folder, [gone], NOW)
        at("queued")
        set_aside(scene.folder)
        at("aside")
        scene.learning.progress = progress
        settle(scene.folder, scene.learning, [], lambda _made: at("taken out"), lambda: NOW)
        at("recorded")

    child = multiprocessing.get_context("fork").Process(target=crash)
    child.start()
    child.join()
    assert child.exitcode == 9
    recorded: list[Certified] = []
    set_aside(scene.folder)
    settle(scene.folder, scene.learning, [], recorded.append, lambda: NOW)
    scene.without([gone], tmp_path / "never")

    assert files(scene.folder) == files(tmp_path / "never")
    assert len(recorded) == (when != "recorded")
    with opened(scene.folder) as model:
        assert not model.has(gone)


def test_nothing_of_them_is_left_in_any_file(scene: Scene) -> None:
    """`M18` The words of who has left are in no byte of the folder, and the certificate has digests and keys alone."""
    with opened(scene.folder) as model:
        model.connection.execute(
            "UPDATE pair SET post = replace(post, 'Oslo', 'Zyxwv') WHERE member = ?", [EVERYBODY[5]]
        )
    assert b"Zyxwv" in (scene.folder / "model.db").read_bytes()
    forget(scene, [EVERYBODY[5]])

    assert all(b"Zyxwv" not in path.read_bytes() for path in scene.folder.rglob("*") if path.is_file())


def test_the_mean_is_its_definition(scene: Scene) -> None:
    """The served mean is what the definition says of each number, rounded to 32 bits."""
    import numpy as np

    paths = [scene.folder / ADAPTERS / name for name in sorted(files(scene.folder))[:5]]
    parts = [load(path) for path in paths]
    told = mean_of(paths)
    (scene.folder / "mean").write_bytes(told)
    for name, found in load(scene.folder / "mean").items():
        defined = mean([one[name].astype(np.float64).ravel().tolist() for one in parts])
        assert found.ravel().tolist() == np.array(defined).astype(np.float32).tolist()


def test_sabotage_is_caught(scene: Scene, tmp_path: Path) -> None:
    """`M18` Subtracting a shard from the mean and keeping its old adapter both give other bytes than never knowing."""
    import numpy as np

    gone = EVERYBODY[11]
    shard = shard_of(gone, 8)
    with opened(scene.folder) as model:
        parts = {number: load(model.path_of(digest)) for number, digest in model.parts().items()}
        clean = [model.path_of(digest) for number, digest in model.parts().items() if number != shard]
        before = model.parts()[shard]
    whole = {name: sum(one[name] for one in parts.values()) for name in parts[0]}
    subtracted = {name: ((whole[name] - parts[shard][name]) / 7).astype(np.float32) for name in whole}
    never = scene.without([gone], tmp_path / "never")

    assert save(subtracted) != mean_of(clean)
    assert np.allclose(subtracted[min(subtracted)], load_bytes(mean_of(clean), tmp_path)[min(subtracted)], atol=1e-6)
    assert never["artefacts"][f"adapter-{shard:02}"] != before


def load_bytes(data: bytes, place: Path) -> dict[str, Any]:
    """The tensors of a file that is not one yet."""
    (place / "part").write_bytes(data)
    return load(place / "part")


def test_after_an_upgrade_all_of_it_is_trained_anew(scene: Scene, tmp_path: Path) -> None:
    """`M18` Where other versions compute, the whole model is made anew, as a run of its own: no mix of two kinds."""
    with opened(scene.folder) as model:
        sql = "UPDATE state SET value = replace(value, '\"torch\":\"', '\"torch\":\"0.') WHERE name = 'manifest'"
        model.connection.execute(sql)
        # what an older version left behind: its bytes must not stay in what is served
        shard, digest = next(iter(model.parts().items()))
        old = load(model.path_of(digest))
        other = model.keep(save({name: one + 1 for name, one in old.items()}))
        model.connection.execute("UPDATE part SET digest = ? WHERE shard = ?", [other, shard])
        before = json.loads(json.dumps(model.manifest()))
    gone, runs = [EVERYBODY[2]], list[str]()

    @contextmanager
    def again(manifest: Mapping[str, Any]) -> Iterator[None]:
        runs.append(manifest["model"])
        yield
        runs.append("done")

    enqueue(scene.folder, gone, NOW)
    set_aside(scene.folder)
    (made,) = settle(scene.folder, scene.learning, [], nothing, lambda: NOW, again=again)
    never = scene.without(gone, tmp_path / "never")

    assert runs == ["rewrite-1", "done"]
    assert files(scene.folder) == files(tmp_path / "never")
    assert json.loads((scene.folder / MANIFEST).read_bytes()) == never == made.told["new"]
    assert made.told["old"] == before
    (version,) = check_certificate(made.told).versions
    assert version.startswith("torch 0.")
    assert read_serving(scene.folder)[1] == "whole"

    enqueue(scene.folder, [EVERYBODY[3]], NOW)
    assert check_certificate(forget(scene, [EVERYBODY[3]])[0]).versions == ()
    assert len(runs) == 2


def test_a_wave_is_one_training_whatever_its_size(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` However many leave together, no shard is trained twice."""
    trained = list[int]()
    real = scene.learning.jobs.run

    class Counting:
        def run(self, jobs: Sequence[Job]) -> Iterator[tuple[int, bytes]]:
            trained.extend(job.shard for job in jobs)
            return real(jobs)

    monkeypatch.setattr(scene.learning, "jobs", Counting())
    (told,) = forget(scene, EVERYBODY[:100])

    assert len(told["forgotten"]) == 100
    assert sorted(trained) == sorted(set(trained))


def test_no_shard_is_nothing_to_do() -> None:
    """`M18` Where nobody who leaves had taught anything no shard is trained anew, and that is no error."""
    assert list(Pool(2).run([])) == []
