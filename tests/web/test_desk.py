"""The desk in a real browser: every look, the keyboard alone, paper, and a case from the list to a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.desk import world
from tests.server.serving import FACTOR, serving
from tests.web.browser import DIRECTIONS, LOOKS, Look, dress, faults, outside, overhang, sheets
from tests.web.people import sign_in_staff
from tests.web.test_looks import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
SPACE = 16
"""CSS pixels: as much as between paragraphs."""
PAGES = {
    "queue": "/desk/",
    "case": "/desk/cases/O-7K2M",
    "decided": "/desk/cases/O-5T6R",
    "trail": "/desk/trail",
    "by-post": "/desk/by-post",
    **world.SHEETS,
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A platform with choices, cases, a snapshot and copies."""
    folder = tmp_path_factory.mktemp("desk")
    with serving(folder, packs="linkedin@2025-11-03") as running:
        with running.inside() as service:
            for name, country in (("maya", "US"), ("lena", "DE"), ("zoe", "FR")):
                service.register(name, country)
            service.set_preference("lena", "data-for-ai-improvement", "off")
            service.deliver([world.delivered("maya")])
        world.people(running, "maya", "zoe")
        world.built(running)
        running.account("petra", factor=FACTOR, role="lead")
        yield running


@pytest.fixture(scope="module")
def petra(browser: Browser, desk: Running) -> Page:
    """A lead who has signed in with her second factor, and was led to the desk."""
    return sign_in_staff(browser.new_page(), desk, "petra")


@pytest.mark.parametrize("name", PAGES)
def test_page_in_every_look(petra: Page, desk: Running, name: str) -> None:
    """WCAG 2.2 AA and best practice hold in both directions, light, dark and forced colours, at three widths."""
    asked, complaints = outside(petra), list[str]()
    petra.on("console", lambda message: complaints.append(message.text))
    petra.goto(desk.url + PAGES[name])

    assert faults(petra, LOOKS) == []
    assert asked == []
    assert [one for one in complaints if "Content Security Policy" in one] == []


