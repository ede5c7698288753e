"""Write the generated pages of docs/, or with `--check` say which of them are out of date."""  # noqa: INP001 - a script

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import click
import yaml
from pydantic import BaseModel

from byleave.cli import main as cli
from byleave.policy import cases, model
from byleave.policy.schema import pack_schema_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

DOCS = Path(__file__).parent
TESTS = DOCS.parent / "tests"
NOTE = "<!-- Written by docs/generate.py (`make docs`). Change {source}, not this page. -->"


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Lines of a table."""
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in row)} |"


# Commands


def commands_page() -> str:
    """Every command with its arguments and options."""
    lines = [
        "# Commands",
        "",
        NOTE.format(source="the help texts in src/byleave/cli"),
        "",
        "What was asked for goes to stdout, everything else to stderr.",
        "With `--json` an error is JSON on stderr too.",
        "[`errors.md`](errors.md) has the exit codes.",
        "",
        "## `byleave`",
        "",
        *_command(cli.group, "byleave"),
    ]
    for path, command in every_command(cli.group, "byleave"):
        lines += ["", f"## `{path}`", "", *_command(command, path)]
    return "\n".join(lines) + "\n"


def every_command(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, and those of groups inside it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None  # noqa: S101 - the group has just named it
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from every_command(command, f"{path} {name}")


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path, help_option_names=["-h", "--help"])
    yield from inspect.cleandoc(command.help or "").splitlines()
    yield from ("", "```text", f"{path} {' '.join(command.collect_usage_pieces(context))}", "```", "")
    options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    yield from table(("option", "meaning"), [(_option(one), _meaning(one)) for one in options])


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    choices = "\\|".join(option.type.choices) if isinstance(option.type, click.Choice) else None
    value = option.metavar or choices
    return names if option.is_flag or not value else f"{names} {value}"


def _meaning(option: click.Option) -> str:
    notes = ["Needed."] * option.required + ["May be repeated."] * option.multiple
    if option.show_default and option.default is not None:
        notes.append(f"Default: `{option.default}`.")
    return " ".join([option.help or "", *notes])


# Keywords of packs and cases


def pack_page() -> str:
    """Every keyword of the pack language."""
    return _keywords_page(
        "Keywords of packs",
        [
            "A pack is one YAML file in UTF-8.",
            "Every value is read as text and then typed, so that `NO` is Norway and `on` is a word.",
            "An unknown keyword, a key that stands twice, and an alias (`*name`) are errors.",
            "[`semantics.md`](../semantics.md) says what the rules mean together.",
            "The same is there as a [JSON Schema](pack.schema.json) for editors.",
            "",
            "An *instant* names its zone, as `2025-11-03T00:00:00Z`.",
            "A *date* is `2025-11-03`.",
            "A *name* has lower-case letters, digits, `-` and `.`.",
            "In paths, `NAME` stands for a name of your choice.",
        ],
        "src/byleave/policy/model.py or docs/keywords.yaml",
        model.Pack,
    )


def cases_page() -> str:
    """Every keyword of files of cases."""
    return _keywords_page(
        "Keywords of cases",
        [
            "A file of cases stands beside a pack as `NAME.cases.yaml`.",
            "[How to test a pack](../how-to/test-a-pack.md) shows one.",
            "What a case does not say comes from `defaults`, key by key, also inside `item` and `member`.",
        ],
        "src/byleave/policy/cases.py or docs/keywords.yaml",
        cases.CaseFile,
    )


def _keywords_page(title: str, intro: list[str], source: str, root: type[BaseModel]) -> str:
    lines = [f"# {title}", "", NOTE.format(source=source), "", *intro]
    for part, paths in parts_of(root).items():
        lines += ["", f"## {_heading(paths)}", "", inspect.cleandoc(part.__doc__ or ""), ""]
        own = {name: field for name, field in part.model_fields.items() if name not in _inherited(part)}
        lines += table(
            ("keyword", "value", "needed", "meaning"),
            [
                (f"`{name}`", _value(field.annotation, field), _needed(field), meaning(part, name))
                for name, field in own.items()
            ],
        )
        for base in _bases(part):
            lines += ["", f"Also {_listed(base)}: see [{_heading(PLACES[base])}](#{_anchor(_heading(PLACES[base]))})."]
    return "\n".join(lines) + "\n"


PLACES: dict[type[BaseModel], list[str]] = {model.Sourced: ["every rule"], cases.CaseFacts: ["defaults"]}
"""Parts whose keywords other parts have as well, and where these are told."""


def _bases(part: type[BaseModel]) -> list[type[BaseModel]]:
    return [base for base in PLACES if issubclass(part, base) and part is not base]


def _inherited(part: type[BaseModel]) -> set[str]:
    return {name for base in _bases(part) for name in base.model_fields}


def _listed(part: type[BaseModel]) -> str:
    names = [f"`{name}`" for name in part.model_fields]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _heading(paths: list[str]) -> str:
    return " and ".join(f"{path[0].upper()}{path[1:]}" if " " in path else f"`{path}`" for path in paths)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def parts_of(root: type[BaseModel]) -> dict[type[BaseModel], list[str]]:
    """Every part of a file, and the paths at which it stands; what many parts share comes last."""
    found: dict[type[BaseModel], list[str]] = {root: ["the file"]}
    waiting = [root]
    while waiting:
        part = waiting.pop(0)
        prefix = "" if part is root else f"{found[part][0]}."
        for name, field in part.model_fields.items():
            if name in _inherited(part):
                continue
            for inner, suffix in _parts_in(field.annotation):
                if inner in (model.Cite, model.Sourced):
                    continue
                if inner not in found:
                    waiting.append(inner)
                found.setdefault(inner, []).append(f"{prefix}{name}{suffix}".removeprefix("defaults."))
    if root is model.Pack:
        found |= {model.Sourced: PLACES[model.Sourced], model.Cite: ["source"]}
    return found


def _parts_in(annotation: Any, suffix: str = "") -> Iterator[tuple[type[BaseModel], str]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, suffix
    mark = {dict: ".NAME", tuple: ""}.get(get_origin(annotation), "")
    for argument in get_args(annotation):
        yield from _parts_in(argument, suffix + mark)


_KINDS = {datetime: "instant", date: "date", bool: "`true` or `false`", int: "whole number", str: "text"}


def _value(annotation: Any, field: FieldInfo | None = None) -> str:  # noqa: ANN401, PLR0911 - one for each kind
    """What a keyword may hold, in words."""
    arguments = [one for one in get_args(annotation) if one not in (type(None), Ellipsis)]
    limits = [*(field.metadata if field else ()), *_limits(annotation)]
    if any(getattr(limit, "pattern", None) for limit in limits):
        return "name"
    if hasattr(annotation, "__metadata__"):
        return _value(arguments[0])
    if annotation in _KINDS:
        bounds = {name: getattr(limit, name) for limit in limits for name in ("ge", "le") if hasattr(limit, name)}
        return _KINDS[annotation] + (f", {bounds['ge']} to {bounds['le']}" if bounds else "")
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "name of a source, or a mapping" if annotation is model.Cite else "mapping"
    if isinstance(annotation, type):  # an enumeration
        return "a reason code"
    if get_origin(annotation) is tuple:
        return f"list of {_several(arguments[0])}"
    if get_origin(annotation) is dict:
        return f"mapping from {_several(arguments[0])} to {_several(arguments[1])}"
    if all(isinstance(one, str) for one in arguments):
        return ", ".join(f"`{one}`" for one in arguments)
    return _value(arguments[0])


def _limits(annotation: Any) -> list[Any]:  # noqa: ANN401 - any annotation
    """What `Annotated` says beside the type; a `Field` in it holds its limits inside."""
    said = getattr(annotation, "__metadata__", ())
    return [limit for one in said for limit in getattr(one, "metadata", [one])]


def _several(annotation: Any) -> str:  # noqa: ANN401 - any annotation
    """The same in the plural."""
    words = {"text": "texts", "name": "names", "mapping": "mappings", "instant": "instants", "date": "dates"}
    value = _value(annotation)
    return words.get(value, value)


def _needed(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    if field.is_required():
        return "yes"
    return f"default `{str(default).lower()}`" if isinstance(default, str | bool) else ""


def meaning(part: type[BaseModel], keyword: str) -> str:
    """What a keyword means, from the model or from keywords.yaml: from exactly one of them."""
    texts = [
        texts[owner.__name__][keyword]
        for owner in part.__mro__
        for texts in (_documented(), _supplement())
        if keyword in texts.get(owner.__name__, {})
    ]
    if len(texts) != 1:
        raise SystemExit(f"{part.__name__}.{keyword} is explained {len(texts)} times; see docs/keywords.yaml")
    return texts[0]


@cache
def _supplement() -> Mapping[str, Mapping[str, str]]:
    data = yaml.safe_load((DOCS / "keywords.yaml").read_text(encoding="utf-8"))
    known: Mapping[str, Mapping[str, str]] = data
    return known


@cache
def _documented() -> Mapping[str, Mapping[str, str]]:
    """Class → keyword → the text below it in the source."""
    found: dict[str, dict[str, str]] = {}
    for module in (model, cases):
        for part in ast.parse(inspect.getsource(module)).body:
            if isinstance(part, ast.ClassDef):
                for one, below in zip(part.body, part.body[1:], strict=False):
                    match one, below:
                        case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as text)):
                            found.setdefault(part.name, {})[name] = inspect.cleandoc(text)
    return found


# The mission


def mission_page() -> str:
    """Claim → feature → tests."""
    lines = [
        "# Mission, claim by claim",
        "",
        NOTE.format(source="docs/claims.yaml, or the claims that a test's docstring names"),
        "",
        "byleave began with one article about a platform that trains AI on what its members share",
        "(“LinkedIn Is Using Your Data to Train AI: Here's How to Opt Out”, Clients First, 24 October 2025).",
        "These are its claims in our words, what byleave does about each today, and the tests that name the claim.",
        "`test_case_holds` runs the cases that stand beside the packs; each says the claim that it is about.",
    ]
    tests = claimed_tests(TESTS)
    for one in yaml.safe_load((DOCS / "claims.yaml").read_text(encoding="utf-8")):
        lines += ["", f"## {one['id']}", "", f"*{one['claim']}*", "", one["feature"] or "Not yet."]
        named = tests.get(one["id"], [])
        lines += ["", "Tests:", "", *(f"- `{test}`" for test in named)] if named else ["", "Tests: not yet."]
    return "\n".join(lines) + "\n"


def claimed_tests(folder: Path) -> dict[str, list[str]]:
    """Claim → the tests whose docstring names it, as `path::name`."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for claim in sorted(set(re.findall(r"\bM[1-9][0-9]?\b", ast.get_docstring(node) or ""))):
                    test = f"{path.relative_to(folder.parent).as_posix()}::{node.name}"
                    found.setdefault(claim, []).append(test)
    return found


