"""A member reads and sets their own preference over HTTP."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.key_files import read_ring
from byleave.kernel.instants import format_instant
from byleave.proof.verification import verify_receipt

if TYPE_CHECKING:
    from tests.server.serving import Client, Running


@pytest.fixture(scope="module")
def ana(running: Running) -> Client:
    """A member who has signed in."""
    with running.inside() as service:
        service.register("ana", "DE")
    return running.member("ana")


def test_default_is_shown_as_not_chosen(ana: Client) -> None:
    """M4: who did nothing sees the setting on by default, and nobody's act behind it."""
    told = ana.call("GET", "/api/v1/me/preferences/ai-training").json

    assert (told["value"], told["origin"], told["deed"]) == ("on", "default", None)
    assert told["regimes"][0]["country"] == "DE"


def test_off_is_durable_and_acknowledged(running: Running, ana: Client) -> None:
    """M9: one request switches off; the answer carries a receipt that verifies with the published keys."""
    answer = ana.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "off"})
    ring = read_ring(running.folder / "data" / "keys")

    assert answer.status == 200
    assert running.client().call("GET", "/.well-known/byleave-keys.json").body.decode() == ring.text()
    found = verify_receipt(answer.json["receipt"].encode(), ring, "receipt")
    assert found.receipt is not None
    assert found.receipt.subject == "ana"
    assert answer.json["entry"]["recorded_at"] == format_instant(found.receipt.recorded_at)
    assert ana.call("GET", "/api/v1/me/preferences/ai-training").json["deed"]["actor"] == "member"
    assert running.client().call("GET", "/api/v1/me").status == 401


def test_form_is_no_body(ana: Client) -> None:
    """A body that says it is a form with files, and is none, is refused in words."""
    answer = ana.call("POST", "/api/v1/me/objections", raw=b"{}", headers={"Content-Type": "multipart/form-data"})

    assert (answer.status, answer.json["code"]) == (415, "no-json")


def test_forged_request_changes_nothing(ana: Client) -> None:
    """A request without the token against forgery is refused, and nothing is recorded."""
    before = ana.call("GET", "/api/v1/ledger/head").json["seq"]
    answer = ana.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "on"}, headers={"X-CSRFToken": "no"})

    assert (answer.status, answer.json["code"]) == (403, "forged")
    assert ana.call("GET", "/api/v1/ledger/head").json["seq"] == before


AGE = """
import django
django.setup()
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
for row in Session.objects.all():
    session = SessionStore(row.session_key)
    for one in session["account_authentication_methods"]:
        one["at"] -= {seconds}
    session.save()
"""


def in_the_server(running: Running, code: str) -> None:
    """Run a piece of Python with the settings of the server."""
    environment = {**running.environment, "DJANGO_SETTINGS_MODULE": "byleave.server.settings"}
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=running.folder, check=True)


def test_stale_sign_in_refuses_but_gives_no_leave(running: Running) -> None:
    """M9: a quarter of an hour after the sign-in a member switches off, and is asked to sign in before switching on."""
    with running.inside() as service:
        service.register("stale", "DE")
    browser, place = running.member("stale"), "/api/v1/me/preferences/ai-training"
    assert browser.call("PUT", place, {"value": "on"}).status == 200
    in_the_server(running, AGE.format(seconds=901))
    off, on = (browser.call("PUT", place, {"value": value}) for value in ("off", "on"))

    assert off.status == 200
    assert (on.status, on.json["code"]) == (403, "sign-in-again")
    assert browser.call("GET", place).json["value"] == "off"


def test_session_that_has_ended_opens_nothing(running: Running) -> None:
    """M9: after its end a session reads nothing and records nothing, and the answer says how to go on."""
    with running.inside() as service:
        service.register("ended", "DE")
    browser, place = running.member("ended"), "/api/v1/me/preferences/ai-training"
    assert browser.call("GET", place).status == 200
    past = "import datetime as d; Session.objects.update(expire_date=d.datetime(2020, 1, 1, tzinfo=d.UTC))"
    in_the_server(running, f"import django; django.setup()\nfrom django.contrib.sessions.models import Session\n{past}")
    answers = [browser.call("GET", place), browser.call("PUT", place, {"value": "off"})]

    assert {(one.status, one.json["code"]) for one in answers} == {(401, "not-signed-in")}
    assert all(one.headers["Content-Type"] == "application/problem+json" and one.json["hint"] for one in answers)
    with running.inside() as service:
        assert len(service.history("ended")) == 1


def test_token_that_has_expired_opens_nothing(running: Running) -> None:
    """M9: a token is refused from the instant on at which it expires, also where it was used a moment before."""
    program = running.service("members:read", "preferences:write", name="expiring")
    with running.inside() as service:
        service.register("served", "DE")
    place = "/api/v1/members/served/preferences/ai-training"
    assert program.call("GET", place).status == 200
    code = "ServiceToken.objects.filter(name='expiring').update(expires_at=d.datetime.now(d.UTC))"
    model = "from byleave.server.accounts.models import ServiceToken; import datetime as d"
    in_the_server(running, f"import django; django.setup()\n{model}\n{code}")
    answers = [program.call("GET", place), program.call("PUT", place, {"value": "off", "act": "import"})]

    assert {(one.status, one.json["code"], one.headers["WWW-Authenticate"]) for one in answers} == {
        (401, "not-signed-in", "Bearer")
    }
    with running.inside() as service:
        assert len(service.history("served")) == 1


def test_address_that_is_too_long_is_a_problem_too(running: Running) -> None:
    """What is refused before it comes to the API is told in the API's way."""
    answer = running.client().call("GET", f"/api/v1/members/{'x' * 9000}")

    assert (answer.status, answer.json["code"], answer.json["status"]) == (414, "too-long", 414)
    assert answer.headers["Content-Type"] == "application/problem+json"
