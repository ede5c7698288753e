"""What others write is shown and never run: names, headlines, posts and ids, in a real browser."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.server.hostile import HOSTILE
from tests.web.people import PAGES, add_members, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Dialog, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
VICTIM = "victim"
_ITEM = (
    "INSERT INTO feed_item (item_id, member_id, category, visibility, created_at, text, language)"
    " VALUES (?, ?, ?, 'public', ?, ?, ?)"
)
_PROFILE = (
    "INSERT INTO feed_profile (member_id, name, headline, about, language, joined_at)"
    " VALUES (?, ?, ?, ?, ?, '2020-01-01')"
)


@pytest.fixture(scope="module")
def visited(browser: Browser, platform: Running) -> Iterator[tuple[Page, list[str]]]:
    """A member among hostile ones, whose own items are hostile, too; and what has happened in the browser so far."""
    add_members(platform, [VICTIM], "DE")
    with platform.inside() as service:
        for text in HOSTILE:
            service.withhold(VICTIM, f"held {text}")
    with sqlite3.connect(platform.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        database.execute(_PROFILE, (VICTIM, *HOSTILE[:3], HOSTILE[4]))
        for number, text in enumerate(HOSTILE):
            day = f"2026-01-{number + 1:02}T00:00:00.000000Z"
            database.execute(_PROFILE, (f"foe {text}", text, text, text, text))
            database.execute(_ITEM, (f"his {text}", f"foe {text}", "post", day, text, text))
            database.execute(_ITEM, (f"her {text}", VICTIM, "post", day, text, text))
            database.execute(_ITEM, (f"odd {text}", VICTIM, text, day, text, text))
    context, happened = browser.new_context(locale="en-GB"), list[str]()
    page = context.new_page()

    def refuse(dialog: Dialog) -> None:
        happened.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("pageerror", lambda error: happened.append(f"an error: {error}"))
    page.on("console", lambda message: happened.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: None if request.url.startswith(platform.url) else happened.append(request.url))
    yield sign_in(page, platform, VICTIM), happened
    context.close()
    with sqlite3.connect(platform.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        for table in ("feed_item", "feed_profile"):
            database.execute(f"DELETE FROM {table} WHERE member_id = ? OR member_id LIKE 'foe %'", (VICTIM,))


WHERE = {
    **{name: PAGES[name] for name in PAGES if name not in {"notice", "not-there"}},
    "own-profile": f"/in/{VICTIM}",
    "check-up-out": "/mypreferences/d/check-up?show=out",
    "used-whole": "/mypreferences/d/used?whole=1",
    **{f"profile-{number}": f"/in/{quote('foe ' + text, safe='')}" for number, text in enumerate(HOSTILE)},
    **{f"search-{number}": f"/search?q={quote(text)}" for number, text in enumerate(HOSTILE)},
    **{f"settings-{number}": f"/settings?q={quote(text)}" for number, text in enumerate(HOSTILE)},
}


def test_nothing_is_run(visited: tuple[Page, list[str]], platform: Running) -> None:
    """ASVS 1.2.1: on every page each hostile text stays text: no script runs, nothing is asked for, no report comes."""
    page, happened = visited
    broken = []
    for name, path in WHERE.items():
        answer = page.goto(platform.url + path)
        hacked = page.evaluate("() => typeof window.hacked !== 'undefined' || document.querySelector('math') !== null")
        if hacked or answer is None or answer.status >= 500:
            broken.append(name)

    assert broken == []
    assert [one for one in happened if "404" not in one] == []


def test_it_is_shown(visited: tuple[Page, list[str]], platform: Running) -> None:
    """Each text can be read as it was written, as a name and as a post."""
    page, _ = visited
    page.goto(platform.url)
    shown = page.locator("main").inner_text()

    assert [text for text in HOSTILE if " ".join(text.split()) not in " ".join(shown.split())] == []


def test_composer_shows_it(visited: tuple[Page, list[str]], platform: Running) -> None:
    """A hostile draft comes back into its own field, whether the browser has scripts or not."""
    page, happened = visited
    page.goto(platform.url)
    for text in HOSTILE:
        page.fill("#compose-text", text)
        page.get_by_role("button", name="Would it be used?").click()
        page.wait_for_load_state()

        assert page.input_value("#compose-text") == text
        assert page.evaluate("() => typeof window.hacked") == "undefined"
    assert happened == [] or all("404" in one for one in happened)
