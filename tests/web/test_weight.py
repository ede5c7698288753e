"""What a page costs: questions to the databases, bytes to the browser, time on the server, with very much to show."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.server.serving import serving
from tests.web.people import LENA, PAGES, fill, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Request

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
ITEMS = 100_000
MOST_QUERIES = 20
MOST_BYTES = 150_000
SHOWN = [name for name in PAGES if name not in {"nothing-found", "sign-out", "not-there"}]

# asks for each page twice, so that what is loaded once for each process is not counted
COUNT = """
import json, sys, time
import django
django.setup()
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from byleave.server.accounts.models import Account
from byleave.server.db.sqlite import SqliteSession
settings.ALLOWED_HOSTS.append("testserver")
asked = [0]
plain = SqliteSession.query
def query(self, *arguments):
    asked[0] += 1
    return plain(self, *arguments)
SqliteSession.query = query
client, found = Client(), {}
client.force_login(Account.objects.get(username=sys.argv[1]), "allauth.account.auth_backends.AuthenticationBackend")
for path in sys.argv[2:]:
    client.get(path)
    asked[0], begun = 0, time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    found[path] = [len(queries) + asked[0], (time.perf_counter() - begun) * 1000, answer.status_code]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The small platform, on which Lena has written 100,000 posts."""
    folder = tmp_path_factory.mktemp("full")
    with serving(folder, packs="linkedin@2025-11-03", mail=f"file:{folder}/mail") as running:
        fill(running)
        with sqlite3.connect(folder / "data" / "ledger-accounts.db", timeout=60) as database:
            database.executemany(
                "INSERT INTO feed_item (item_id, member_id, category, visibility, created_at, text, language)"
                " VALUES (?, ?, 'post', 'public', ?, ?, 'de')",
                (
                    (f"many-{number}", LENA, f"2024-01-{1 + number % 28:02}T00:00:00.{number:06}Z", f"Post {number}")
                    for number in range(ITEMS)
                ),
            )
        yield running


def test_few_questions(full: Running, record_property: Callable[[str, object], None]) -> None:
    """With 100,000 items of one member no page asks the databases more than twenty times; the time is printed."""
    environment = {**full.environment, "DJANGO_SETTINGS_MODULE": "byleave.server.settings"}
    command = [sys.executable, "-c", COUNT, LENA, *(PAGES[name] for name in SHOWN)]
    done = subprocess.run(command, env=environment, cwd=full.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert {status for _, _, status in found.values()} == {200}
    for path, (queries, milliseconds, _) in found.items():
        record_property("weighed", (path, f"{queries} queries, {milliseconds:.0f} ms on the server"))
    assert {path: queries for path, (queries, _, _) in found.items() if queries > MOST_QUERIES} == {}


def test_few_bytes(full: Running, browser: Browser, record_property: Callable[[str, object], None]) -> None:
    """A first visit transfers at most 150 kB for each page with all that it loads, and from one server alone."""
    context = browser.new_context()
    sign_in(context.new_page(), full, LENA)
    cookies = context.cookies()
    context.close()
    heavy = {}
    for name in SHOWN:
        fresh = browser.new_context()
        fresh.add_cookies(cookies)  # type: ignore[arg-type]
        page, sizes, elsewhere = fresh.new_page(), [0], list[str]()

        def count(request: Request, sizes: list[int] = sizes, elsewhere: list[str] = elsewhere) -> None:
            told = request.sizes()
            sizes[0] += told["responseBodySize"] + told["responseHeadersSize"]
            if not request.url.startswith(full.url):
                elsewhere.append(request.url)

        page.on("requestfinished", count)
        page.goto(full.url + PAGES[name], wait_until="networkidle")
        fresh.close()
        record_property("weighed", (PAGES[name], f"{sizes[0] / 1000:.0f} kB on a first visit"))
        assert elsewhere == []
        if sizes[0] > MOST_BYTES:
            heavy[name] = sizes[0]

    assert heavy == {}
