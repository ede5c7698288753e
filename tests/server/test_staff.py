"""Staff show a second factor before anything else; limits never stand in the way of a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.server.serving import Running

PAGE = {"Accept": "text/html"}
ON, OFF = {"value": "on"}, {"value": "off"}


def test_staff_see_nothing_without_a_second_factor(running: Running) -> None:
    """With a password alone every page leads to setting the factor up, and each call is refused; with it, they open."""
    careless, careful = running.staff("careless", factor=False), running.staff("careful")
    for page in ("/", "/settings/"):
        answer = careless.call("GET", page, headers=PAGE)
        assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/account/2fa/totp/activate/")
        assert "/account/2fa/" not in careful.call("GET", page, headers=PAGE).headers.get("Location", "")
    refused = careless.call("GET", "/api/v1/models")

    assert (refused.status, refused.json["code"]) == (403, "second-factor")
    assert careful.call("GET", "/api/v1/models").json == []
    assert careless.call("GET", "/account/logout/", headers=PAGE).status == 200


def test_limits_never_refuse_a_refusal(running: Running) -> None:
    """Acts that give leave have a limit, told with 429 and when to try again; switching off goes on."""
    with running.inside() as service:
        service.register("eager", "DE")
    eager, place = running.member("eager"), "/api/v1/me/preferences/ai-training"
    told = [eager.call("PUT", place, ON) for _ in range(70)]
    last = next(one for one in told if one.status == 429)

    assert last.json["code"] == "too-often"
    assert int(last.headers["Retry-After"]) > 0
    assert eager.call("PUT", place, OFF).status == 200


def test_commands_tell_tokens_and_accounts(running: Running) -> None:
    """During a rotation both tokens open; the list says when each was last used; an account signs in."""
    head = "/api/v1/ledger/head"
    first = running.service("ledger:read", name="rotated")
    text = running.command("token", "rotate", "rotated", "--overlap", "1").strip()
    assert [one.call("GET", head).status for one in (first, running.client(text))] == [200, 200]
    listed = running.command("token", "list")
    running.command("token", "revoke", "rotated")

    assert listed.count("rotated") == 2
    assert "good until" in listed
    assert "never" not in "".join(line for line in listed.splitlines() if "last used" in line)[:200]
    assert [one.call("GET", head).status for one in (first, running.client(text))] == [401, 401]
    (running.folder / "password").write_text("correct horse battery staple\n", encoding="utf-8")
    made = running.command("account", "new", "u-zoe", "--member", "zoe", "--password-file", "password")
    assert made == "made the account `u-zoe`\n"
    assert running.client().sign_in("u-zoe").call("GET", "/api/v1/me").json["member"] == "zoe"
