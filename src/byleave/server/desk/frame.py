"""The frame of the desk around a page that stands in it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from byleave.server.spreadsheets import lines
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpRequest, HttpResponse

    from byleave.server.desk.index import Read

PLACES = (
    ("desk", "desk-cases", "paper"),
    ("desk-policies", "desk-policies", "lock"),
    ("desk-choices", "desk-choices", "gear"),
    ("desk-notices", "desk-notices", "bell"),
    ("desk-effect", "desk-effect", "clock"),
    ("desk-snapshots", "desk-snapshots", "spark"),
    ("desk-copies", "desk-copies", "leave"),
    ("desk-report", "desk-report", "tick"),
    ("desk-trail", "desk-trail", "eye"),
)
"""Name of the address, name of the words, and picture of each page that the side lists."""


class Place(NamedTuple):
    """One page in the list at the side."""

    name: str
    title: str
    picture: str
    to: str


def framed(
    request: HttpRequest,
    template: str,
    section: str,
    /,
    *,
    read: Read | None = None,
    status: int = 200,
    **context: Any,  # noqa: ANN401
) -> HttpResponse:
    """A page of the desk.

    Args:
        request: what is answered.
        template: its name.
        section: the place in the list at the side.
        read: how far the index has read; a page that shows nothing of the index has none.
        status: of the answer.
        context: for the template.
    """
    places = [Place(one, say(words), picture, reverse(one)) for one, words, picture in PLACES]
    frame = {"places": places, "section": section, "here": "desk", "read": read if read and read.is_behind else None}
    frame["role"] = say(f"desk-role-{request.user.role}")
    return render(request, f"desk/{template}.html", {**frame, **context}, status=status)


def as_csv(name: str, rows: Iterable[Sequence[object]], read: Read) -> StreamingHttpResponse:
    """Rows as a file, sent as they are read; no cell of it is a formula.

    Where the index is behind the ledger, the name of the file and its last row say so.
    """
    if read.is_behind:
        name = f"{name}-not-whole-{read.seq}-of-{read.head}"
        rows = chain(rows, [(f"not whole: {read.seq} of {read.head} entries of the ledger were read",)])
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8", headers=headers)
