"""A small provider of OpenID Connect on loopback, which signs what a test says: discovery, keys, code with PKCE, token.

Source: OpenID Connect Core 1.0, sections 2 and 3.1; RFC 7636 for the proof of a code.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT, SECRET = "byleave", "a secret between two invented servers"


class Provider:
    """What it signs next; a test changes it between sign-ins."""

    def __init__(self) -> None:
        """Sign with a key of its own."""
        self.claims: dict[str, Any] = {}
        self.key = self.published = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}
        self.url = ""

    def document(self) -> dict[str, Any]:
        """What stands at the well-known address."""
        places = ("authorization", "authorize"), ("token", "token"), ("userinfo", "userinfo")
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            **{f"{name}_endpoint": f"{self.url}/{path}" for name, path in places},
        }

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [{**json.loads(RSAAlgorithm.to_jwk(self.published.public_key())), "kid": "k", "alg": "RS256"}]}

    def authorise(self, asked: dict[str, str]) -> str:
        """Let the person in, and send them back with a code."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked: dict[str, str], basic: str) -> dict[str, Any] | None:
        """Trade a code in, once, for what is signed; None for one that is not good."""
        before = self.codes.pop(asked.get("code", ""), None)
        told = base64.b64decode(basic.removeprefix("Basic ")).decode() if basic else ""
        known = told == f"{CLIENT}:{SECRET}" or asked.get("client_secret") == SECRET
        proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if before is None or not known:
            return None
        if base64.urlsafe_b64encode(proof).rstrip(b"=").decode() != before["code_challenge"]:
            return None
        now = int(time.time())
        nonce = {"nonce": before["nonce"]} if "nonce" in before else {}
        signed = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, **nonce, **self.claims}
        id_token = jwt.encode(signed, self.key, "RS256", {"kid": "k"})
        return {"access_token": "unused", "token_type": "Bearer", "expires_in": 60, "id_token": id_token}


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider that listens on a free port."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorise(asked))
                self.end_headers()
                return
            known = {"/.well-known/openid-configuration": provider.document, "/keys": provider.keys}
            self.answer(known[parts.path]() if parts.path in known else None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(provider.token(asked, self.headers.get("Authorization", "")))

        def answer(self, value: Any) -> None:
            data = json.dumps(value).encode()
            self.send_response(200 if value else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
