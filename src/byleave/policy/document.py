"""A YAML file as plain data with the place of every value, and errors that point into it.

Scalars stay text and are typed by the model that reads them, because YAML 1.1 turns `NO` (Norway) and `on` into
booleans. Every error says file, line, column, what was expected and the nearest known name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from byleave.kernel.errors import PackError
from byleave.policy.problems import KEY, Location, Problem, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

_SHOWN = 60
"""Characters of a wrong value that an error repeats."""


class Document:
    """A YAML file: plain data of text, lists and mappings, and where each of them stands."""

    def __init__(self, text: str, file: str, kind: str) -> None:
        """Parse `text`; errors call the file `file` and its whole content `kind`, such as `the pack`.

        Raises: PackError when it is not YAML, is empty, repeats a key or uses aliases.
        """
        self.file = file
        self.kind = kind
        self._marks: dict[Location, yaml.Mark] = {}
        self._key_marks: dict[Location, yaml.Mark] = {}
        self._nodes: set[int] = set()
        root = self._compose(text)
        if root is None:
            raise PackError(f"{file}:1:1: the file is empty")
        self._data = self._build(root, ())

    def read(self, model: type[Model]) -> Model:
        """The file as a `model`. Raises: PackError listing every problem."""
        try:
            return model.model_validate(self._data)
        except ValidationError as error:
            details = error.errors()
        raise self.error(_problems(details, model, self))

    def error(self, problems: Iterable[Problem]) -> PackError:
        """One error for all problems, each as `file:line:column: message`, in the order of the file."""
        placed = sorted(((self._place(problem.at), problem.message) for problem in problems), key=lambda one: one[0])
        # a name or value may hold a line break; a message is one line
        lines = [f"{self.file}:{line}:{column}: {' '.join(message.split())}" for (line, column), message in placed]
        return PackError("\n".join(lines), hint=f"{len(lines)} problems in `{self.file}`" if len(lines) > 1 else None)

    def line(self, at: Location) -> int:
        """The line on which a value begins, from 1."""
        return self._place(at)[0]

    def existing(self, at: Location) -> Location:
        """The longest part of a path, from its beginning, that stands in the file."""
        length = 0
        while length < len(at) and at[: length + 1] in self._marks:
            length += 1
        return at[:length]

    def _place(self, at: Location) -> tuple[int, int]:
        """Line and column; of the key where the value is missing or the problem is the key's."""
        if at and at[-1] == KEY:
            at = at[:-1]
            mark = self._key_marks.get(at)
        else:
            mark = None
        mark = mark or self._marks[self.existing(at)]
        return mark.line + 1, mark.column + 1

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{self.file}:{mark.line + 1}:{mark.column + 1}" if mark else self.file
            said, hint = _plain_yaml((error.problem or error.context or "it cannot be read").replace("'", "`"))
            raise PackError(f"{where}: not YAML: {said}", hint=hint) from None
        except yaml.reader.ReaderError as error:
            before = text[: error.position]
            where = f"{self.file}:{before.count(chr(10)) + 1}:{error.position - before.rfind(chr(10))}"
            code = error.character if isinstance(error.character, int) else ord(error.character)
            raise PackError(f"{where}: not YAML: the character U+{code:04X} may not stand here") from None
        except RecursionError:
            raise PackError(f"{self.file}:1:1: not YAML: nested too deeply") from None

    def _build(self, node: yaml.Node, at: Location) -> Any:  # noqa: ANN401 - plain data of any shape
        if id(node) in self._nodes:
            raise self._refused(node, "an anchor is used a second time", "write the value out")
        self._nodes.add(id(node))
        self._marks[at] = node.start_mark
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(child, (*at, index)) for index, child in enumerate(node.value)]
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return None if plain and node.value in {"", "~", "null"} else node.value

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._refused(key, "expected a name before the `:`", None)
            if key.value in result:
                raise self._refused(key, f"{_shown(key.value)} stands here twice", "keep one of the two")
            self._key_marks[*at, key.value] = key.start_mark
            result[key.value] = self._build(value, (*at, key.value))
        return result

    def _refused(self, node: yaml.Node, message: str, hint: str | None) -> PackError:
        mark = node.start_mark
        return PackError(f"{self.file}:{mark.line + 1}:{mark.column + 1}: {message}", hint=hint)


