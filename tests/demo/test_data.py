"""The invented platform: the same each time, complete, consistent, and labelled as invented."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byleave.demo import DemoPlatform, write_demo
from byleave.demo.choices import NOTICE, SETTING
from byleave.demo.draw import Draw
from byleave.demo.places import LATER
from byleave.demo.platform import MARK, claim
from byleave.demo.prose import LANGUAGES, SHAPES, fields, language
from byleave.kernel.errors import OutputError, UsageError
from byleave.kernel.instants import parse_date, parse_instant
from byleave.kernel.vocabulary import PURPOSES, VISIBILITIES
from byleave.policy.loader import parse_pack, shipped_text
from byleave.policy.regions import normalise_country

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.policy.model import Pack

ANNOUNCED = datetime(2025, 9, 18, tzinfo=UTC)
START = datetime(2025, 11, 3, tzinfo=UTC)
END = datetime(2025, 12, 1, tzinfo=UTC)
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoPlatform:
    """A small platform."""
    return write_demo(tmp_path_factory.mktemp("demo"), members=300, items=3_000)


@pytest.fixture(scope="module")
def items(demo: DemoPlatform) -> list[dict[str, Any]]:
    """Its items."""
    rows: list[dict[str, Any]] = pq.read_table(demo.items).to_pylist()
    return rows


def register(demo: DemoPlatform, table: str) -> Rows:
    """The rows of one table of the register, as text."""
    with (demo.register / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def instant(text: str) -> datetime:
    """An instant that must be readable, with its zone."""
    value = parse_instant(text)
    assert value is not None, text
    return value


def pack(name: str) -> Pack:
    """A shipped pack."""
    return parse_pack(shipped_text(name), name)


def digests(folder: Path) -> dict[str, str]:
    """Every file under a folder with the digest of its bytes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_bytes_each_time(demo: DemoPlatform, tmp_path: Path) -> None:
    """Two runs write the same files, byte for byte; another seed writes others."""
    again = write_demo(tmp_path / "again", members=300, items=3_000)
    other = write_demo(tmp_path / "other", members=300, items=3_000, seed=1)

    assert digests(again.folder) == digests(demo.folder)
    changed = {name for name, digest in digests(other.folder).items() if digest != digests(demo.folder)[name]}
    assert {"items/items-1.parquet", "register/members.csv", "register/preferences.csv"} <= changed


def test_choices_do_not_depend_on_the_python_version() -> None:
    """The stream of choices is the one that every supported Python gives."""
    draw = Draw(20251024, "a part")

    assert [draw.below(1000) for _ in range(8)] == STREAM


STREAM = [159, 38, 574, 384, 292, 49, 315, 831]


def test_has_as_many_rows_as_asked_for(demo: DemoPlatform, items: list[dict[str, Any]]) -> None:
    """Members and items are counted exactly; every item has an id of its own."""
    members = {row["member_id"] for row in register(demo, "members")}

    assert (len(members), len(items)) == (300, 3_000)
    assert len({item["item_id"] for item in items}) == 3_000


@pytest.mark.parametrize("name", ["linkedin@2025-10-24", "linkedin@2025-11-03", "byleave@1"])
def test_has_every_category_of_the_packs(items: list[dict[str, Any]], name: str) -> None:
    """Each category that a pack names occurs, and none that no pack of LinkedIn names."""
    used = {item["category"] for item in items}

    assert used >= set(pack(name).categories)
    assert used == set(pack("linkedin@2025-11-03").categories)


def test_every_item_is_readable(items: list[dict[str, Any]]) -> None:
    """Ids, visibility and text are there, and every instant lies between 2012 and the end of November 2025."""
    for item in items:
        assert item["item_id"]
        assert item["text"].strip()
        assert "{" not in item["text"]
        assert item["visibility"] in VISIBILITIES
        moments = [item[name] for name in ("created_at", "changed_at", "public_since") if item[name] is not None]
        assert all(datetime(2012, 1, 1, tzinfo=UTC) <= moment < END for moment in moments)
        assert all(moment >= item["created_at"] for moment in moments)


