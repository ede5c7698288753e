"""How a process of the server takes requests: whatever way they come, each is answered once, and in order."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

import pytest

from byleave.server.web import THREADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Client, Running

SETTING = "/api/v1/members/ana/preferences/ai-training"
SECONDS = 30
"""After which a server that does not answer is taken to hang."""


@pytest.fixture(scope="module")
def program(running: Running) -> Client:
    """A service that may read and set what one member chose."""
    with running.inside() as service:
        service.register("ana", "DE")
    return running.service("members:read", "preferences:write", "acts:own")


class Connection:
    """A connection on which a test sends what it likes."""

    def __init__(self, made: socket.socket, answers: BinaryIO, token: str) -> None:
        """Take a connection, and the same to be read line by line."""
        self._made, self._answers, self._token = made, answers, token

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """A request as it is sent."""
        told = {"Host": "127.0.0.1", "Authorization": f"Bearer {self._token}", **headers}
        if body:
            told |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        return "\r\n".join([*lines, "\r\n"]).encode() + body

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._made.sendall(data)

    def answer(self, *, body: bool = True) -> tuple[int, dict[str, str], bytes]:
        """The next answer; status 0 when the connection was closed instead."""
        first = self._answers.readline()
        if not first:
            return 0, {}, b""
        headers: dict[str, str] = {}
        while line := self._answers.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return int(first.split()[1]), headers, self._body(headers) if body else b""

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self._answers.read(int(headers["content-length"]))
        parts = []
        while size := int(self._answers.readline(), 16):
            parts.append(self._answers.read(size))
            self._answers.readline()
        self._answers.readline()
        return b"".join(parts)


@contextmanager
def connected(running: Running, client: Client) -> Iterator[Connection]:
    """A connection to the server."""
    where = urlsplit(running.url)
    with (
        socket.create_connection((where.hostname or "", where.port or 0), SECONDS) as made,
        made.makefile("rb") as answers,
    ):
        yield Connection(made, answers, client.token or "")


def test_requests_on_one_connection_are_answered_in_order(running: Running, program: Client) -> None:
    """Requests sent together, the second one without waiting for the first, are answered one after the other."""
    bodies = [b'{"value": "%s", "act": "own"}' % value for value in (b"off", b"on", b"off")]
    with connected(running, program) as one:
        one.send(b"".join(one.request("PUT", SETTING, body) for body in bodies))
        told = [json.loads(one.answer()[2])["entry"] for _ in bodies]
        one.send(one.request("GET", SETTING))
        state = json.loads(one.answer()[2])

    assert [entry["data"]["value"] for entry in told] == ["off", "on", "off"]
    assert [entry["seq"] for entry in told] == sorted(entry["seq"] for entry in told)
    assert state["value"] == "off"


def test_connection_is_used_again_after_any_answer(running: Running, program: Client) -> None:
    """Answers without a body, from a file and in parts are whole: the next request on the connection is understood."""
    with connected(running, program) as one:
        for path, status, status_of_head in (
            ("/static/ui/centre.css", 200, 200),
            ("/no-such-page", 404, 404),
            (SETTING, 200, 405),
        ):
            for method, expected in (("GET", status), ("HEAD", status_of_head)):
                one.send(one.request(method, path))
                told, headers, body = one.answer(body=method == "GET")
                assert (told, headers["connection"]) == (expected, "keep-alive"), (method, path, headers)
                assert bool(body) is (method == "GET")
        one.send(one.request("GET", SETTING, Connection="close"))
        assert one.answer()[1]["connection"] == "close"
        assert one.answer()[0] == 0


@pytest.mark.parametrize("sent", ["half a head", "half a body"])
def test_slow_senders_keep_nobody_waiting(running: Running, program: Client, sent: str) -> None:
    """Who sends slowly is waited for, and others are answered meanwhile."""
    with connected(running, program) as slow, connected(running, program) as other:
        whole = slow.request("PUT", SETTING, b'{"value": "on", "act": "own"}')
        cut = len(whole) - 60 if sent == "half a head" else len(whole) - 5
        slow.send(whole[:cut])
        for _ in range(3):
            other.send(other.request("GET", SETTING))
            assert other.answer()[0] == 200
        slow.send(whole[cut:])
        status, _, body = slow.answer()

    assert status == 200
    assert json.loads(body)["entry"]["data"]["value"] == "on"


def test_more_connections_than_threads(running: Running, program: Client) -> None:
    """M10: many more connections than threads are each answered with their own act; the ledger has every one."""
    found: list[tuple[str, int]] = []

    def act(number: int) -> None:
        value = "on" if number % 2 else "off"
        with connected(running, program) as one:
            for _ in range(2):
                one.send(one.request("PUT", SETTING, b'{"value": "%s", "act": "own"}' % value.encode()))
                entry = json.loads(one.answer()[2])["entry"]
                found.append((entry["data"]["value"], entry["seq"]))
                assert entry["data"]["value"] == value

    threads = [threading.Thread(target=act, args=(number,)) for number in range(3 * THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    with running.inside() as service:
        kept = {entry.seq: entry.data.get("value") for entry in service.store.entries()}

    assert len({seq for _, seq in found}) == 6 * THREADS
    assert [one for one in found if kept[one[1]] != one[0]] == []
