"""Pages keep to the rules of sessions and of a browser: who may open what, what a GET does, what a form needs."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.server.hostile import HOSTILE
from tests.server.pages import FORM, HTML, get, post
from tests.server.serving import PASSWORD, Client, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Running

SETTING = "/mypreferences/d/settings/data-for-ai-improvement"
MEMBERS = (
    "/",
    "/in/ada",
    "/search?q=a",
    "/settings",
    "/settings/account",
    "/settings/sign-in",
    "/settings/data-privacy",
    SETTING,
    "/mypreferences/d/history",
    "/settings/objections",
    "/mypreferences/d/check-up",
    "/mypreferences/d/used",
    "/mypreferences/d/used.json",
    "/mypreferences/d/used.csv",
    "/notices",
)
"""Pages that any member may open, each with their own data."""
POSTS = ("/posts", "/posts/check", SETTING, "/notices/ai-training/1/seen", "/mypreferences/d/check-up/leave-out")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server under the rules of November 2025."""
    with serving(tmp_path_factory.mktemp("pages"), packs="linkedin@2025-11-03") as made:
        with made.inside() as service:
            service.register("ada", "DE")
            service.register("bob", "DE")
        yield made


@pytest.fixture(scope="module")
def ada(running: Running) -> Client:
    """A member who has chosen, and has the notice."""
    client = running.member("ada")
    running.command("notice", "send")
    get(client, SETTING).press_switch()
    return client


@pytest.fixture(scope="module")
def bob(running: Running) -> Client:
    """Another one."""
    return running.member("bob")


def head(client: Client) -> int:
    """How far the ledger goes."""
    return int(client.call("GET", "/api/v1/ledger/head").json["seq"])


@pytest.mark.parametrize("path", MEMBERS)
def test_nobody_is_asked_to_sign_in(running: Running, path: str) -> None:
    """Who has not signed in is led to the sign-in page, and back afterwards; nothing of anybody is shown."""
    answer = running.client().call("GET", path, headers=HTML)

    assert answer.status == 302
    assert answer.headers["Location"].startswith("/account/login/?next=/")
    assert b"ada" not in answer.body


def test_staff_have_no_pages_of_members(running: Running) -> None:
    """Who works for the platform speaks for no member: each page of members is closed to them."""
    staff = running.staff()

    assert {path: staff.call("GET", path, headers=HTML).status for path in MEMBERS} == dict.fromkeys(MEMBERS, 403)


def test_what_is_somebody_elses_is_not_there(running: Running, ada: Client, bob: Client) -> None:
    """A receipt or a notice of another member is not there, whatever number one asks for."""
    seq = ada.call("GET", "/api/v1/me/preferences/data-for-ai-improvement").json["deed"]["seq"]
    with running.inside() as service:
        service.register("cleo", "DE")

    assert ada.call("GET", f"/mypreferences/d/receipts/{seq}").status == 200
    assert {bob.call("GET", f"/mypreferences/d/receipts/{one}").status for one in range(1, seq + 1)} == {404}
    assert running.member("cleo").call("GET", "/notices/ai-training/1", headers=HTML).status == 404
    assert f"Entry {seq}" in get(ada, "/mypreferences/d/history").text
    assert f"Entry {seq}" not in get(bob, "/mypreferences/d/history").text


def test_reading_changes_nothing(ada: Client) -> None:
    """Opening every page, also with addresses that look like acts, records nothing in the ledger."""
    before = head(ada)
    odd = (f"{SETTING}?value=on", f"{SETTING}?saved=1", "/notices/ai-training/1", "/account/logout/", "/posts?text=x")
    for path in (*MEMBERS, *odd):
        ada.call("GET", path, headers=HTML)
        ada.call("HEAD", path, headers=HTML)

    assert head(ada) == before
    assert get(ada, "/settings").answer.status == 200


ROUTES = """
import django
django.setup()
from django.urls import get_resolver
def walk(patterns, before=""):
    for one in patterns:
        told = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            walk(one.url_patterns, told)
        else:
            print(told)
walk(get_resolver().url_patterns)
"""
FILLED = {
    "<str:name>": "data-for-ai-improvement",
    "<int:seq>": "1",
    "<str:member_id>": "ada",
    "<str:notice>": "ai-training",
    "<str:version>": "1",
    "<setting>": "data-for-ai-improvement",
    "<item_id>": "ada-1",
    "<seq>": "1",
}
"""What stands for the parts of an address; any other part is `x`."""


