"""A rewriter is trained through the gate alone, recorded, forgets and is audited: a real ledger, a small base."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from byleave import api
from byleave.adapters.certificate_files import verify_certificate_file
from byleave.adapters.rewrite.model_file import ADAPTERS, opened
from byleave.cli.main import group as byleave
from byleave.kernel.errors import ByleaveError
from byleave.learn.manifest import root
from byleave.lineage.keys import key_text, keyed
from byleave.server.db.store import Store
from byleave.server.lineage.doors import LineageReader
from byleave.server.lineage.forgetting import due, forget
from byleave.server.lineage.rewrite_audit import Audit, audit_rewriter
from byleave.server.lineage.rewrite_training import expected_cost, settings_for, train_rewriter
from tests.server.db.ledgers import SECRET, switched
from tests.server.lineage.rewriters import DECIDE, EARLY, OUT, Place, make, text
from tests.server.lineage.test_outsider import typed

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence
    from pathlib import Path

    from byleave.server.lineage.forgetting import Forgotten

pytestmark = pytest.mark.needs("torch")
MEMBERS, OTHERS = 40, 30
"""How many there are, and how many others."""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A ledger of everybody, one of whom is off, a snapshot, and a model that was trained on it."""
    return make(tmp_path_factory.mktemp("rewrite"), MEMBERS)


@pytest.fixture
def place(once: Place, tmp_path: Path) -> Place:
    """A copy of it, to be changed."""
    shutil.copytree(once.folder, tmp_path / "copy")
    return Place(tmp_path / "copy", f"sqlite:///{tmp_path}/copy/ledger.db")


def test_training_is_recorded_whole(once: Place) -> None:
    """`M1` `M18` Run and model stand in the ledger; who was off was not learned from; an audit agrees."""
    with LineageReader(once.ledger, SECRET) as reader:
        lineage = reader.lineage()
    (model,) = lineage.models.values()
    manifest = json.loads((once.model / "manifest.json").read_bytes())

    assert (model.digest, model.purpose) == (root(manifest), "generative-ai")
    assert lineage.runs[model.run or ""].outcome == "completed"
    assert manifest["rows"] == {"posts": MEMBERS - 1, "members": MEMBERS - 1}
    told = manifest["configuration"]["training"]
    assert (told["shards"], told["strength_percent"]) == (2, 150)
    with opened(once.model) as held:
        assert not held.has(keyed(SECRET)(OUT))
        assert held.has(keyed(SECRET)("m1"))
    audit = Audit(once.model, once.folder / "s", once.ledger, workers=1)
    assert audit_rewriter(audit, SECRET).differing == ()


def test_a_process_pool_gives_the_same_bytes(once: Place, place: Place, tmp_path: Path) -> None:
    """`M18` Where shards are trained does not change a byte."""
    found = train_rewriter(
        place.asked(out=tmp_path / "other", run="rewrite-2", workers=2, base=str(once.folder / "base")), SECRET
    )
    manifest = json.loads((once.model / "manifest.json").read_bytes())

    assert found.manifest["artefacts"] == manifest["artefacts"]
    assert found.passed == {"short": 1, "other-language": 1}


def test_what_may_not_be_trained_on_is_refused(place: Place, tmp_path: Path) -> None:
    """`M18` A snapshot for another purpose, or whose files were changed, trains nothing."""
    part = next((place.folder / "s" / "items").iterdir())
    pq.write_table(pq.read_table(part)[1:], part)
    with pytest.raises(ByleaveError, match="files-changed"):
        train_rewriter(place.asked(out=tmp_path / "other", run="rewrite-2"), SECRET)
    with pytest.raises(ByleaveError, match="no folder of a base model"):
        train_rewriter(place.asked(out=tmp_path / "other", run="rewrite-2", base="nowhere"), SECRET)

    assert not (tmp_path / "other").exists()


def test_an_audit_finds_another_adapter(place: Place) -> None:
    """`M18` An adapter whose bytes were changed is found, whatever its name and manifest say."""
    path = min((place.model / ADAPTERS).iterdir())
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))

    audit = Audit(place.model, place.folder / "s", place.ledger, workers=1)
    assert "file" in audit_rewriter(audit, SECRET).differing


def test_the_cost_is_told_before(once: Place, tmp_path: Path) -> None:
    """`M18` What training and leaving cost is measured on a few posts, and nothing is written."""
    found = expected_cost(once.asked(out=tmp_path / "none"), SECRET)

    assert (found.posts, found.members, found.shards) == (MEMBERS - 1, MEMBERS - 1, 2)
    assert found.seconds > 0
    assert [one.members for one in found.removals] == [1, 10]
    assert found.removals[0].part == 0.5
    assert not (tmp_path / "none").exists()


