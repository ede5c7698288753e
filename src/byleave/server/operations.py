"""What operators ask a server: whether it lives, whether it takes acts, and what it has counted.

These addresses stand in front of the framework: a probe comes without a host name that is known, without a session, and
must be answered when the rest is not.

- `/healthz` says that the process answers, and touches nothing else.
- `/readyz` asks the ledger, and answers 503 when acts would not be taken.
- `/metrics` is answered on the port of `BYLEAVE_METRICS` alone, and nothing but these three is answered there.
"""

from __future__ import annotations

import json
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from byleave.server.health import readiness
from byleave.server.metrics import exposition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from byleave.server.following import Following
    from byleave.server.service import Service

    Environ = Mapping[str, Any]
    Begin = Callable[..., Any]
    Wsgi = Callable[[Environ, Begin], Iterable[bytes]]

_JSON = "application/json"
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
"""Source: https://prometheus.io/docs/instrumenting/exposition_formats/"""
API = "/api/v1/"
MOST_READ_ON_BYTES = 4 << 20
"""Of a body that nobody read. Whoever is refused while they still send would get a reset connection for an answer
(RFC 9112, section 9.6); beyond this much they do."""
_BLOCK = 1 << 16


def is_direct(request: Environ) -> bool:
    """Whether a request shows a token, and nothing that a browser would send along by itself."""
    return (
        "HTTP_COOKIE" not in request
        and request.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
        and str(request.get("PATH_INFO", "")).startswith(API)
    )


class Operations:
    """Answers operators, and hands everything else on."""

    def __init__(
        self,
        application: Wsgi,
        direct: Wsgi,
        service: Callable[[], Service],
        following: Following,
        *,
        metrics_port: str | None,
    ) -> None:
        """Stand in front of an application.

        Args:
            application: what answers everybody else.
            direct: what answers calls with a token and without a cookie.
            service: the service of this process, when somebody asks whether it is ready.
            following: what is read from the ledger each time the metrics are asked for.
            metrics_port: the port on which metrics are asked for; None: nowhere.
        """
        self._application, self._direct = application, direct
        self._service, self._following = service, following
        self._metrics_port = metrics_port
        self._answers: Mapping[str, Callable[[], tuple[HTTPStatus, str, bytes]]] = {
            "/healthz": lambda: (HTTPStatus.OK, _JSON, b'{"status": "ok"}'),
            "/readyz": self._ready,
        }

    def __call__(self, request: Environ, begin: Begin) -> Iterable[bytes]:
        """One request."""
        path = request.get("PATH_INFO", "")
        apart = request.get("SERVER_PORT") == self._metrics_port
        answer = self._metrics if apart and path == "/metrics" else self._answers.get(path)
        if answer is None and not apart:
            told = (self._direct if is_direct(request) else self._application)(request, begin)
            _read_on(request)
            return told
        status, kind, body = answer() if answer else (HTTPStatus.NOT_FOUND, _JSON, b'{"status": "not found"}')
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        begin(f"{status.value} {status.phrase}", headers)
        return [] if request.get("REQUEST_METHOD") == "HEAD" else [body]

    def _ready(self) -> tuple[HTTPStatus, str, bytes]:
        found = readiness(self._service)
        status = HTTPStatus.OK if found.takes_acts else HTTPStatus.SERVICE_UNAVAILABLE
        return status, _JSON, json.dumps(found.told()).encode()

    def _metrics(self) -> tuple[HTTPStatus, str, bytes]:
        return HTTPStatus.OK, _TEXT, exposition(self._following)


def _read_on(request: Environ) -> None:
    """Take what is left of a body, so that its sender reads the answer. A sender who is gone is no matter."""
    body, left = request.get("wsgi.input"), MOST_READ_ON_BYTES
    with suppress(OSError):
        while body is not None and left > 0 and (block := body.read(_BLOCK)):
            left -= len(block)