def _plain_yaml(said: str) -> tuple[str, str | None]:
    """What PyYAML says, in plain words where its own are not, and how to mend it."""
    if said.startswith("expected <block end>"):
        return "this line does not fit the lines before it", "check the indentation"
    if said.startswith("expected the node content"):
        return said.replace("expected the node content, but found", "a value is missing before"), None
    if said.startswith("but found another document"):
        return "a second document begins here", "write one document to a file"
    if "cannot start any token" in said or "undefined alias" in said:
        return said, "indent with spaces" if "\\t" in said else "put the text in quotes"
    return said, "put the text in quotes when it holds `: `" if said.startswith("mapping values") else None


def _problems(details: list[ErrorDetails], model: type[BaseModel], document: Document) -> Iterator[Problem]:
    """One problem per place; a key that is missing because it was misspelt is one problem too."""
    seen: set[Location] = set()
    renamed: set[Location] = set()
    for detail in details:
        if detail["type"] == "extra_forbidden":
            at = detail["loc"]
            near = nearest(str(at[-1]), _fields_at(model, at[:-1]))
            renamed |= {(*at[:-1], near)} if near else set()
    for detail in details:
        at = _file_path(detail, document)
        if at in seen or (detail["type"] == "missing" and detail["loc"] in renamed):
            continue
        seen.add(at if detail["type"] != "missing" else detail["loc"])
        yield Problem(at, _message(detail, at, model, document))


def _file_path(detail: ErrorDetails, document: Document) -> Location:
    """The path in the file that a detail of the model is about."""
    loc = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return (*loc, KEY)
    return loc if loc and loc[-1] == KEY else document.existing(loc)


def _message(detail: ErrorDetails, at: Location, model: type[BaseModel], document: Document) -> str:
    kind, loc = detail["type"], detail["loc"]
    if kind == "extra_forbidden":
        name = str(loc[-1])
        return f"{_shown(name)} is not known here{did_you_mean(name, _fields_at(model, loc[:-1]))}"
    path = ".".join(str(part) for part in (at[:-2] if at[-1:] == (KEY,) else at))
    subject = f"`{path}`" if path else document.kind
    if kind == "missing":
        return f"{subject} lacks `{loc[-1]}`"
    value = detail["input"]
    if kind in {"literal_error", "enum"}:
        expected = detail["ctx"]["expected"].replace("'", "`")
        options = [word.strip("` ") for word in expected.replace(" or ", ",").split(",")]
        if len(options) > _LISTED:
            expected = f"one of {len(options)} known words"
        return f"{subject}: expected {expected}, got {_shown(value)}{did_you_mean(str(value), options)}"
    return f"{subject}: {_expected(detail)}, got {_shown(value)}"


_LISTED = 8
"""More options than this are counted and not listed."""

_PLAIN = {
    "model_type": "expected a mapping",
    "dict_type": "expected a mapping",
    "tuple_type": "expected a list",
    "string_type": "expected text",
    "string_pattern_mismatch": "expected lower-case letters, digits, `-` and `.`",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "int_parsing_size": "expected a smaller number",
    "greater_than_equal": "expected at least {ge}",
    "less_than_equal": "expected at most {le}",
    "too_short": "expected at least {min_length} of them",
}


def _expected(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context["error"])
    return _PLAIN.get(detail["type"], "expected another value").format(**context)


def _shown(value: object) -> str:
    """A wrong value as an error repeats it."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    text = " ".join(str(value).split())
    if not text:
        return "empty text"
    return f"`{text[:_SHOWN]}…`" if len(text) > _SHOWN else f"`{text}`"


def _fields_at(model: type[BaseModel], at: Location) -> list[str]:
    """The keys that a model knows at a path, for suggestions."""
    found: Any = model
    for part in at:
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(str(part))
            found = field.annotation if field else None
        else:
            arguments = [argument for argument in get_args(found) if argument is not Ellipsis]
            found = arguments[-1] if arguments else None
        found = _seen_through(found)
    return list(found.model_fields) if isinstance(found, type) and issubclass(found, BaseModel) else []


def _seen_through(annotation: Any) -> Any:  # noqa: ANN401 - any annotation
    """See through `X | None` and `Annotated[X, ...]`, but keep containers."""
    arguments = [argument for argument in get_args(annotation) if argument is not type(None)]
    if hasattr(annotation, "__metadata__") or (type(None) in get_args(annotation) and len(arguments) == 1):
        return _seen_through(arguments[0])
    return annotation