def test_one_adapter_answers_as_it_was_trained(once: Place) -> None:
    """The strength that was the best for a mean is not that of one adapter, unless somebody asks for it."""
    few, many = ([(number, number, "") for number in range(count)] for count in (31, 32))
    asked = ((None, None), (1, None), (1, 150), (2, None), (2, 200))
    found = [settings_for(once.asked(shards=shards, strength=strength), many) for shards, strength in asked]

    assert [(one.shards, one.strength_percent) for one in found] == [(2, 150), (1, 100), (1, 150), (2, 150), (2, 200)]
    assert settings_for(once.asked(), few).strength_percent == 100
    with pytest.raises(ByleaveError, match="too small"):
        settings_for(once.asked(shards=0), many)


def test_what_it_costs_is_told_through_the_gate_alone(place: Place) -> None:
    """`M18` A few posts are learned from to tell the cost: so nothing is told of a snapshot that may not be used."""
    items = place.folder / "items.parquet"
    api.gate(items, register=place.ledger, out=place.folder / "replay", as_of=EARLY, **DECIDE)
    api.gate(items, register=place.ledger, out=place.folder / "unknown", **DECIDE)
    api.gate(items, register=place.ledger, out=place.folder / "other", **{**DECIDE, "purpose": "other-ai"})
    for name, why in (("replay", "replay"), ("unknown", "not recorded"), ("other", "is for `other-ai`")):
        with pytest.raises(ByleaveError, match=why):
            expected_cost(place.asked(snapshot=place.folder / name), SECRET)
    assert expected_cost(place.asked(), SECRET).posts == MEMBERS - 1
    with Store(place.ledger) as store:
        store.append([switched("m1")])
    with pytest.raises(ByleaveError, match="left-since"):
        expected_cost(place.asked(), SECRET)
    with LineageReader(place.ledger, SECRET) as reader:
        assert list(reader.lineage().runs) == ["rewrite-1"]


def test_an_upgrade_is_a_run_of_its_own(place: Place) -> None:
    """`M18` After an upgrade forgetting goes on: all is trained anew, the ledger has the run, and an audit agrees."""
    model = place.model
    with opened(model) as held:
        sql = "UPDATE state SET value = replace(value, '\"python\":\"', '\"python\":\"2.') WHERE name = 'manifest'"
        held.connection.execute(sql)
    done = forget(model, place.ledger, ["m1"], SECRET)
    checked = verify_certificate_file(done.certificates[0], None, unsigned=True)
    with LineageReader(place.ledger, SECRET) as reader:
        again = list(reader.lineage().runs.values())[1]

    assert checked is not None
    assert checked.checked is not None
    assert checked.problem is None
    assert checked.checked.versions[0].startswith("python 2.")
    assert (again.outcome, again.job) == ("completed", "train rewrite again without who left, by other versions")
    assert audit_rewriter(Audit(model, place.folder / "s", place.ledger, workers=1), SECRET).differing == ()


def test_nothing_tells_where_it_was_made(once: Place, place: Place, tmp_path: Path) -> None:
    """`M18` No path of the machine is in a certificate; elsewhere the base is found by the folder that is named."""
    model = place.model
    done = forget(model, place.ledger, ["m1"], SECRET)
    told = done.certificates[0].read_text(encoding="utf-8") + (model / "manifest.json").read_text(encoding="utf-8")
    assert "/" not in json.loads((model / "manifest.json").read_bytes())["configuration"]["base"]["name"]
    assert str(once.folder) not in told
    assert str(tmp_path) not in told

    base = tmp_path / "elsewhere" / "under-another-name"
    shutil.copytree(once.folder / "base", base)
    with opened(model) as held:
        held.came_from(tmp_path / "nowhere")
    assert outsider(place, model, BYLEAVE_BASE=base).returncode == 0
    alone = outsider(place, model)
    assert alone.returncode == 1
    assert "nowhere" in alone.stderr


def outsider(place: Place, model: Path, **more: Path) -> subprocess.CompletedProcess[str]:
    """The command that the certificate names, as somebody types it elsewhere."""
    key = place.folder / "key"
    key.write_bytes(SECRET)
    return typed(model, place.folder / "s", place.ledger, key, place.folder, **more)


@dataclass(frozen=True)
class Left:
    """A rewriter from which two members were taken out, and how."""

    place: Place
    members: Sequence[str]
    done: Forgotten


