"""Health, readiness, metrics and logs of a running server."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.server import logs
from byleave.server.following import Following
from tests.server.serving import Client, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.server.serving import Answer, Running

SIGN = "zebra-quokka"
"""Stands in every id, name and text that is sent, and may stand in no log and no metric."""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with metrics, a second copy, and every request logged."""
    folder = tmp_path_factory.mktemp("watched")
    copy = str(folder / "copy.jsonl")
    with serving(folder, metrics="127.0.0.1:0", log_requests="true", copy=copy) as running:
        yield running


def metrics_url(running: Running) -> str:
    """Where metrics are asked for."""
    found = re.search(r"metrics on (\S+)/metrics", (running.folder / "server.log").read_text())
    assert found
    return found[1]


def value(text: str, name: str) -> float:
    """The value of one line of metrics."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, text
    return float(found[1])


def test_health_and_readiness(watched: Running) -> None:
    """Both answer without a session, under any host's name; readiness tells each check and no address."""
    anybody = watched.client()
    headers = {"Host": "10.0.0.7"}
    health, ready = (anybody.call("GET", path, headers=headers) for path in ("/healthz", "/readyz"))

    assert (health.status, health.json) == (200, {"status": "ok"})
    assert (ready.status, ready.json["checks"]["ledger"], ready.json["checks"]["writer"]) == (200, "ok", "ok")
    assert "no-store" in ready.headers["Cache-Control"]


def test_copy_is_compared(tmp_path: Path) -> None:
    """A copy that lacks the newest is behind until the next act; one of another ledger takes the server out."""
    copy = tmp_path / "copy.jsonl"
    with serving(tmp_path, copy=str(copy)) as running:

        def ready() -> Answer:
            return running.client().call("GET", "/readyz")

        with running.inside() as service:
            service.register("ana", "DE")
        assert (ready().status, ready().json["checks"]["copy"]) == (200, "ok")
        lines = copy.read_bytes()
        copy.write_bytes(b"")
        assert (ready().status, ready().json["checks"]["copy"]) == (200, "behind")
        told = json.loads(lines)
        copy.write_bytes(json.dumps({**told, "chain": "0" * 64}).encode() + b"\n")
        assert (ready().status, ready().json["checks"]["copy"]) == (503, "failed")


def test_broken_ledger_is_not_ready(tmp_path: Path) -> None:
    """A ledger of another form takes the server out of service; that it lives is answered all the same."""
    with serving(tmp_path) as running:
        with closing(sqlite3.connect(tmp_path / "data" / "ledger.db")) as connection, connection:
            connection.execute("DELETE FROM django_migrations WHERE app = 'ledger'")
        ready, health = (running.client().call("GET", path) for path in ("/readyz", "/healthz"))

    assert (ready.status, ready.json["checks"]["ledger"]) == (503, "failed")
    assert health.status == 200


def test_metrics_are_apart(watched: Running) -> None:
    """Metrics are on their own port alone, and nothing but what operators ask for is on it."""
    apart = Client(metrics_url(watched))

    assert watched.client().call("GET", "/metrics").status == 404
    assert apart.call("GET", "/api/v1/me").status == 404
    assert apart.call("GET", "/healthz").status == 200
    assert apart.call("GET", "/metrics").headers["Content-Type"].startswith("text/plain")


def test_acts_are_counted(watched: Running) -> None:
    """An act raises the entries of its kind, the flushes, the head, and the requests of its route."""
    with watched.inside() as service:
        service.register("bo", "DE")
    bo = watched.member("bo")
    before = Client(metrics_url(watched)).call("GET", "/metrics").body.decode()
    for choice in ("off", "on", "off"):
        assert bo.call("PUT", "/api/v1/me/preferences/ai-training", {"value": choice}).status == 200
    after = Client(metrics_url(watched)).call("GET", "/metrics").body.decode()

    assert value(after, 'byleave_entries_total{kind="preference-set"}') >= 3
    assert value(after, "byleave_flush_entries_sum") - value(before, "byleave_flush_entries_sum") == 3
    assert value(after, "byleave_ledger_head") - value(before, "byleave_ledger_head") == 3
    route = 'byleave_request_seconds_count{method="PUT",route="api/v1/me/preferences/<setting>",status="200"}'
    assert value(after, route) >= 3


