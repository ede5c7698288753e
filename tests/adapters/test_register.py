"""Registers: what is read, and what refuses the run because it may hide somebody's refusal."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byleave.policy.loader import shipped_text
from tests.gate.scene import (
    OFF,
    PEOPLE,
    SETTING,
    THREE,
    gate,
    reasons,
    refused,
    table,
    typed_table,
    write_parquet,
    write_register,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

USUAL = {"opted-out": 1, "eligible": 2}
PREFERENCES, MEMBERS, OBJECTIONS = (table("preferences", OFF), table("members", *PEOPLE), table("objections"))


@pytest.fixture
def items(tmp_path: Path) -> Path:
    """Three items; the owner of the third has switched off."""
    return write_parquet(tmp_path / "items.parquet")


def test_nothing_more_is_needed(tmp_path: Path, items: Path) -> None:
    """Three tables are a register; the others are optional where the pack asks for no notice."""
    result = gate(items, write_register(tmp_path / "register"))

    assert reasons(result) == USUAL
    assert result.manifest["register"]["rows"] == {
        "members": 3,
        "preferences": 1,
        "objections": 0,
        "notices": 0,
        "withholdings": 0,
    }


def test_headers_alone_say_that_nobody_refused(tmp_path: Path, items: Path) -> None:
    """Tables of a header alone are complete; then nobody is known, and nothing is eligible."""
    register = write_register(tmp_path / "register", members=(), preferences=(), notices=(), withholdings=())

    assert reasons(gate(items, register)) == {"unknown-member": 3}


# file → content; None leaves the file out
Files = dict[str, str | bytes | None]
READ: dict[str, Files] = {
    "folders of files": {
        "members.csv": None,
        "members/a.csv": table("members", *PEOPLE[:1]),
        "members/deep/er/b.csv": table("members", *PEOPLE[1:]),
        "members/_SUCCESS": "",
    },
    "suffixes in capitals": {"members.csv": None, "members.CSV": MEMBERS},
    "compressed": {"preferences.csv": None, "preferences.csv.gz": gzip.compress(PREFERENCES.encode())},
    "byte order marks": {"members.csv": "\ufeff" + MEMBERS, "preferences.csv": "\ufeff" + PREFERENCES},
    "line ends of Windows": {"preferences.csv": PREFERENCES.replace("\n", "\r\n")},
    "other files beside": {"README.md": "x", ".members.csv": "x", "_SUCCESS": "", "LICENSE": "x", ".DS_Store": b"\0"},
    "other columns": {"members.csv": "name,member_id,age,country\n" + "".join(f'"A, B",{one[:2]},?,{one[3:]}\n' for one in PEOPLE)},  # noqa: E501
    "other order": {"preferences.csv": f"at,value,setting,member_id\n2025-10-20T09:00:00Z,off,{SETTING},m3\n"},
    "duplicate rows": {"members.csv": MEMBERS + MEMBERS[18:], "preferences.csv": table("preferences", OFF, OFF)},
    "JSON Lines": {"preferences.csv": None, "preferences.jsonl": f'{{"member_id":"m3","setting":"{SETTING}","value":"off","at":"2025-10-20T09:00Z"}}\n'},  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("written", READ)
def test_registers_that_say_the_same(tmp_path: Path, items: Path, written: str) -> None:
    """Folders of files, compressed files, other columns and other files beside change nothing."""
    assert reasons(gate(items, write_register(tmp_path / "register", READ[written]))) == USUAL


def test_a_link_may_stand_for_a_table(tmp_path: Path, items: Path) -> None:
    """A table may lie elsewhere, also as a folder inside a folder of the register."""
    elsewhere = write_register(tmp_path / "elsewhere")
    register = write_register(tmp_path / "register", {"members.csv": None, "preferences.csv": None})
    (register / "members.csv").symlink_to(elsewhere / "members.csv")
    (register / "preferences").mkdir()
    (register / "preferences" / "here.csv").write_text(table("preferences"))
    (elsewhere / "more").mkdir()
    (elsewhere / "preferences.csv").rename(elsewhere / "more" / "preferences.csv")
    (register / "preferences" / "linked").symlink_to(elsewhere / "more")

    assert reasons(gate(items, register)) == USUAL


STRUCTURE: dict[str, tuple[Files, str, str]] = {
    "no members": ({"members.csv": None}, "register `{0}` has no table `members`", "refusals would be lost"),
    "no preferences": ({"preferences.csv": None}, "register `{0}` has no table `preferences`", "refusals would be"),
    "no objections": ({"objections.csv": None}, "register `{0}` has no table `objections`", "refusals would be lost"),
    "misspelt": ({"witholdings.csv": "x\n"}, "`{0}/witholdings.csv` is not a table of", "did you mean `withholdings`?"),
    "misspelt folder": ({"witholdings/a.csv": "x\n"}, "`{0}/witholdings` is not a table of", "mean `withholdings`?"),
    "in capitals": (
        {"Objections.csv": OBJECTIONS},
        "`{0}/Objections.csv` is not a table",
        "did you mean `objections`?",
    ),
    "unknown": ({"people.csv": "x\n"}, "`{0}/people.csv` is not a table of the register", "its tables are members, "),
    "other suffix": ({"withholdings.json": "[]"}, "`{0}/withholdings.json` may be the table `withholdings`", "end in"),
    "backup": ({"objections.csv.bak": "x"}, "`{0}/objections.csv.bak` may be the table `objections`", "end in"),
    "spreadsheet": ({"objection.xlsx": b"x"}, "`{0}/objection.xlsx` may be the table `objections`", "elsewhere"),
    "strange part": ({"withholdings/a.avro": b"x"}, "`{0}/withholdings/a.avro` holds no table by its name", "end in"),
    "empty folder": ({"withholdings/_SUCCESS": b""}, "`{0}/withholdings` holds no table by its name", "tables end in"),
    "two formats": (
        {"members.jsonl": "{}\n"},
        "members: `{0}/members.csv` and `{0}/members.jsonl` are in",
        "one format",
    ),
    "empty file": ({"objections.csv": ""}, "`{0}/objections.csv` is empty", "still needs its header"),
    "blank file": ({"objections.csv": "\n"}, "`{0}/objections.csv` is empty", "still needs its header"),
    "empty JSON Lines": (
        {"objections.csv": None, "objections.jsonl": ""},
        "`{0}/objections.jsonl` is empty",
        "with a file `objections.csv` of a header alone",
    ),
    "missing column": (
        {"members.csv": MEMBERS.replace("country", "land")},
        "`{0}/members.csv`: there is no column `country`",
        "it has `member_id`, `land`",
    ),
    "column in capitals": (
        {"members.csv": MEMBERS.replace("country", "Country")},
        "`{0}/members.csv`: there is no column `country`",
        "did you mean `Country`? then rename it",
    ),
    "optional column in capitals": (
        {"members.csv": table("members", "m1,DE,", header="member_id,country,Since")},
        "`{0}/members.csv`: column `Since` would be overlooked",
        "rename it",
    ),
    "ragged": (
        {"preferences.csv": PREFERENCES + "m1,off\n"},
        "`{0}/preferences.csv`, row 2 (line 3): 2 values, while the header names 4 columns",
        "double quotes",
    ),
    "Latin-1": ({"members.csv": (MEMBERS + "mü,DE\n").encode("latin-1")}, "`{0}/members.csv` is not text in UTF-8", ""),
    "semicolons": ({"members.csv": MEMBERS.replace(",", ";")}, "`{0}/members.csv` is separated by `;`", "by commas"),
    "broken JSON Lines": (
        {"members.csv": None, "members.jsonl": '{"member_id":"m1","country":"DE"}\n{"member_id"\n'},
        "`{0}/members.jsonl`, line 2: not a JSON object",
        "one JSON object on each line",
    ),
    "cut in a line": ({"preferences.csv": PREFERENCES[:-9]}, "`{0}/preferences.csv` ends in the middle of a line", ""),
    "cut before a line break": ({"preferences.csv": PREFERENCES[:-1]}, "`{0}/preferences.csv` ends in the middle", ""),
    "cut while compressed": (
        {"preferences.csv": None, "preferences.csv.gz": gzip.compress(PREFERENCES.encode())[:-9]},
        "`{0}/preferences.csv.gz` is cut off or damaged",
        "write it again",
    ),
    "cut Parquet": (
        {"preferences.csv": None, "preferences.parquet": b"PAR1 and so on"},
        "`{0}/preferences.parquet` is cut off or damaged",
        "write it again",
    ),
}


@pytest.mark.parametrize("wrong", STRUCTURE)
def test_incomplete_registers_are_refused(tmp_path: Path, items: Path, wrong: str) -> None:
    """A table that is missing, misnamed, damaged or cut off refuses the run: refusals would be lost in silence."""
    files, message, hint = STRUCTURE[wrong]
    register = write_register(tmp_path / "register", files)
    error = refused(items, register, tmp_path)

    assert error.message.startswith(message.format(register))
    assert hint in str(error.hint)
    assert error.exit_code == 1


def test_a_register_that_is_not_there(tmp_path: Path, items: Path) -> None:
    """A folder that is missing, a file in its place and a link that leads nowhere are refused by name."""
    register = write_register(tmp_path / "register", {"members.csv": None})
    (register / "members.csv").symlink_to("nowhere.csv")

    assert refused(items, tmp_path / "none", tmp_path).message == f"there is no register folder `{tmp_path / 'none'}`"
    assert refused(items, items, tmp_path).message == f"the register `{items}` is not a folder"
    assert refused(items, register, tmp_path).message.startswith(f"cannot read `{register}/members.csv`: no such file")


def test_notices_are_needed_where_the_pack_asks_for_them(tmp_path: Path, items: Path) -> None:
    """A pack that asks for a notice cannot be decided without the table of notices."""
    register = write_register(tmp_path / "register")
    options: Mapping[str, Any] = {"pack": "byleave@1", "recipient": "platform"}

    assert refused(items, register, tmp_path, **options).message == f"register `{register}` has no table `notices`"
    adults = table("members", *(f"{one},1990-01-01" for one in PEOPLE), header="member_id,country,birth_date")
    register = write_register(tmp_path / "other", {"members.csv": adults}, preferences=(), notices=())
    assert reasons(gate(items, register, **options)) == {"notice-pending": 3}


ACT = f"m3,{SETTING},off,2025-10-20T09:00:00Z"
SEQ = "member_id,setting,value,at,seq"
VALUES: dict[str, tuple[Files, str, str]] = {
    **{
        f"value `{value}`": (
            {"preferences.csv": table("preferences", OFF, ACT.replace(",off,", f",{value},"))},
            f"`{{0}}/preferences.csv`, row 2: `value` is `{value}`, which cannot be read",
            "write on or off",
        )
        for value in ("OFF", "Off", " off", "0", "false", "opted-out")
    },
    **{
        f"at `{at}`": (
            {"preferences.csv": table("preferences", f"m3,{SETTING},off,{at}")},
            f"`{{0}}/preferences.csv`, row 1: `at` is `{at}`, which cannot be read",
            "write an instant with its zone",
        )
        for at in ("2025-10-20", "2025-10-20T09:00:00", "20.10.2025", "yesterday", "1760950800", "2025-02-30T00:00:00Z")
    },
    **{
        f"country `{country}`": (
            {"members.csv": MEMBERS + f"m4,{country}\n"},
            f"`{{0}}/members.csv`, row 4: `{country}` is not a country",
            "did you mean `DE`?" if country == "de" else "leave it blank",
        )
        for country in ("Germany", "de", "XX", "DEU", "276", " DE", "EU", "AN")
    },
    **{
        f"blank {column}": (
            {f"{name}.csv": table(name, row)},
            f"`{{0}}/{name}.csv`, row 1: `{column}` is blank",
            "somebody's refusal",
        )
        for name, column, row in [
            ("preferences", "member_id", f",{SETTING},off,2025-10-20T09:00:00Z"),
            ("preferences", "setting", "m3,,off,2025-10-20T09:00:00Z"),
            ("preferences", "value", f"m3,{SETTING}, ,2025-10-20T09:00:00Z"),
            ("preferences", "at", f"m3,{SETTING},off,"),
            ("members", "member_id", " ,DE"),
            ("objections", "subject_id", ",,2025-10-20T09:00:00Z,open,"),
            ("objections", "received_at", "m3,,,open,"),
            ("withholdings", "item_id", ",m3,"),
        ]
    },
    "seq": (
        {"preferences.csv": table("preferences", f"{ACT},-1", header=SEQ)},
        "`{0}/preferences.csv`, row 1: `seq` is `-1`, which cannot be read",
        "whole number",
    ),
    "birth date": (
        {"members.csv": table("members", "m1,DE,1990-02-30", header="member_id,country,birth_date")},
        "`{0}/members.csv`, row 1: `birth_date` is `1990-02-30`, which cannot be read",
        "write a date",
    ),
    "status": (
        {"objections.csv": table("objections", "m3,,2025-10-20T09:00:00Z,Rejected,")},
        "`{0}/objections.csv`, row 1: `status` is `Rejected`, which cannot be read",
        "write open or upheld or rejected or withdrawn",
    ),
    "end of an objection": (
        {"objections.csv": table("objections", "m3,,2025-10-20T09:00:00Z,withdrawn,soon")},
        "`{0}/objections.csv`, row 1: `resolved_at` is `soon`, which cannot be read",
        "write an instant",
    ),
    "id that is a number": (
        {"members.csv": None, "members.jsonl": '{"member_id":"m1","country":"DE"}\n{"member_id":7,"country":"DE"}\n'},
        "`{0}/members.jsonl`, row 2: `member_id` is `7`, which cannot be read",
        "write it as text, in quotes",
    ),
    "setting": (
        {"preferences.csv": table("preferences", ACT.replace("improvement", "improvment"))},
        "`{0}/preferences.csv`, row 1: the pack knows no setting `data-for-ai-improvment`",
        f"did you mean `{SETTING}`?",
    ),
    "orphan": (
        {"preferences.csv": table("preferences", ACT, ACT.replace("m3", "m3 "))},
        "`{0}/preferences.csv`, row 2: a preference of `m3 `, who is not among the members",
        "--allow-orphans",
    ),
    "mixed seq": (
        {"preferences.csv": table("preferences", f"{ACT},1", f"{ACT},", header=SEQ)},
        "`{0}/preferences.csv`, row 2: no `seq`, while other rows have one",
        "or none",
    ),
    "equal seq": (
        {"preferences.csv": table("preferences", f"{ACT},1", f"{ACT},01", header=SEQ)},
        "`{0}/preferences.csv`, row 2: `m3` has two acts with seq `1`",
        "make it unique",
    ),
    "objector who owns nothing": (
        {"objections.csv": table("objections", "n9,,2025-10-20T09:00:00Z,open,")},
        "`n9` objects and owns no item, and the items do not say whom they name",
        "--allow-orphans",
    ),
}


@pytest.mark.parametrize("wrong", VALUES)
def test_rows_that_may_hide_a_refusal_are_refused(tmp_path: Path, items: Path, wrong: str) -> None:
    """What cannot be read, matched or ordered refuses the run, with file, row, and the value as it stands there."""
    files, message, hint = VALUES[wrong]
    register = write_register(tmp_path / "register", files)
    error = refused(items, register, tmp_path)

    assert (error.message, error.code) == (message.format(register), "refused")
    assert hint in str(error.hint)


LENIENT: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "no country": ({"members": ("m1,", *PEOPLE[1:])}, {"unknown-region": 1, "opted-out": 1, "eligible": 1}),
    "Great Britain": ({"members": ("m1,UK", "m2,GB", "m3,FR")}, USUAL),
    "Greece": ({"members": ("m1,EL", "m2,GR", "m3,FR")}, USUAL),
    "two homes at once": ({"members": (*PEOPLE, "m1,US")}, {"unknown-region": 1, "opted-out": 1, "eligible": 1}),
    "objection to all": ({"objections": ("m1,,2025-10-20T09:00:00Z,,",)}, {"objection": 1, "opted-out": 1, "eligible": 1}),  # noqa: E501
    "objection to what is unknown": (
        {"objections": ("m1,Generative AI,2025-10-20T09:00:00Z,open,",)},
        {"objection": 1, "opted-out": 1, "eligible": 1},
    ),
    "objection to something else": ({"objections": ("m1,other-ai,2025-10-20T09:00:00Z,open,",)}, USUAL),
    "withdrawn without a date": (
        {"objections": ("m1,,2025-10-20T09:00:00Z,withdrawn,",)},
        {"objection": 1, "opted-out": 1, "eligible": 1},
    ),
    "withdrawn": ({"objections": ("m1,,2025-10-20T09:00:00Z,withdrawn,2025-10-21T09:00:00Z",)}, USUAL),
    "withheld by act": ({"withholdings": ("i1,m1,",)}, {"opted-out": 1, "withheld": 1, "eligible": 1}),
    "withheld by somebody": ({"withholdings": ("i1,m2,2025-10-20T09:00:00Z",)}, {"opted-out": 1, "withheld": 1, "eligible": 1}),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("case", LENIENT)
def test_what_the_register_leaves_open(tmp_path: Path, items: Path, case: str) -> None:
    """Blank, unknown and doubled facts never help training."""
    rows, expected = LENIENT[case]

    assert reasons(gate(items, write_register(tmp_path / "register", **rows))) == expected


def test_waivers_are_in_the_manifest(tmp_path: Path) -> None:
    """Orphans, unknown settings and objectors that cannot be found are waived one by one, visibly, and still count."""
    acts = (ACT, ACT.replace("m3", "m77"), ACT.replace(SETTING, "ads").replace("m3", "m1"))
    objections = ("n9,,2025-10-20T09:00:00Z,open,", "m2,,2025-10-20T09:00:00Z,open,")
    register = write_register(tmp_path / "register", preferences=acts, objections=objections)
    named = typed_table(THREE, subjects=pa.array([["n9"], None, None]))
    waive: dict[str, Any] = {"allow_orphans": True, "ignore_settings": ["ads"]}
    plain, told = gate(typed_table(), register, **waive), gate(named, register, **waive)

    assert reasons(plain) == {"objection": 1, "opted-out": 1, "eligible": 1}
    assert reasons(told) == {"objection": 1, "opted-out": 1, "subject-objection": 1}
    waived = {
        "allow_orphans": True,
        "ignore_settings": ["ads"],
        "ignored_settings": {"ads": 1},
        "orphan_preferences": 1,
    }
    assert told.manifest["waived"] == waived
    assert plain.manifest["waived"] == {**waived, "unmatched_objectors": 1}


def test_a_renamed_setting_is_known_by_its_alias(tmp_path: Path, items: Path) -> None:
    """An act on a setting's former name counts as one on the setting."""
    pack = shipped_text("linkedin@2025-10-24").replace(f"  {SETTING}:\n", f"  {SETTING}:\n    aliases: [old-name]\n")
    (tmp_path / "pack.yaml").write_text(pack)
    register = write_register(tmp_path / "register", preferences=[ACT.replace(SETTING, "old-name")])

    assert reasons(gate(items, register, pack=tmp_path / "pack.yaml")) == USUAL
    assert "knows no setting `old-name`" in refused(items, register, tmp_path).message


