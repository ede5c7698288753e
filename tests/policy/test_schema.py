from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from byleave.policy.loader import shipped_ids, shipped_text
from byleave.policy.schema import pack_schema, pack_schema_text
from tests.policy.small_pack import SMALL, changed

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "pack.schema.json"


class CoreSchema(yaml.SafeLoader):
    """YAML 1.2 as editors read it: no dates, and no booleans but `true` and `false` (its Core Schema, section 10.3)."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way of keeping them


for tag, pattern, first in (
    ("null", r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    CoreSchema.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^{pattern}$"), first)


def problems(text: str) -> list[str]:
    """Where an editor would underline something in a pack."""
    data = yaml.load(text, Loader=CoreSchema)  # noqa: S506 - builds nothing but plain data
    return [error.json_path for error in Draft202012Validator(pack_schema()).iter_errors(data)]


def test_published_schema_is_up_to_date() -> None:
    """The published file is what the model generates; `make docs` writes it anew."""
    assert PUBLISHED.read_text(encoding="utf-8") == pack_schema_text()


def test_schema_is_a_schema() -> None:
    """The schema itself is valid, in the dialect that it names."""
    Draft202012Validator.check_schema(pack_schema())
    assert json.loads(pack_schema_text())["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_editor_reads_yaml_1_2() -> None:
    """In an editor `on` and `NO` are text, dates are text, and numbers are numbers."""
    text = "[on, NO, 2025-10-24, 18, 1.5, true, ~, 2025-11-03T00:00:00Z]"

    read = yaml.load(text, Loader=CoreSchema)  # noqa: S506 - builds nothing but plain data

    assert read == ["on", "NO", "2025-10-24", 18, 1.5, True, None, "2025-11-03T00:00:00Z"]


@pytest.mark.parametrize("pack_id", shipped_ids())
def test_shipped_pack_is_valid(pack_id: str) -> None:
    """An editor finds nothing wrong with the packs that come with byleave."""
    assert problems(shipped_text(pack_id)) == []


@pytest.mark.parametrize("pack_id", shipped_ids())
def test_shipped_pack_names_the_schema(pack_id: str) -> None:
    """The first line of each shipped pack leads an editor to the published schema."""
    line = shipped_text(pack_id).partition("\n")[0]
    relative = line.removeprefix("# yaml-language-server: $schema=")
    folder = Path(__file__).parents[2] / "src" / "byleave" / "policy" / "packs"

    assert (folder / relative).resolve() == PUBLISHED


def test_unquoted_version_is_valid() -> None:
    """A version that an editor reads as a number is text to the loader, so the schema allows it."""
    assert problems(changed(('version: "1"', "version: 1"), ('version: "2"', "version: 2"))) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("default: on", "defaultt: on", "$.regimes.union"),
        ("default: on", "default: true", "$.regimes.union.default"),
        ("use: in", "use: maybe", "$.categories.post.use"),
        ("2025-11-03T00:00:00Z", "2025-11-03T00:00:00", "$.regimes.union.effective"),
        ("date: 2025-10-24", "date: 24.10.2025", "$.sources.text.date"),
        ("days: 30", "days: thirty", "$.regimes.union.notice"),
        ("days: 30", "days: -1", "$.regimes.union.notice"),
        ("minimum_years: 18", "minimum_years: 18.5", "$.age"),
        ("regions: [EU, NO]", "regions: [EU, XX]", "$.regimes.union.regions[1]"),
        ("exclude: [CN]", "exclude: [rest]", "$.regimes.world.exclude[0]"),
        ("{private: in}", "{privat: in}", "$.categories.resume.visibility"),
        ("  post:\n", "  Post Item:\n", "$.categories"),
        ("opt_out: {reaches: training, source: text}\n", "", "$"),
    ],
)
def test_editor_underlines_what_the_loader_refuses(old: str, new: str, place: str) -> None:
    """A mistake in a pack is found while it is written."""
    assert problems(SMALL) == []
    assert any(found.startswith(place) for found in problems(changed((old, new))))


def test_documentation_reaches_the_editor() -> None:
    """What the model says of a key is shown where the key is written; no description speaks of Python."""
    schema = pack_schema()

    assert schema["$defs"]["NoticeRule"]["properties"]["days"]["description"] == (
        "Days of 24 hours between delivery and use."
    )
    assert not re.search(r"\b(None|True|False|pydantic)\b", json.dumps(schema))
