"""The short way for calls of services answers as the long one does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from byleave.server.operations import is_direct

if TYPE_CHECKING:
    from tests.server.serving import Answer, Client, Running

COOKIE = {"Cookie": "theme=dark"}
"""A cookie of no meaning: with it a call goes the long way."""
OF_PAGES = {"Content-Language", "Vary"}
"""Headers of what is told in the language of a reader; the API speaks one."""
OF_EACH = {"Connection", "Content-Length", "Content-Security-Policy", "Date", "X-Request-ID"}
SETTING = "/api/v1/members/ana/preferences/ai-training"
CALLS: dict[str, dict[str, Any]] = {
    "read": {"method": "GET", "path": SETTING},
    "read all": {"method": "GET", "path": "/api/v1/members/ana"},
    "head": {"method": "HEAD", "path": "/api/v1/members/ana"},
    "nobody": {"method": "GET", "path": "/api/v1/members/nobody/preferences/ai-training"},
    "no such setting": {"method": "GET", "path": "/api/v1/members/ana/preferences/nothing"},
    "no such address": {"method": "GET", "path": "/api/v1/nothing"},
    "address with a slash": {"method": "GET", "path": "/api/v1/members/ana/"},
    "no such method": {"method": "PATCH", "path": SETTING, "body": {}},
    "the member's own": {"method": "GET", "path": "/api/v1/me"},
    "wrong body": {"method": "PUT", "path": SETTING, "body": {"value": "maybe", "act": "own"}},
    "broken body": {"method": "PUT", "path": SETTING, "raw": b'{"value": "off", "value": "on"}'},
    "long body": {"method": "PUT", "path": SETTING, "raw": b" " * (1 << 21)},
    "blank key": {"method": "PUT", "path": SETTING, "body": {"value": "on", "act": "own"}, "key": " "},
    "other scope": {"method": "GET", "path": "/api/v1/members/ana/history"},
    "other host": {"method": "GET", "path": SETTING, "host": "evil.example"},
    "document": {"method": "GET", "path": "/api/v1/openapi.json"},
}


@pytest.fixture(scope="module")
def program(running: Running) -> Client:
    """A service, and a member whom it may read."""
    with running.inside() as service:
        service.register("ana", "DE")
        service.set_preference("ana", "ai-training", "off")
    return running.service("members:read", "preferences:write", "acts:own")


def ask(client: Client, call: dict[str, Any], more: dict[str, str]) -> Answer:
    """One call; `more` are further headers."""
    told = dict(more)
    if "key" in call:
        told["Idempotency-Key"] = call["key"]
    if "host" in call:
        told["Host"] = call["host"]
    return client.call(call["method"], call["path"], call.get("body"), raw=call.get("raw"), headers=told)


def without_volatile(answer: Answer) -> bytes:
    """The body without the present, and without the token against forgery of a page."""
    return re.sub(rb'"as_of": ?"[^"]+"|[A-Za-z0-9]{64}', b"", answer.body)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("token", ["good", "unknown"])
def test_both_ways_answer_alike(running: Running, program: Client, name: str, token: str) -> None:
    """M9: status, body and every header that protects somebody are the same, whatever is asked."""
    client = program if token == "good" else running.client(f"byl_{'a' * 12}_{'b' * 43}")  # noqa: S105 - of nobody
    short, long = (ask(client, CALLS[name], more) for more in ({}, COOKIE))

    assert "Content-Language" in long.headers
    assert "Content-Language" not in short.headers
    assert (short.status, without_volatile(short)) == (long.status, without_volatile(long))
    kept = [
        {key: value for key, value in one.headers.items() if key not in OF_PAGES | OF_EACH} for one in (short, long)
    ]
    # the long way sets some of them only on what its inner layers answer, and sends one page in parts
    kept[1].pop("Transfer-Encoding", None)
    assert kept[1].items() <= kept[0].items()
    policies = [sorted(one.headers["Content-Security-Policy"].split("; ")) for one in (short, long)]
    assert policies[0] == policies[1]


def test_acts_are_answered_alike(program: Client) -> None:
    """An act that is handed in again the other way is the same act, with the same receipt, byte for byte."""
    for value in ("on", "off"):
        body = {"value": value, "act": "own"}
        first, again = (
            program.call("PUT", SETTING, body, headers={**more, "Idempotency-Key": value}) for more in ({}, COOKIE)
        )
        assert (first.status, first.body) == (200, again.body)
        assert list(first.json["entry"]) == ["seq", "kind", "recorded_at", "subject", "actor", "at", "data"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PATH_INFO": "/api/v1/members", "HTTP_AUTHORIZATION": "Bearer byl_x"}, True),
        ({"PATH_INFO": "/api/v1/members", "HTTP_AUTHORIZATION": "bearer byl_x"}, True),
        ({"PATH_INFO": "/api/v1/members"}, False),
        ({"PATH_INFO": "/api/v1/members", "HTTP_AUTHORIZATION": "Basic YTpi"}, False),
        ({"PATH_INFO": "/api/v1/members", "HTTP_AUTHORIZATION": "Bearer x", "HTTP_COOKIE": "session=1"}, False),
        ({"PATH_INFO": "/settings", "HTTP_AUTHORIZATION": "Bearer x"}, False),
    ],
)
def test_who_goes_the_short_way(environ: dict[str, str], *, expected: bool) -> None:
    """Only a call of the API that shows a token and no cookie; a session is never overlooked."""
    assert is_direct(environ) is expected


def test_services_read_what_members_read(running: Running, program: Client) -> None:
    """M9: a state that is written out in one go says, value by value, what the checked answer to the member says."""
    browser = running.member("ana")
    told = program.call("GET", "/api/v1/members/ana").json
    own = browser.call("GET", "/api/v1/me").json
    setting = program.call("GET", SETTING).json

    assert told["settings"]
    assert told["settings"][0]["deed"]["at"]
    assert {**told, "as_of": ""} == {**own, "as_of": ""}
    assert setting in told["settings"]
