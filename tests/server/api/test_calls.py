"""What the API does with wrong input, with requests that are sent twice, and how it says so."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import byleave
from byleave.ledger.entries import Kind
from tests.server.db.ledgers import Raw
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Answer, Client, Running

_numbers = itertools.count(1)
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]
BACK = {"value": "on", "act": "own"}
OFF = {"value": "off", "act": "own"}
SETTING = "/preferences/ai-training"


@pytest.fixture(scope="module", params=ENGINES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on either database."""
    with serving(tmp_path_factory.mktemp("calls"), engine=request.param) as made:
        yield made


@pytest.fixture(scope="module")
def platform(running: Running) -> Client:
    """A service that may do everything a platform needs."""
    scopes = "acts:own", "decisions:read", "history:read", "ledger:read", "members:erase", "members:read"
    return running.service(*scopes, "members:write", "notices:write", "objections:write", "preferences:write")


@pytest.fixture
def member(platform: Client) -> str:
    """A new member for each test."""
    name = f"member-{next(_numbers)}"
    assert platform.call("POST", "/api/v1/members", {"member_id": name, "country": "DE"}).status == 201
    return name


def seq(platform: Client) -> int:
    """How far the ledger goes."""
    return int(platform.call("GET", "/api/v1/ledger/head").json["seq"])


def told(answer: Answer) -> tuple[int, str]:
    """Status and code of a problem, which is told as one."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == answer.status
    assert answer.json["type"] == f"urn:byleave:problem:{answer.json['code']}"
    assert answer.json["detail"]
    return answer.status, str(answer.json["code"])


def test_off_is_off_in_the_next_run(running: Running, platform: Client, member: str) -> None:
    """M9, M18: once the answer has come, the very next run of the gate leaves the member's items out."""
    ledger = running.environment.get("BYLEAVE_LEDGER") or f"sqlite:///{running.folder}/data/ledger.db"
    answer = platform.call("PUT", f"/api/v1/members/{member}{SETTING}", OFF)
    post = {
        "item_id": "1",
        "member_id": member,
        "category": "post",
        "visibility": "public",
        "created_at": "2026-01-10T10:00:00Z",
    }

    result = byleave.gate(
        pa.Table.from_pylist([post]), register=ledger, pack="byleave@1", purpose="generative-ai", recipient="platform"
    )
    assert answer.status == 200
    assert result.manifest["watermark"] >= answer.json["entry"]["seq"]
    assert (
        "opted-out"
        in platform.call("POST", "/api/v1/decisions", {"items": [post], "purpose": "generative-ai"}).body.decode()
    )


def test_a_request_sent_twice_is_recorded_once(platform: Client, member: str) -> None:
    """The same key and body get the first answer, byte for byte; nothing is recorded again."""
    headers = {"Idempotency-Key": f'"{member}-1"'}
    path = f"/api/v1/members/{member}{SETTING}"
    first = platform.call("PUT", path, OFF, headers=headers)
    before = seq(platform)
    again = platform.call("PUT", path, OFF, headers=headers)

    assert (again.status, again.body) == (200, first.body)
    assert seq(platform) == before


def test_a_key_with_another_body_is_refused(platform: Client, member: str) -> None:
    """The same key with another body is a conflict, and nothing is recorded."""
    headers = {"Idempotency-Key": f"{member}-1"}
    platform.call("PUT", f"/api/v1/members/{member}{SETTING}", OFF, headers=headers)
    before = seq(platform)
    other = platform.call("PUT", f"/api/v1/members/{member}{SETTING}", BACK, headers=headers)

    assert told(other) == (409, "conflict")
    assert seq(platform) == before


def test_objection_sent_twice_has_one_id(platform: Client, member: str) -> None:
    """An objection whose id the server makes is received once, however often it is sent with its key."""
    headers = {"Idempotency-Key": f"{member}-o"}
    sent = [
        platform.call("POST", "/api/v1/objections", {"subject": member, "act": "own"}, headers=headers)
        for _ in range(2)
    ]

    assert [one.status for one in sent] == [201, 201]
    assert sent[0].body == sent[1].body


