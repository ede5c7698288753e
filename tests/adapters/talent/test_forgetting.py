"""Forgetting is exact: what is left equals, bit for bit, what would be there had they never been in it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.opening import open_database, tokenizer, writing
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.learn.certificate import certificate, check_certificate
from byleave.learn.talent.profile import read_query
from byleave.learn.talent.search import search
from byleave.lineage.keys import key_text
from tests.adapters.talent.world import ITEM, KEY, World, everything, learned
from tests.ledger.histories import START

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from byleave.adapters.talent.model_file import Change
    from tests.learn.talent.fictional import Person


@pytest.fixture(scope="module")
def world() -> World:
    """A hundred and thirty people."""
    return World(number=130, hirers=12)


def forget(model: ModelFile, members: Collection[str]) -> Change:
    """Take members out of a model."""
    with writing(model.connection):
        change = model.forget(map(KEY, members))
    assert change is not None
    return change


@pytest.mark.parametrize("batch", [1, 10, 100])
def test_forgetting_equals_never_having_known(world: World, batch: int) -> None:
    """`M18` After members left, alone or together, everything learned and found is as if never trained on them."""
    draw = random.Random(batch)
    names = [one.member for one in world.everybody]
    trained, shown = world.train(":memory:"), world.show(":memory:")
    for number in range(20 if batch == 1 else 2):
        gone = draw.sample(names, batch)
        model, visible = ModelFile(copy_of(trained.connection)), VisibleFile(copy_of(shown.connection))
        forget(model, gone)
        for member in gone:
            visible.remove(member)
        never = world.train(":memory:", gone, order=number + 1), world.show(":memory:", gone, order=number + 1)

        assert everything(model, visible, world) == everything(*never, world)
        assert model.manifest() != trained.manifest()
        assert not any(model.has(KEY(member)) for member in gone)


def copy_of(connection: Any) -> Any:
    """Another database in memory with the same content."""
    other = open_database(":memory:", new=True)
    other.deserialize("main", connection.serialize("main"))
    other.pragma("secure_delete", "on")
    return other


def test_one_after_the_other_equals_together(world: World) -> None:
    """`M18` The order in which people leave does not show in what is left."""
    gone = [one.member for one in world.everybody[:6]]
    together, apart = world.train(":memory:"), world.train(":memory:", order=5)
    forget(together, gone)
    for member in reversed(gone):
        forget(apart, [member])

    assert together.manifest() == apart.manifest()


def test_a_judgement_leaves_with_either_person(world: World) -> None:
    """`M18` Who leaves takes along their own judgements and those about them; the others' rows stay."""
    person = world.everybody[1]
    model = world.train(":memory:")
    change = forget(model, [person.member])
    judged = [one for one in world.judged if person.member in (one.hirer, one.person.member)]
    others = {one.hirer for one in judged} - {person.member}

    assert {line.item for line in change.removed} == {ITEM(person.item), *(ITEM(one.item) for one in judged)}
    assert others
    assert any(model.has(KEY(hirer)) for hirer in others)


def test_who_was_never_in_it_changes_nothing(world: World) -> None:
    """Forgetting somebody of whom nothing was learned says so, and leaves every digest as it was."""
    model = world.train(":memory:")
    before = model.manifest()

    assert model.forget([KEY("nobody")]) is None
    assert model.manifest() == before


def test_opting_out_hides_nobody(world: World) -> None:
    """`M18` Who is out of training is still found; who hides is not found, and that is no opt-out."""
    person = world.everybody[0]
    model, visible = world.train(":memory:"), world.show(":memory:")
    forget(model, [person.member])
    asked = ", ".join(person.text.splitlines()[:3])
    query = read_query(asked, tokenizer(visible.connection))
    hits = [hit.item for hit in search(query, visible, learned(model))]
    assert ITEM(person.item) in hits
    assert visible.shown(hits)[ITEM(person.item)].member == person.member

    visible.hide(person.member)
    assert ITEM(person.item) not in [hit.item for hit in search(query, visible, learned(model))]
    other = world.train(":memory:")
    assert other.has(KEY(person.member))  # hiding is no opt-out


# what must not pass for forgetting


def test_marked_as_deleted_is_caught(world: World) -> None:
    """`M18` An index that only marks what is deleted still counts it: scores and the index differ from a rebuild's."""
    gone = world.everybody[3].member
    marked, never = world.show(":memory:"), world.show(":memory:", [gone])
    marked.connection.execute("DELETE FROM shown WHERE member_id = ?", [gone])
    model = world.train(":memory:", [gone])

    left, right = everything(model, marked, world), everything(model, never, world)
    assert left["index"] != right["index"]
    assert left["words alone"] != right["words alone"]


