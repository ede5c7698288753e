"""The JSON Schema of packs, for editors; published as `docs/reference/pack.schema.json`.

An editor reads YAML 1.2, in which numbers are numbers while dates, `on` and `NO` are text.
"""

from __future__ import annotations

import ast
import inspect
import json
from typing import Any

from byleave.policy import model
from byleave.policy.model import Pack
from byleave.policy.regions import REST, regions

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def pack_schema() -> dict[str, Any]:
    """The schema, with the model's own documentation as descriptions."""
    schema = Pack.model_json_schema()
    parts = {**schema.pop("$defs"), "Pack": schema}
    documented = _attribute_docstrings()
    for part, definition in parts.items():
        for name, field in definition.get("properties", {}).items():
            _tidy(field)
            if name in documented.get(part, {}):
                field["description"] = documented[part][name]
    for part in ("Pack", "NoticeRule"):
        # unquoted, a version such as `1` is a number; the loader takes it as text
        version = parts[part]["properties"]["version"]
        text = [{"type": version.pop("type")}] if "type" in version else version["anyOf"]
        version["anyOf"] = [*text, {"type": "number"}]
    codes = sorted(regions().countries | set(regions().synonyms))
    properties = parts["Regime"]["properties"]
    properties["regions"]["items"] = {"enum": [REST, *regions().sets, *codes]}
    properties["exclude"]["items"] = {"enum": [*regions().sets, *codes]}
    pack = parts.pop("Pack")
    return {"$schema": DIALECT, **pack, "title": "byleave policy pack", "$defs": parts}


def _tidy(field: dict[str, Any]) -> None:
    """Leave out what tells an editor nothing, and close mappings whose keys have a pattern."""
    field.pop("title", None)
    if "default" in field and field["default"] in (None, []):
        del field["default"]
    if "patternProperties" in field:
        field["additionalProperties"] = False


def pack_schema_text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(pack_schema(), indent=2, ensure_ascii=False) + "\n"


def _attribute_docstrings() -> dict[str, dict[str, str]]:
    """Class → attribute → the text that stands below it, read from the source: no other run should pay for it."""
    found: dict[str, dict[str, str]] = {}
    for statement in ast.parse(inspect.getsource(model)).body:
        if not isinstance(statement, ast.ClassDef):
            continue
        for attribute, below in zip(statement.body, statement.body[1:], strict=False):
            if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name):
                match below:
                    case ast.Expr(value=ast.Constant(value=str() as text)):
                        found.setdefault(statement.name, {})[attribute.target.id] = inspect.cleandoc(text)
    return found
