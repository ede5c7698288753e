"""The promise told once in a real browser: post, snapshot, training, search, opting out, forgotten, and certificate.

A German member posts and is found by an American. Talent search is trained on the next snapshot. The German switches
off, and the model that runs forgets her while both look on; she is found all the same, until she hides by a choice of
its own. `BYLEAVE_PICTURES` names a folder in which pictures of the stations are kept.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave import api
from byleave.adapters.certificate_files import verify_certificate_file
from byleave.server.acts import Delivery
from byleave.server.lineage.recording import record_snapshot
from byleave.server.lineage.training import Training, train_talent
from tests.server.centre.builds import ledger
from tests.server.serving import serving
from tests.web.browser import Look, dress, faults, outside
from tests.web.people import LENA, MAYA, PAGES, fill, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
PICTURES = os.environ.get("BYLEAVE_PICTURES")
EARLY = datetime(2026, 1, 1, tzinfo=UTC)
PACK, PURPOSE, RECIPIENT = "byleave@1", "other-ai", "platform"
SETTING, HIDING = "/mypreferences/d/settings/ai-training", PAGES["found-by-hirers"]
SEARCH = "/people?q=Zimmerin%2C+Holz"
SECONDS = 60


@dataclass
class Town:
    """The platform under the recommended rules, and two people in their browsers."""

    running: Running
    lena: Page
    maya: Page

    def open(self, page: Page, path: str) -> str:
        """What somebody reads on a page."""
        page.goto(self.running.url + path)
        return page.locator("main").inner_text()

    def picture(self, page: Page, name: str, of: str) -> None:
        """Keep how a part of the page looks now, if that was asked for."""
        if PICTURES:
            dress(page, Look("ltr", "light", 1000))
            page.locator(of).first.screenshot(path=Path(PICTURES) / f"{name}.png")

    def train(self) -> None:
        """Take a snapshot of the platform as it is, and put talent search into service."""
        running = self.running
        secret = (running.folder / "data" / "suppression.key").read_bytes()
        items, snapshot = running.folder / "items.jsonl", running.folder / "data" / "snapshots" / "first"
        running.command("feed", "export", str(items))
        for folder in ("models", "snapshots"):
            (running.folder / "data" / folder).mkdir()
        register = ledger(running)
        api.gate(items, register=register, pack=PACK, purpose=PURPOSE, recipient=RECIPIENT, out=snapshot)
        record_snapshot(snapshot, ledger(running), secret, just_published=True)
        out = running.folder / "data" / "models" / "talent"
        name = "talent search"
        train_talent(Training(snapshot, out, ledger(running), "talent-1", visible=(str(items),), name=name), secret)

    def forgotten(self) -> str:
        """What the German reads once the model has forgotten her."""
        end = time.monotonic() + SECONDS
        while "You were taken out of the model “talent search”" not in (told := self.open(self.lena, PAGES["used"])):
            assert time.monotonic() < end, told
            time.sleep(0.2)
        return told


@pytest.fixture(scope="module")
def town(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Everybody has been told in January, so that thirty days have passed."""
    folder = tmp_path_factory.mktemp("town")
    with serving(folder, packs=PACK, mail=f"file:{folder}/mail") as running:
        fill(running)
        with running.inside() as service:
            service.deliver([Delivery(one, "ai-training", "1", EARLY) for one in (LENA, MAYA)])
        pages = [sign_in(browser.new_context(locale="en-GB").new_page(), running, who) for who in (LENA, MAYA)]
        yield Town(running, *pages)
        for page in pages:
            page.context.close()


def test_the_model_forgets_while_both_look_on(town: Town, tmp_path: Path) -> None:
    """M1, M14, M17, M18: an opt-out reaches the model that is in service, hides nobody, and is proved offline."""
    lena, maya = town.lena, town.maya
    asked = [*map(outside, (lena, maya))]
    assert "The search is not set up yet." in town.open(maya, SEARCH)
    town.open(lena, "/")
    lena.fill("#compose-text", "Heute haben wir den Dachstuhl gerichtet.")
    lena.locator("#verdict .verdict").wait_for()
    town.picture(lena, "forget-1-post", "form.compose")
    lena.get_by_role("button", name="Publish").click()
    town.train()

    assert "Lena Hartung" in town.open(maya, SEARCH)
    assert maya.locator("mark").first.inner_text() in {"Zimmerin", "Holz"}
    assert faults(maya) == []
    town.picture(maya, "forget-2-search", "main .page")
    maya.get_by_role("link", name="Ask to get in touch Lena Hartung").click()
    maya.fill("#contact-text", "Would you repair a roof in Bremen?")
    assert faults(maya) == []
    maya.get_by_role("button", name="Send").click()
    maya.get_by_text("Sent. They can read it now.").wait_for()
    assert "Would you repair a roof in Bremen?" in town.open(lena, PAGES["requests"])
    assert faults(lena) == []
    assert "The model “talent search” was trained." in town.open(lena, PAGES["used"])

    town.open(lena, SETTING)
    lena.click("#setting-switch")
    lena.locator("#setting-switch[aria-checked=false]").wait_for()
    assert "models are to forget" in lena.locator("main").inner_text()
    town.forgotten()
    assert faults(lena) == []
    town.picture(lena, "forget-3-used", "section[aria-labelledby=timeline]")
    with lena.expect_download() as loading:
        lena.get_by_role("link", name="Certificate").click()
    certificate = tmp_path / "certificate.json"
    loading.value.save_as(certificate)
    keys = tmp_path / "keys.json"
    keys.write_bytes(lena.request.get(f"{town.running.url}/.well-known/byleave-keys.json").body())
    found = verify_certificate_file(certificate, keys)
    assert found is not None
    assert (found.problem, len(json.loads(certificate.read_text())["certificate"]["forgotten"])) == (None, 1)
    verified = town.running.command("verify", str(certificate), "--keys", str(keys))
    assert "1 taken out of talent-1" in verified

    assert "Lena Hartung" in town.open(maya, SEARCH)  # opting out of training hides nobody
    town.open(lena, HIDING)
    lena.click("#found-switch")
    lena.get_by_text("Saved. Searches do not find you from now on.").wait_for()
    town.picture(lena, "forget-4-hidden", "#found > section")
    assert "Lena Hartung" not in town.open(maya, SEARCH)
    assert asked == [[], []]


def test_it_works_without_scripts(browser: Browser, town: Town) -> None:
    """M1: the search, its filters and the switch are forms and links, and need no script."""
    context = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = sign_in(context.new_page(), town.running, MAYA)
    page.goto(f"{town.running.url}/people")
    page.fill("#people-words", "hospital beds")
    page.select_option("#people-language", "en")
    page.get_by_role("button", name="Suchen").click()

    assert "Maya Lindqvist" in page.locator("main").inner_text()
    assert page.locator("mark").count() >= 2
    page.goto(town.running.url + HIDING)
    page.click("#found-switch")
    assert "Die Suche findet Sie von jetzt an nicht." in page.locator("main").inner_text()
    page.click("#found-switch")
    assert "Die Suche findet Ihr öffentliches Profil wieder." in page.locator("main").inner_text()
    context.close()
