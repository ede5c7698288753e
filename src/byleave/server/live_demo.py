"""The live part of `byleave demo`: a service, a build, and two people who change their minds while it runs.

Everything goes through the doors that people have: they sign in with a form, the API records what they choose, and the
build reads the ledger. What is told is read back from receipts and manifest, and a part that does not hold is an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pyarrow.parquet as pq

from byleave import api
from byleave.adapters.key_files import RING
from byleave.kernel.errors import ByleaveError
from byleave.proof.key_ring import parse_ring
from byleave.proof.verification import verify_receipt
from byleave.server.lineage.recording import record_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byleave.gate.request import Progress

PACK, RECIPIENT, PURPOSE = "linkedin@2025-11-03", "linkedin", "generative-ai"
SETTING = "data-for-ai-improvement"
MODEL = "rewrite-1"
"""What the first model is called. It is a record without a file: nothing is trained in this part."""
FIRST, SECOND = "opening the items", "checking again"
"""Steps of the build, after its first look into the ledger, at which somebody switches off."""
SECONDS_TO_ANSWER = 60


@dataclass(frozen=True, slots=True)
class Server:
    """The service that runs."""

    url: str
    ledger: str
    folder: Path
    people: tuple[dict[str, str], ...]
    """Who can sign in: `username`, `name`, `country`."""
    password: str


class Browser:
    """Somebody who signs in and sets a switch."""

    def __init__(self, url: str) -> None:
        """Nobody has signed in yet."""
        self._url, self._cookies = url, CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))

    def sign_in(self, username: str, password: str) -> None:
        """With the form. Raises: OSError when it is refused."""
        self._ask("GET", "/account/login/")
        form = {"login": username, "password": password, "csrfmiddlewaretoken": self._token()}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._ask("POST", "/account/login/", urlencode(form).encode(), kind)

    def switch_off(self) -> dict[str, Any]:
        """The entry and the receipt. Raises: OSError when it is refused."""
        kind = {"Content-Type": "application/json", "X-CSRFToken": self._token()}
        answer: dict[str, Any] = json.loads(
            self._ask("PUT", f"/api/v1/me/preferences/{SETTING}", b'{"value": "off"}', kind)
        )
        return answer

    def _token(self) -> str:
        return next((str(one.value) for one in self._cookies if one.name == "csrf"), "")

    def _ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        request = Request(self._url + path, body, headers or {}, method=method)  # noqa: S310 - the server below
        with self._opener.open(request, timeout=SECONDS_TO_ANSWER) as answer:
            text: bytes = answer.read()
            return text


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Run the service on the small platform, in a new folder, until the block ends.

    Raises: ByleaveError with what a command said.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    password = secrets.token_urlsafe(9)
    (folder / "password").write_text(password)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BYLEAVE_", "DJANGO_"))}
    environment = {
        **clean,
        "BYLEAVE_DATA": str(folder / "data"),
        "BYLEAVE_PACKS": f"{PURPOSE}={PACK}",
        "BYLEAVE_DEMO_PASSWORD": str(folder / "password"),
    }
    people = json.loads(_run(environment, "feed", "fill", "--password-file", str(folder / "password"), "--json"))
    _run(environment, "feed", "export", str(folder / "items.jsonl"))
    _first_model(environment, folder)
    command = [sys.executable, "-m", "byleave", "serve", "--port", "0", "--json"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - ourselves
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            told = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
            yield Server(told["url"], told["ledger"], folder, tuple(people), password)
        except ValueError as error:
            raise ByleaveError(f"the service did not start; see `{folder / 'log'}`") from error
        finally:
            process.terminate()
            process.wait()


def _first_model(environment: dict[str, str], folder: Path) -> None:
    """A snapshot from before anybody chose, and a model that was trained on it, so that members' pages have both."""
    ledger = f"sqlite:///{folder / 'data' / 'ledger.db'}"
    told = {**environment, "BYLEAVE_SUPPRESSION_KEY": str(folder / "data" / "suppression.key")}
    options = ["--register", ledger, "--pack", PACK, "--purpose", PURPOSE, "--recipient", RECIPIENT]
    first = str(folder / "first-snapshot")
    _run(told, "gate", str(folder / "items.jsonl"), *options, "--out", first)
    digest = f"sha256:{hashlib.sha256(MODEL.encode()).hexdigest()}"
    _run(told, "model", "register", "--snapshot", first, "--digest", digest, "--ledger", ledger, "--name", MODEL)


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "byleave", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ByleaveError(done.stderr.strip().removeprefix("error: "))
    return done.stdout


def live_story(server: Server, progress: Progress) -> list[str]:
    """Build a snapshot while two people switch off, and tell from receipts and manifest that both were seen.

    Raises: ByleaveError when one of them was not.
    """
    browsers = [Browser(server.url) for _ in server.people]
    for browser, person in zip(browsers, server.people, strict=True):
        browser.sign_in(person["username"], server.password)
    acts: dict[str, dict[str, Any]] = {}

    def on_step(step: str, done: float) -> None:
        progress(f"a build: {step}", done)
        if step in (FIRST, SECOND) and step not in acts:
            acts[step] = browsers[len(acts)].switch_off()

    out = server.folder / "snapshot"
    result = api.gate(
        server.folder / "items.jsonl",
        register=server.ledger,
        pack=PACK,
        purpose=PURPOSE,
        recipient=RECIPIENT,
        out=out,
        progress=on_step,
    )
    record_snapshot(out, server.ledger, (server.folder / "data" / "suppression.key").read_bytes(), just_published=True)
    ring = parse_ring((server.folder / "data" / "keys" / RING).read_bytes(), RING)
    manifest = result.manifest
    seen = manifest["recheck"]["watermark"]
    lines = [
        f"A build began at entry {manifest['watermark']} of the ledger. While it ran, two people switched off.",
        f"Before it published it looked again, up to entry {seen}; {manifest['recheck']['left_out']} items went out.",
    ]
    for person, act in zip(server.people, acts.values(), strict=False):
        lines.append(checked(person, act, ring, seen, out))
    if len(acts) != len(server.people):
        raise ByleaveError("the build ended before both people could switch off")
    return lines


def checked(person: dict[str, str], act: dict[str, Any], ring: Any, seen: int, out: Path) -> str:  # noqa: ANN401
    """What is told of somebody whom a build up to entry `seen` has left out.

    Raises: ByleaveError when the receipt does not hold, the build read less far, or it kept items of theirs.
    """
    entry = act["entry"]
    found = verify_receipt(act["receipt"].encode(), ring, "the receipt")
    left = [
        one for one in pq.read_table(out / "items", columns=["member_id"])["member_id"].to_pylist()
        if one == entry["subject"]
    ]  # fmt: skip
    if found.receipt is None or entry["seq"] > seen or left:
        raise ByleaveError(f"the build did not see entry {entry['seq']}: {len(left)} items are in the snapshot")
    return f"  ✓ {person['name']}: the receipt for entry {entry['seq']} holds; none of their items is in the snapshot."


def doors(server: Server) -> list[str]:
    """Where to look next, while the service runs."""
    people = [f"  {one['username']:<8}{one['name']} ({one['country']})" for one in server.people]
    return [
        f"The members' pages are on {server.url}",
        f"Sign in as one of these two, with the password {server.password}",
        *people,
        "From the picture at the top: Settings & Privacy, Data privacy. Without signing in: /what-applies",
        "Ctrl-C stops it.",
    ]