@pytest.fixture(scope="module")
def left(once: Place, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Two members switch off and are taken out; beside it posts of people who were never in it."""
    folder = tmp_path_factory.mktemp("left") / "copy"
    shutil.copytree(once.folder, folder)
    place = Place(folder, f"sqlite:///{folder}/ledger.db")
    with Store(place.ledger) as store:
        store.append([switched("m1"), switched("m2")])
    found = due(place.model, folder / "s", place.ledger, None, lambda *_: None)
    done = forget(place.model, place.ledger, found.members, SECRET)
    shape = {"category": "post", "visibility": "public", "created_at": "2026-02-01T00:00:00Z", "language": "en"}
    rows = [
        {"item_id": f"o{number}", "member_id": f"other {number}", **shape, "text": text(900 + number)}
        for number in range(OTHERS)
    ]
    # what is no comparison: a member, an item of the snapshot, and a copy of a member's post
    rows += [{**rows[0], "item_id": "x", "member_id": "m3", "text": text(991)}, {**rows[1], "item_id": "p3"}]
    rows.append({**rows[0], "item_id": "y", "member_id": "copier", "text": text(4)})
    pq.write_table(pa.Table.from_pylist(rows), folder / "others.parquet")
    return Left(place, found.members, done)


def test_an_opt_out_reaches_the_rewriter(left: Left) -> None:
    """`M18` From the switch to the certificate: the queue stops the shard, trains it anew, and an audit agrees."""
    place, done = left.place, left.done
    model, snapshot = place.model, place.folder / "s"
    checked = verify_certificate_file(done.certificates[0], None, unsigned=True)

    assert set(left.members) == {"m1", "m2"}
    assert set(done.keys) == {key_text(keyed(SECRET)(name)) for name in left.members}
    assert checked is not None
    assert (checked.problem, checked.checked and checked.checked.new_root) == (None, done.digest)
    assert audit_rewriter(Audit(model, snapshot, place.ledger, workers=1), SECRET).differing == ()
    with opened(model) as held:
        assert not held.has(keyed(SECRET)("m1"))
    with LineageReader(place.ledger, SECRET) as reader:
        assert reader.member("m1").to_rebuild == ()


def audit(left: Left, monkeypatch: pytest.MonkeyPatch, model: str, *options: str) -> str:
    """What `byleave model audit` prints; its error, where it has one."""
    folder = left.place.folder
    (folder / "key").write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(folder / "key"))
    told = ["--snapshot", str(folder / "s"), "--ledger", left.place.ledger, "--workers", "1"]
    ran = CliRunner().invoke(byleave, ["model", "audit", str(left.place.model.with_name(model)), *told, *options])
    if isinstance(ran.exception, ByleaveError):
        raise ran.exception
    return ran.stdout


def test_one_shard_is_audited(once: Place, left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` A shard is trained again alone; a copy from before two left is found, and a shard that is none refused."""
    shutil.copytree(once.model, left.place.model.with_name("before"))

    told = "Trained 1 of 2 shards again without everybody who has left: every digest is the same."
    assert audit(left, monkeypatch, "rewrite", "--shard", "1").strip() == told
    with pytest.raises(ByleaveError, match="shards, rows, adapter-0") as found:
        audit(left, monkeypatch, "before")
    assert found.value.exit_code == 3
    with pytest.raises(ByleaveError, match="there is no shard `2`"):
        audit(left, monkeypatch, "rewrite", "--shard", "2")


def test_who_is_and_was_in_it_is_attacked(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` Posts of those in the model, and of those taken out, are compared with others': counts and intervals."""
    others = ("--others", str(left.place.folder / "others.parquet"), "--shard", "0")
    told = json.loads(audit(left, monkeypatch, "rewrite", *others, "--json"))

    assert (told["same"], told["shards_trained_again"], told["trials"]) == (True, 1, [])
    for name, count in (("learned", MEMBERS - 3), ("left", 2)):
        assert (told[name]["loss"]["inside"], told[name]["loss"]["outside"]) == (count, OTHERS)
        assert 0 <= told[name]["less_base"]["low"] <= told[name]["less_base"]["auc"] <= told[name]["less_base"]["high"]


def test_a_trial_shows_before_and_after(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` One adapter and shards stand beside each other, before and after, with canaries; the bytes are compared."""
    others = ("--others", str(left.place.folder / "others.parquet"), "--shard", "0")
    found = audit(left, monkeypatch, "rewrite", *others, "--trial")

    assert found.count("one adapter for everybody; each half left once") == 1
    assert found.count("2 shards; each half left once") == 1
    assert found.count("before they left") == found.count("after they left") == 2
    assert found.count("2 trained from the start without them: the same, byte for byte") == 2
    assert found.count("of 32; chance 1.") == 4
    assert found.rstrip().endswith("That the digests are the same does.")


def test_what_cannot_be_compared_is_refused(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` A trial without others, and others who are all in the snapshot, are told as errors."""
    with pytest.raises(ByleaveError, match="a trial needs people to compare with"):
        audit(left, monkeypatch, "rewrite", "--trial")
    with pytest.raises(ByleaveError, match="there is nobody to compare with"):
        audit(left, monkeypatch, "rewrite", "--shard", "0", "--others", str(left.place.folder / "s" / "items"))
