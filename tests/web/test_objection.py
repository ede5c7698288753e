"""M11, M12: a person without an account objects in a real browser, and the next snapshots keep to it.

How long it takes is counted at a person's pace: a press is a second, a key 0.28 seconds (S. K. Card, T. P. Moran and
A. Newell, The keystroke-level model, 1980), and every word on the way is read, at 250 words a minute.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.server.centre.builds import PACK, post
from tests.server.hostile import HOSTILE
from tests.server.objections.builds import build, explained, secret_of
from tests.server.serving import FACTOR, serving
from tests.web.browser import Look, dress, faults, outside
from tests.web.people import LENA, fill, sign_in, sign_in_staff
from tests.web.test_thirty_seconds import KEY_SECONDS, PRESS_SECONDS, WORDS_A_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Dialog, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
LIMIT_SECONDS = 180
SOME_LOOKS = (
    Look("ltr", "light", 1280),
    Look("rtl", "light", 375),
    Look("ltr", "dark", 375),
    Look("rtl", "forced", 320),
)
FIELDS = {"names": "Ana Lima", "emails": "ana@example.com", "address": "ana@mail.example"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The small platform, on which Lena has written about somebody who has no account."""
    folder = tmp_path_factory.mktemp("objection")
    with serving(folder, packs=PACK, mail=f"file:{folder}/mail") as made, pytest.MonkeyPatch.context() as patch:
        fill(made)
        patch.setenv("BYLEAVE_SUPPRESSION_KEY", str(secret_of(made)))
        post(made, "about-1", LENA, "Thank you, Ana Lima, for the new roof!", "2025-12-01T00:00:00.000000Z")
        post(made, "about-2", LENA, "The roof is done.", "2025-12-01T00:00:01.000000Z")
        yield made


@dataclass
class Walk:
    """Somebody on their way through the form."""

    page: Page
    keyboard: bool
    presses: int = 0
    keys: int = 0
    words: int = 0

    def read(self) -> None:
        """Read all of the page; what one can choose from is not read word by word."""
        text = self.page.locator("main").inner_text()
        self.words += len(text.split()) - sum(len(one.split()) for one in self.page.locator("option").all_inner_texts())

    def press(self, selector: str) -> None:
        """Press something; with the keyboard, by Tab until it has the focus."""
        if self.keyboard:
            self._tab_to(selector)
            self.page.keyboard.press("Space")
            self.keys += 1
        else:
            self.page.click(selector)
            self.presses += 1

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        if self.keyboard:
            self._tab_to(selector)
        else:
            self.page.click(selector)
            self.presses += 1
        self.page.keyboard.type(text)
        self.keys += len(text)

    def _tab_to(self, selector: str) -> None:
        for _ in range(60):
            if self.page.locator(selector).evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            self.keys += 1
        pytest.fail(f"{selector} cannot be reached with the Tab key")

    @property
    def seconds(self) -> float:
        """How long a person takes."""
        return self.presses * PRESS_SECONDS + self.keys * KEY_SECONDS + self.words / WORDS_A_SECOND


def letter(running: Running, reference: str) -> str:
    """The link that confirms, from the letter about a case."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for file in (running.folder / "mail").glob("*"):
            found = re.search(rf"http://\S+/objection/confirm/{reference}/\S+", file.read_text())
            if found:
                return found[0]
        time.sleep(0.2)
    pytest.fail("no letter came")


@pytest.mark.parametrize("means", ["no-script", "keyboard"])
def test_somebody_without_an_account_objects(
    browser: Browser, running: Running, means: str, record_property: Callable[[str, object], None]
) -> None:
    """M11, M12: in less than three minutes; others' posts that name them are left out from the next build on."""
    before = build(running, f"before-{means}")
    assert (before["about-1"], before["about-2"]) == ("eligible", "eligible")
    context = browser.new_context(java_script_enabled=means != "no-script", locale="en-GB")
    page = context.new_page()
    asked = outside(page)
    walk = Walk(page, keyboard=means == "keyboard")
    page.goto(f"{running.url}/what-applies")
    walk.press("footer a[href='/objection']") if means == "no-script" else page.goto(f"{running.url}/objection")
    walk.read()
    walk.press("#object-account-no")
    walk.press("#object-about-generative-ai")
    for name, text in FIELDS.items():
        walk.type(f"#object-{name}", text)
    walk.press("main button[type=submit]")
    page.get_by_role("heading", name="Check your answers").wait_for()
    walk.read()
    walk.press("button[value=send]")
    page.get_by_role("heading", name="We have your objection").wait_for()
    walk.read()

    told = f"{walk.presses} presses, {walk.keys} keys, {walk.words} words: {walk.seconds:.0f} s"
    record_property("walked", (f"objection, {means}", told))
    assert walk.seconds < LIMIT_SECONDS, told
    after = build(running, f"after-{means}")
    assert (after["about-1"], after["about-2"]) == ("subject-objection", "eligible")
    said = explained(running, "about-1", f"after-{means}")
    assert "holds the name of somebody" in said
    assert "Lima" not in said
    post(running, f"later-{means}", LENA, "Dinner with A. Lima, at last.", "2025-12-05T00:00:00.000000Z")
    assert build(running, f"later-{means}")[f"later-{means}"] == "subject-objection"

    reference = page.locator("code").first.inner_text()
    page.goto(letter(running, reference))
    page.get_by_role("button", name="Yes, it was me").click()
    page.get_by_text("Your objection is confirmed.").wait_for()
    page.locator("summary", has_text="Take it back").click()
    page.get_by_role("button", name="Take the objection back").click()
    page.get_by_text("Your objection was taken back.").wait_for()
    context.close()
    assert asked == []
    assert build(running, f"end-{means}")["about-1"] == "eligible"


