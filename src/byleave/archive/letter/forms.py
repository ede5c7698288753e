"""A letter as plain text, as a page that prints, and as a draft of an e-mail."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import default
from html import escape
from importlib import resources
from string import Template
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.archive.letter.compose import Letter

_WIDTH = 76


def as_text(letter: Letter) -> str:
    """The letter, and below a line what is for the person alone."""
    lines = [*letter.head, "", letter.subject, "", *_body(letter), *letter.signature]
    lines += ["", "-" * _WIDTH, f"{letter.notes_heading}:", ""]
    for note in letter.notes:
        lines += _wrapped(note, "- ")
    return "".join(f"{line}\n" for line in lines)


def as_html(letter: Letter) -> str:
    """A page; what is for the person alone is not printed."""
    template = resources.files("byleave.archive.letter").joinpath("letter_page.html").read_text(encoding="utf-8")
    return Template(template).substitute(
        language=escape(letter.language),
        head="<br>\n".join(map(escape, letter.head)),
        subject=escape(letter.subject),
        body="\n".join(map(_paragraph, letter.body)),
        signature="<br>\n".join(map(escape, letter.signature)),
        notes_heading=escape(letter.notes_heading),
        notes="\n".join(f"<li>{escape(note)}</li>" for note in letter.notes),
    )


def as_mail(letter: Letter) -> str:
    """A draft that a program for e-mail opens (RFC 5322); whom it goes to is left to the person."""
    message = EmailMessage(policy=default.clone(linesep="\n"))
    message["Subject"] = letter.subject
    message["X-Unsent"] = "1"
    lines = [*letter.head, "", *_body(letter), *letter.signature]
    message.set_content("".join(f"{line}\n" for line in lines), cte="quoted-printable")
    return message.as_string()


def _body(letter: Letter) -> Iterator[str]:
    for first, *points in letter.body:
        yield from _wrapped(first)
        for point in points:
            yield from _wrapped(point, "- ")
        yield ""


def _wrapped(text: str, mark: str = "") -> list[str]:
    return wrap(
        text,
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _paragraph(lines: tuple[str, ...]) -> str:
    first, *points = map(escape, lines)
    listed = "".join(f"<li>{point}</li>\n" for point in points)
    return f"<p>{first}</p>\n<ul>\n{listed}</ul>" if points else f"<p>{first}</p>"