def stored(running: Running) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database of accounts, but for sessions, which are read anew with each answer."""
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(database.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for name in names
            if name not in {"django_session", "sqlite_sequence"}
        }


def test_no_get_changes_anything(running: Running, ada: Client) -> None:
    """Whatever address the server has, asking for it changes no row but sessions, and nothing in the ledger."""
    environment = {**running.environment, "DJANGO_SETTINGS_MODULE": "byleave.server.settings"}
    command = [sys.executable, "-c", ROUTES]
    told = subprocess.run(command, env=environment, cwd=running.folder, capture_output=True, text=True, check=True)
    part = re.compile(r"<[^>]+>|\(\?P<[^)]+\)")
    paths = {"/" + part.sub(lambda found: FILLED.get(found[0], "x"), line) for line in told.stdout.splitlines()}
    paths = {path.replace("^", "").replace("$", "").replace("\\Z", "") for path in paths}
    before, seq = stored(running), head(ada)
    answers = {(path, way): ada.call(way, path, headers=HTML).status for path in paths for way in ("GET", "HEAD")}

    assert len(paths) > 60
    assert {asked for asked, status in answers.items() if status >= 500} == set()
    assert stored(running) == before
    assert head(ada) == seq
    assert get(ada, "/settings").path == "/settings"


@pytest.mark.parametrize("path", ["/posts", "/posts/check", "/notices/ai-training/1/seen", "/language"])
def test_acts_are_posts(ada: Client, path: str) -> None:
    """What changes something, or takes text along, answers to POST alone."""
    assert ada.call("GET", path, headers=HTML).status == 405


@pytest.mark.parametrize("path", [*POSTS, "/language", "/account/logout/"])
def test_forms_need_their_token(ada: Client, path: str) -> None:
    """No act without the token against forgery, and none with that of somebody else."""
    before = head(ada)
    body = b"value=on&text=x&visibility=public&language=de"
    for headers in ({"X-CSRFToken": ""}, {"X-CSRFToken": "a" * 64}):
        assert ada.call("POST", path, headers={**FORM, **headers}, raw=body).status == 403

    assert head(ada) == before
    assert get(ada, "/settings").answer.status == 200


def test_headers_of_a_page(ada: Client) -> None:
    """A page allows no inline code, no frame and no other server, and stays in no shared cache."""
    headers = ada.call("GET", SETTING, headers=HTML).headers
    policy = headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("to", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
def test_language_leads_nowhere_else(ada: Client, to: str) -> None:
    """After the choice of a language nobody is led to another server."""
    token = get(ada, "/settings").form("/language").values["csrfmiddlewaretoken"]
    body = f"csrfmiddlewaretoken={token}&language=en&next={to}".encode()

    assert ada.call("POST", "/language", headers=FORM, raw=body).headers["Location"] == "/"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(bob: Client, text: str) -> None:
    """What somebody writes stays text, in a post, in the composer and in a search: no tag of it reaches the page."""
    post(bob, "/posts", {**get(bob, "/").form("/posts").values, "text": text, "visibility": "public"})
    form = get(bob, "/").form("/posts")
    pages = [
        get(bob, "/in/bob"),
        get(bob, "/"),
        post(bob, "/posts/check", {**form.values, "text": text, "visibility": "public"}),
        post(bob, "/posts", {**form.values, "text": text, "visibility": text}),
        get(bob, "/settings?" + query(text)),
        get(bob, "/search?" + query(text)),
    ]

    for page in pages:
        assert page.answer.status in {200, 422}
        own = re.sub(r"<(script src=|svg class=|svg viewBox=|a )", "<own ", page.html)
        assert not re.search(r"<script|<img|<svg|<math|onerror=\w+ ?\W*=?1[^&]*>(?<!&gt;)", own), page.path
        assert "14" + "2026" not in page.html


def query(text: str) -> str:
    """A text as a search."""
    return urlencode({"q": text})


def test_other_sessions_end_with_a_new_password(running: Running) -> None:
    """ASVS 7.4.3: a new password ends every other session at once, and keeps the one in which it was changed."""
    with running.inside() as service:
        service.register("fay", "DE")
    here, there = running.member("fay"), running.client()
    there.sign_in("u-fay")
    assert get(there, "/settings").path == "/settings"
    form = get(here, "/account/password/change/").form("/account/password/change/")
    fresh = "another horse and battery"
    post(here, form.action, {**form.values, "oldpassword": PASSWORD, "password1": fresh, "password2": fresh})

    assert get(here, "/settings").path == "/settings"
    assert get(there, "/settings").path.startswith("/account/login/")


def test_unknown_addresses(running: Running, ada: Client) -> None:
    """What is not there is told in a page of ours, and to a program as a problem."""
    assert "This page does not exist" in get(ada, "/nothing").text
    answer = running.client().call("GET", "/api/v1/nothing")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_signing_out_ends_the_session(running: Running) -> None:
    """ASVS 7.4.1: after signing out the old cookie opens nothing, and a session's name changes on signing in."""
    with running.inside() as service:
        service.register("gus", "DE")
    client = running.member("gus")
    old = client.cookie("session")
    post(client, "/account/logout/", get(client, "/").form("/account/logout/").values)
    thief = Client(running.url)
    answer = thief.call("GET", "/settings", headers={**HTML, "Cookie": f"session={old}"})

    assert answer.status == 302
    assert running.client().sign_in("u-gus").cookie("session") != old


def test_deployment_is_sound(running: Running) -> None:
    """`check --deploy` finds nothing with an https address."""
    environment = {
        **running.environment,
        "BYLEAVE_URL": "https://consent.example.org",
        "DJANGO_SETTINGS_MODULE": "byleave.server.settings",
    }
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env=environment, cwd=running.folder, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr
