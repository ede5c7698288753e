"""The rewriter's promise in a real browser: post, snapshot, training, a rewrite, opting out, forgotten, certificate.

Maya's posts and those of invented members train a rewriter on the real public base. It suggests a cleaner text in her
composer; she switches off, the model that runs forgets her, and she downloads the certificate, which is verified
offline. `BYLEAVE_PICTURES` names a folder in which pictures of the stations are kept. Needs torch and the base model;
without them it is counted among what could not run.
"""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave import api
from byleave.adapters.certificate_files import verify_certificate_file
from byleave.adapters.rewrite.model_file import opened, read_serving
from byleave.adapters.rewrite.settings import Settings
from byleave.demo.draw import Draw
from byleave.demo.prose import fields, voice
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.lineage.keys import keyed
from byleave.server.acts import Delivery
from byleave.server.lineage.recording import record_snapshot
from byleave.server.lineage.rewrite_audit import Audit, audit_rewriter
from byleave.server.lineage.rewrite_training import RewriteTraining, train_rewriter
from tests.server.centre.builds import ledger, post
from tests.server.serving import serving
from tests.web.browser import Look, dress, faults, outside
from tests.web.people import MAYA, PAGES, fill, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.server.serving import Running

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("torch"), pytest.mark.needs("base model")]
PICTURES = os.environ.get("BYLEAVE_PICTURES")
EARLY = datetime(2026, 1, 1, tzinfo=UTC)
PACK, PURPOSE, RECIPIENT = "byleave@1", "generative-ai", "platform"
SETTING = "/mypreferences/d/settings/ai-training"
SMALL = Settings(1, rank=4, layers=4, epochs=1)
"""Enough to be a model: a shard is trained within seconds."""
OTHERS, SHARDS = 14, 2
MINE = "Our new clinic in Oslo has opened its doors, and twelve of us have learned to find the coffee machine."
DRAFT = "our new clinic in Oslo are open now and 12 nurses works here every day for the patients"
AWAY = "Rewriting does not work right now."
SECONDS = 300


@dataclass
class Town:
    """The platform under the recommended rules, and Maya in her browser."""

    running: Running
    maya: Page

    @property
    def model(self) -> Path:
        """The folder of the rewriter."""
        return self.running.folder / "data" / "models" / "rewrite"

    @property
    def snapshot(self) -> Path:
        """The folder of its snapshot."""
        return self.running.folder / "data" / "snapshots" / "first"

    @property
    def secret(self) -> bytes:
        """The suppression key."""
        return (self.running.folder / "data" / "suppression.key").read_bytes()

    def open(self, path: str) -> str:
        """What Maya reads on a page."""
        self.maya.goto(self.running.url + path)
        return self.maya.locator("main").inner_text()

    def picture(self, name: str, of: str) -> None:
        """Keep how a part of the page looks now, if that was asked for."""
        if PICTURES:
            dress(self.maya, Look("ltr", "light", 1000))
            self.maya.locator(of).first.screenshot(path=Path(PICTURES) / f"{name}.png")

    def train(self) -> None:
        """Take a snapshot of the platform as it is, and put a rewriter into service."""
        running, items = self.running, self.running.folder / "items.jsonl"
        running.command("feed", "export", str(items))
        for folder in (self.model.parent, self.snapshot.parent):
            folder.mkdir()
        register = ledger(running)
        api.gate(items, register=register, pack=PACK, purpose=PURPOSE, recipient=RECIPIENT, out=self.snapshot)
        record_snapshot(self.snapshot, register, self.secret, just_published=True)
        told = {"settings": SMALL, "shards": SHARDS, "workers": 1, "name": "rewrite"}
        train_rewriter(RewriteTraining(self.snapshot, self.model, register, "rewrite-1", **told), self.secret)  # type: ignore[arg-type]

    def suggest(self) -> str:
        """Maya asks for a clear text; what she is shown."""
        self.open("/")
        self.maya.fill("#compose-text", DRAFT)
        self.maya.get_by_role("button", name="Make it clear").click(timeout=SECONDS * 1000)
        self.maya.locator(".suggestion").wait_for(timeout=SECONDS * 1000)
        return self.maya.locator(".suggestion").inner_text()

    def used(self, sentence: str) -> str:
        """What Maya reads on “What was used” once a sentence stands there."""
        end = time.monotonic() + SECONDS
        while sentence not in (told := self.open(PAGES["used"])):
            assert time.monotonic() < end, told
            time.sleep(0.5)
        return told

    def certified(self, folder: Path) -> list[str]:
        """The keys of those who were taken out, by the certificate that Maya downloads and verifies offline."""
        with self.maya.expect_download() as loading:
            self.maya.get_by_role("link", name="Certificate").click()
        certificate, keys = folder / "certificate.json", folder / "keys.json"
        loading.value.save_as(certificate)
        keys.write_bytes(self.maya.request.get(f"{self.running.url}/.well-known/byleave-keys.json").body())
        found = verify_certificate_file(certificate, keys)
        assert found is not None
        assert found.problem is None
        assert "1 taken out of rewrite-1" in self.running.command("verify", str(certificate), "--keys", str(keys))
        return list(json.loads(certificate.read_text())["certificate"]["forgotten"])


