"""The objection form under two attacks: asking who is known, and a flood.

First as many forms about somebody whom the platform knows as about people of whom nobody has heard are sent, mixed: at
both steps, the page that is checked and what takes the form in, answers must have equal bytes but for what is drawn or
was typed, and the medians of times must differ by less than 5 %. Then forms come at a
constant rate, however slow the answers are, each on a connection of its own, and many are about the same people. Every
answer that acknowledges one is looked for in the ledger, and the server's memory is watched. Server and load share the
machine.

    python bench/objections.py [--pairs 2000] [--rate 2000] [--seconds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from measure import machine

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from byleave.server.objecting import Given  # noqa: E402
from tests.server.serving import serving  # noqa: E402

if TYPE_CHECKING:
    from tests.server.serving import Running

AIM_DIFFERENCE, AIM_MEMORY = 0.05, 2 << 30
PATIENCE_SECONDS = 400
FORM = {"account": "no", "about": "everything", "country": "PT", "language": "en", "step": "send"}
NAME, KNOWN = "Ofq Jwzd", "ofq@jwzd"
"""As those of whom nobody has heard are called, so that times do not differ by how words are written."""
_DRAWN = re.compile(
    rb"ob(?:-[0-9a-z]{4}){4}|/[0-9a-z]{32}|X-Request-ID: \w+|date: [^\r\n]+|expires=[^;]+"
    rb'|name="(?:csrfmiddlewaretoken|nonce)" value="[\w-]+"',
    re.IGNORECASE,
)


def opened(running: Running) -> tuple[str, dict[str, str]]:
    """The token of the form, and the headers that go with it."""
    client = running.client()
    page = client.call("GET", "/objection", headers={"Accept": "text/html"}).body.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    cookie = f"csrf={client.cookie('csrf')}"
    return found[1], {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Accept": "text/html"}


def known(running: Running) -> None:
    """Somebody of whom the platform knows as much as it can.

    A member with an account under this address, named by 2,000 posts, who has objected before and has confirmed it.
    """
    with running.inside() as service:
        service.register("known", "PT")
    running.member("known")
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        database.execute("UPDATE accounts_account SET email = ? WHERE member_id = 'known'", (f"{KNOWN}.example",))
        for number in range(2_000):
            row = (f"k-{number}", "known", "post", "public", "2026-01-01T00:00:00.000000Z", False, f"{NAME} was here")
            names = "item_id, member_id, category, visibility, created_at, ai_written, text"
            database.execute(f"INSERT INTO feed_item ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    database.close()
    with running.inside() as service:
        given = (("name", NAME), ("email", f"{KNOWN}.example"))
        service.confirm(service.receive(Given(None, given, "PT", "en")).case.id)


def pairs(running: Running, count: int) -> bool:
    """Send forms about somebody known and about people of whom nobody has heard, in any order; whether all is alike.

    Both steps of each form are timed: the page on which answers are checked, and what takes them in.
    """
    token, headers = opened(running)
    known(running)
    connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=60)
    took: dict[tuple[str, str], list[float]] = {}
    answers: dict[tuple[str, str], set[bytes]] = {}
    draw = random.Random(0)  # noqa: S311 - an order
    order = ["known", "unknown"] * count
    draw.shuffle(order)
    for number, kind in enumerate(order):
        first, last = ("".join(draw.choices(ascii_lowercase, k=length)) for length in (3, 4))
        name, address = (NAME, KNOWN) if kind == "known" else (f"{first} {last}".title(), f"{first}@{last}")
        told = {**FORM, "names": name, "address": f"{address}.example", "csrfmiddlewaretoken": token}
        for step in ("check", "send"):
            body = urlencode({**told, "step": step, "nonce": f"pair{number:06}"})
            start = time.perf_counter()
            connection.request("POST", "/objection", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            took.setdefault((step, kind), []).append(time.perf_counter() - start)
            whole = f"{len(content)}\n{answer.status}\n{answer.headers}".encode() + content
            for typed in (name, f"{address}.example"):
                whole = whole.replace(typed.encode(), b"")
            answers.setdefault((step, kind), set()).add(_DRAWN.sub(b"", whole))
    alike = [_alike(step, took, answers, count) for step in ("check", "send")]
    return all(alike)


def _alike(
    step: str, took: dict[tuple[str, str], list[float]], answers: dict[tuple[str, str], set[bytes]], count: int
) -> bool:
    medians = [statistics.median(took[step, kind]) for kind in ("known", "unknown")]
    apart = abs(medians[0] - medians[1]) / min(medians)
    equal = answers[step, "known"] == answers[step, "unknown"] and len(answers[step, "known"]) == 1
    known, unknown = (f"{one * 1000:.2f} ms" for one in medians)
    print(f"{step}, 2 x {count:,}: medians {known} (known) and {unknown} (unknown), {apart:.1%} apart; "
          f"answers {'equal' if equal else 'differ'} in bytes")  # fmt: skip
    return equal and apart < AIM_DIFFERENCE


class Memory(threading.Thread):
    """Watches how much memory the server has."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self.peak, self.stop = pid, 0, threading.Event()

    def run(self) -> None:
        """Look four times a second."""
        while not self.stop.wait(0.25):
            self.peak = max(self.peak, sum(map(_resident, _family(self._pid))))


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def flood(running: Running, rate: int, seconds: int) -> bool:
    """Send forms at a rate; whether everything acknowledged is in the ledger, and the memory bounded."""
    token, headers = opened(running)
    memory = Memory(running.process.pid)
    memory.start()
    began = time.perf_counter()
    outcomes, references = asyncio.run(_flood(running.url, token, headers, rate, seconds))
    drained = time.perf_counter() - began
    memory.stop.set()
    memory.join()
    with sqlite3.connect(running.folder / "data" / "ledger.db", timeout=60) as database:
        sql = (
            "SELECT p.data FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq"
            " WHERE e.kind = 'objection-received'"
        )
        there = {json.loads(data)["objection"] for (data,) in database.execute(sql)}
    database.close()
    lost = set(references) - there
    told = ", ".join(f"{name}: {number:,}" for name, number in sorted(outcomes.items()))
    print(f"{rate * seconds:,} forms at {rate:,}/s: {told}; {len(references) / drained:.0f} acknowledged a second; "
          f"{len(lost)} of {len(references):,} acknowledged are not in the ledger; "
          f"the server had {memory.peak / (1 << 20):.0f} MiB at most")  # fmt: skip
    return not lost and bool(references) and len(set(references)) == len(references) and memory.peak < AIM_MEMORY


