"""The addresses of the feed of revocations: public, with ETags, and of nothing that names a person."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from byleave.server.revocations import Lists, feed
from byleave.server.running import current

if TYPE_CHECKING:
    from django.http import HttpRequest

SECONDS = 300
"""For which a cache may answer: a copy that is called back is told within five minutes of its list."""


@cache
def lists() -> Lists:
    """The lists of this server."""
    return Lists(settings.CONFIGURATION.revocations, settings.CONFIGURATION.keys)


@require_safe
def revocation_feed(request: HttpRequest) -> HttpResponse:
    """What is published now, signed."""
    made = feed(lists().every(), "/revocations/", current().signers()[0])
    return _answer(request, made)


@require_safe
def revocation_list(request: HttpRequest, name: str) -> HttpResponse:
    """One list, byte for byte as it was signed."""
    found = lists().one(name)
    if found is None:
        raise Http404
    return _answer(request, found.data)


def _answer(request: HttpRequest, data: bytes) -> HttpResponse:
    """The file, or that it has not changed (RFC 9110, sections 13.1.2 and 15.4.5)."""
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    same = "*" in asked or etag in (one.removeprefix("W/") for one in asked)
    response = HttpResponse(status=304) if same else HttpResponse(data, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    return response