def test_ids_in_parquet_are_text(tmp_path: Path, items: Path) -> None:
    """A register whose ids are numbers is refused; as text `007` and `7` are two people."""
    register = write_register(tmp_path / "register", {"members.csv": None})
    pq.write_table(pa.table({"member_id": [1, 2, 3], "country": ["DE"] * 3}), register / "members.parquet")
    error = refused(items, register, tmp_path)

    assert error.message == f"`{register}/members.parquet`: column `member_id` holds whole numbers, expected text"
    pq.write_table(pa.table({"member_id": ["007", "7"], "country": ["DE"] * 2}), register / "members.parquet")
    write_parquet(items, [{**THREE[0], "item_id": name, "member_id": name} for name in ("7", "007")])
    other = write_register(tmp_path / "other", preferences=[ACT.replace("m3", "007")], members=["7,DE", "007,DE"])
    assert reasons(gate(items, other)) == {"opted-out": 1, "eligible": 1}


def test_the_digest_sees_every_file(tmp_path: Path, items: Path) -> None:
    """Two files of one name in two folders of a table both count: a change in either is another register."""
    register = write_register(tmp_path / "register", {"members.csv": None})
    for name in ("a", "b"):
        (register / "members" / name).mkdir(parents=True)
        (register / "members" / name / "part.csv").write_text(MEMBERS)
    seen = set()
    for name in ("a", "b", "b"):
        seen.add(gate(items, register).manifest["watermark"])
        with (register / "members" / name / "part.csv").open("a") as file:
            file.write("m9,DE\n")

    assert len(seen) == 3
