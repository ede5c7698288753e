"""CSV and JSON Lines as they come: what is read as it is meant, and what is refused with file, row and line."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.diagnosis import LONGEST
from tests.gate.scene import csv_text, gate, reasons, refused, snapshot, write_register

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "item_id,member_id,category,visibility,created_at\n"
ROW = "i1,m1,post,public,2024-05-01T08:30:00Z\n"
LINE = '{"item_id":"i1","member_id":"m1","category":"post","visibility":"public","created_at":"2024-05-01T08:30:00Z"}\n'


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Three members, of whom the third has switched off."""
    return write_register(tmp_path / "register")


READ = {
    "crlf": (HEADER + ROW).replace("\n", "\r\n").encode(),
    "old Mac": (HEADER + ROW).replace("\n", "\r").encode(),
    "byte order mark": b"\xef\xbb\xbf" + (HEADER + ROW).encode(),
    "no line break at the end": (HEADER + ROW)[:-1].encode(),
    "blank lines": (HEADER + "\n" + ROW + "\n\n").encode(),
    "header in quotes": ('"item_id","member_id","category","visibility","created_at"\n' + ROW).encode(),
    "values in quotes": (HEADER + '"i1","m1","post","public","2024-05-01T08:30:00Z"\n').encode(),
    "line breaks in quotes": ("text," + HEADER + '"one\ntwo\r\nthree, ""four""",' + ROW).encode(),
    "long text": ("text," + HEADER + "x" * 3_000_000 + "," + ROW).encode(),
}


@pytest.mark.parametrize("written", READ)
def test_csv_is_read_as_it_is_meant(tmp_path: Path, register: Path, written: str) -> None:
    """Line ends of any system, a byte order mark, quotes, and line breaks inside quotes are read."""
    (tmp_path / "items.csv").write_bytes(READ[written])
    gate(tmp_path / "items.csv", register, out=tmp_path / "out")

    assert snapshot(tmp_path / "out").ids == ["i1"]


def test_text_stays_as_it_is(tmp_path: Path, register: Path) -> None:
    """Words that other readers take for NULL or numbers, quotes, separators and line breaks pass through unchanged."""
    texts = [
        "NULL",
        "\\N",
        "nan",
        "007",
        "1e5",
        'say "hi"',
        "a,b;c\td",
        "one\ntwo\r\nthree",
        "😀 \u2028 \x00",
        "'",
        "# x",
    ]
    rows = [{**_row(number), "text": text} for number, text in enumerate(texts)]
    (tmp_path / "items.csv").write_text(csv_text(rows), encoding="utf-8", newline="")
    gate(tmp_path / "items.csv", register, out=tmp_path / "out")

    found = snapshot(tmp_path / "out").eligible
    assert [row["text"] for row in sorted(found, key=lambda row: int(row["item_id"]))] == texts


def _row(number: int) -> dict[str, str]:
    keys = HEADER.strip().split(",")
    return dict(zip(keys, (str(number), "m1", "post", "public", "2024-05-01T08:30:00Z"), strict=True))


def test_rows_are_counted_as_records(tmp_path: Path, register: Path) -> None:
    """The number of a row without an id counts records from 1, also where lines and records differ."""
    content = "text," + HEADER + '"one\ntwo",' + ROW + "\n" + "x," + ROW.replace("i1", "") + "y," + ROW
    (tmp_path / "items.csv").write_text(content)
    gate(tmp_path / "items.csv", register, out=tmp_path / "out")

    left = snapshot(tmp_path / "out").left_out
    assert [(row["file"], row["row"]) for row in left] == [(str(tmp_path / "items.csv"), 2)]


