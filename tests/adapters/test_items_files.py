"""Which files make the items: folders, patterns, strange names, and what is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byleave.kernel.errors import InputError
from tests.gate.scene import (
    THREE,
    csv_text,
    gate,
    reasons,
    refused,
    snapshot,
    typed_table,
    write_parquet,
    write_register,
)

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    *(
        "a b",
        "a'b",
        'a"b',
        "a[1]",
        "[a]",
        "a*",
        "a?",
        "ü😀",
        "a;b--",
        "new\nline",
        "a%s",
        "{x}",
        "a`b",
        "a\\b",
        "$HOME",
    ),
    *("-a", "a=b", "a#b", "a:b", "~", "CON", "a" * 200),
]


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Three members, of whom the third has switched off."""
    return write_register(tmp_path / "register")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_any_name_will_do(tmp_path: Path, register: Path, name: str, suffix: str) -> None:
    """Quotes, spaces, brackets, wildcards and Unicode in names of files and of the snapshot mean themselves."""
    decoys = write_parquet(tmp_path / "a1.parquet").with_name("a1.csv")
    decoys.write_text(csv_text())
    path = tmp_path / f"{name}.{suffix}"
    if suffix == "parquet":
        write_parquet(path, THREE[:2])
    else:
        path.write_text(csv_text(THREE[:2]))
    result = gate(path, register, out=tmp_path / f"{name}.out")

    assert result.manifest["items"]["files"] == [path.name]
    assert snapshot(tmp_path / f"{name}.out").ids == ["i1", "i2"]


def test_folders_globs_and_files(tmp_path: Path, register: Path) -> None:
    """A folder counts with its subfolders and links; hidden files, and what a job has not finished, do not."""
    folder, elsewhere = tmp_path / "items", tmp_path / "elsewhere"
    for name in ("a", "sub/b", "sub/deep/c", ".hidden", "_half", ".cache/d", "_temporary/e"):
        write_parquet(folder / f"{name}.parquet")
    write_parquet(elsewhere / "f.parquet")
    for name in ("README.md", "_SUCCESS", "a.parquet.crc", "notes.txt"):
        (folder / name).write_text("not a table")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "sub" / "back").symlink_to(folder)
    counts = {
        "folder": gate(folder, register),
        "slash": gate(f"{folder}/", register),
        "glob": gate(f"{folder}/*.parquet", register),
        "both": gate([folder / "a.parquet", folder / "sub"], register),
        "twice": gate([folder / "a.parquet", f"{folder}/./a.parquet", folder / "sub" / ".." / "a.parquet"], register),
        "link": gate(folder / "linked", register),
    }

    assert {name: result.manifest["counts"]["rows"] // 3 for name, result in counts.items()} == {
        "folder": 4,
        "slash": 4,
        "glob": 2,
        "both": 4,
        "twice": 1,
        "link": 1,
    }
    assert counts["folder"].manifest["items"]["files"] == ["a.parquet", "f.parquet", "b.parquet", "c.parquet"]


def test_many_files(tmp_path: Path, register: Path) -> None:
    """Hundreds of files of any format are one corpus; each row without an id says where it stands."""
    nameless = [{**row, "item_id": None} for row in THREE]
    for number in range(120):
        write_parquet(tmp_path / "parquet" / f"{number:03}.parquet", nameless if number == 7 else THREE)
    (tmp_path / "csv").mkdir()
    for number in range(120):
        (tmp_path / "csv" / f"{number:03}.csv").write_text(csv_text(nameless if number == 7 else THREE))
    for name in ("parquet", "csv"):
        result = gate(tmp_path / name, register, out=tmp_path / f"{name}.out")
        left = [row for row in snapshot(tmp_path / f"{name}.out").left_out if row["item_id"] is None]

        assert reasons(result) == {"invalid-item": 3, "opted-out": 119, "eligible": 238}
        places = sorted((row["file"], row["row"], row["verdict"], row["reason"]) for row in left)
        file = str(tmp_path / name / f"007.{name}")
        assert places == [(file, number, "gap", "invalid-item") for number in (1, 2, 3)]