def test_every_page_of_a_case_in_some_looks(browser: Browser, running: Running) -> None:
    """WCAG 2.2 AA holds on mistakes, check, case, confirmation and a member's own case; nothing scrolls sideways."""
    page = browser.new_context(locale="en-GB").new_page()
    wrong: dict[str, list[str]] = {}

    def look(name: str) -> None:
        wrong[name] = faults(page, SOME_LOOKS)
        dress(page, SOME_LOOKS[0])

    page.goto(f"{running.url}/objection")
    page.fill("#object-names", "Ana")
    page.click("main button[type=submit]")
    look("mistakes")
    assert page.locator("[aria-invalid=true]").count() == 2
    page.check("#object-account-yes")
    page.check("#object-about-everything")
    page.fill("#object-names", "Ana Lima\n\u0410na Lima")
    page.fill("#object-posts", "x" * 300 + " and four more words")
    page.fill("#object-address", "looks@mail.example")
    page.click("main button[type=submit]")
    look("check")
    page.click("button[value=send]")
    look("case")
    reference = page.locator("code").first.inner_text()
    page.goto(letter(running, reference))
    look("confirm")
    page.get_by_role("button", name="Yes, it was me").click()
    look("confirmed")
    lena = sign_in(browser.new_context(locale="en-GB").new_page(), running, LENA)
    page = lena
    page.goto(f"{running.url}/objection")
    page.check("#object-about-other-ai")
    page.click("form:has(#object-names) > button[type=submit]")
    page.click("button[value=send]")
    look("own")
    page.goto(f"{running.url}/settings/objections")
    look("list")

    assert {name: found for name, found in wrong.items() if found} == {}
    assert set(wrong) == {"mistakes", "check", "case", "confirm", "confirmed", "own", "list"}


def test_hostile_answers_are_shown_and_never_run(browser: Browser, running: Running) -> None:
    """ASVS 1.2.1: on form, check, case and desk what somebody typed stays text: nothing runs, nothing is asked for."""
    page, happened = browser.new_context(locale="en-GB").new_page(), list[str]()

    def refuse(dialog: Dialog) -> None:
        happened.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("request", lambda request: None if request.url.startswith(running.url) else happened.append(request.url))
    running.account("nora", factor=FACTOR, role="lead")
    staff = sign_in_staff(browser.new_context(locale="en-GB").new_page(), running, "nora")
    staff.on("dialog", refuse)
    ran = "() => typeof window.hacked !== 'undefined' || document.querySelector('main math, main svg[onload]') !== null"
    wrong, sent = list[str](), 0
    for text in HOSTILE:
        page.goto(f"{running.url}/objection")
        page.check("#object-account-no")
        page.check("#object-about-everything")
        for name in ("names", "emails", "phones", "profiles", "address"):
            page.locator(f"#object-{name}").fill(text)
        page.fill("#object-posts", f"{text} and four more words")
        page.fill("#object-reason", text)
        page.click("main button[type=submit]")
        wrong += [f"form: {text}"] if page.evaluate(ran) else []
        for name in ("emails", "phones", "profiles"):
            page.fill(f"#object-{name}", "")
        page.fill("#object-names", "Ana Lima")
        page.fill("#object-address", "hostile@mail.example")
        page.click("main button[type=submit]")
        wrong += [f"check: {text}"] if page.evaluate(ran) else []
        if page.locator("button[value=send]").count():
            page.click("button[value=send]")
            wrong += [f"case: {text}"] if page.evaluate(ran) else []
            staff.goto(f"{running.url}/desk/cases/{page.locator('code').first.inner_text()}")
            wrong += [f"desk: {text}"] if staff.evaluate(ran) else []
            # as the browser shows it, with blanks drawn together
            typed = " ".join(text.replace("\u202e", "").replace("\u202c", "").split())
            assert typed in " ".join(staff.locator("main").inner_text().split())
            sent += 1

    assert wrong == []
    assert happened == []
    assert sent > len(HOSTILE) // 2
