"""Signing in, in a real browser: a second factor is set up and asked for, and the platform's own sign-in leads here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.provider import CLIENT, SECRET, providing
from tests.server.serving import code_of_now, serving
from tests.web.browser import Look, dress, faults
from tests.web.people import PASSWORD, SETTING, add_members, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
LOOKS = (Look("ltr", "light", 1280), Look("rtl", "dark", 320))


def is_in(page: Page, platform: Running) -> bool:
    """Whether somebody is signed in here."""
    page.goto(platform.url + "/settings")
    return page.url == platform.url + "/settings"


def test_second_factor(browser: Browser, platform: Running) -> None:
    """ASVS 6.3, 7.4.3: it is set up from the settings; then other sessions are over, and signing in asks for a code."""
    add_members(platform, ["totp"], "DE")
    here, there = (sign_in(browser.new_context(locale="en-GB").new_page(), platform, "totp") for _ in range(2))
    complaints = list[str]()
    here.on("console", lambda message: complaints.append(message.text))
    here.goto(platform.url + "/settings/sign-in")
    here.get_by_role("link", name="Second factor").click()
    here.get_by_role("link", name="Activate").click()
    here.fill("[name=password]", PASSWORD)  # whoever finds an open browser sets up no factor
    here.press("[name=password]", "Enter")
    secret = here.locator("figure code").inner_text()
    drawn = here.locator("figure svg").bounding_box()
    wrong = faults(here, LOOKS)
    dress(here, Look("ltr", "light", 1280))
    here.get_by_label("Authenticator code").fill(code_of_now(secret))
    here.get_by_role("button", name="Save it").click()
    here.wait_for_url("**/account/2fa/**")
    kept, ended = is_in(here, platform), not is_in(there, platform)

    assert drawn is not None
    assert drawn["width"] > 150
    assert wrong == []
    assert [one for one in complaints if "Content Security Policy" in one] == []
    assert (kept, ended) == (True, True)

    there.fill("[name=login]", "totp")
    there.fill("[name=password]", PASSWORD)
    there.press("[name=password]", "Enter")
    there.wait_for_url("**/account/2fa/authenticate/**")
    assert there.request.get(platform.url + "/api/v1/me").status == 401
    there.fill("[name=code]", "000000")
    there.press("[name=code]", "Enter")
    there.locator("[role=alert]").wait_for()
    assert faults(there, LOOKS) == []
    dress(there, Look("ltr", "light", 1280))
    there.fill("[name=code]", code_of_now(secret))
    there.press("[name=code]", "Enter")
    there.wait_for_url(platform.url + "/**")
    assert is_in(there, platform)
    for page in (here, there):
        page.context.close()


def test_platform_signs_in(browser: Browser, tmp_path: Path) -> None:
    """OpenID Connect: one press, and the member of the claim stands before the setting that they asked for."""
    (tmp_path / "secret").write_text(SECRET + "\n", encoding="utf-8")
    secret = str(tmp_path / "secret")
    with (
        providing() as provider,
        serving(
            tmp_path, oidc_issuer=provider.url, oidc_client=CLIENT, oidc_secret=secret, oidc_claim="member_id"
        ) as running,
    ):
        with running.inside() as service:
            service.register("ana", "DE")
        provider.claims = {"sub": "s-1", "member_id": "ana"}
        context = browser.new_context(locale="en-GB")
        page, complaints = context.new_page(), list[str]()
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(running.url + SETTING)
        page.get_by_role("button", name="Lanterwick").click()
        page.wait_for_url(f"{running.url}{SETTING}")
        page.click("#setting-switch")
        page.locator("#setting-switch[aria-checked=false]").wait_for()
        with running.inside() as service:
            value = service.member("ana").settings[0].value
        context.close()

    assert value == "off"
    assert [one for one in complaints if "Content Security Policy" in one] == []
