"""Nothing that a user can meet is undocumented: each kind is collected from the code and looked for on its page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click
import pytest

from byleave import api
from byleave.adapters.duckdb_engine.columns import Kind
from byleave.adapters.duckdb_engine.items import ITEMS
from byleave.adapters.duckdb_engine.register_tables import TABLES
from byleave.cli.main import EXIT_CODES, group
from byleave.kernel import errors
from byleave.kernel.decision import Reason
from byleave.learn.manifest import FIELDS
from byleave.learn.talent.profile import FEATURES
from byleave.server.db.migrating import migrate
from tests.docs.pages import REFERENCE, ROOT, coded, tables, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

TYPES = {"choice": "word", "ids": "texts"}
"""What the page calls a kind of column, where it is not the kind's own name."""
READ = re.compile(r"""\b(?:environ\.get\(|environ\[|getenv\()["']([A-Z_]+)["']""")
OWN = re.compile(r"\bBYLEAVE_[A-Z]+(?:_[A-Z]+)*\b")
EVERYWHERE = {"HOME", "PATH", "PYTEST_XDIST_WORKER"}
"""Variables that are none of byleave's own, such as those that a system always has."""


def cells(page: str, column: str) -> list[str]:
    """The values of a column in all tables of a reference page, without backticks."""
    found = [table.rows for table in tables(text_of(REFERENCE / f"{page}.md")) if column in table.columns]
    return [row[column].strip("`") for rows in found for row in rows]


# commands and options


def options(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    """Every option as (command, option), those of commands inside it too."""
    context = click.Context(command, help_option_names=["-h", "--help"])
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option):
            yield from ((path, name) for name in parameter.opts)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from options(inner, f"{path} {name}")


