"""What operators ask a server: whether it lives, whether it takes acts, and what it has counted.

These addresses stand in front of the framework: a probe comes without a host name that is known, without a session, and
must be answered when the rest is not.

- `/healthz` says that the process answers, and touches nothing else.
- `/readyz` asks the ledger, and answers 503 when acts would not be taken.
- `/metrics` is answered on the port of `BYLEAVE_METRICS` alone, and nothing but these three is answered there.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from byleave.server.health import readiness
from byleave.server.metrics import exposition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

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
MOST_READ_ON_SECONDS = 2.0
"""How much of a body that nobody read is taken after the answer, and how long is waited for it. Whoever still sends
when the connection is closed gets a reset for an answer (RFC 9112, section 9.6)."""
_BLOCK = 1 << 13
_NO_BODY = (None, "", "0")


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
            return _Answered(told, request) if request.get("CONTENT_LENGTH") not in _NO_BODY else told
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


class _Answered:
    """An answer to a request with a body: once it is sent, what is left of the body is taken."""

    def __init__(self, told: Iterable[bytes], request: Environ) -> None:
        self._told, self._request = told, request

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._told)

    def close(self) -> None:
        """When all of it is sent."""
        if hasattr(self._told, "close"):
            self._told.close()
        # a sender who is gone, or sends nothing more, is no matter; their connection is closed
        with suppress(OSError):
            self._read_on()

    def _read_on(self) -> None:
        body, connection = self._request["wsgi.input"], self._request.get("gunicorn.socket")
        until, left = time.monotonic() + MOST_READ_ON_SECONDS, MOST_READ_ON_BYTES
        if connection is not None:
            connection.settimeout(MOST_READ_ON_SECONDS)
        while left > 0 and time.monotonic() < until and (block := body.read(_BLOCK)):
            left -= len(block)
        if connection is not None:
            connection.settimeout(None)
