"""A member reads and sets their own preference over HTTP."""

from __future__ import annotations

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
