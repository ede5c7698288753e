"""Before publishing a member is told whether the post would be used, and the gate then does what they were told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from byleave.adapters.packs import load_pack
from tests.server.pages import get, post
from tests.server.serving import serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.pages import Page
    from tests.server.serving import Client, Running

PACK = "linkedin@2025-10-24"


def member(running: Running, name: str, country: str) -> Client:
    """A new member who has signed in."""
    with running.inside() as service:
        service.register(name, country)
    return running.member(name)


def asked(client: Client, text: str, **values: str) -> Page:
    """The composer after the question whether a post would be used."""
    page = get(client, "/")
    return page.send(page.form("/posts"), "/posts/check", text=text, **{"visibility": "public", **values})


def published(client: Client, text: str, **values: str) -> Page:
    """The feed after a post was published."""
    page = get(client, "/")
    return page.send(page.form("/posts"), text=text, **{"visibility": "public", **values})


def snapshot(running: Running, name: str, recipient: str = "linkedin") -> dict[str, str]:
    """Each post by its text, and what the next snapshot made of it: `eligible`, or the reason."""
    folder = running.folder / name
    folder.mkdir()
    running.command("feed", "export", str(folder / "items.jsonl"))
    options = ("--pack", PACK, "--purpose", "generative-ai", "--recipient", recipient, "--out", str(folder / "out"))
    running.command("gate", str(folder / "items.jsonl"), "--register", register(running), *options)
    used = pq.read_table(folder / "out" / "items").to_pylist()
    left = {row["item_id"]: row["reason"] for row in pq.read_table(folder / "out" / "left_out").to_pylist()}
    texts = ids(folder / "items.jsonl")
    return {**{texts[row["item_id"]]: "eligible" for row in used}, **{texts[key]: why for key, why in left.items()}}


def register(running: Running) -> str:
    """The address of the server's ledger."""
    return f"sqlite:///{running.folder / 'data' / 'ledger.db'}"


def ids(file: Path) -> dict[str, str]:
    """Item id → text."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {row["item_id"]: row["text"] for row in rows}


def test_told_and_done(running: Running) -> None:
    """M14: on, off, kept out, private: what the composer says is what the next snapshot does with the post."""
    amy = member(running, "amy", "US")
    on = asked(amy, "one")
    published(amy, "one")
    kept = asked(amy, "two", withhold="yes")
    published(amy, "two", withhold="yes")
    private = asked(amy, "three", visibility="private")
    published(amy, "three", visibility="private")
    get(amy, "/mypreferences/d/settings/data-for-ai-improvement").press_switch()
    off = asked(amy, "four")
    published(amy, "four")

    assert "This post may be used to train AI." in on.text
    assert "is on by default. You did not choose it." in on.text
    assert "This post would not be used" in kept.text
    assert "You keep this one post out." in kept.text
    assert "Your setting is off." in off.text
    assert "It is not shown to everybody." in private.text
    told = {text: why for text, why in snapshot(running, "told").items() if text in {"one", "two", "three", "four"}}
    assert told == {"one": "eligible", "two": "withheld", "three": "not-public", "four": "opted-out"}


def test_each_company_by_itself(running: Running) -> None:
    """M8: a German is told that the platform may use the post, and the parent company may not."""
    text = asked(member(running, "dora", "DE"), "Guten Morgen").text

    assert "AI that makes content, by LinkedIn: may be used." in text
    assert re.search(r"by Microsoft and its affiliates: left out", text)


def test_before_the_start(tmp_path_factory: pytest.TempPathFactory) -> None:
    """M5, M14: before the rule begins a European is told from which day on the post may be used; off keeps it out."""
    folder = tmp_path_factory.mktemp("later")
    begins = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=6)
    pack = later_pack(folder, begins)
    with serving(folder / "server", packs=pack) as running:
        nina = member(running, "nina", "DE")
        before = asked(nina, "Bald")
        setting = get(nina, "/mypreferences/d/settings/data-for-ai-improvement")
        after = setting.press_switch()
        off = asked(nina, "Bald")

    day = f"{begins.day} {begins:%B} {begins.year}"
    assert f"This post may be used to train AI from {day} on." in before.text
    assert "Begins in 6 days" in setting.text
    assert f"From {day} on. Nothing is used under it before that day." in setting.text
    assert "Saved. It is off since" in after.text
    assert "This post would not be used" in off.text


def later_pack(folder: Path, begins: datetime) -> str:
    """The article's pack with another day on which Europe starts, as a file; its path."""
    text = resources.files("byleave.policy").joinpath("packs", f"{PACK}.yaml").read_text("utf-8")
    file = folder / "linkedin@2025-10-24.yaml"
    file.write_text(text.replace("effective: 2025-11-03T00:00:00Z", f"effective: {begins:%Y-%m-%dT%H:%M:%SZ}"), "utf-8")
    assert load_pack(str(file)).regimes["europe"].effective == begins
    (folder / "server").mkdir()
    return str(file)


def test_kept_out_before_it_is_there(running: Running) -> None:
    """M14: the ledger holds the post back before the post exists, so that no build can see it free."""
    olaf = member(running, "olaf", "US")
    published(olaf, "held", withhold="yes")
    with running.inside() as service:
        held = service.member("olaf").withheld[0]
        item = service.item("olaf", held.item)

    assert item.withheld
    assert item.item.facts.created_at is not None
    assert held.at <= item.item.facts.created_at


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"text": "  \n"}, "Write something first."),
        ({"text": "x" * 3001}, "The text has 3001 characters; 3000 fit."),
        ({"text": "y", "visibility": "world"}, "Choose who can see it."),
    ],
)
def test_what_cannot_be_published(running: Running, values: dict[str, str], told: str) -> None:
    """A post that cannot be published is not lost: the page says what to mend and keeps the text."""
    zoe = member(running, f"zoe-{len(values['text'])}-{values.get('visibility', '')}", "US")
    page = published(zoe, **values)

    assert page.answer.status == 422
    assert told in page.text
    assert values["text"].strip() in page.html


def test_checking_changes_nothing(running: Running) -> None:
    """Asking whether a post would be used publishes nothing and records nothing."""
    rosa = member(running, "rosa", "US")
    before = rosa.call("GET", "/api/v1/ledger/head").json["seq"]
    asked(rosa, "only a question", withhold="yes")

    assert rosa.call("GET", "/api/v1/ledger/head").json["seq"] == before
    assert "only a question" not in get(rosa, "/in/rosa").text


def test_only_its_author_sees_a_private_post(running: Running) -> None:
    """A post for nobody else stands on no page of anybody else, and no search of theirs finds it."""
    tess, uwe = member(running, "tess", "US"), member(running, "uwe", "DE")
    published(tess, "a secret of tess", visibility="private")

    assert "a secret of tess" in get(tess, "/").text
    assert all("a secret of tess" not in get(uwe, path).text for path in ("/", "/in/tess", "/search?q=secret"))


def test_post_of_another_cannot_be_made(running: Running) -> None:
    """Whose post it is comes from the session: a form that names somebody else changes nothing about that."""
    vera = member(running, "vera", "US")
    post(
        vera,
        "/posts",
        {**get(vera, "/").form("/posts").values, "text": "mine", "visibility": "public", "member": "amy"},
    )

    assert "mine" in get(vera, "/in/vera").text


def test_an_export_needs_its_folder(running: Running) -> None:
    """Where the folder of the file is not there, the export says so and how to go on, and writes nothing."""
    command = [sys.executable, "-m", "byleave", "feed", "export", "none/items.jsonl"]
    done = subprocess.run(
        command, cwd=running.folder, env=running.environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == "error: there is no folder `none`\n  help: make the folder first\n"
    assert not (running.folder / "none").exists()