def test_has_no_orphans(demo: DemoPlatform, items: list[dict[str, Any]]) -> None:
    """Owners, and who chose, was told or withheld something, are in the register; only owners withhold."""
    members = {row["member_id"] for row in register(demo, "members")}
    owners = {item["item_id"]: item["member_id"] for item in items}

    assert set(owners.values()) <= members
    assert {row["member_id"] for row in register(demo, "preferences")} <= members
    assert {row["member_id"] for row in register(demo, "notices")} <= members
    withheld = register(demo, "withholdings")
    assert withheld
    assert all(owners[row["item_id"]] == row["member_id"] for row in withheld)


def test_ids_are_text(demo: DemoPlatform, items: list[dict[str, Any]]) -> None:
    """`007`, `07` and `7` are three members, and some items have ids of digits that start with zeros."""
    members = {row["member_id"] for row in register(demo, "members")}

    assert {"007", "07", "7", "1e3", "m-00001"} <= members
    assert any(re.fullmatch(r"0\d+", item["item_id"]) for item in items)


def test_members_are_from_everywhere(demo: DemoPlatform) -> None:
    """Countries are ISO codes or known synonyms, from 20 on, the territories among them; some are unknown."""
    codes = Counter(row["country"] for row in register(demo, "members"))
    countries = {normalise_country(code) for code in codes if code}

    assert None not in countries
    assert len(countries) >= 20
    assert {"DE", "FR", "GB", "CH", "US", "CA", "IN", "AU", "BR", "RE"} <= countries


def test_people_move(demo: DemoPlatform) -> None:
    """Some members have several residences; the later ones are dated, and no two share an instant."""
    rows: dict[str, list[str]] = {}
    for row in register(demo, "members"):
        rows.setdefault(row["member_id"], []).append(row["since"])
    moved = [since for since in rows.values() if len(since) > 1]

    assert len(moved) >= 3
    assert all(len(set(since)) == len(since) for since in moved)
    assert all(instant(text) < END for since in rows.values() for text in since if text)


def test_some_are_minors_and_some_ages_are_unknown(demo: DemoPlatform) -> None:
    """Birth dates are readable or blank; some members are under 18 in November 2025, none under 16 on joining."""
    births = [row["birth_date"] for row in register(demo, "members")]
    known = [parse_date(text) for text in births if text]

    assert "" in births
    assert None not in known
    assert any(born and born > START.date().replace(year=2007) for born in known)


