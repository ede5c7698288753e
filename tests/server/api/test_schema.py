"""Whatever the document allows, and what it does not, is answered as the document says: schemathesis tries it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.server.serving import Running

EXAMPLES = "200" if os.environ.get("BYLEAVE_DEEP") else "6"
"""Of each call and phase."""
CHECKS = (
    "not_a_server_error",
    "content_type_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "negative_data_rejection",
)
REFUSED = """
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "413", "414", "415", "422", "429"]
"""
"""What may be answered to what does not fit the document."""


def tried(running: Running, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis on the calls that a tag or a token opens."""
    (running.folder / "refused.toml").write_text(REFUSED)
    configured = ("--config-file", "refused.toml", "run")
    command = [sys.executable, "-m", "schemathesis.cli", *configured, f"{running.url}/api/v1/openapi.json"]
    bounds = ["--max-examples", EXAMPLES, "--seed", "4711", "--phases", "examples,coverage,fuzzing", "--no-color"]
    # who calls stands in the headers; what happens without is for the matrix of who may call what
    bounds += ["--generation-with-security-parameters", "false"]
    only = ["--checks", ",".join(CHECKS), "--request-timeout", "60"]
    return subprocess.run(
        [*command, *bounds, *only, *options], capture_output=True, text=True, check=False, cwd=running.folder
    )


def test_calls_of_services_are_as_documented(running: Running) -> None:
    """A service with every scope sends what fits the document and what does not: no error of the server's own."""
    scopes = "acts:own", "decisions:read", "history:read", "ledger:read", "members:erase", "members:read"
    token = running.service(*scopes, "members:write", "notices:write", "objections:write", "preferences:write").token
    done = tried(running, "--header", f"Authorization: Bearer {token}", "--exclude-tag", "me")

    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]


def test_calls_of_members_are_as_documented(running: Running) -> None:
    """The same for a member who has signed in."""
    with running.inside() as service:
        service.register("ana", "DE")
    browser = running.member("ana")
    browser.call("GET", "/account/login/", headers={"Accept": "text/html"})
    cookies = "; ".join(f"{one.name}={one.value}" for one in browser.cookies)
    headers = ("--header", f"Cookie: {cookies}", "--header", f"X-CSRFToken: {browser.cookie('csrf')}")
    done = tried(running, *headers, "--include-tag", "me")

    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]
