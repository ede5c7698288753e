"""No deceptive pattern: the list of the EDPB's Guidelines 03/2022, category by category, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from byleave.text.catalogue import LANGUAGES
from tests.server.serving import serving
from tests.web.browser import Look, faults
from tests.web.people import LENA, MAYA, OPEN_PAGES, PAGES, SETTING, add_members, fill, open_page, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Dialog, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
STYLE = """one => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const rgb = text => text.match(/[0-9.]+/g).slice(0, 3).map(Number).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const light = text => { const [r, g, b] = rgb(text); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
    const [a, b] = [light(style.color), light(style.backgroundColor)].sort((x, y) => y - x);
    return {width: box.width, height: box.height, weight: style.fontWeight, size: style.fontSize,
        border: style.borderTopColor + style.borderTopWidth, contrast: (a + 0.05) / (b + 0.05)};
}"""
"""How a button looks; contrast by WCAG's formula."""


@pytest.fixture(scope="module")
def lena(browser: Browser, platform: Running) -> Iterator[Page]:
    """A German member who changes nothing."""
    context = browser.new_context(locale="en-GB")
    yield sign_in(context.new_page(), platform, LENA)
    context.close()


def test_both_positions_look_alike(browser: Browser, platform: Running) -> None:
    """Stirring: on and off have one size, one weight and one border, and the contrast of either is at least 4.5."""
    add_members(platform, ["fair"], "DE")
    context = browser.new_context()
    page = sign_in(context.new_page(), platform, "fair")
    page.goto(platform.url + SETTING)
    on = page.locator("#setting-switch").evaluate(STYLE)
    page.click("#setting-switch")
    page.locator("#setting-switch[aria-checked=false]").wait_for()
    page.mouse.move(0, 0)
    page.evaluate("() => document.activeElement.blur()")
    off = page.locator("#setting-switch").evaluate(STYLE)
    context.close()

    assert (on["width"], on["height"]) == (76, 38)
    assert {key: on[key] for key in ("width", "height", "weight", "size")} == {
        key: off[key] for key in ("width", "height", "weight", "size")
    }
    assert abs(on["contrast"] - off["contrast"]) < 1
    assert min(on["contrast"], off["contrast"]) >= 4.5


def test_nothing_asks_again(browser: Browser, platform: Running) -> None:
    """Overloading, obstructing: neither way is asked about, no page holds one back, and no dialog ever opens."""
    add_members(platform, ["calm"], "DE")
    context = browser.new_context()
    page = sign_in(context.new_page(), platform, "calm")
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.goto(platform.url + SETTING)
    for wanted in ("false", "true"):
        page.click("#setting-switch")
        page.locator(f"#setting-switch[aria-checked={wanted}]").wait_for()
    page.goto(platform.url)
    banners = page.locator(".banner").count()
    context.close()

    assert dialogs == []
    assert banners == 0


@pytest.mark.parametrize("name", [*PAGES, *OPEN_PAGES])
def test_two_presses_from_anywhere(lena: Page, platform: Running, name: str) -> None:
    """Overloading (privacy maze): from every page the setting is one link away, and one press switches it."""
    open_page(lena, platform, name)

    assert lena.locator(f".foot a[href='{SETTING}']").count() == 1


def test_no_dead_end(lena: Page, platform: Running) -> None:
    """Obstructing: every link on every page leads somewhere, and each button says what it does."""
    found: dict[str, str] = {}
    for name in (*PAGES, *OPEN_PAGES):
        open_page(lena, platform, name)
        hrefs = lena.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        found |= {href.partition("#")[0]: name for href in hrefs if href.startswith("/")}
        unnamed = lena.eval_on_selector_all(
            "button, a.button", "all => all.filter(one => !one.textContent.trim()).length"
        )
        assert unnamed == 0
    wrong = {
        (path, name)
        for path, name in found.items()
        if lena.request.get(platform.url + path, max_redirects=5).status >= 400
    }

    assert len(found) > 20
    assert wrong == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_api_and_receipt_agree(browser: Browser, platform: Running, language: str) -> None:
    """Left in the dark: page, API and receipt say the same about one act, in each language."""
    member = f"agree-{language}"
    add_members(platform, [member], "DE")
    context = browser.new_context(locale=language)
    page = sign_in(context.new_page(), platform, member)
    page.goto(platform.url + SETTING)
    page.click("#setting-switch")
    page.locator("#setting-switch[aria-checked=false]").wait_for()
    told = page.locator("#setting > section:first-of-type li").all_inner_texts()
    seq = int(re.findall(r"\d+", page.locator("#said a").get_attribute("href") or "")[-1])
    api = page.request.get(f"{platform.url}/api/v1/me/preferences/data-for-ai-improvement").json()
    receipt = page.request.get(f"{platform.url}/mypreferences/d/receipts/{seq}").json()
    written = str(receipt)
    lang = page.get_attribute("html", "lang")
    context.close()

    assert lang == language
    assert (api["value"], api["deed"]["seq"]) == ("off", seq)
    assert len(told) == 4
    assert all(one in written for one in told[:3])


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The small platform in a language of Hebrew letters."""
    folder = tmp_path_factory.mktemp("mirrored")
    with serving(
        folder, settings="tests.web.pseudo", packs="linkedin@2025-11-03", mail=f"file:{folder}/mail"
    ) as running:
        fill(running)
        yield running


UNTRANSLATED = r"""() => {
    const own = "bdi, cite, code, script, style, [lang]:not(html), time, .wordmark, .post header, .foot form, title"
        + ", option, .card h2 a, .avatar";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (parent.closest(own) || !/[A-Za-z]{3,}/.test(walker.currentNode.data)) continue;
        found.push(walker.currentNode.data.trim());
    }
    return found;
}"""
OURS = (
    "feed",
    "privacy",
    "setting",
    "history",
    "check-up",
    "used",
    "applies",
    "archive",
    "settings",
    "account",
    "security",
    "notices",
    "nothing-found",
    "not-there",
)
# names, and what the invented language has no word of its own for: a country
KNOWN = re.compile(
    r"Lanterwick|LinkedIn|DE|United States|linkedin@\S+|https?://\S+|Lena Hartung|Carpenter and site manager"
    r"|lena\S*|zzzz|“|”"
)


@pytest.fixture(scope="module")
def maya(browser: Browser, mirrored: Running) -> Page:
    """A member on the platform in Hebrew letters."""
    return sign_in(browser.new_page(), mirrored, MAYA)


@pytest.mark.parametrize("name", OURS)
def test_no_language_is_mixed(maya: Page, mirrored: Running, name: str) -> None:
    """Fickle (language discontinuity): every word of ours is translated, and what a pack says in English is marked so.

    In right-to-left writing the page lies the other way round, fits the narrowest screen, and axe-core finds nothing.
    """
    open_page(maya, mirrored, name)
    left = [KNOWN.sub("", text) for text in maya.evaluate(UNTRANSLATED)]

    assert maya.get_attribute("html", "dir") == "rtl"
    assert [text for text in left if re.search("[A-Za-z]{3,}", text)] == []
    assert faults(maya, [Look("rtl", "light", 1280), Look("rtl", "dark", 320)]) == []
