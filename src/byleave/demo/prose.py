"""Texts in the owner's language, put together from the templates in `texts/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from byleave.demo.draw import Draw

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "nl", "pt")

# Invented, and looked for: no company of such a name turned up.
COMPANIES = (
    "Brixhaldt",
    "Castrevine",
    "Dovrelund",
    "Gressholt",
    "Hollunderberg",
    "Isolvarne",
    "Kestrowen",
    "Lodrivane",
    "Norrvella",
    "Perquandt",
    "Quenbury",
    "Tessmarck",
    "Trevolanda",
    "Umbravell",
    "Wendelquist",
    "Zuiderplank",
)
_NUMBERS: Mapping[str, Sequence[str]] = {
    "company": COMPANIES,
    "n": tuple(map(str, range(2, 13))),
    "pct": ("6", "7", "8", "9", "11", "12", "13", "14", "16", "17", "18", "22", "23", "27", "31"),
    "pay": tuple(map(str, range(28, 97, 2))),
}


_GAP = " "
"""Between sentences; Japanese has none."""
CERTAIN = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of one kind: how many, how often, and what stands before the first and between them."""

    lines: str
    least: int = 1
    most: int = 1
    before: str = _GAP
    between: str = _GAP
    per_mille: int = 1000


_POST = (Part("post.open"), Part("post.body", 1, 3), Part("post.close", per_mille=600))
SHAPES: Mapping[str, tuple[Part, ...]] = {
    "profile": (Part("profile.head"), Part("profile.about", 2, 4, "\n", "\n")),
    "post": _POST,
    "article": (
        Part("article.title"),
        Part("post.open", before="\n\n"),
        Part("post.body", 2, 3),
        Part("post.body", 2, 3, "\n\n"),
        Part("post.close"),
    ),
    "comment": (Part("comment"), Part("post.body", per_mille=300)),
    "contribution": (Part("contribution"), Part("post.body", per_mille=500)),
    "repost": (Part("repost"),),
    "reaction": (Part("reaction"),),
    "poll-response": (Part("poll"),),
    "group-post": (Part("group"), Part("post.body", 1, 2, per_mille=600)),
    "group-message": (Part("group"),),
    "private-message": (Part("message"),),
    "ai-prompt": (Part("prompt"),),
    "resume": (Part("resume", 1, 2, between="\n"),),
    "saved-answer": (Part("answer", 1, 2, between="\n"),),
    "feedback": (Part("feedback"),),
    "recommendation": (Part("recommendation"),),
    "endorsement": (Part("endorsement"),),
    "photo": (Part("caption"),),
    "video": (Part("video"),),
    "job-posting": (Part("job"),),
    "job-application": (Part("application"),),
    "salary": (Part("salary"),),
    "credential": (Part("credential"),),
    "payment": (Part("payment"),),
}
"""Category → what a text of it is made of."""
_TAGGED = 450
"""Posts with hashtags, per mille."""


class Words(dict[str, str]):
    """What fills a template. A word is drawn when it is first asked for, and then stays the same within a text.

    `{n}` is drawn each time; `{x_cap}` begins with a capital letter; `{topic_b}` is another topic than `{topic}`.
    """

    def __init__(self, known: Mapping[str, str], lists: Mapping[str, Sequence[str]], draw: Draw) -> None:
        super().__init__(known)
        self._lists = lists
        self._draw = draw

    def __missing__(self, word: str) -> str:
        if word == "n":
            return self._draw.pick(self._lists[word])
        if word.endswith("_cap"):
            plain = self[word.removesuffix("_cap")]
            value = plain[:1].upper() + plain[1:]
        elif word == "topic_b":
            topics = self._lists["topic"]
            step = 1 + self._draw.below(len(topics) - 1)
            value = topics[(topics.index(self["topic"]) + step) % len(topics)]
        else:
            value = self._draw.pick(self._lists[word])
        self[word] = value
        return value


@dataclass(frozen=True, slots=True)
class Voice:
    """How one member writes: the language, the trade, and what is always true of the writer."""

    language: str
    lists: Mapping[str, Sequence[str]]
    texts: Mapping[str, Sequence[str]]
    known: Mapping[str, str]
    tags: Sequence[str]

    def write(self, category: str, draw: Draw, *, person: str | None = None, by_ai: bool = False) -> str:
        """A text of a category; `person` is thanked in it, `by_ai` sounds like it."""
        words = Words(self.known, self.lists, draw)
        if person is not None:
            words["person"] = person
        gap = "" if self.language == "ja" else " "
        used: set[str] = set()
        text = ""
        for part in SHAPES[category]:
            if part.per_mille < CERTAIN and not draw.per_mille(part.per_mille):
                continue
            lines = self.texts["ai" if by_ai and part.lines.startswith("post.") else part.lines]
            before = part.before if text else ""
            for line in _unused(lines, draw.between(part.least, part.most + 1), used, draw):
                text += (gap if before == _GAP else before) + line.format_map(words)
                before = part.between
        if person is not None and category in THANKING:
            text += gap + draw.pick(self.texts["thanks"]).format_map(words)
        if category == "post" and draw.per_mille(_TAGGED):
            text += "\n" + " ".join(f"#{tag}" for tag in self.tags)
        return text


THANKING = frozenset({"post", "article", "comment", "group-post"})
"""Categories in which a named person gets a sentence."""


def _unused(lines: Sequence[str], count: int, used: set[str], draw: Draw) -> Iterator[str]:
    """`count` lines that the text does not have yet, as far as there are so many."""
    left = len(lines)
    index = draw.below(left)
    while count and left:
        line = lines[index % len(lines)]
        index, left = index + 1, left - 1
        if line not in used:
            used.add(line)
            count -= 1
            index += draw.below(3)
            yield line


@cache
def language(code: str) -> dict[str, Any]:
    """The templates and words of a language; every scalar is text, and templates are lists of lines."""
    text = resources.files("byleave.demo").joinpath("texts", f"{code}.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    data: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - BaseLoader builds nothing but text
    data["texts"] = {
        key: value.splitlines() if isinstance(value, str) else value for key, value in data["texts"].items()
    }
    return data


def first_name(code: str, draw: Draw, *, he: bool) -> str:
    """A first name in use where the language is spoken."""
    names: Sequence[str] = language(code)["names"]["he" if he else "she"]
    return draw.pick(names)


def fields() -> list[str]:
    """The fields of work that every language has words for."""
    return list(language("en")["fields"])


def voice(code: str, field: str, draw: Draw, *, he: bool, since_year: int) -> Voice:
    """A writer with a role and a company of their own."""
    lists = _lists(code, field)
    both = draw.pick(language(code)["fields"][field]["roles"]).split("|")
    known = {"role": both[0] if he else both[-1], "company": draw.pick(COMPANIES), "year": str(since_year)}
    return Voice(code, lists, language(code)["texts"], known, language(code)["fields"][field]["tags"])


@cache
def _lists(code: str, field: str) -> dict[str, Sequence[str]]:
    own = language(code)["fields"][field]
    return {
        **_NUMBERS,
        **language(code)["words"],
        "topic": own["topics"],
        "tool": own["tools"],
        "role_b": [role.replace("|", "/") for role in own["roles"]],
        "person": [name for names in language(code)["names"].values() for name in names],
    }