@pytest.mark.needs("postgresql")
def test_processes_count_together(tmp_path: Path) -> None:
    """Whichever process answers tells what all of them have counted."""
    with serving(tmp_path, engine="postgresql", processes=2, metrics="127.0.0.1:0") as running:
        with running.inside() as service:
            service.register("ana", "DE")
        ana = running.member("ana")
        for choice in ("off", "on") * 10:
            assert ana.call("PUT", "/api/v1/me/preferences/ai-training", {"value": choice}).status == 200
        asked = [Client(metrics_url(running)).call("GET", "/metrics").body.decode() for _ in range(6)]

    assert {value(one, 'byleave_entries_total{kind="preference-set"}') for one in asked} == {20.0}


# logs


def test_number_of_a_request_is_our_own(watched: Running) -> None:
    """The answer names the number under which the request stands in the logs; one that is sent is not taken over."""
    answer = watched.client().call("GET", "/api/v1/me", headers={"X-Request-ID": SIGN})
    number = answer.headers["X-Request-ID"]
    told = [json.loads(line) for line in (watched.folder / "server.log").read_text().splitlines() if number in line]

    assert re.fullmatch("[0-9a-f]{16}", number)
    assert [(one["route"], one["status"]) for one in told] == [("api/v1/me", 401)]


