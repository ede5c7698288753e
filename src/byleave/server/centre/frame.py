"""The frame of the settings around a page that stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse

from byleave.server.centre.places import sections
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def framed(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:  # noqa: ANN401
    """A page about the member's data, below Data privacy; `name` is its template's, with the folder of another."""
    frame = {"places": sections(), "section": "privacy", "here": "settings", "trail": trail()}
    template = name if "/" in name else f"centre/{name}"
    return render(request, f"{template}.html", {**frame, **context}, status=status)


def trail() -> list[tuple[str, str]]:
    """The pages above."""
    return [(say("settings"), reverse("settings")), (say("settings-privacy"), reverse("privacy"))]