def test_counts_that_stay_are_caught(world: World) -> None:
    """`M18` A model whose rows were deleted and whose counts were not is caught."""
    gone = world.everybody[3].member
    model = world.train(":memory:")
    with writing(model.connection):
        kept = model.connection.execute("SELECT value FROM state WHERE name = 'sums'").fetchall()[0][0]
        model.forget([KEY(gone)])
        model.connection.execute("UPDATE state SET value = ? WHERE name = 'sums'", [kept])
        digests = model.artefacts()

    assert digests["sums"] != world.train(":memory:", [gone]).artefacts()["sums"]


def test_digests_that_were_not_renewed_are_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` A digest of words that was noted before somebody left is not that of what is there afterwards."""
    model = world.train(":memory:")
    forget(model, [world.everybody[3].member])
    assert model.manifest()["artefacts"] == model.artefacts()
    monkeypatch.setattr(ModelFile, "_digest_parts", lambda *_: None)
    forget(model, [world.everybody[4].member])

    assert model.manifest()["artefacts"]["statistics"] != model.artefacts()["statistics"]


def test_order_of_arrival_is_caught(world: World) -> None:
    """`M18` Rows numbered as they arrive would rank equal profiles by who was there once; ours are numbered by key."""
    model = world.train(":memory:")

    def numbered(people: list[Person]) -> VisibleFile:
        visible = VisibleFile.make(":memory:")
        visible.add(
            (number, one.member, one.item, one.text, world.profiles[one.item]) for number, one in enumerate(people)
        )
        return visible

    there, never = numbered(world.everybody), numbered(world.everybody[1:])
    there.remove(world.everybody[0].member)
    assert everything(model, there, world)["index"] != everything(model, never, world)["index"]
    first = everything(model, world.show(":memory:", order=1), world)
    assert first == everything(model, world.show(":memory:", order=2), world)


# nothing is left on the disk


def test_a_canary_is_in_no_file(tmp_path: Path) -> None:
    """`M18` A word of somebody who left, and their id, are in no file of the store, byte by byte."""
    world = World(number=60, hirers=10)
    person = world.everybody[7]
    canary = "quetzalcoatlus"
    world.everybody[7] = type(person)("gone-member-77", person.occupation, f"{person.text}\nfeed the {canary}")
    world.train(tmp_path / "model.db").close()
    world.show(tmp_path / "visible.db").close()
    assert sorted(_with(tmp_path, canary)) == ["model.db", "visible.db"]

    model, visible = ModelFile.open(tmp_path / "model.db"), VisibleFile.open(tmp_path / "visible.db")
    forget(model, ["gone-member-77"])
    visible.remove("gone-member-77")
    model.close()
    visible.close()

    assert _with(tmp_path, canary) == []
    assert _with(tmp_path, "gone-member-77") == []
    assert _with(tmp_path, canary[:5]) == []


def test_a_plain_delete_leaves_the_canary(tmp_path: Path) -> None:
    """Without secure deletion the word stays in the file: the test above can fail."""
    path = tmp_path / "plain.db"
    connection = open_database(path, new=True, building=True)
    connection.pragma("secure_delete", "off")
    connection.execute("CREATE VIRTUAL TABLE found USING fts5 (words); CREATE TABLE shown (text)")
    text = "somebody feeds the quetzalcoatlus"
    for number in range(50):
        words = text if number == 7 else f"somebody does {number} things"
        connection.execute("INSERT INTO found (rowid, words) VALUES (?, ?)", [number, words])
    connection.execute("DELETE FROM found WHERE rowid = 7")
    connection.close()

    assert _with(tmp_path, "quetzalcoatlus") == ["plain.db"]


def _with(folder: Path, word: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_what_was_changed_is_certified(world: World) -> None:
    """`M18` The certificate of a real change holds, names whom it is about, and shows both digests."""
    gone = [one.member for one in world.everybody[:3]]
    model = world.train(":memory:")
    change = forget(model, gone)
    told = certificate(change.old, change.new, map(KEY, gone), change.removed, change.lists, START)
    found = check_certificate(told)

    assert set(found.forgotten) == {key_text(KEY(member)) for member in gone}
    assert found.removed == len(change.removed) > len(gone)