def without_page(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The options that the page of commands does not have under their command."""
    page = text_of(REFERENCE / "commands.md")
    sections = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    return [(path, name) for path, name in found if f"`{name}`" not in sections.get(path, "")]


def test_every_command_and_option_is_documented() -> None:
    """Each option of each command stands under its command."""
    found = list(options(group, "byleave"))

    assert ("byleave gate", "--register") in found
    assert without_page(found) == []


def test_planted_command_is_found() -> None:
    """A command or an option that is added is missing from the page."""
    planted = click.Group("byleave", commands=[click.Command("gate", params=[click.Option(["--out"])])])
    assert without_page(options(planted, "byleave")) == []
    planted.add_command(click.Command("explain", params=[click.Option(["--planted"])]))
    planted.add_command(click.Command("planted"))

    assert without_page(options(planted, "byleave")) == [
        ("byleave explain", "--planted"),
        *(("byleave planted", name) for name in ("-h", "--help")),
    ]


# reasons


def reasons_told(reasons: Iterable[str]) -> bool:
    """Whether the page has exactly these reasons, in their order."""
    return cells("reasons", "reason") == [str(reason) for reason in reasons]


def test_every_reason_is_documented() -> None:
    """Each reason stands in order, with its verdict, its meaning and who can change it."""
    assert reasons_told(Reason)
    assert cells("reasons", "verdict") == [reason.verdict.value for reason in Reason]
    assert all(cells("reasons", "what it means"))
    assert all(cells("reasons", "who can change it"))


def test_planted_reason_is_found() -> None:
    """A reason that is added is missing from the page."""
    assert not reasons_told([*Reason, "planted"])


# errors


def error_classes(names: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """Code, exit code and class of every error."""
    kinds = [one for one in names.values() if isinstance(one, type) and issubclass(one, errors.ByleaveError)]
    return {(one.code, str(one.exit_code), one.__name__) for one in kinds}


def errors_told() -> set[tuple[str, str, str]]:
    """The same as the page has it."""
    found = [table for table in tables(text_of(REFERENCE / "errors.md")) if "code" in table.columns]
    rows = [row for table in found for row in table.rows]
    return {(row["code"].strip("`"), row["exit code"], list(row.values())[2].strip("`")) for row in rows}


def test_every_error_is_documented() -> None:
    """Each error has its code, exit code and class on the page, and the page has no other."""
    assert errors_told() == error_classes(vars(errors))


def test_planted_error_is_found() -> None:
    """An error that is added is missing from the page."""
    planted = type("PlantedError", (errors.ByleaveError,), {"code": "planted"})

    assert errors_told() != error_classes({**vars(errors), "PlantedError": planted})


def test_every_exit_code_is_documented() -> None:
    """The page has the exit codes that errors use and that `--help` names."""
    told = {row["exit code"] for table in tables(text_of(REFERENCE / "errors.md")) for row in table.rows}

    assert told == set(re.findall(r"\d", EXIT_CODES))
    assert {code for _, code, _ in error_classes(vars(errors))} <= told


# columns of tables


def columns_told() -> dict[str, dict[str, tuple[str, str, str]]]:
    """Table → column → type, need, meaning, as the page has them."""
    found = [table for table in tables(text_of(REFERENCE / "tables.md")) if "column" in table.columns]
    return {
        table.under[-1].strip("`").lower(): {
            row["column"].strip("`"): (row["type"], row["needed"], row["meaning"]) for row in table.rows
        }
        for table in found
    }


def wrongly_told(kinds: Mapping[str, Mapping[str, Kind]]) -> list[str]:
    """The columns of which the page says nothing, or something else."""
    told, wrong = columns_told(), []
    for table, columns in kinds.items():
        wrong += [f"{table}.{name} is no column" for name in told.get(table, {}) if name not in columns]
        for name, kind in columns.items():
            kind_told, needed, meaning = told.get(table, {}).get(name, ("", "", ""))
            words = all(f"`{option}`" in meaning for option in kind.options)
            if (
                kind_told != TYPES.get(kind.name, kind.name)
                or bool(needed) != kind.required
                or not meaning
                or not words
            ):
                wrong.append(f"{table}.{name}")
    return wrong


def test_every_column_is_documented() -> None:
    """Each column of items and register has its type, whether it is needed, its words and its meaning."""
    assert wrongly_told({"items": ITEMS, **TABLES}) == []


def test_planted_column_is_found() -> None:
    """A column that is added, or whose type changes, does not fit the page."""
    planted = {**TABLES["members"], "planted": Kind("text"), "since": Kind("date")}

    assert wrongly_told({"members": planted}) == ["members.since", "members.planted"]


# environment variables


def variables(texts: Iterable[str]) -> set[str]:
    """The environment variables that these sources read or name."""
    found = {name for text in texts for pattern in (READ, OWN) for name in pattern.findall(text)}
    return found - EVERYWHERE


def sources() -> Iterator[str]:
    """The text of everything that may read the environment."""
    for folder in ("src", "tests", "bench"):
        for path in (ROOT / folder).rglob("*.py"):
            yield path.read_text(encoding="utf-8")
    for name in ("Makefile", ".ci/run"):
        yield (ROOT / name).read_text(encoding="utf-8")


def test_every_environment_variable_is_documented() -> None:
    """Each variable that the code reads stands on the page."""
    found = variables(sources())

    assert {"BYLEAVE_CACHE", "BYLEAVE_REQUIRE", "XDG_CACHE_HOME"} <= found
    assert found <= coded(text_of(REFERENCE / "settings.md"))


@pytest.mark.parametrize("name", ["BYLEAVE" + "_PLANTED", "PLANTED"])
def test_planted_variable_is_found(name: str) -> None:
    """A variable that is added is missing from the page."""
    assert not variables([f'os.environ.get("{name}")']) <= coded(text_of(REFERENCE / "settings.md"))


# the manifest


def paths(value: Any, at: str = "") -> Iterator[str]:
    """The path of every value in a manifest."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from paths(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from paths(value[0], f"{at}[]")
    else:
        yield at


def keys_told() -> dict[str, re.Pattern[str]]:
    """The keys on the page; `*` stands for the rest of a path."""
    return {key: re.compile(re.escape(key).replace(r"\*", ".+")) for key in cells("snapshot", "key")}


def keys_missing(manifest: Mapping[str, Any]) -> list[str]:
    """The values of a manifest that no key on the page is about."""
    told = keys_told().values()
    return [path for path in paths(manifest) if not any(key.fullmatch(path) for key in told)]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The manifest of a run in which everything is mapped, assumed and waived that can be."""
    folder = tmp_path_factory.mktemp("everything")
    write(folder / "items.csv", "id,member_id,category,visibility,created_at", "p1,anna,post,public,2026-01-10 10:00")
    write(folder / "register" / "members.csv", "member_id,country", "anna,DE")
    preferences = ["cleo,data-for-ai-improvement,off,2026-01-10T10:00:00Z", "anna,advertising,off,2026-01-10T10:00:00Z"]
    write(folder / "register" / "preferences.csv", "member_id,setting,value,at", *preferences)
    header = "subject_id,purpose,received_at,status,resolved_at"
    write(folder / "register" / "objections.csv", header, "x-1,,2026-01-10T10:00:00Z,open,")
    return api.gate(
        folder / "items.csv",
        register=folder / "register",
        pack="linkedin@2025-10-24",
        purpose="generative-ai",
        recipient="linkedin",
        out=folder / "snapshot",
        assume_zone="UTC",
        columns={"item_id": "id"},
        allow_orphans=True,
        ignore_settings=["advertising"],
    ).manifest


def write(path: Path, *lines: str) -> None:
    """A file of text."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture(scope="module")
def of_a_ledger(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The manifest of a run on a ledger in which nobody is."""
    folder = tmp_path_factory.mktemp("ledger")
    header = "item_id,member_id,category,visibility,created_at"
    write(folder / "items.csv", header, "p1,anna,post,public,2026-01-10T10:00:00Z")
    url = f"sqlite:///{folder}/ledger.db"
    migrate(url)
    return api.gate(
        folder / "items.csv",
        register=url,
        pack="linkedin@2025-10-24",
        purpose="generative-ai",
        recipient="linkedin",
    ).manifest


def test_every_key_of_the_manifest_is_documented(manifest: Mapping[str, Any], of_a_ledger: Mapping[str, Any]) -> None:
    """Each value has a key on the page, every key there is in use, and every waiver is named."""
    register = {"register": of_a_ledger["register"]}  # the rest is as of a folder, with nothing in it
    found = [*paths(manifest), *paths(register)]

    assert keys_missing(manifest) == keys_missing(register) == []
    assert [key for key, pattern in keys_told().items() if not any(map(pattern.fullmatch, found))] == []
    assert set(manifest["waived"]) <= coded(text_of(REFERENCE / "snapshot.md"))
    assert len(manifest["waived"]) == 5


def test_planted_key_is_found(manifest: Mapping[str, Any]) -> None:
    """A key that is added is missing from the page, also one inside another."""
    assert keys_missing({**manifest, "planted": 1}) == ["planted"]
    assert keys_missing({**manifest, "pack": {**manifest["pack"], "planted": 1}}) == ["pack.planted"]


# features


def test_every_feature_of_talent_search_is_documented() -> None:
    """Each feature has its meaning on the page of models, in the order in which it is learned."""
    assert cells("models", "feature") == list(FEATURES)
    assert [name for name in FIELDS if name not in cells("models", "key")] == []