REFUSED_CSV: dict[str, tuple[Any, str]] = {
    "too few": (HEADER + ROW + "i2,m2\n", ", row 2 (line 3): 2 values, while the header names 5 columns"),
    "too many": (HEADER + ROW * 2 + "i,m,a,b,c,d,e\n", ", row 3 (line 4): 7 values, while the header names 5 columns"),
    "comma in text": (
        "text," + HEADER + '"a\nb",' + ROW + "hello, world," + ROW,
        ", row 2 (line 4): 7 values, while the header names 6 columns",
    ),
    "comment": (HEADER + "# made today\n" + ROW, ", row 1 (line 2): 1 values, while the header names 5 columns"),
    "spaces alone": (HEADER + ROW + "   \n", ", row 2 (line 3): 1 values, while the header names 5 columns"),
    "quote left open": (HEADER + ROW + '"i2,m2,post,public,x\n' + ROW, ", line 3: a double quote is opened and never"),
    "text after a quote": (
        HEADER + '"i"1,m1,post,public,x\n',
        ", line 2: a quote or a line break stands in the middle",
    ),
    "backslash": (HEADER + '"i\\"1",m1,post,public,x\n', ", line 2: a quote or a line break stands in the middle"),
    "mixed line ends": (HEADER.replace("\n", "\r\n") + ROW, ", line 2: ends differently from the first"),
    "semicolons": ((HEADER + ROW).replace(",", ";"), " is separated by `;`"),
    "tabs": ((HEADER + ROW).replace(",", "\t"), " is separated by tabs"),
    "column without a name": (HEADER.replace("\n", ",\n") + ROW, ": column 6 has no name"),
    "column twice": (HEADER.replace("category", "item_id") + ROW, ": column `item_id` stands there twice"),
    "differs in case": (HEADER.replace("category", "Item_ID") + ROW, ": column `Item_ID` differs from `item_id` only"),
    "Latin-1": ((HEADER + ROW * 9_000 + "ü" + ROW).encode("latin-1"), ", line 9002: not text in UTF-8"),
    "Latin-1 in the header": (("ü," + HEADER + "x," + ROW).encode("latin-1"), " is not text in UTF-8"),
    "UTF-16": ((HEADER + ROW).encode("utf-16"), " is not text in UTF-8"),
    "too long": ("text," + HEADER + "x" * (LONGEST + 1) + "," + ROW, ", line 2: longer than 16 MiB"),
}


@pytest.mark.parametrize("written", REFUSED_CSV)
def test_broken_csv_is_refused(tmp_path: Path, register: Path, written: str) -> None:
    """What is not clearly one value for each column is refused, with file, row, line, and how to mend it."""
    content, told = REFUSED_CSV[written]
    path = tmp_path / "items.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    error = refused(path, register, tmp_path)

    assert error.message.startswith(f"`{path}`{told}")
    assert error.hint
    assert "=" not in error.hint


def test_the_broken_one_of_many_is_named(tmp_path: Path, register: Path) -> None:
    """Among many files the one that is broken is named."""
    for number in range(20):
        (tmp_path / f"{number:02}.csv").write_text(HEADER + ROW * 50)
        (tmp_path / f"{number:02}.jsonl").write_text(LINE * 50)
    (tmp_path / "13.csv").write_text(HEADER + ROW * 50 + "i,\n")
    (tmp_path / "17.jsonl").write_text(LINE * 50 + "{\n")

    assert refused(f"{tmp_path}/*.csv", register, tmp_path).message.startswith(f"`{tmp_path}/13.csv`, row 51 (line 52)")
    assert refused(f"{tmp_path}/*.jsonl", register, tmp_path).message.startswith(f"`{tmp_path}/17.jsonl`, line 51")


READ_JSON = {
    "crlf": LINE.replace("\n", "\r\n").encode(),
    "no line break at the end": LINE[:-1].encode(),
    "blank lines": ("\n  \n" + LINE + "\n\n").encode(),
    "spaces": LINE.replace(":", " : ").replace(",", " , ").encode().replace(b"08 : 30 : 00", b"08:30:00"),
    "keys that appear late": (LINE.replace("i1", "i0") * 5_000 + LINE.replace("}", ',"text":"x"}')).encode(),
}


@pytest.mark.parametrize("written", READ_JSON)
def test_json_lines_are_read_as_they_are_meant(tmp_path: Path, register: Path, written: str) -> None:
    """Line ends of any system, blank lines, spaces, and keys that only some lines have are read."""
    (tmp_path / "items.jsonl").write_bytes(READ_JSON[written])
    gate(tmp_path / "items.jsonl", register, out=tmp_path / "out")

    assert snapshot(tmp_path / "out").ids[-1] == "i1"


