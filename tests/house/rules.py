"""The house rules that the linters do not know. Each takes one file and yields what is wrong with it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Rule = Callable[["Source"], Iterator[str]]

MOST_LINES_IN_FILE = 400
MOST_LINES_IN_FUNCTION = 40
MOST_IGNORES = 20

VAGUE_NAMES = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
PURE = {"kernel", "text", "policy", "proof", "compile", "learn", "ledger", "receipts"}
"""Packages that take time, randomness, environment and storage as arguments."""
PACKAGED = {"text", "policy"}
"""Pure packages that may read the data files which are packaged with them, through importlib.resources."""

IMPURE_MODULES = {"random", "secrets"}
IMPURE_NAMES = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "os.environ",
    "os.getenv",
    "time.monotonic",
    "time.perf_counter",
    "time.time",
    "time.time_ns",
}
FILE_METHODS = {"open", "read_bytes", "read_text", "write_bytes", "write_text"}
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
IGNORED_TYPE = re.compile(r"#\s*type:\s*ignore")


@dataclass(frozen=True)
class Source:
    """A file of the tree: its path from the root, and its text."""

    path: str
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the file's stem."""
        return PurePosixPath(self.path).with_suffix("").parts

    @property
    def package(self) -> str | None:
        """The package directly under byleave that the file is in, if any."""
        return self.parts[2] if self.path.startswith("src/byleave/") and len(self.parts) > 3 else None

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the Python file; none of another file."""
        return list(ast.walk(ast.parse(self.text))) if self.path.endswith(".py") else []

    @cached_property
    def ignores(self) -> list[str]:
        """The comments that silence the type checker."""
        if not self.path.endswith(".py"):
            return []
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [
            token.string for token in tokens if token.type == tokenize.COMMENT and IGNORED_TYPE.search(token.string)
        ]


def short_file(source: Source) -> Iterator[str]:
    """A file of code has at most 400 lines."""
    lines = source.text.count("\n")
    if source.path.endswith(".py") and lines > MOST_LINES_IN_FILE:
        yield f"{lines} lines, at most {MOST_LINES_IN_FILE}"


def short_functions(source: Source) -> Iterator[str]:
    """A function in src has at most 40 lines, its docstring not counted."""
    if not source.path.startswith("src/"):
        return
    for node in source.nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        lines = _length(node) - (_length(node.body[0]) if ast.get_docstring(node) else 0)
        if lines > MOST_LINES_IN_FUNCTION:
            yield f"line {node.lineno}: `{node.name}` has {lines} lines, at most {MOST_LINES_IN_FUNCTION}"


def telling_names(source: Source) -> Iterator[str]:
    """No module is named for nothing in particular."""
    for part in source.parts:
        if part.strip("_") in VAGUE_NAMES:
            yield f"`{part}` says nothing about what is in it"


def narrow_excepts(source: Source) -> Iterator[str]:
    """Only the command line catches every exception, and the forgetting of a service, which nothing may end."""
    if source.package == "cli" or "/server/forgetting/" in f"/{'/'.join(source.parts)}":
        return
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or _dotted(kind) in {"Exception", "BaseException"} for kind in caught):
                yield f"line {node.lineno}: catches every exception"


def coded_ignores(source: Source) -> Iterator[str]:
    """A silenced type error names its code."""
    for comment in source.ignores:
        if not re.search(IGNORED_TYPE.pattern + r"\[[a-z-]+(, ?[a-z-]+)*\]", comment):
            yield f"`{comment}` names no error code"


def claimed_tests(source: Source) -> Iterator[str]:
    """Each test's docstring states what it claims."""
    if not (source.parts[0] == "tests" and source.parts[-1].startswith("test_")):
        return
    for node in source.nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("test_") and not ast.get_docstring(node):
            yield f"line {node.lineno}: `{node.name}` has no docstring"


def pure_core(source: Source) -> Iterator[str]:
    """The pure packages read no clock, no environment, no file, and draw no random number."""
    if source.package not in PURE:
        return
    packaged = source.package in PACKAGED and "importlib.resources" in _imports(source)
    for node in source.nodes:
        if isinstance(node, ast.Attribute | ast.Name):
            name = ".".join(_dotted(node).split(".")[-2:])
            if name in IMPURE_NAMES or name == "open":
                yield f"line {node.lineno}: `{name}`"
            elif isinstance(node, ast.Attribute) and node.attr in FILE_METHODS and not packaged:
                yield f"line {node.lineno}: `.{node.attr}`"
    for name in sorted(_imports(source) & (IMPURE_MODULES | IMPURE_NAMES)):
        yield f"imports `{name}`"


def nothing_unfinished(source: Source) -> Iterator[str]:
    """Nothing is left for later in a note."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := UNFINISHED.search(line):
            yield f"line {number}: `{found[0]}`"


RULES: tuple[Rule, ...] = (
    short_file,
    short_functions,
    telling_names,
    narrow_excepts,
    coded_ignores,
    claimed_tests,
    pure_core,
    nothing_unfinished,
)


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _dotted(node: ast.expr) -> str:
    """The dotted name of an expression; a part that is not a name is left blank."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _imports(source: Source) -> set[str]:
    """The modules that a file imports, and the names that it imports from them (`from os import environ`)."""
    found: set[str] = set()
    for node in source.nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found
