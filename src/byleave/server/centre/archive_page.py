"""Check an archive: anybody can drop one on a page and gets the report of `byleave check`; nothing of it stays here."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from byleave.archive.guide_notes import platforms
from byleave.server.centre.applies import Part, read
from byleave.server.running import current
from byleave.server.ui.voice import catalogue, safe, say
from byleave.text.countries import country_names
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponse

    from byleave.server.centre.applies import Asked

MOST_BYTES = 500_000_000
"""Of an upload. LinkedIn's own archives are mostly far below; `byleave check` takes bigger ones."""
MOST_SECONDS = 90
AT_ONCE = 2
"""Archives that are read at the same time by one process of the server."""
_places = threading.BoundedSemaphore(AT_ONCE)
_BLOCK = 1 << 20


@csrf_exempt  # the inner view checks the token, once the upload may be read
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest) -> HttpResponse:
    """Refuse what is too big before it is read; then see to the rest."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and int(length) > MOST_BYTES:
        response = _page(request, _blank(), [("file", say("archive-big", most=_megabytes()))], status=413)
        response["Connection"] = "close"
        return response
    # always a file of its own, which is deleted when it is closed; never in memory
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    answer: HttpResponse = _archive(request)
    return answer


@csrf_protect
def _archive(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, _blank(), [])
    asked = read(request.POST.get("country", ""), request.POST.get("off", ""), current().now())
    file = request.FILES.get("file")
    errors = [*asked.errors]
    if asked.person is None and not errors:
        errors.append(("country", say("applies-no-country")))
    if file is None:
        errors.append(("file", say("archive-none")))
    if errors or file is None:
        return _page(request, asked, errors, status=400)
    if not _places.acquire(blocking=False):
        return _page(request, asked, [("file", say("archive-busy"))], status=503)
    try:
        told = _read(file, asked)
    finally:
        _places.release()
        for one in request.FILES.values():
            one.close()
    return _answer(request, asked, told, file.name or "")


def _read(file: UploadedFile, asked: Asked) -> Mapping[str, Any] | None:
    """The report of the process that reads the archive; None when a limit stopped it."""
    service = current()
    with tempfile.TemporaryDirectory(prefix="byleave-archive-") as folder:
        # a fixed name, since the one that was sent may be any; only the end says what it is
        copy = Path(folder) / ("archive.csv" if (file.name or "").casefold().endswith(".csv") else "archive.zip")
        file.file.seek(0)
        with copy.open("xb") as out:
            for block in file.chunks(_BLOCK):
                out.write(block)
        command = [sys.executable, "-m", "byleave.server.centre.archive_reading", str(copy), _pack()]
        command += [asked.country, asked.off, service.now().isoformat(), catalogue().language]
        try:
            done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=False)  # noqa: S603 - ours
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            return None
        told: dict[str, Any] = json.loads(done.stdout)
        for name in ("error", "hint"):
            if told.get(name):
                told[name] = told[name].replace(str(copy), Path(file.name or "").name)
        return told


def _answer(request: HttpRequest, asked: Asked, told: Mapping[str, Any] | None, name: str) -> HttpResponse:
    if told is None:
        return _page(request, asked, [("file", say("archive-limit"))], status=422)
    if "error" in told:
        return _page(request, asked, [("file", say("archive-refused"))], status=422, refused=told, file_name=name)
    return _page(
        request,
        asked,
        [],
        title=told["title"],
        subtitle=told["subtitle"],
        parts=[Part(one["name"], one["heading"], safe(one["body"])) for one in told["parts"]],
        sources_heading=told["sources_heading"],
        sources=[safe(one) for one in told["sources"]],
        certainties=told["certainties"],
        country_name=country_names(catalogue().language)[asked.country],
        file_name=name,
    )


def _page(
    request: HttpRequest, asked: Asked, errors: list[tuple[str, str]], *, status: int = 200, **context: object
) -> HttpResponse:
    service = current()
    frame = {
        "asked": asked,
        "errors": errors,
        "today": service.now().date().isoformat(),
        "countries": country_names(catalogue().language),
        "most": _megabytes(),
    }
    response = render(request, "centre/archive.html", {**frame, **context}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _pack() -> str:
    """The pack by which archives are told: the one in force if it is about a platform with archives."""
    pack = current().policy.governing().pack
    return pack.id if pack.pack in platforms() else "linkedin@2026-08-21"


def _blank() -> Asked:
    return read("", "", current().now())


def _megabytes() -> str:
    return number_text(catalogue(), MOST_BYTES // 1_000_000)