# the HTTP API


def openapi_text() -> str:
    """The OpenAPI document."""
    _set_up()
    from byleave.server.api.document import openapi_text as text  # noqa: PLC0415 - needs Django's settings

    return text()


def calls_page() -> str:
    """Every call of the HTTP API, and who may make it."""
    _set_up()
    from byleave.server.accounts.tokens import SCOPES  # noqa: PLC0415 - needs Django's settings
    from byleave.server.api.document import calls  # noqa: PLC0415

    intro = (DOCS / "reference" / "http-api.intro.txt").read_text(encoding="utf-8")
    lines = [
        intro.rstrip().replace(
            "{note}", NOTE.format(source="docs/reference/http-api.intro.txt and src/byleave/server/api")
        )
    ]
    for title, own in (("Calls of members", True), ("Calls of services", False)):
        rows = [
            (f"`{one.method} {one.path}`", ", ".join(f"`{name}`" for name in one.allowed), one.summary)
            for one in calls()
            if ("member" in one.allowed) is own
        ]
        lines += ["", f"## {title}", "", *table(("call", "who", "what it does"), rows)]
    lines += ["", "## Scopes", "", *table(("scope", "what it allows"), [(f"`{a}`", b) for a, b in SCOPES.items()])]
    return "\n".join(lines) + "\n"


def _set_up() -> None:
    import django  # noqa: PLC0415 - only these pages need it

    for name in [name for name in os.environ if name.startswith("BYLEAVE_")]:
        del os.environ[name]
    os.environ["DJANGO_SETTINGS_MODULE"] = "byleave.server.settings"
    django.setup()


PAGES = {
    "reference/openapi.json": openapi_text,
    "reference/http-api.md": calls_page,
    "reference/commands.md": commands_page,
    "reference/pack.md": pack_page,
    "reference/cases.md": cases_page,
    "reference/pack.schema.json": pack_schema_text,
    "mission.md": mission_page,
}


def main() -> int:
    """Write the pages, or check them."""
    check = "--check" in sys.argv[1:]
    late = False
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            late = True
            sys.stderr.write(f"docs/{name} is out of date; `make docs` writes it anew\n")
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
