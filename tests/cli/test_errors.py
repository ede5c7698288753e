"""Every error is one message with a way out, and the exit code that is documented for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from byleave.cli.main import COMMANDS
from tests.gate.scene import OPTIONS, byleave, contents

if TYPE_CHECKING:
    from pathlib import Path


RUN = ("gate", "items.parquet", "--register=register", *OPTIONS)
SHOW = ("gate", "items.parquet", "--register=register", "--dry-run")
PACK, PURPOSE, RECIPIENT = OPTIONS
USAGE = {
    "no such command": (("gat",), "there is no command `gat`, did you mean `gate`?", "byleave --help"),
    "no command near": (("frobnicate",), "there is no command `frobnicate`", "byleave --help"),
    "no such option": (
        ("gate", "--purpos", "x"),
        "no such option `--purpos`, did you mean `--purpose`?",
        "byleave gate",
    ),
    "no such subcommand": (("policy", "lst"), "no such command `lst`, did you mean `list`?", "byleave policy --help"),
    "no items": (("gate",), "missing argument `ITEMS...`", "byleave gate --help"),
    "no register": (("gate", "x"), "missing options `--register`, `--pack`", "byleave gate --help"),
    "no place": (RUN, "say either --out DIR or --dry-run", "--dry-run prints the summary"),
    "two places": ((*RUN, "--out=out", "--dry-run"), "say either --out DIR or --dry-run", "--dry-run prints"),
    "other engine": ((*RUN, "--engine=spark"), "invalid value for `--engine`: `spark` is not `duckdb`", "byleave gate"),
    "purpose": (
        (*SHOW, PACK, "--purpose=generativ-ai", RECIPIENT),
        "pack `linkedin@2025-10-24` has no purpose `generativ-ai`",
        "did you mean `generative-ai`?",
    ),
    "recipient": (
        (*SHOW, PACK, PURPOSE, "--recipient=linked-in"),
        "pack `linkedin@2025-10-24` has no recipient `linked-in`",
        "did you mean `linkedin`?",
    ),
    "as-of in the future": (
        (*RUN, "--dry-run", "--as-of=2150-01-01T00:00:00Z"),
        "`2150-01-01T00:00:00Z` is later than the present",
        "leave --as-of out",
    ),
    "as-of without a zone": (
        (*RUN, "--dry-run", "--as-of=2025-11-03T00:00:00"),
        "`2025-11-03T00:00:00` is not an instant with a zone",
        "2025-11-03T00:00:00Z",
    ),
    "zone": (
        (*RUN, "--dry-run", "--assume-zone=Berlin"),
        "there is no time zone `Berlin`",
        "did you mean `Europe/Berlin`?",
    ),
    "map without a name": ((*RUN, "--dry-run", "--map=author"), "`author` does not map a column", "--map member_id="),
    "map of nothing": ((*RUN, "--dry-run", "--map=member_id="), "`member_id=` does not map a column", "--map"),
    "map of a stranger": (
        (*RUN, "--dry-run", "--map=memberid=x"),
        "items have no column `memberid`",
        "did you mean `member_id`?",
    ),
    "map twice": (
        (*RUN, "--dry-run", "--map=member_id=a", "--map=member_id=b"),
        "column `member_id` is mapped twice",
        "name one column",
    ),
    "language": (("explain", "i1", *RUN[1:], "--lang=it"), "there is no language `it`", "there are: en, de, fr"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_exit_code_2(place: Path, case: str) -> None:
    """What is wrong with the command itself is told with the nearest right word, before anything is written."""
    arguments, message, hint = USAGE[case]
    before = contents(place)
    told = byleave(*arguments, cwd=place)

    assert (told.returncode, told.stdout) == (2, "")
    first, second = told.stderr.splitlines()
    assert first.startswith(f"error: {message}")
    assert second.startswith("  help: ")
    assert hint in second
    assert contents(place) == before


ERRORS = {
    "pack": (
        (*SHOW, "--pack=linkedin@2025-10-23", PURPOSE, RECIPIENT),
        "there is no shipped pack",
        "linkedin@2025-10-24",
    ),
    "pack file": (
        (*SHOW, "--pack=none.yaml", PURPOSE, RECIPIENT),
        "cannot read the pack `none.yaml`: no such file",
        "",
    ),
    "items": (("gate", "none.parquet", *RUN[2:], "--dry-run"), "there is no file `none.parquet`", "give a file"),
    "register": (
        ("gate", "items.parquet", "--register=none", *OPTIONS, "--dry-run"),
        "there is no register folder",
        "",
    ),
    "place": ((*RUN, "--out=register"), "`register` exists already", "never overwritten"),
    "parent": ((*RUN, "--out=none/out"), "there is no folder `none`", "make the folder first"),
    "service": (("objection", "tend", "--data=none"), "there is no database of accounts", "byleave serve makes"),
    "item": (("explain", "i9", *RUN[1:]), "no row has the item id `i9`", "compared exactly"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_exit_code_1(place: Path, case: str) -> None:
    """What is missing or cannot be read is an error with its name and a way out; nothing is written."""
    arguments, message, hint = ERRORS[case]
    before = contents(place)
    told = byleave(*arguments, cwd=place)

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith(f"error: {message}")
    assert hint in told.stderr
    assert contents(place) == before


def test_a_failing_pack_is_exit_code_4(tmp_path: Path) -> None:
    """A pack that is wrong, and a case that fails, are exit code 4; what is right is 0."""
    (tmp_path / "wrong.yaml").write_text("id: x\n")
    wrong = byleave("policy", "check", "byleave@1", "wrong.yaml", cwd=tmp_path)
    case = "- {name: never, item: {category: post}, member: {country: DE}, expect: minor}\n"
    (tmp_path / "own.cases.yaml").write_text(case)
    shown = byleave("policy", "check", "byleave@1", cwd=tmp_path)

    assert wrong.returncode == 4
    assert "wrong.yaml" in wrong.stderr
    assert wrong.stderr.endswith("error: 1 of 2 packs are not in order\n")
    assert shown.returncode == 0


@pytest.mark.parametrize("case", ["no such option", "recipient", "as-of in the future", "no place"])
def test_wrong_usage_in_json(place: Path, case: str) -> None:
    """With --json an error is an object on stderr, with code, message and hint; stdout stays empty."""
    arguments, message, _ = USAGE[case]
    told = byleave(*arguments, "--json", cwd=place)
    error = json.loads(told.stderr)["error"]

    assert (told.returncode, told.stdout) == (2, "")
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == "usage"
    assert error["message"].startswith(message)


@pytest.mark.parametrize(("case", "code"), [("pack", "pack"), ("items", "input"), ("place", "output")])
def test_errors_in_json(place: Path, case: str, code: str) -> None:
    """The code of an error says what kind it is."""
    told = byleave(*ERRORS[case][0], "--json", cwd=place)

    assert (told.returncode, told.stdout) == (1, "")
    assert json.loads(told.stderr)["error"]["code"] == code


def test_without_a_command_help_is_shown(tmp_path: Path) -> None:
    """`byleave`, and a group without its command, show their help as wrong usage."""
    for arguments in ((), ("policy",)):
        told = byleave(*arguments, cwd=tmp_path)

        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr.startswith("Usage: byleave")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_knows_its_options(tmp_path: Path, name: str) -> None:
    """A misspelt option of any command is wrong usage."""
    told = byleave(name, "--frobnicate", cwd=tmp_path)

    assert told.returncode == 2
    assert "`--frobnicate`" in told.stderr
