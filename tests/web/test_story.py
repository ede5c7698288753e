"""The story of the mission, told once in a real browser: two posts of one day, and the switch between two snapshots.

A German and an American each publish a post on 1 November 2025. From 3 November on the rule holds where the German
lives. The clock is set from day to day; what the pages, the receipt, each snapshot, the API and `explain` then say is
one and the same. `BYLEAVE_PICTURES` names a folder in which pictures of the stations are kept.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from byleave import api
from byleave.adapters.key_files import read_ring
from byleave.proof.verification import verify_receipt
from byleave.server.lineage.recording import record_model, record_snapshot
from byleave.text.layout import sentence
from tests.server.centre.builds import PACK, ledger
from tests.server.serving import serving
from tests.web.browser import Look, dress
from tests.web.clocked import CLOCK, present
from tests.web.people import LENA, MAYA, PAGES, SETTING, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FloatRect, Page

    from tests.server.serving import Running

pytestmark = pytest.mark.needs("chromium")
PICTURES = os.environ.get("BYLEAVE_PICTURES")
PURPOSE, RECIPIENT = "generative-ai", "linkedin"
POSTS = {
    LENA: "Drei Gesellen, ein Kran, kein Regen. Manchmal ist ein guter Tag so einfach.",
    MAYA: "New rule in the shop: whoever orders a part writes down who asked for it.",
}


@dataclass
class Story:
    """The platform, both people in their browsers, and the calendar."""

    running: Running
    pages: dict[str, Page]
    names: dict[str, str] = field(default_factory=dict)
    """The id of each one's post."""

    def at(self, instant: str) -> None:
        """Set the clock."""
        Path(self.running.environment[CLOCK]).write_text(instant, encoding="utf-8")

    def open(self, who: str, name: str) -> str:
        """What one of them reads on a page."""
        self.pages[who].goto(self.running.url + PAGES[name])
        return self.pages[who].locator("main").inner_text()

    def write(self, who: str) -> str:
        """Write the post, and publish it; what the composer says before."""
        page = self.pages[who]
        self.open(who, "feed")
        page.fill("#compose-text", POSTS[who])
        page.locator("#verdict .verdict").wait_for()
        told = page.locator("#verdict").inner_text()
        self.picture(who, f"story-1-{who}", "form.compose")
        page.get_by_role("button", name="Publish").click()
        page.get_by_text("Your post is published.").wait_for()
        posts = page.request.get(f"{self.running.url}/api/v1/me/items").json()["items"]
        self.names[who] = next(one["item_id"] for one in posts if one["text"] == POSTS[who])
        return told

    def build(self, name: str, *, trains: str | None = None) -> dict[str, str]:
        """Build a snapshot, record it, and train on it; for each post `eligible`, or why it was left out."""
        folder = self.running.folder / name
        folder.mkdir()
        items, secret = folder / "items.jsonl", self.running.folder / "data" / "suppression.key"
        self.running.command("feed", "export", str(items))
        out = folder / "out"
        address = ledger(self.running)
        api.gate(items, register=address, pack=PACK, purpose=PURPOSE, recipient=RECIPIENT, out=out, clock=present)
        record_snapshot(out, address, secret.read_bytes(), just_published=True, clock=present)
        if trains:
            record_model([out], address, f"sha256:{'ab' * 32}", name=trains, clock=present)
        used = {row["item_id"]: "eligible" for row in pq.read_table(out / "items").to_pylist()}
        used |= {row["item_id"]: row["reason"] for row in pq.read_table(out / "left_out").to_pylist()}
        return {who: used[item] for who, item in self.names.items()}

    def explain(self, who: str, name: str) -> str:
        """What `explain` says of somebody's post, of the items of a build."""
        items = self.running.folder / name / "items.jsonl"
        address, item = ledger(self.running), self.names[who]
        (told,) = api.explain(
            item, items, register=address, pack=PACK, purpose=PURPOSE, recipient=RECIPIENT, clock=present
        )
        return sentence(told, "en")

    def decided(self, who: str) -> str:
        """What the API says of one's post, for the purpose and the company of the snapshots."""
        page = self.pages[who]
        told = page.request.get(f"{self.running.url}/api/v1/me/items/{self.names[who]}").json()
        (reason,) = {
            one["reason"] for one in told["outcomes"] if (one["purpose"], one["recipient"]) == (PURPOSE, RECIPIENT)
        }
        return str(reason)

    def card(self, who: str) -> str:
        """What the check-up says of one's post."""
        self.open(who, "check-up")
        return self.pages[who].locator("article", has_text=POSTS[who]).inner_text()

    def picture(self, who: str, name: str, until: str) -> None:
        """Keep how it looks now, down to the end of what `until` selects, if that was asked for."""
        if PICTURES:
            page = self.pages[who]
            dress(page, Look("ltr", "light", 1000))
            page.evaluate("() => scrollTo(0, 0)")
            box = page.locator(until).first.bounding_box()
            assert box is not None
            height = box["y"] + box["height"] + 24
            clip: FloatRect = {"x": 0, "y": 0, "width": 1000, "height": height}
            page.screenshot(path=Path(PICTURES) / f"{name}.png", clip=clip, full_page=True)