def test_rows_of_a_table_in_memory_are_named(register: Path, tmp_path: Path) -> None:
    """A row without an id of a table in memory names the table and the row, and no file of ours."""
    table = typed_table([{**THREE[0], "item_id": None}, *THREE])
    gate([table, table], register, out=tmp_path / "out")

    left = [row for row in snapshot(tmp_path / "out").left_out if row["item_id"] is None]
    assert sorted((row["file"], row["row"]) for row in left) == [("<items 1>", 1), ("<items 2>", 1)]


NOTHING: dict[str, tuple[str, bytes | None]] = {
    "nothing.csv": ("there is no file", None),
    "nothing*.csv": ("there is no file", None),
    "empty.csv": ("is empty", b""),
    "empty.parquet": ("is empty", b""),
    "empty.jsonl": ("is empty", b""),
    "blank.jsonl": ("is empty", b"\n \n"),
    "keyless.jsonl": ("is empty", b"{}\n{}\n"),
    "blank.csv": ("is empty", b"\n"),
    "items.txt": ("is not a table of items by its name", b"x"),
    "items.json": ("is not a table of items by its name", b"[]"),
    "items.tsv": ("is not a table of items by its name", b"x"),
    "items.csv.zip": ("is not a table of items by its name", b"x"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_table_is_refused(tmp_path: Path, register: Path, name: str) -> None:
    """A file that is missing, empty or of another kind is refused by name."""
    words, content = NOTHING[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    error = refused(tmp_path / name, register, tmp_path)

    assert isinstance(error, InputError)
    assert error.message == f"{'' if words.startswith('is') else f'{words} '}`{tmp_path / name}`" + (
        f" {words}" if words.startswith("is") else ""
    )
    assert error.hint


def test_folders_without_tables_are_refused(tmp_path: Path, register: Path) -> None:
    """An empty folder, and a pattern that matches other things only, are refused."""
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "notes.txt").write_text("x")

    assert refused(tmp_path / "items", register, tmp_path).message.endswith("holds no table of items")
    assert "is a table of items" in refused(f"{tmp_path}/items/*", register, tmp_path).message


def test_header_alone_is_a_corpus_of_no_rows(tmp_path: Path, register: Path) -> None:
    """No rows at all are decided, too: a snapshot of nothing, with its manifest."""
    (tmp_path / "items.csv").write_text(csv_text(THREE[:1]).splitlines()[0])
    write_parquet(tmp_path / "items.parquet", columns_only())
    for name in ("items.csv", "items.parquet"):
        result = gate(tmp_path / name, register, out=tmp_path / f"{name}.out")

        assert result.manifest["counts"]["rows"] == 0
        assert snapshot(tmp_path / f"{name}.out").ids == []
        assert pq.read_schema(tmp_path / f"{name}.out" / "items" / "part-0.parquet").names == list(THREE[0])


def columns_only() -> Any:
    """Rows whose table has no row left."""

    class _Empty(list[Any]):
        def __iter__(self) -> Any:
            return iter(())

    return _Empty(THREE)


FOLDERS = {
    "delta": ("_delta_log/00000000000000000000.json", "Delta"),
    "iceberg": ("metadata/v1.metadata.json", "Iceberg"),
    "hudi": (".hoodie/hoodie.properties", "Hudi"),
}


@pytest.mark.parametrize(("mark", "kind"), FOLDERS.values(), ids=FOLDERS)
def test_lake_tables_are_refused(tmp_path: Path, register: Path, mark: str, kind: str) -> None:
    """The files of a lake table hold rows that were deleted; reading them would bring these back."""
    write_parquet(tmp_path / "lake" / "data" / "a.parquet")
    (tmp_path / "lake" / mark).parent.mkdir(exist_ok=True)
    (tmp_path / "lake" / mark).write_text("{}")
    error = refused(tmp_path / "lake", register, tmp_path)

    assert error.message == f"`{tmp_path / 'lake'}` is a table of {kind}, whose files may hold rows that were deleted"


def test_mixed_formats_are_refused(tmp_path: Path, register: Path) -> None:
    """The files of one table have one format."""
    first = write_parquet(tmp_path / "items" / "a.parquet")
    second = first.with_name("b.csv")
    second.write_text(csv_text())

    assert refused(tmp_path / "items", register, tmp_path).message == (
        f"items: `{first}` and `{second}` are in different formats"
    )


OTHER = {
    "more": typed_table(THREE, likes=pa.array([1, 2, 3])),
    "less": typed_table([{**row, "text": "x"} for row in THREE]),
    "type": typed_table(THREE).set_column(0, "item_id", pa.array([1, 2, 3])),
}


@pytest.mark.parametrize("other", OTHER)
def test_different_columns_are_refused(tmp_path: Path, register: Path, other: str) -> None:
    """Two files with different columns, or one column of two types, are refused with both names and the column."""
    first = write_parquet(tmp_path / "items" / "a.parquet")
    second = first.with_name("b.parquet")
    pq.write_table(OTHER[other], second)
    column = {"more": "likes", "less": "text", "type": "item_id"}[other]

    assert refused(tmp_path / "items", register, tmp_path).message == (
        f"`{first}` and `{second}` differ in column `{column}`"
    )


def test_the_order_of_columns_does_not_matter_in_parquet(tmp_path: Path, register: Path) -> None:
    """Columns are known by their names, in whatever order each file has them."""
    first = write_parquet(tmp_path / "items" / "a.parquet")
    table = pq.read_table(first)
    pq.write_table(table.select(table.column_names[::-1]), first.with_name("b.parquet"))

    assert reasons(gate(tmp_path / "items", register)) == {"opted-out": 2, "eligible": 4}


def test_csv_headers_agree(tmp_path: Path, register: Path) -> None:
    """CSV files of one table have one header; a JSON Lines key may be missing anywhere and appear late."""
    first, second = tmp_path / "items" / "a.csv", tmp_path / "items" / "b.csv"
    first.parent.mkdir()
    first.write_text(csv_text())
    second.write_text(csv_text([{**row, "subjects": ""} for row in THREE]))
    lines = tmp_path / "late.jsonl"
    row = '{"item_id":"i1","member_id":"m1","category":"post","visibility":"public","created_at":"2024-05-01T00:00Z"'
    lines.write_text(f"{row}}}\n" * 30_000 + row + ',"withheld":true}\n')

    assert "differ in column `subjects`" in refused(first.parent, register, tmp_path).message
    assert reasons(gate(lines, register)) == {"withheld": 30_001}


@pytest.mark.parametrize("damage", ["cut", "head", "pages", "text", "short", "footer"])
@pytest.mark.parametrize("beside", [False, True])
def test_damaged_parquet_is_refused_by_name(tmp_path: Path, register: Path, damage: str, *, beside: bool) -> None:
    """Parquet that is cut off, overwritten or not Parquet at all is refused with the name of the file."""
    path = write_parquet(tmp_path / "items" / "b.parquet")
    whole = path.read_bytes()
    if beside:
        write_parquet(path.with_name("a.parquet"))
    broken = {
        "cut": whole[:-40],
        "head": whole[-60:],
        "pages": whole[:4] + bytes(byte ^ 0x55 for byte in whole[4:200]) + whole[200:],
        "text": b"item_id,member_id\n" * 10,
        "short": b"PAR1",
        "footer": whole[:-30] + bytes(byte ^ 0xFF for byte in whole[-30:-8]) + whole[-8:],
    }
    path.write_bytes(broken[damage])
    error = refused(path.parent, register, tmp_path)

    assert error.message == f"`{path}` is cut off or damaged"
    assert error.code == "input"


def test_files_that_cannot_be_opened_are_refused(tmp_path: Path, register: Path) -> None:
    """A link that leads nowhere, and a name that is not text, are told as such."""
    (tmp_path / "gone.parquet").symlink_to(tmp_path / "nowhere.parquet")
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv")
    with open(odd, "w", encoding="utf-8") as file:  # noqa: PTH123 - a name in bytes
        file.write(csv_text())

    assert "gone.parquet" in refused(tmp_path / "gone.parquet", register, tmp_path).message
    assert "is not text in UTF-8" in refused(odd, register, tmp_path).message
