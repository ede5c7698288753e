"""Tokens that are shown often."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.server.serving import Running

HEAD = "/api/v1/ledger/head"


def test_known_token_is_refused_once_it_is_revoked(running: Running) -> None:
    """A token that was good a moment ago is refused as soon as it is revoked, or ended by a rotation."""
    first = running.service("ledger:read", name="reader")
    assert [first.call("GET", HEAD).status for _ in range(3)] == [200] * 3

    rotated = json.loads(running.command("token", "rotate", "reader", "--overlap", "0", "--json"))
    second = running.client(rotated["token"])
    assert (first.call("GET", HEAD).status, second.call("GET", HEAD).status) == (401, 200)

    running.command("token", "revoke", "reader")
    assert second.call("GET", HEAD).status == 401


def test_another_secret_is_no_token(running: Running) -> None:
    """A text with the same identifier as a token that is known, and another secret, opens nothing."""
    good = running.service("ledger:read", name="other-reader")
    assert good.call("GET", HEAD).status == 200
    assert good.token is not None
    changed = good.token[:-1] + ("A" if good.token[-1] != "A" else "B")

    assert running.client(changed).call("GET", HEAD).status == 401
    assert good.call("GET", HEAD).status == 200