@pytest.fixture
def story(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """The platform on the morning of 1 November 2025, under the rules of that month."""
    file = tmp_path / "clock"
    file.write_text("2025-11-01T09:00:00+00:00", encoding="utf-8")
    monkeypatch.setenv(CLOCK, str(file))
    with serving(tmp_path, program=("tests.web.clocked",), packs=f"generative-ai={PACK}") as running:
        contexts = {who: browser.new_context(locale="en-GB") for who in (LENA, MAYA)}
        yield Story(running, {who: sign_in(one.new_page(), running, who) for who, one in contexts.items()})
        for one in contexts.values():
            one.close()


def test_two_posts_of_one_day(story: Story) -> None:
    """M5, M6, M9, M10, M13, M14, M17: composer, check-up, setting, receipt, snapshots, timeline and `explain` agree."""
    # 1 November: both write, and are told before they publish
    story.at("2025-11-01T16:30:00+00:00")
    assert "This post may be used to train AI.\n" in story.write(MAYA)
    assert "This post may be used to train AI from 3 November 2025 on." in story.write(LENA)

    # 2 November: only the American's post may train
    story.at("2025-11-02T12:00:00+00:00")
    assert story.build("second") == {LENA: "not-in-force", MAYA: "eligible"}
    assert (story.decided(LENA), story.decided(MAYA)) == ("not-in-force", "eligible")
    assert "May be used from 3 November 2025 on" in (card := story.card(LENA))
    assert "Where you live, the rule has not begun." in card
    assert "Your setting is off." not in card
    story.picture(LENA, "story-2-lena", "article")
    assert "May be used" in story.card(MAYA)
    assert "3 November 2025" in story.explain(LENA, "second")
    assert story.explain(MAYA, "second").startswith("Nothing stands against it")
    assert "Nothing of yours is in a snapshot" in story.open(LENA, "used")
    assert "It holds this many of your items: 3." in story.open(MAYA, "used")

    # 4 November: both may
    story.at("2025-11-04T08:00:00+00:00")
    assert story.build("fourth", trains="rewrite-1") == {LENA: "eligible", MAYA: "eligible"}
    assert (story.decided(LENA), story.decided(MAYA)) == ("eligible", "eligible")
    assert "Since 3 November 2025." in story.card(LENA)
    story.picture(LENA, "story-3-lena", "article")
    assert story.explain(LENA, "fourth").startswith("Nothing stands against it")

    # the same evening the German switches off
    story.at("2025-11-04T19:30:00+00:00")
    page, url = story.pages[LENA], story.running.url
    assert "On by default. You did not choose this." in story.open(LENA, "setting")
    page.click("#setting-switch")
    page.locator("#setting-switch[aria-checked=false]").wait_for()
    said = page.locator("main").inner_text()
    assert "Saved. It is off since 4 November 2025" in said
    assert "It does not undo training that has taken place." in said
    story.picture(LENA, "story-4-lena", "#setting > section:first-of-type")
    told = page.request.get(f"{url}/api/v1/me/preferences/{SETTING.rpartition('/')[2]}").json()
    receipt = page.request.get(f"{url}/mypreferences/d/receipts/{told['deed']['seq']}").body()
    found = verify_receipt(receipt, read_ring(story.running.folder / "data" / "keys"), "the receipt").receipt
    assert found is not None
    assert (found.subject, found.seq, told["value"]) == (LENA, told["deed"]["seq"], "off")
    assert found.recorded_at == present()

    # 5 November: the next snapshot keeps to it, and undoes nothing
    story.at("2025-11-05T08:00:00+00:00")
    assert story.build("fifth") == {LENA: "opted-out", MAYA: "eligible"}
    assert (story.decided(LENA), story.decided(MAYA)) == ("opted-out", "eligible")
    assert "Your setting is off." in story.card(LENA)
    assert "May be used" in story.card(MAYA)
    assert "was switched off on 4 November 2025, 19:30 UTC" in story.explain(LENA, "fifth")
    used = story.open(LENA, "used")
    story.picture(LENA, "story-5-lena", ".timeline")
    assert "It took effect with the snapshot of 5 November 2025." in used
    assert "The model “rewrite-1” was trained. It saw this many of your items: 3." in used
    assert used.count("A snapshot was made.") == 1
    assert story.open(MAYA, "used").count("A snapshot was made.") == 3