WRONG: dict[str, tuple[str, str, Any, int, str]] = {
    "unknown setting": ("PUT", "/members/{m}/preferences/ai-trainig", OFF, 404, "unknown"),
    "unknown member": ("PUT", "/members/nobody" + SETTING, OFF, 404, "unknown"),
    "wrong value": ("PUT", "/members/{m}" + SETTING, {"value": "maybe", "act": "own"}, 422, "malformed"),
    "unknown field": ("PUT", "/members/{m}" + SETTING, {**OFF, "until": "2027"}, 422, "malformed"),
    "no zone": ("PUT", "/members/{m}" + SETTING, {**OFF, "at": "2026-01-10T10:00:00"}, 422, "malformed"),
    "wrong zone": ("PUT", "/members/{m}" + SETTING, {**OFF, "at": "2026-01-10T10:00:00+25:00"}, 422, "malformed"),
    "zero value": ("PUT", "/members/{m}" + SETTING, {**OFF, "at": "0001-01-01T00:00:00Z"}, 422, "malformed"),
    "no body": ("PUT", "/members/{m}" + SETTING, None, 422, "malformed"),
    "id with NUL": ("PUT", "/members/a%00b" + SETTING, OFF, 422, "malformed"),
    "unknown country": ("POST", "/members", {"member_id": "new", "country": "XX"}, 422, "input"),
    "registered twice": ("POST", "/members", {"member_id": "{m}", "country": "DE"}, 409, "conflict"),
    "unknown purpose": ("POST", "/objections", {"subject": "x", "act": "own", "purpose": "ads"}, 422, "malformed"),
    "no such objection": ("POST", "/objections/none/withdrawal", {"subject": "{m}"}, 404, "unknown"),
    "not held back": ("DELETE", "/members/{m}/withheld/i-1", None, 404, "unknown"),
    "merged with nobody": ("POST", "/members/{m}/merge", {"into": "nobody"}, 404, "unknown"),
    "nothing to decide": ("POST", "/decisions", {}, 422, "malformed"),
    "unknown recipient": ("POST", "/decisions", {"items": [], "recipient": "me"}, 422, "malformed"),
    "no such address": ("GET", "/nothing", None, 404, "no-such-address"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_told_and_changes_nothing(platform: Client, member: str, case: str) -> None:
    """Each kind of wrong input has its problem, and nothing is recorded."""
    method, path, body, status, code = WRONG[case]
    filled = {key: member if value == "{m}" else value for key, value in body.items()} if body else body
    before = seq(platform)
    answer = platform.call(method, "/api/v1" + path.replace("{m}", member), filled)

    assert told(answer) == (status, code)
    assert seq(platform) == before


def test_many_rows_are_recorded_whole_or_not_at_all(platform: Client, member: str) -> None:
    """A row that cannot be, or stands twice, refuses all of them; too many are refused before any is looked at."""
    good = {"member_id": member, "setting": "ai-training", "value": "off", "act": "imported"}
    before = seq(platform)
    refused = [
        platform.call("POST", "/api/v1/preferences", {"preferences": rows})
        for rows in ([good, {**good, "member_id": "nobody"}], [good, good], [good] * 1001, [])
    ]
    after = seq(platform)
    taken = platform.call("POST", "/api/v1/preferences", {"preferences": [good]})

    assert [told(one)[0] for one in refused] == [404, 422, 422, 422]
    assert "row 2" in refused[1].json["detail"]
    assert (before, taken.status) == (after, 201)


def test_what_is_not_the_persons_own_act_never_switches_on(running: Running, platform: Client, member: str) -> None:
    """An *on* of an import or of the platform leaves the person's *off*; a service without the scope claims none."""
    path = f"/api/v1/members/{member}{SETTING}"
    weak = running.service("preferences:write")
    platform.call("PUT", path, OFF)
    for act in ("imported", "platform"):
        assert weak.call("PUT", path, {"value": "on", "act": act, "at": "2020-01-01T00:00:00Z"}).status == 200

    assert told(weak.call("PUT", path, {"value": "on", "act": "own"})) == (403, "no-scope")
    assert platform.call("GET", path).json["value"] == "off"


def test_names_that_stand_twice_are_refused(platform: Client, member: str) -> None:
    """JSON that says two things at once says nothing."""
    answer = platform.call(
        "PUT", f"/api/v1/members/{member}{SETTING}", raw=b'{"value": "off", "value": "on", "act": "own"}'
    )

    assert told(answer) == (400, "request")


def test_too_long_a_body_is_refused(platform: Client, member: str) -> None:
    """A body over one mebibyte is not read."""
    raw = b'{"value": "off", "act": "own", "x": "' + b"x" * (1 << 20) + b'"}'
    answer = platform.call("PUT", f"/api/v1/members/{member}{SETTING}", raw=raw)

    assert told(answer) == (413, "too-big")


def test_erased_member_leaves_no_account(running: Running, platform: Client) -> None:
    """After an erasure the member's session is nobody's, and who comes back under the id is off again."""
    name = "leaver"
    platform.call("POST", "/api/v1/members", {"member_id": name, "country": "DE"})
    browser = running.member(name)
    assert browser.call("PUT", "/api/v1/me" + SETTING, {"value": "off"}).status == 200
    assert platform.call("DELETE", f"/api/v1/members/{name}").status == 200

    assert told(browser.call("GET", "/api/v1/me")) == (401, "not-signed-in")
    back = platform.call("POST", "/api/v1/members", {"member_id": name, "country": "DE"})
    assert [one["kind"] for one in back.json] == [Kind.MEMBER_REGISTERED.value, *[Kind.PREFERENCE_SET.value] * 2]
    assert platform.call("GET", f"/api/v1/members/{name}{SETTING}").json["value"] == "off"


def test_signals_are_recorded_and_switch_nothing(running: Running, platform: Client) -> None:
    """`Sec-GPC` and `Content-Usage` are kept and shown to the member, and the setting stays as it was."""
    platform.call("POST", "/api/v1/members", {"member_id": "gpc", "country": "US"})
    browser = running.member("gpc")
    browser.call("GET", "/api/v1/me", headers={"Sec-GPC": "1", "Content-Usage": "train-ai=n, search=y;x=1, other=?1"})
    browser.call("GET", "/api/v1/me", headers={"Sec-GPC": "true", "Content-Usage": "train-ai=n;"})

    shown = browser.call("GET", "/api/v1/me/signals").json
    assert {(one["signal"], one["value"]) for one in shown} == {
        ("Sec-GPC", "1"),
        ("Content-Usage", "search=y, train-ai=n"),
    }
    assert browser.call("GET", "/api/v1/me" + SETTING).json["origin"] == "default"
    assert running.client().call("GET", "/.well-known/gpc.json").json["gpc"] is True


def test_headers_protect_pages_and_answers(running: Running) -> None:
    """Every answer forbids to be framed, guessed at, and kept by others; scripts and styles come from here alone."""
    told_headers = running.client().call("GET", "/account/login/", headers={"Accept": "text/html"}).headers

    assert told_headers["X-Frame-Options"] == "DENY"
    assert told_headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe-inline" not in told_headers["Content-Security-Policy"]
    assert "default-src 'none'" in told_headers["Content-Security-Policy"]
    assert "no-store" in running.client().call("GET", "/api/v1/me").headers["Cache-Control"]


def test_secrets_are_kept_as_digests(running: Running) -> None:
    """Neither the token of a service nor the password of a person stands in the database."""
    token = running.service("ledger:read").token or ""
    running.member("secretive")
    accounts = running.environment.get("BYLEAVE_LEDGER", f"sqlite:///{running.folder}/data/ledger-accounts.db")
    raw = Raw(accounts)
    digests = {digest for (digest,) in raw.run("SELECT digest FROM accounts_servicetoken")}
    passwords = {password for (password,) in raw.run("SELECT password FROM accounts_account")}
    raw.close()

    assert hashlib.sha256(token.split("_", 2)[2].encode()).hexdigest() in digests
    assert {one.partition("$")[0] for one in passwords} == {"scrypt"}
