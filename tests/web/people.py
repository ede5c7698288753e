"""The small platform with its people, for tests in a browser: who signs in, and which pages there are."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.server.serving import PASSWORD as STAFF_PASSWORD
from tests.server.serving import code_of_now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

    from tests.server.serving import Running

PASSWORD = "a lantern in the wick"  # noqa: S105 - of invented people
LENA, MAYA = "lena", "maya"
SETTING = "/mypreferences/d/settings/data-for-ai-improvement"
PAGES = {
    "feed": "/",
    "profile": "/in/lena",
    "search": "/search?q=wood",
    "nothing-found": "/search?q=zzzz",
    "settings": "/settings",
    "account": "/settings/account",
    "security": "/settings/sign-in",
    "privacy": "/settings/data-privacy",
    "setting": SETTING,
    "check-up": "/mypreferences/d/check-up",
    "used": "/mypreferences/d/used",
    "history": "/mypreferences/d/history",
    "objections": "/settings/objections",
    "people": "/people",
    "requests": "/people/requests",
    "found-by-hirers": "/mypreferences/d/found-by-hirers",
    "notices": "/notices",
    "notice": "/notices/ai-training/1",
    "password": "/account/password/change/",
    "second-factor": "/account/2fa/",
    "sign-out": "/account/logout/",
    "not-there": "/nothing/here",
}
"""Pages of somebody who has signed in; every one of them is looked at in every look."""
OPEN_PAGES = {
    "sign-in": "/account/login/",
    "applies": "/what-applies",
    "objection": "/objection",
    "archive": "/check-an-archive",
    "applies-answer": "/what-applies?country=DE&off=2025-12-01",
}


def fill(platform: Running) -> None:
    """Register everybody and send the notice."""
    file = platform.folder / "demo-password"
    file.write_text(PASSWORD + "\n")
    platform.command("feed", "fill", "--password-file", str(file))
    platform.command("notice", "send")


_ADD = """
import sys, django
django.setup()
from byleave.server.accounts.people import new_account
from byleave.server.running import current
country, password, *names = sys.argv[1:]
service = current()
for name in names:
    service.register(name, country)
    new_account(name, password, member=name, now=service.now())
service.close()
"""


def add_members(platform: Running, names: Sequence[str], country: str, *, told: bool = True) -> None:
    """Register members with accounts of the same names, and send them the notice; none of them has an address."""
    environment = {**platform.environment, "DJANGO_SETTINGS_MODULE": "byleave.server.settings"}
    command = [sys.executable, "-c", _ADD, country, PASSWORD, *names]
    done = subprocess.run(command, env=environment, cwd=platform.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    if told:
        platform.command("notice", "send")


def sign_in(page: Page, platform: Running, name: str) -> Page:
    """Sign in with the form."""
    page.goto(f"{platform.url}/account/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{platform.url}/")
    return page


def sign_in_staff(page: Page, platform: Running, name: str) -> Page:
    """Sign in as one of the staff with the second factor, which leads to the desk."""
    page.goto(f"{platform.url}/account/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", STAFF_PASSWORD)
    page.press("[name=password]", "Enter")
    page.fill("[name=code]", code_of_now())
    page.press("[name=code]", "Enter")
    page.wait_for_url(f"{platform.url}/desk/")
    return page


def open_page(page: Page, platform: Running, name: str) -> None:
    """Open a page by its name."""
    page.goto(platform.url + {**PAGES, **OPEN_PAGES}[name])
