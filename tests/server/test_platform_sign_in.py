"""Members sign in through the platform: whom a session speaks for is what the platform has signed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, build_opener

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.server.provider import CLIENT, SECRET, Provider, providing
from tests.server.serving import Answer, Client, _Stay, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Running

CLAIM = "member_id"
START = "/account/oidc/platform/login/"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """The platform's sign-in."""
    with providing() as made:
        yield made


@pytest.fixture(scope="module")
def server(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that is its client, with two members."""
    folder = tmp_path_factory.mktemp("oidc")
    (folder / "secret").write_text(SECRET + "\n", encoding="utf-8")
    secret = str(folder / "secret")
    with serving(folder, oidc_issuer=provider.url, oidc_client=CLIENT, oidc_secret=secret, oidc_claim=CLAIM) as running:
        with running.inside() as service:
            for member in ("ana", "bob"):
                service.register(member, "DE")
            service.set_preference("ana", "ai-training", "off")
        yield running


def signed_in(server: Running, provider: Provider, **claims: object) -> tuple[Client, Answer]:
    """Go to the platform and come back, as a browser does; the client, and what the server answered."""
    provider.claims = claims
    client = server.client()
    there = client.post(START, {}).headers["Location"]
    assert there.startswith(f"{provider.url}/authorize?")
    with pytest.raises(HTTPError, match="302") as sent:
        build_opener(_Stay()).open(Request(there))  # noqa: S310 - our own provider
    with sent.value as redirection:
        back = str(redirection.headers["Location"])
    return client, client.call("GET", back.removeprefix(server.url), headers={"Accept": "text/html"})


def test_session_speaks_for_the_member_of_the_claim(server: Running, provider: Provider) -> None:
    """The session's owner is the member of the claim, not of `sub`, and calls see and change only what is theirs."""
    ana, _ = signed_in(server, provider, sub="s-1", member_id="ana", name="Ana", email="ana@example.org")
    bob, _ = signed_in(server, provider, sub="s-2", member_id="bob")
    mine = [one.call("GET", "/api/v1/me").json for one in (ana, bob)]

    assert [one["member"] for one in mine] == ["ana", "bob"]
    assert [one["settings"][0]["value"] for one in mine] == ["off", "on"]
    receipt = next(one["seq"] for one in ana.call("GET", "/api/v1/me/history").json if one["has_receipt"])
    assert ana.call("GET", f"/api/v1/me/receipts/{receipt}").status == 200
    assert bob.call("GET", f"/api/v1/me/receipts/{receipt}").status == 404
    assert bob.call("GET", "/api/v1/members/ana").status == 401
    assert bob.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "off"}).json["entry"]["subject"] == "bob"


@pytest.mark.parametrize("told", [{}, {CLAIM: ""}, {CLAIM: "  "}, {CLAIM: None}, {CLAIM: 7}, {CLAIM: ["ana"]}])
def test_unknown_or_blank_claim_is_refused(server: Running, provider: Provider, told: dict[str, object]) -> None:
    """Without the claim, or with one that is no text, nobody is signed in: for whom a session speaks is not guessed."""
    client, answer = signed_in(server, provider, sub="ana", **told)

    assert answer.status == 403
    assert client.call("GET", "/api/v1/me").status == 401


def test_account_stays_with_its_member(server: Running, provider: Provider) -> None:
    """The same account with another member, or another account with the same member, is refused."""
    signed_in(server, provider, sub="s-1", member_id="ana")
    for subject, member in (("s-1", "bob"), ("s-3", "ana")):
        client, answer = signed_in(server, provider, sub=subject, member_id=member)

        assert answer.status == 403
        assert client.call("GET", "/api/v1/me").status == 401


@pytest.mark.parametrize("change", [{"aud": "somebody-else"}, {"iss": "https://example.org"}, {"exp": 1_700_000_000}])
def test_token_for_somebody_else_is_refused(server: Running, provider: Provider, change: dict[str, object]) -> None:
    """An id token for another client, of another issuer or past its end signs nobody in."""
    client, _ = signed_in(server, provider, sub="s-1", member_id="ana", **change)

    assert client.call("GET", "/api/v1/me").status == 401


def test_token_with_another_key_is_refused(server: Running, provider: Provider) -> None:
    """An id token that another key has signed signs nobody in."""
    own = provider.key
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    try:
        client, _ = signed_in(server, provider, sub="s-1", member_id="ana")
    finally:
        provider.key = own

    assert client.call("GET", "/api/v1/me").status == 401