def test_other_values_of_json_become_text(tmp_path: Path, register: Path) -> None:
    """What passes through becomes its JSON text: numbers their shortest digits, strings their characters without quotes."""  # noqa: E501
    values = ['"x"', '"\\u00fc\\n"', "7", "1.50", "true", '{"a": [1]}', "[]", "null", '""', "12345678901234567890123"]
    texts = ["x", "ü\n", "7", "1.5", "true", '{"a":[1]}', "[]", None, "", "12345678901234567890123"]
    lines = (LINE.replace("i1", f"{n}").replace("}\n", f',"x":{value}}}\n') for n, value in enumerate(values))
    (tmp_path / "items.jsonl").write_text("".join(lines))
    gate(tmp_path / "items.jsonl", register, out=tmp_path / "out")

    found = snapshot(tmp_path / "out").eligible
    assert [row["x"] for row in sorted(found, key=lambda row: int(row["item_id"]))] == texts


REFUSED_JSON: dict[str, tuple[Any, str]] = {
    "cut off": (LINE * 2 + LINE[:50], ", line 3: not a JSON object (at character "),
    "broken": (LINE + "{item_id: 1}\n" + LINE, ", line 2: not a JSON object (at character 2)"),
    "two in a line": (LINE[:-1] + " " + LINE, ", line 1: not a JSON object (at character "),
    "spread over lines": ('{\n "item_id": "i1"\n}\n', ", line 1: not a JSON object (at character "),
    "one list of all": (f"[{LINE[:-1]}]", ", line 1: not a JSON object"),
    "a list": (LINE + '["i1"]\n', ", line 2: not a JSON object"),
    "a number": (LINE + "5\n", ", line 2: not a JSON object"),
    "a key twice": (LINE + LINE.replace("}", ',"item_id":"i2"}'), ", line 2: the key `item_id` stands there twice"),
    "half a character": (LINE + LINE.replace("i1", "\\ud800"), ", line 2: half of a surrogate pair stands alone"),
    "byte order mark": ("\ufeff" + LINE, ", line 1: a byte order mark stands before the text"),
    "Latin-1": ((LINE + LINE.replace("i1", "ü")).encode("latin-1"), ", line 2: not text in UTF-8"),
    "differs in case": (
        LINE.replace("}", ',"Item_ID":"i2"}'),
        ": column `item_id` differs from `Item_ID` only in case",
    ),
    "key without a name": (LINE.replace("}", ',"":1}'), ": column 1 has no name"),
    "too long": (LINE + LINE.replace("i1", "i" * (2 * LONGEST)), ", line 2: longer than 16 MiB"),
}


@pytest.mark.parametrize("written", REFUSED_JSON)
def test_broken_json_lines_are_refused(tmp_path: Path, register: Path, written: str) -> None:
    """What is not one JSON object on each line is refused, with file, line, and how to mend it."""
    content, told = REFUSED_JSON[written]
    path = tmp_path / "items.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    error = refused(path, register, tmp_path)

    assert error.message.startswith(f"`{path}`{told}")
    assert error.hint


def test_an_object_without_an_id_is_a_gap(tmp_path: Path, register: Path) -> None:
    """`null` in place of an object, an empty object, and ids that are numbers are rows that cannot be decided."""
    (tmp_path / "items.jsonl").write_text(LINE + "null\n{}\n" + LINE.replace('"i1"', "7") + LINE.replace('"m1"', "1"))

    assert reasons(gate(tmp_path / "items.jsonl", register)) == {"invalid-item": 4, "eligible": 1}


PACKED = gzip.compress((HEADER + ROW * 2_000).encode())
REFUSED_GZ = {
    "cut in the middle": (PACKED[: len(PACKED) // 2], "is cut off or damaged"),
    "cut at the end": (PACKED[:-9], "is cut off or damaged"),
    "without its length": (PACKED[:-4], "is cut off or damaged"),
    "wrong sum": (PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "is not compressed with gzip, or damaged"),
    "not compressed": ((HEADER + ROW).encode(), "is not compressed with gzip, or damaged"),
    "something behind": (PACKED + b"behind", "is not compressed with gzip, or damaged"),
    "nothing in it": (gzip.compress(b""), "is empty"),
}


@pytest.mark.parametrize("written", REFUSED_GZ)
def test_damaged_compressed_files_are_refused(tmp_path: Path, register: Path, written: str) -> None:
    """A compressed file that is not whole is refused: what is missing at its end must not go unnoticed."""
    content, told = REFUSED_GZ[written]
    path = tmp_path / "items.csv.gz"
    path.write_bytes(content)

    assert refused(path, register, tmp_path).message == f"`{path}` {told}"