@pytest.fixture(scope="module")
def town(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Fourteen invented members have written a post each, and everybody was told in January."""
    folder = tmp_path_factory.mktemp("town")
    with serving(folder, packs=PACK, mail=f"file:{folder}/mail", forget_window="0") as running:
        fill(running)
        names = [f"writer-{number}" for number in range(OTHERS)]
        born = {"country": "IE", "birth_date": date(1985, 5, 1)}
        with running.inside() as service:
            service.store.append([Proposal(Kind.MEMBER_REGISTERED, name, PLATFORM, born) for name in names])
            service.deliver([Delivery(one, "ai-training", "1", EARLY) for one in (MAYA, *names)])
        for number, name in enumerate(names):
            draw = Draw(7, f"member {number}")
            writer = voice("en", draw.pick(fields()), draw, he=draw.per_mille(500), since_year=2019)
            post(running, f"written-{number}", name, writer.write("post", draw), "2026-02-01T00:00:00Z")
        page = sign_in(browser.new_context(locale="en-GB").new_page(), running, MAYA)
        yield Town(running, page)
        page.context.close()


def test_the_rewriter_forgets_while_she_looks_on(town: Town, tmp_path: Path) -> None:
    """M1, M14, M16, M17, M18: a rewriter answers, forgets who opts out, and that is proved offline."""
    maya, asked = town.maya, outside(town.maya)
    assert "Make it clear" not in town.open("/")  # nothing rewrites here yet
    maya.fill("#compose-text", MINE)
    maya.locator("#verdict .verdict").wait_for()
    assert "This post may be used to train AI." in maya.locator("#verdict").inner_text()
    maya.get_by_role("button", name="Publish").click()
    town.train()
    with opened(town.model) as model:
        assert model.has(keyed(town.secret)(MAYA))

    told = town.suggest()
    assert "A suggestion." in told, told
    assert set(re.findall(r"Oslo|12", maya.locator(".suggestion blockquote").inner_text())) == {"Oslo", "12"}
    assert maya.locator("#compose-text").input_value() == DRAFT  # nothing happens by itself
    assert faults(maya) == []
    town.picture("rewrite-1-suggestion", "form.compose")
    maya.get_by_role("button", name="Use this text").click()
    maya.get_by_text("A model wrote a part of this text").first.wait_for()
    maya.get_by_role("button", name="Publish").click()
    maya.get_by_text("AI-assisted").first.wait_for()
    town.picture("rewrite-2-assisted", "article.post")
    assert "The model “rewrite” was trained." in town.open(PAGES["used"])

    town.open(SETTING)
    before = read_serving(town.model)[0]
    maya.click("#setting-switch")
    maya.locator("#setting-switch[aria-checked=false]").wait_for()
    began = time.monotonic()
    while read_serving(town.model)[0] == before:
        assert time.monotonic() - began < SECONDS
        time.sleep(0.05)
    assert read_serving(town.model)[0] is None  # of two shards one is dirty: the public base answers alone
    assert AWAY not in town.suggest()
    town.used("You were taken out of the model “rewrite”")
    assert faults(maya) == []
    town.picture("rewrite-3-used", "section[aria-labelledby=timeline]")
    assert town.certified(tmp_path) == [f"{keyed(town.secret)(MAYA):016x}"]
    with opened(town.model) as model:
        assert not model.has(keyed(town.secret)(MAYA))
    audit = Audit(town.model, town.snapshot, ledger(town.running), workers=1)
    assert audit_rewriter(audit, town.secret).differing == ()
    assert read_serving(town.model)[0] not in (None, before)
    assert AWAY not in town.suggest()
    assert asked == []
