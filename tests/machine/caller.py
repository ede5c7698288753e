"""A process that calls a server as fast as it can, and notes every call: what it asked, when, and what came back.

Arguments: the folder that it shares with others, what it does (`write`, `read` or `build`), its number, and how many
calls. In the folder stand `address` (where the server listens now), `cookies.json` (member → the cookies of a session)
and `items.parquet`; it appends to a log of its own.
"""

from __future__ import annotations

import json
import random
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from byleave import api
from byleave.kernel.errors import ByleaveError
from byleave.kernel.instants import parse_instant
from byleave.ledger.wire import to_microseconds
from tests.machine.history import BUILD, READ, WRITE, Call
from tests.machine.scenery import SETTING, policies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

POLICY = 6
"""Of the machine's policies: an *off* reaches everything, an *on* frees everything, and nothing else is asked."""
PATIENCE_SECONDS = 60
"""How long a server that does not answer is called again; it may have been killed."""


class Caller:
    """Calls, and the log of them."""

    def __init__(self, folder: Path, number: int) -> None:
        """Open the log."""
        self._folder = folder
        self._chance = random.Random(number)
        self._number = number
        self._count = 0
        self._cookies = self._sessions()
        self._log = (folder / f"{number}.log").open("a", encoding="utf-8")
        self._connection: HTTPConnection | None = None

    def _sessions(self) -> Mapping[str, Mapping[str, str]]:
        told: Mapping[str, Mapping[str, str]] = json.loads((self._folder / "cookies.json").read_text())
        return told

    def run(self, what: str, calls: int) -> None:
        """Make so many calls, whether they are answered or not."""
        does: dict[str, Callable[[], Call | None]] = {WRITE: self._write, READ: self._read, BUILD: self._build}
        for _ in range(calls):
            made = does[what]()
            if made is not None:
                self._log.write(made.line())
                self._log.flush()
        self._log.close()

    def _write(self) -> Call | None:
        name, value = self._chance.choice(sorted(self._cookies)), self._chance.choice(["on", "off"])
        begun = time.monotonic_ns()
        told = self._call("PUT", f"/api/v1/me/preferences/{SETTING}", name, {"value": value})
        if told is None:
            return Call(WRITE, begun, None, name, value)
        return Call(WRITE, begun, time.monotonic_ns(), name, value, told["entry"]["seq"])

    def _read(self) -> Call | None:
        name, begun = self._chance.choice(sorted(self._cookies)), time.monotonic_ns()
        told = self._call("GET", "/api/v1/me", name)
        if told is None:
            return None
        setting = next(one for one in told["settings"] if one["setting"] == SETTING)
        value = setting["value"] if setting["origin"] == "member" else None
        return Call(READ, begun, time.monotonic_ns(), name, value, told["head"]["seq"])

    def _build(self) -> Call | None:
        self._count += 1
        policy, begun = policies()[POLICY], time.monotonic_ns()
        folder = self._folder / f"snapshot-{self._number}-{self._count}"
        asked: dict[str, Any] = {"purpose": policy.rules.purpose, "recipient": policy.rules.recipient}
        url = (self._folder / "ledger").read_text()
        try:
            made = api.gate(self._folder / "items.parquet", register=url, pack=policy.pack, out=folder, **asked)
        except ByleaveError as error:
            sys.stderr.write(f"{error}\n")
            return None
        ended, manifest = time.monotonic_ns(), made.manifest
        used = tuple(sorted(pq.read_table(folder / "items").column("member_id").to_pylist()))
        again = manifest["recheck"]
        instants = {"as_of": _microseconds(manifest["as_of"]), "later_as_of": _microseconds(again["as_of"])}
        return Call(BUILD, begun, ended, "", None, manifest["watermark"], again["watermark"], **instants, used=used)

    def _call(self, method: str, path: str, name: str, body: object = None) -> Any:
        """The answer; None when it never came. Raises: AssertionError for any other answer than a good one."""
        cookies = self._cookies[name]
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items()),
            "X-CSRFToken": cookies["csrf"],
        }
        connection = self._connected()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException):
            self._connection = None
            return None
        if answer.status in (429, 502, 503, 504):
            time.sleep(0.05)  # asked for patience: nothing was acknowledged
            return None
        if answer.status == 403 and b"sign-in-again" in text:
            self._cookies = self._sessions()
            return None
        assert answer.status == 200, (answer.status, text[:500])
        return json.loads(text)

    def _connected(self) -> HTTPConnection:
        """A connection to the server, wherever it listens now."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._connection is None:
            host = (self._folder / "address").read_text().removeprefix("http://").strip("/")
            try:
                connection = HTTPConnection(host, timeout=PATIENCE_SECONDS)
                connection.connect()
                self._connection = connection
            except OSError:
                assert time.monotonic() < until, "the server does not come back"
                time.sleep(0.05)
        return self._connection


def _microseconds(text: str) -> int:
    found = parse_instant(text)
    assert found is not None
    return to_microseconds(found)


if __name__ == "__main__":
    Caller(Path(sys.argv[1]), int(sys.argv[3])).run(sys.argv[2], int(sys.argv[4]))