@pytest.mark.parametrize("language", ["de", "fr"])
def test_longer_words_fit_on_a_telephone(petra: Page, desk: Running, language: str) -> None:
    """No page of the desk scrolls sideways in German or French either, whose words are longer than the English ones."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    petra.set_extra_http_headers({"Accept-Language": language})
    petra.set_viewport_size({"width": 320, "height": 900})
    found = {}
    for name, path in PAGES.items():
        petra.goto(desk.url + path)
        assert petra.locator("html").get_attribute("lang") == language
        found[name] = petra.evaluate(wide)
    petra.set_extra_http_headers({})
    dress(petra, Look("ltr", "light", 1280))

    assert {name: by for name, by in found.items() if by > 1} == {}


def test_pages_that_a_form_leads_to_in_every_look(petra: Page, desk: Running) -> None:
    """M12: what came by post, from the form to the paper, a mistake in it, a search and an opened text."""
    petra.goto(f"{desk.url}/desk/")
    petra.fill("#q", world.NAME)
    petra.get_by_role("button", name="Search").click()
    assert "O-7K2M" in petra.locator("table").inner_text()
    assert petra.url == f"{desk.url}/desk/search"
    assert looked(petra) == []
    petra.get_by_role("link", name="O-7K2M").click()
    petra.get_by_role("button", name="Show every text on this page").click()
    assert world.MAIL in petra.locator(".found").first.inner_text()
    assert looked(petra) == []
    petra.goto(f"{desk.url}/desk/by-post")
    petra.fill("#by-post-day", "1899-12-31")
    petra.get_by_role("button", name="Check before you record").click()
    assert "No day before" in petra.locator(".wrong").inner_text()
    assert looked(petra) == []
    petra.fill("#by-post-day", "2026-11-02")
    petra.fill("#object-names", "Berit Fjeld-Aune")
    petra.select_option("#object-country", "GB")
    petra.get_by_role("button", name="Check before you record").click()
    assert "Nothing is recorded yet." in petra.locator("#content").inner_text()
    assert looked(petra) == []
    petra.get_by_role("button", name="Record it").click()
    assert "it stands from the day on which it came" in petra.locator("#said").inner_text()
    assert looked(petra) == []
    petra.get_by_role("button", name="Print the letter").click()
    assert f"{desk.url}/objection/" in petra.locator(".sheet").inner_text()
    assert looked(petra) == []
    assert sheets(petra) == 1
    case = petra.url.removesuffix("/print")
    petra.goto(f"{case}/readdress")
    assert looked(petra) == []
    petra.fill("#object-address", "berit@")
    petra.get_by_role("button", name="Record it").click()
    assert "is no e-mail address" in petra.locator(".wrong").inner_text()
    assert looked(petra) == []
    petra.goto(f"{case}/take-back")
    petra.get_by_role("button", name="End the objection").click()
    assert "Tick the box" in petra.locator(".wrong").inner_text()
    assert looked(petra) == []


def test_no_found_item_touches_the_rule_below(petra: Page, desk: Running) -> None:
    """Between the last line about an item and the rule above the next one there is room, on a telephone, too."""
    petra.goto(desk.url + PAGES["case"])
    measure = """() => [...document.querySelectorAll("li.found + li.found")].map(one => one.getBoundingClientRect().top
        - one.previousElementSibling.lastElementChild.getBoundingClientRect().bottom)"""
    for width in (1280, 375):
        dress(petra, Look("ltr", "light", width))
        gaps = petra.evaluate(measure)
        assert gaps
        assert min(gaps) >= SPACE
    dress(petra, Look("ltr", "light", 1280))


def looked(page: Page) -> list[str]:
    """What is wrong with a page that came from a form, in every look and with what is pressed."""
    found = faults(page, LOOKS)
    for direction in DIRECTIONS:
        dress(page, Look(direction, "light", 320))
        found += [f"{direction}: {one} is too small" for one in page.evaluate(SMALL)]
    dress(page, Look("ltr", "light", 1280))
    return found


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", PAGES)
def test_targets_can_be_hit(petra: Page, desk: Running, name: str, direction: str) -> None:
    """Whatever is pressed is at least 24 pixels high and wide, on the narrowest screen, too."""
    petra.goto(desk.url + PAGES[name])
    dress(petra, Look("rtl" if direction == "rtl" else "ltr", "light", 320))

    assert petra.evaluate(SMALL) == []


def test_no_language_is_too_long_for_a_narrow_screen(petra: Page, desk: Running) -> None:
    """The head with the link to the desk and to sign out fits in every language, as does what stands below."""
    found = list[str | None]()
    for own in ("Deutsch", "Français", "English"):
        petra.goto(f"{desk.url}/desk/cases/O-7K2M")
        petra.get_by_role("button", name=own).click()
        for width in (375, 320):
            dress(petra, Look("ltr", "light", width))
            found.append(overhang(petra))

    assert found == [None] * 6


def test_a_case_with_the_keyboard_alone(petra: Page, desk: Running) -> None:
    """From the list to a case, taken up and upheld, with Tab and Enter; the page says what was recorded."""
    petra.goto(f"{desk.url}/desk/")
    dress(petra, Look("ltr", "light", 1280))
    press(petra, "O-9QX4")
    petra.wait_for_url("**/cases/O-9QX4")
    press(petra, "Take it up")
    assert "Recorded: you took it up." in petra.locator("#said").inner_text()
    press(petra, "Uphold")
    assert "Recorded: it is upheld." in petra.locator("#said").inner_text()
    assert "Votre opposition O-9QX4" in petra.locator(".letter").inner_text()


def test_a_letter_is_written_down_with_the_keyboard_alone(petra: Page, desk: Running) -> None:
    """M12: from the list to a recorded letter with Tab, typing and Enter."""
    petra.goto(f"{desk.url}/desk/")
    dress(petra, Look("ltr", "light", 1280))
    press(petra, "Write down what came by post or telephone")
    petra.locator("#object-names").focus()
    petra.keyboard.type("Solveig Keyboard-Holt")
    press(petra, "Check before you record")
    press(petra, "Record it")
    assert "it stands from the day on which it came" in petra.locator("#said").inner_text()


def press(page: Page, words: str) -> None:
    """Tab until a link or a button with these words has the focus, and press Enter."""
    page.evaluate("() => document.activeElement.blur()")
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.innerText?.trim()") == words:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(words)


def test_it_works_without_javascript(browser: Browser, petra: Page, desk: Running) -> None:
    """With scripts switched off a refusal goes through its two pages, and every page opens."""
    context = browser.new_context(java_script_enabled=False, storage_state=petra.context.storage_state())
    page = context.new_page()
    for path in PAGES.values():
        answer = page.goto(desk.url + path)
        assert answer is not None
        assert answer.ok, path
    page.goto(f"{desk.url}/desk/cases/O-1B8Z")
    page.get_by_text("Refuse", exact=True).click()
    page.fill("#refuse-grounds", "needed in court")
    page.fill("#refuse-name", "Petra Lund")
    page.get_by_role("button", name="Check before you refuse").click()
    page.check("#answers")
    page.get_by_role("button", name="Refuse the objection").click()
    assert "Recorded: it is refused." in page.locator("#said").inner_text()
    context.close()


def test_the_report_is_one_sheet(petra: Page, desk: Running) -> None:
    """The effectiveness report prints on one sheet of A4."""
    petra.goto(f"{desk.url}/desk/report")

    assert sheets(petra) == 1


def test_drawings_have_words_and_a_table(petra: Page, desk: Running) -> None:
    """Each drawing is named by a sentence with its numbers, and a table with them follows it."""
    for name in ("choices", "desk-notices", "effect"):
        petra.goto(desk.url + PAGES[name])
        found = petra.evaluate(
            """() => [...document.querySelectorAll("figure svg")].map(one => [one.getAttribute("role"),
                one.getAttribute("aria-label"), !!one.closest(".card").querySelector("table")])"""
        )
        assert found, name
        assert all(role == "img" and any(sign.isdigit() for sign in words) and table for role, words, table in found)