async def _flood(
    url: str, token: str, headers: dict[str, str], rate: int, seconds: int
) -> tuple[Counter[str], list[str]]:
    host, port = url.removeprefix("http://").split(":")
    outcomes, references = Counter[str](), list[str]()
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    async def one(number: int) -> None:
        told = {**FORM, "names": f"Ana Lima {number % 50}", "address": f"a{number % 500}@mail.example"}
        body = urlencode({**told, "nonce": f"flood{number:08}", "csrfmiddlewaretoken": token})
        request = f"POST /objection HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{head}Content-Length: {len(body)}"
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(f"{request}\r\n\r\n{body}".encode())
                answer = await reader.read()
                writer.close()
        except (OSError, TimeoutError) as error:
            outcomes[type(error).__name__] += 1
            return
        outcomes[answer[9:12].decode() or "closed"] += 1
        found = re.search(rb"Location: /objection/(ob-[0-9a-z-]+)/", answer)
        if answer[9:12] == b"303" and found:
            references.append(found[1].decode())

    tasks, start = [], time.perf_counter()
    for number in range(rate * seconds):
        wait = start + number / rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(number)))
    sent = time.perf_counter() - start
    await asyncio.gather(*tasks)
    print(f"sent in {sent:.1f} s")
    return outcomes, references


def main() -> int:
    """Both; 0 when both hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=2_000)
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=10)
    told = parser.parse_args()
    print(machine(), f"load {os.getloadavg()[0]:.1f}")
    held = []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), mail=f"file:{folder}/mail") as running:
        if told.pairs:
            held.append(pairs(running, told.pairs))
        if told.rate:
            held.append(flood(running, told.rate, told.seconds))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