def test_texts_are_in_the_language_they_say(items: list[dict[str, Any]]) -> None:
    """Every language occurs; texts in Japanese have Japanese letters, and only they do."""
    assert {item["language"] for item in items} >= set(LANGUAGES)
    for item in items:
        if item["language"] == "ja":
            assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", item["text"]), item["text"]
        elif item["language"] is not None:
            assert not re.search("[\u3040-\u30ff]", item["text"]), item["text"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_languages_have_the_same_parts(code: str) -> None:
    """Each language has every field of work, word list and kind of template, and each template's words are known."""
    own, english = language(code), language("en")
    known = {
        *own["words"],
        "role",
        "role_b",
        "company",
        "topic",
        "topic_b",
        "tool",
        "person",
        "n",
        "pct",
        "pay",
        "year",
    }

    assert list(own["fields"]) == fields()
    assert own["words"].keys() == english["words"].keys()
    assert own["texts"].keys() == english["texts"].keys()
    for lines in own["texts"].values():
        for line in lines:
            used = {word.removesuffix("_cap") for word in re.findall(r"\{(\w*)\}", line)}
            assert used <= known, line
            assert line == line.strip()


def test_every_kind_of_template_is_used() -> None:
    """No template stands unread."""
    used = {part.lines for shape in SHAPES.values() for part in shape}

    assert used | {"ai", "thanks"} == set(language("en")["texts"])


def test_acts_follow_the_news(tmp_path: Path) -> None:
    """A ripple after the announcement, a wave before the start and one after it, in Europe, Canada and Hong Kong."""
    demo = write_demo(tmp_path / "demo", members=3_000, items=9_000)
    later = {row["member_id"] for row in register(demo, "members") if normalise_country(row["country"] or "-") in LATER}
    offs = [
        instant(row["at"])
        for row in register(demo, "preferences")
        if row["value"] == "off" and row["member_id"] in later
    ]
    ripple = sum(ANNOUNCED <= at < START - timedelta(days=23) for at in offs)
    before = sum(START - timedelta(days=23) <= at < START for at in offs)
    after = sum(START <= at < END for at in offs)

    assert before > after > ripple > 0
    assert before > 2 * ripple


def test_acts_are_ordered_by_recording(demo: DemoPlatform) -> None:
    """`seq` counts up from 1, `at` does not always follow it, and the setting is the one that LinkedIn names."""
    rows = register(demo, "preferences")
    at = [instant(row["at"]) for row in rows]

    assert [row["seq"] for row in rows] == [str(seq) for seq in range(1, len(rows) + 1)]
    assert any(first > second for first, second in pairwise(at))
    assert {row["value"] for row in rows} == {"on", "off"}
    assert {row["setting"] for row in rows} == {SETTING}
    for name in ("linkedin@2025-10-24", "linkedin@2025-11-03"):
        assert SETTING in pack(name).settings


def test_some_change_their_minds(demo: DemoPlatform) -> None:
    """At least one member is off, on, and off again."""
    acts: dict[str, list[str]] = {}
    for row in register(demo, "preferences"):
        acts.setdefault(row["member_id"], []).append(row["value"])

    assert ["off", "on", "off"] in acts.values()


def test_objections_are_of_members_and_others(tmp_path: Path) -> None:
    """Every status and purpose occurs, ends lie after receipt, and some who object have no account but are named."""
    demo = write_demo(tmp_path / "demo", members=3_000, items=9_000)
    rows = register(demo, "objections")
    members = {row["member_id"] for row in register(demo, "members")}
    named = {subject for item in pq.read_table(demo.items).to_pylist() for subject in item["subjects"]}

    assert {row["status"] for row in rows} == {"open", "upheld", "rejected", "withdrawn"}
    assert {row["purpose"] for row in rows} == {"", *PURPOSES}
    assert all((row["resolved_at"] == "") == (row["status"] == "open") for row in rows)
    assert all(instant(row["resolved_at"]) > instant(row["received_at"]) for row in rows if row["resolved_at"])
    assert {row["subject_id"] for row in rows} & members
    assert {row["subject_id"] for row in rows} & named - members


def test_notices_are_those_of_the_recommended_pack(demo: DemoPlatform) -> None:
    """Most are told early enough for 3 November, some late, some never; the id is the one that the pack asks for."""
    rows = register(demo, "notices")
    rules = [regime.notice for regime in pack("byleave@1").regimes.values()]
    delivered = {row["member_id"]: instant(row["delivered_at"]) for row in rows}
    matured = [at + timedelta(days=30) for at in delivered.values()]

    assert {rule.id for rule in rules if rule} == {row["notice"] for row in rows} == {NOTICE}
    assert len(delivered) == len(rows) < 300
    assert sum(at <= START for at in matured) > 150
    assert any(START < at <= END for at in matured)
    assert any(at > END for at in matured)


def test_items_have_a_history(items: list[dict[str, Any]]) -> None:
    """Some are edited, made public later, withheld, written by AI or of unknown origin, and name people."""
    assert any(item["changed_at"] for item in items)
    assert any(item["public_since"] for item in items)
    assert any(item["withheld"] for item in items)
    assert {item["ai_written"] for item in items if item["category"] == "post"} == {True, False, None}
    assert all(item["member_id"] not in item["subjects"] for item in items)
    assert any(len(item["subjects"]) > 1 for item in items)


def test_everything_says_that_it_is_invented(demo: DemoPlatform, items: list[dict[str, Any]]) -> None:
    """The page in the folder, the mark, the metadata of every Parquet file and each item say so."""
    files = sorted(demo.items.iterdir())

    assert all(item["synthetic"] is True for item in items)
    assert len(files) > 1
    assert all(pq.read_schema(file).metadata[b"synthetic"] == b"true" for file in files)
    assert "synthetic" in (demo.folder / "README.md").read_text(encoding="utf-8")
    assert '"synthetic": true' in (demo.folder / MARK).read_text(encoding="utf-8")


def test_the_items_to_explain_are_what_they_say(demo: DemoPlatform, items: list[dict[str, Any]]) -> None:
    """The three items that the demonstration explains have the facts for which they are chosen."""
    by_id = {item["item_id"]: item for item in items}
    german, one_pack, stranger = (
        by_id[key] for key in (demo.switched_off_before, demo.one_pack_only, demo.names_a_stranger)
    )
    offs = {row["member_id"]: instant(row["at"]) for row in register(demo, "preferences") if row["value"] == "off"}
    countries = {row["member_id"]: row["country"] for row in register(demo, "members")}
    objections = {row["subject_id"]: row for row in register(demo, "objections")}

    assert countries[german["member_id"]] == countries[one_pack["member_id"]] == "DE"
    assert german["created_at"] < START
    assert offs[german["member_id"]] < START < offs[one_pack["member_id"]] < END
    (named,) = stranger["subjects"]
    assert named not in countries
    assert objections[named]["status"] == "open"


def test_item_columns_are_typed(demo: DemoPlatform) -> None:
    """Ids are text and instants have a zone, so that no reader has to guess."""
    schema = pq.read_schema(next(iter(sorted(demo.items.iterdir()))))

    assert schema.field("item_id").type == pa.string()
    assert schema.field("created_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("subjects").type == pa.list_(pa.string())


def test_replaces_only_its_own(tmp_path: Path) -> None:
    """A folder that holds something else is refused untouched; its own is replaced, and files beside it stay."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="not a demonstration"):
        write_demo(tmp_path, members=100, items=300)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    first = write_demo(tmp_path / "demo", members=100, items=300)
    (first.items / "stale.parquet").write_bytes(b"")
    (first.folder / "note.txt").write_text("kept", encoding="utf-8")
    write_demo(tmp_path / "demo", members=100, items=300)

    assert not (first.items / "stale.parquet").exists()
    assert (first.folder / "note.txt").read_text(encoding="utf-8") == "kept"
    with pytest.raises(OutputError, match="is a file"):
        write_demo(tmp_path / "mine.txt", members=100, items=300)


def test_parts_share_a_folder(tmp_path: Path) -> None:
    """What trains may come before or after the rest in one folder: neither deletes what is the other's."""
    claim(tmp_path, None, ["learn"])
    (tmp_path / "learn").mkdir()
    (tmp_path / "learn" / "model").write_bytes(b"")
    write_demo(tmp_path, members=100, items=300)
    about = (tmp_path / MARK).read_text(encoding="utf-8")
    assert (tmp_path / "learn" / "model").exists()

    claim(tmp_path, None, ["learn"])
    assert not (tmp_path / "learn").exists()
    assert (tmp_path / "items").exists()
    assert (tmp_path / MARK).read_text(encoding="utf-8") == about


def test_too_small_is_refused(tmp_path: Path) -> None:
    """A platform too small for its cast and categories is a usage error, before anything is written."""
    with pytest.raises(UsageError, match="too few"):
        write_demo(tmp_path / "demo", members=10, items=100)

    assert not (tmp_path / "demo").exists()


def test_tells_how_far_it_is(tmp_path: Path) -> None:
    """Progress rises to 1."""
    seen: list[float] = []
    write_demo(tmp_path / "demo", members=100, items=300, on_progress=seen.append)

    assert seen == sorted(seen)
    assert seen[-1] == 1.0
