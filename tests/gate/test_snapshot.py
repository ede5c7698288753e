"""What a published snapshot is: every row read in exactly one output, and a manifest that says how it came about."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byleave.kernel.errors import OutputError
from tests.gate.scene import (
    ARTICLE,
    ITEM,
    SETTING,
    THREE,
    contents,
    gate,
    leftovers,
    reasons,
    refused,
    snapshot,
    typed_table,
    write_parquet,
    write_register,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Three members, of whom the third has switched off."""
    return write_register(tmp_path / "register")


TEXT = st.sampled_from(["m1", "m2", "m3", "m4", "", " ", "ü"]) | st.none()
ROW = st.fixed_dictionaries(
    {
        "item_id": st.sampled_from([f"i{number}" for number in range(20)] + ["", " "]) | st.none(),
        "member_id": TEXT,
        "category": st.sampled_from(["post", "comment", "private-message", "Post", ""]) | st.none(),
        "visibility": st.sampled_from(["public", "private", "connections", "x"]) | st.none(),
        "created_at": st.sampled_from(["2024-05-01T08:30:00Z", "2025-11-03T00:00:00Z", "2150-01-01T00:00:00Z"]),
        "withheld": st.sampled_from(["true", "false", "x"]) | st.none(),
        "subjects": st.sampled_from(['["n9"]', "[]", "n9"]) | st.none(),
    }
)


def test_every_row_is_in_exactly_one_output(tmp_path: Path) -> None:
    """Whatever the rows are, each comes out once: with its columns, or with its reason; counts and manifest agree."""
    objections = ["n9,,2025-10-20T09:00:00Z,open,", "m2,other-ai,2025-10-20T09:00:00Z,open,"]
    register = write_register(tmp_path / "register", objections=objections)
    number = iter(range(1_000))

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(st.lists(ROW, min_size=1, max_size=200))
    def check(rows: list[dict[str, Any]]) -> None:
        out = tmp_path / str(next(number))
        table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})
        result = gate(table.append_column("place", pa.array(range(len(rows)))), register, out=out)
        found = snapshot(out)
        places = Counter(row["place"] for row in found.eligible)
        left = Counter((row["item_id"], row["row"]) for row in found.left_out)

        blank = [place for place, row in enumerate(rows, 1) if not (row["item_id"] or "").strip()]
        kept = [row for place, row in enumerate(rows) if place not in places]
        assert set(places.values()) <= {1}
        assert left == Counter((row["item_id"], None) for row in kept if (row["item_id"] or "").strip()) + Counter(
            (None, place) for place in blank
        )
        assert result.manifest["counts"]["rows"] == len(rows) == len(found.eligible) + len(found.left_out)
        assert reasons(result) == {
            **Counter(row["reason"] for row in found.left_out),
            **({"eligible": len(found.eligible)} if found.eligible else {}),
        }

    check()


def test_the_manifest_is_canonical_and_true(tmp_path: Path, register: Path) -> None:
    """The manifest is canonical JSON, as it was returned, and its digests and sizes are those of the files."""
    result = gate(write_parquet(tmp_path / "items.parquet"), register, out=tmp_path / "out")
    data = (tmp_path / "out" / "manifest.json").read_bytes()

    assert data == rfc8785.dumps(json.loads(data))
    assert json.loads(data) == result.manifest
    assert result.folder == tmp_path / "out"
    listed = {one["path"]: (one["digest"], one["size_bytes"]) for one in result.manifest["files"]}
    found = contents(tmp_path / "out")
    del found["manifest.json"]
    assert listed == {name: ("sha256:" + hashlib.sha256(one).hexdigest(), len(one)) for name, one in found.items()}


def test_the_manifest_says_what_was_asked(tmp_path: Path, register: Path) -> None:
    """Pack with digest, purpose, recipient, instants, watermark, engine, what was missing, and the counts."""
    manifest = gate(write_parquet(tmp_path / "items.parquet"), register).manifest

    assert manifest["pack"]["id"] == ARTICLE
    assert manifest["pack"]["digest"].startswith("sha256:")
    assert (manifest["purpose"], manifest["recipient"]) == ("generative-ai", "linkedin")
    assert manifest["watermark"] == manifest["recheck"]["watermark"] == manifest["register"]["digest"]
    assert manifest["items"]["files"] == ["items.parquet"]
    missing = ["changed_at", "public_since", "withheld", "subjects", "ai_written"]
    assert manifest["items"]["missing_columns"] == missing
    assert manifest["engine"]["name"] == "duckdb"
    assert manifest["presumes_collection"] is True
    counts = manifest["counts"]
    assert (counts["rows"], counts["eligible"], counts["excluded"], counts["gap"]) == (3, 2, 1, 0)
    assert counts["by_region"] == {"europe": {"eligible": 1, "excluded": 1}, "world": {"eligible": 1}}
    assert counts["by_category"] == {"post": {"eligible": 2, "excluded": 1}}


def test_two_runs_agree(tmp_path: Path, register: Path) -> None:
    """The same inputs give the same watermark and the same decisions."""
    items = write_parquet(tmp_path / "items.parquet")
    first, second = (gate(items, register, out=tmp_path / name) for name in ("a", "b"))

    assert first.manifest["watermark"] == second.manifest["watermark"]
    assert snapshot(tmp_path / "a") == snapshot(tmp_path / "b")


