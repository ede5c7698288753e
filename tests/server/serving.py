"""The real server for tests: `byleave serve` in a process of its own, on a free port, with a folder of its own."""

from __future__ import annotations

import base64
import hmac
import json
import os
import re
import struct
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from byleave.server.configuration import from_environment
from byleave.server.running import start
from tests.server.db.ledgers import server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from byleave.server.service import Service

PASSWORD = "correct horse battery staple"  # noqa: S105 - of invented people
FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Secret of the second factor of invented staff."""
SECONDS_TO_START = 120
SECONDS_TO_HAND_IN = 5
ROOT = Path(__file__).parents[2]


def code_of_now(secret: str = FACTOR) -> str:
    """The six digits of this half minute (RFC 6238), while enough of it is left to hand them in."""
    left = 30 - time.time() % 30
    if left < SECONDS_TO_HAND_IN:
        time.sleep(left)
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class _Stay(HTTPRedirectHandler):
    """A redirection is an answer like others."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass
class Client:
    """A browser or a program that calls the server: it keeps cookies, and follows nothing."""

    url: str
    token: str | None = None
    cookies: CookieJar = field(default_factory=CookieJar)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """One request; `body` is sent as JSON, `raw` as it is."""
        told = {"Accept": "application/json", **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        if self.token is None and (csrf := self.cookie("csrf")):
            told["X-CSRFToken"] = csrf
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if data is not None:
            told["Content-Type"] = "application/json"
        request = Request(self.url + path, data, {**told, **(headers or {})}, method=method)  # noqa: S310 - our own
        try:
            with build_opener(HTTPCookieProcessor(self.cookies), _Stay()).open(request, timeout=60) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except HTTPError as answer:
            with answer:
                return Answer(answer.code, dict(answer.headers), answer.read())

    def cookie(self, name: str) -> str | None:
        """The value of a cookie."""
        return next((one.value for one in self.cookies if one.name == name), None)

    def sign_in(self, username: str, password: str = PASSWORD) -> Client:
        """Sign in as a person does, with the form."""
        self.post("/account/login/", {"login": username, "password": password})
        return self

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Fill in the form of a page and send it; it must be taken."""
        self.call("GET", path, headers={"Accept": "text/html"})
        form = urlencode({**fields, "csrfmiddlewaretoken": self.cookie("csrf") or ""})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        answer = self.call("POST", path, headers=headers, raw=form.encode())
        assert answer.status == 302, (answer.status, answer.body[:2000])
        return answer


@dataclass
class Running:
    """A server that runs."""

    url: str
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def client(self, token: str | None = None) -> Client:
        """Somebody who has not signed in, or a program with a token."""
        return Client(self.url, token)

    def member(self, member: str) -> Client:
        """A browser in which a member has signed in; the account is made if it is not there."""
        self._make(member=member)
        return self.client().sign_in(f"u-{member}")

    def staff(self, name: str = "staff", *, factor: bool = True, role: str = "") -> Client:
        """A browser in which somebody of the staff has signed in, with their second factor if they have one.

        `role` is what a new account may do at the desk.
        """
        self._make(staff=name, factor=FACTOR if factor else None, role=role)
        client = self.client().sign_in(name)
        if factor:
            client.post("/account/2fa/authenticate/", {"code": code_of_now()})
        return client

    def account(self, name: str, *, factor: str | None = None, role: str = "") -> None:
        """Make an account of the staff, with which somebody signs in by themselves."""
        self._make(staff=name, factor=factor, role=role)

    def service(self, *scopes: str, name: str | None = None) -> Client:
        """A program with a token that has these scopes."""
        self._tokens += 1
        return self.client(self._make(token=name or f"service-{self._tokens}", scopes=scopes))

    def command(self, *arguments: str) -> str:
        """Run `byleave` with the server's environment; what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "byleave", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def inside(self) -> Iterator[Service]:
        """A service of this process on the same ledger and keys, as several processes may share one."""
        made = start(from_environment(self.environment))
        try:
            yield made
        finally:
            made.close()

    def _make(self, **wanted: Any) -> str:
        """Ask the process that makes accounts and tokens."""
        if self._maker is None:
            self._maker = subprocess.Popen(
                [sys.executable, Path(__file__).with_name("making.py")],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._maker.stdin is not None
        assert self._maker.stdout is not None
        self._maker.stdin.write(json.dumps({**wanted, "password": PASSWORD}) + "\n")
        self._maker.stdin.flush()
        return str(json.loads(self._maker.stdout.readline()))

    def close(self) -> None:
        """Stop the server, and what helps it."""
        for process in (self._maker, self.process):
            if process is not None:
                process.terminate()
                process.wait(60)
                for stream in (process.stdin, process.stdout):
                    if stream is not None:
                        stream.close()

    _maker: subprocess.Popen[str] | None = None
    _tokens: int = 0


@contextmanager
def serving(
    folder: Path,
    *,
    engine: str = "sqlite",
    processes: int = 1,
    settings: str | None = None,
    program: Sequence[str] = ("byleave", "serve", "--port", "0"),
    **variables: str,
) -> Iterator[Running]:
    """Start the server and stop it again.

    Args:
        folder: an empty one; everything is below it.
        engine: `sqlite`, or `postgresql` (with the marker `needs("postgresql")`).
        processes: more than one on PostgreSQL only.
        settings: other settings of Django than the server's own, as a module of the tests.
        program: the module that serves, with its arguments.
        variables: further variables without `BYLEAVE_`, in small letters: `packs="linkedin@2025-11-03"`.
    """
    told = {"DATA": str(folder / "data"), **{name.upper(): value for name, value in variables.items()}}
    if engine == "postgresql" and "LEDGER" not in told:
        told["LEDGER"] = server().database()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BYLEAVE_", "DJANGO_"))}
    environment = {**clean, **{f"BYLEAVE_{name}": value for name, value in told.items()}}
    environment["PYTHONPATH"] = str(ROOT)
    if settings is not None:
        environment["DJANGO_SETTINGS_MODULE"] = settings
    log = folder / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", *program, *(["--processes", str(processes)] if processes > 1 else [])],
            env=environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        made = Running("", folder, environment, process)
        try:
            made.url = _address(process, log)
            yield made
        finally:
            made.close()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    """Where it listens, once it answers."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"serving on (\S+)\n", line)
    assert found, (line, log.read_text())
    until = time.monotonic() + SECONDS_TO_START
    while Client(found[1]).call("GET", "/.well-known/byleave-keys.json").status != 200:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
    return found[1]