def test_nothing_personal_is_logged(watched: Running) -> None:
    """Ids, names, texts, addresses and passwords stand in no log line and no metric, whatever goes wrong."""
    member = f"{SIGN}-member"
    with watched.inside() as service:
        service.register(member, "DE")
    signed_in = watched.member(member)
    api = json.loads(watched.client().call("GET", "/api/v1/openapi.json").body)
    callers = [signed_in, watched.client(), watched.client(f"byl_{SIGN}")]
    for path, operations in api["paths"].items():
        address = re.sub(r"\{[^}]+\}", SIGN, path)
        for method in operations:
            for caller in callers:
                for body in (None, {"value": SIGN}, {SIGN: SIGN}):
                    caller.call(method.upper(), f"{address}?q={SIGN}", body, headers={"User-Agent": SIGN})
    for caller in callers:
        caller.call("GET", f"/{SIGN}", headers={"Referer": f"http://{SIGN}", "Accept": "text/html"})
        caller.call("PUT", "/api/v1/me/preferences/ai-training", raw=f'{{"value": "{SIGN}'.encode())
        caller.call("GET", "/api/v1/me", headers={"Host": f"{SIGN}.example"})
        caller.call("GET", "/account/login/", headers={"Cookie": f"session={SIGN}", "Accept": "text/html"})
    with pytest.raises(AssertionError):
        watched.client().sign_in(f"u-{member}", SIGN)
    log = (watched.folder / "server.log").read_text()
    metrics = Client(metrics_url(watched)).call("GET", "/metrics").body.decode()

    assert log.count('"answered"') > 20
    assert SIGN not in log
    assert SIGN not in metrics
    assert "127.0.0.1" not in re.sub(r"^(made|metrics|the ledger|stop|serving).*$", "", log, flags=re.MULTILINE)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged into a stream; the logs of the tests are put back afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.set_up_logs(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def test_errors_of_others_are_told_without_words(written: io.StringIO) -> None:
    """A library that logs a path, a text put together before, or an error with a message tells none of them."""
    log = logging.getLogger("django.request")
    try:
        int(f"cannot read {SIGN}")
    except ValueError:
        log.exception("Internal Server Error: %s", f"/members/{SIGN}")
    logging.getLogger("gunicorn.error").warning(f"Invalid request from ip={SIGN}")  # noqa: G004 - as gunicorn does
    logging.getLogger("other").error("%(what)s is %(n)d", {"what": SIGN, "n": 3})
    logging.getLogger("other").error("%s %s", SIGN)  # noqa: PLE1206 - as a careless library does
    told: list[dict[str, Any]] = [json.loads(line) for line in written.getvalue().splitlines()]

    assert SIGN not in written.getvalue()
    assert told[0]["event"].startswith("Internal Server Error: …")
    assert told[0]["error"] == "ValueError"
    assert "test_errors_of_others" in told[0]["at"][-1]
    assert told[2]["event"].startswith("… is 3")
    assert [one["level"] for one in told] == ["error", "warning", "error", "error"]


def test_fields_that_nobody_listed_are_left_out(written: io.StringIO) -> None:
    """A field of our own logs that is not listed is not written, so that nothing slips in with a later change."""
    import structlog

    structlog.get_logger("byleave.test").info("something", status=200, member=SIGN)

    (told,) = [json.loads(line) for line in written.getvalue().splitlines()]
    assert (told["event"], told["status"]) == ("something", 200)
    assert "member" not in told


# builds


def published(seen: int, digest: str, mode: str = "training") -> Proposal:
    """A snapshot that has seen the ledger up to an entry."""
    from datetime import UTC, datetime

    at = datetime(2026, 1, 1, tzinfo=UTC)
    data = {
        "manifest": f"sha256:{digest * 64}",
        "pack": "byleave@1",
        "pack_digest": "sha256:" + "0" * 64,
        "purpose": "generative-ai",
        "recipient": "platform",
        "mode": mode,
        "as_of": at,
        "recheck_as_of": at,
        "epoch": "e",
        "watermark": seen,
        "recheck_watermark": seen,
        "counts": {"eligible": 1},
    }
    return Proposal(Kind.SNAPSHOT_PUBLISHED, "", "platform", data)


def test_time_until_a_refusal_is_effective(tmp_path: Path) -> None:
    """M10: each refusal is counted once, with the first training snapshot that has seen it; the others wait."""
    with serving(tmp_path) as running, running.inside() as service:
        service.register("ana", "DE")
        off = service.set_preference("ana", "ai-training", "off").entry.seq
        service.set_preference("ana", "ai-training", "on")
        following = Following(f"sqlite:///{tmp_path}/data/ledger.db")

        def told(name: str) -> list[Any]:
            return [sample for family in following.collect() for sample in family.samples if sample.name == name]

        assert told("byleave_refusal_effective_seconds_count") == []
        service.store.append([published(off, "a", mode="replay"), published(off - 1, "b")])
        assert [one.value for one in told("byleave_refusal_effective_seconds_count")] == [0.0]
        assert [one.value for one in told("byleave_refusals_waiting")] == [1.0]
        assert [one.value > 0 for one in told("byleave_refusals_waiting_seconds")] == [True]
        service.store.append([published(off, "c"), published(off, "d")])
        service.withhold("ana", "item-1")

        assert [one.value for one in told("byleave_refusal_effective_seconds_count")] == [1.0]
        assert [one.value for one in told("byleave_refusals_waiting")] == [1.0]
        assert [one.value for one in told("byleave_build_watermark")] == [float(off)]
        assert {one.labels["purpose"] for one in told("byleave_build_lag_entries")} == {"generative-ai"}


@pytest.mark.parametrize("cookie", ["", "Cookie: theme=dark\r\n"])
def test_whoever_is_refused_while_they_send_reads_why(watched: Running, cookie: str) -> None:
    """A body that is too long is taken to its end: the answer is read, and no connection is reset."""
    token = watched.service("preferences:write", "acts:own").token
    whole, first = 2 << 20, 300_000
    told = (
        "PUT /api/v1/members/ana/preferences/ai-training HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\n{cookie}Content-Type: application/json\r\nContent-Length: {whole}\r\n\r\n"
    )
    address = urlsplit(watched.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as caller:
        caller.sendall(told.encode() + b" " * first)
        # by now it knows that the body is too long
        time.sleep(0.5)
        caller.sendall(b" " * (whole - first))
        answer = b""
        while block := caller.recv(1 << 16):
            answer += block
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"the body is longer than 1,048,576 bytes" in answer