def test_many_categories_do_not_swell_the_manifest(tmp_path: Path, register: Path) -> None:
    """A column mistaken for the category does not make a manifest as large as the corpus."""
    table = pa.table(
        {
            "item_id": pa.array([f"i{number}" for number in range(20_000)]),
            "member_id": pa.array(["m1"] * 20_000),
            "category": pa.array([f"some long text number {number}" for number in range(20_000)]),
            "visibility": pa.array(["public"] * 20_000),
            "created_at": pa.array([ITEM["created_at"]] * 20_000),
        }
    )
    result = gate(table, register, out=tmp_path / "out")

    assert reasons(result) == {"unknown-category": 20_000}
    assert (tmp_path / "out" / "manifest.json").stat().st_size < 50_000
    assert sum(one["gap"] for one in result.manifest["counts"]["by_category"].values()) == 20_000


TAKEN = {
    "folder": lambda path: path.mkdir(),
    "file": lambda path: path.write_text("mine"),
    "link": lambda path: path.symlink_to(path.parent),
    "dangling link": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("only", [False, True])
def test_nothing_is_overwritten(tmp_path: Path, register: Path, taken: str, *, only: bool) -> None:
    """Whatever stands at the place of the snapshot stays there, and the run is refused before it reads anything."""
    TAKEN[taken](tmp_path / "out")
    before = os.lstat(tmp_path / "out")
    with pytest.raises(OutputError) as caught:
        gate(tmp_path / "no items", register, out=tmp_path / "out", decisions_only=only)

    assert caught.value.message == f"`{tmp_path / 'out'}` exists already"
    assert os.lstat(tmp_path / "out").st_mtime_ns == before.st_mtime_ns
    assert leftovers(tmp_path) == []


def test_what_appears_meanwhile_is_not_overwritten(tmp_path: Path, register: Path) -> None:
    """A file or a folder with something in it that appears at the place while the run goes on stays there."""
    items = write_parquet(tmp_path / "items.parquet")

    def appear(step: str, done: float) -> None:  # noqa: ARG001 - the callback's signature
        if step == "publishing":
            (tmp_path / "out").mkdir()
            (tmp_path / "out" / "mine").write_text("mine")

    with pytest.raises(OutputError, match="exists already"):
        gate(items, register, out=tmp_path / "out", progress=appear)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]
    assert leftovers(tmp_path) == []


def test_the_parent_must_be_there(tmp_path: Path, register: Path) -> None:
    """A snapshot is not put into folders that do not exist, or into files."""
    items = write_parquet(tmp_path / "items.parquet")
    for parent in (tmp_path / "none", items):
        with pytest.raises(OutputError, match="there is no folder"):
            gate(items, register, out=parent / "out")
    with pytest.raises(OutputError) as caught:
        gate(items, register, out=tmp_path / ("x" * 250))
    assert "file name too long" in caught.value.message


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_persons_mask_decides_who_may_read(tmp_path: Path, register: Path, mask: int) -> None:
    """Folders and files have the rights that anything else made here would have."""
    items = write_parquet(tmp_path / "items.parquet")
    before = os.umask(mask)
    try:
        gate(items, register, out=tmp_path / "out")
    finally:
        os.umask(before)

    for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]:
        usual = 0o777 if path.is_dir() else 0o666
        assert stat.S_IMODE(path.stat().st_mode) == usual & ~mask, path


def test_nothing_but_the_snapshot_is_published(tmp_path: Path, register: Path) -> None:
    """A snapshot holds its two outputs and the manifest; decisions alone hold one, and the manifest."""
    (tmp_path / "items.csv").write_text("item_id,member_id,category,visibility,created_at\n")
    gate(tmp_path / "items.csv", register, out=tmp_path / "out")
    gate(tmp_path / "items.csv", register, out=tmp_path / "only", decisions_only=True)

    assert set(contents(tmp_path / "out")) == {"manifest.json", "items/part-0.parquet", "left_out/part-0.parquet"}
    assert set(contents(tmp_path / "only")) == {"manifest.json", "decisions/part-0.parquet"}
    assert leftovers(tmp_path) == []


def test_a_dry_run_writes_nothing(tmp_path: Path, register: Path) -> None:
    """Without a place to publish, everything is decided and counted, and nothing is written."""
    items = write_parquet(tmp_path / "items.parquet")
    before = contents(tmp_path)
    result = gate(items, register)

    assert (reasons(result), result.folder) == ({"opted-out": 1, "eligible": 2}, None)
    assert contents(tmp_path) == before


def test_outputs_have_fixed_columns(tmp_path: Path, register: Path) -> None:
    """What is left out says id, verdict, reason, and where a row without an id stands; so do the decisions."""
    rows: list[dict[str, Any]] = [*THREE, {**ITEM, "item_id": None, "member_id": "m1"}]
    table = typed_table(rows)
    gate(table, register, out=tmp_path / "out")
    gate(table, register, out=tmp_path / "only", decisions_only=True)
    columns = ["item_id", "verdict", "reason", "file", "row"]
    nameless = {"item_id": None, "verdict": "gap", "reason": "invalid-item", "file": "<items>", "row": 4}

    assert pq.read_table(tmp_path / "out" / "left_out").column_names == columns
    assert nameless in snapshot(tmp_path / "out").left_out
    decided = pq.read_table(tmp_path / "only" / "decisions")
    assert decided.column_names == columns
    assert nameless in decided.to_pylist()
    assert Counter(decided["verdict"].to_pylist()) == {"eligible": 2, "excluded": 1, "gap": 1}


def test_errors_leave_the_inputs_alone(tmp_path: Path, register: Path) -> None:
    """A run that is refused late has touched nothing, either."""
    items = write_parquet(tmp_path / "items.parquet")
    (register / "preferences.csv").write_text(f"member_id,setting,value,at\nm9,{SETTING},off,2025-10-20T09:00:00Z\n")

    assert "m9" in refused(items, register, tmp_path).message
