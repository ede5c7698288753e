"""Rewrite with AI in the composer: a suggestion that people see before they take it, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.forgetting import InService, models_in
from byleave.api import now
from byleave.server.feed import rewriting
from byleave.server.lineage.doors import LineageReader
from tests.server.db.ledgers import SECRET, switched
from tests.server.forgetting.queueing import act, step
from tests.server.lineage.trained import MEMBER, Place
from tests.server.pages import get

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.feed.conftest import Rewriter
    from tests.server.pages import Page
    from tests.server.serving import Client, Running

DRAFT = "we moved to the new clinic in Oslo with 12 people and it was hard"
CLEAR = "We moved to the new clinic in Oslo with 12 people, and it was hard."


def member(running: Running, name: str) -> Client:
    """A new member who has signed in."""
    with running.inside() as service:
        service.register(name, "US")
    return running.member(name)


def suggested(client: Client, text: str, tone: str = "clear") -> Page:
    """The composer after a tone was chosen."""
    page = get(client, "/")
    return page.send(page.form("/posts"), "/posts/rewrite", text=text, visibility="public", tone=tone)


def test_a_suggestion_is_shown_and_nothing_happens(running: Running, rewriter: Rewriter) -> None:
    """`M1` `M16` What changes is marked; nothing is published or recorded; only the draft and the tone are sent."""
    ada, rewriter.answer = member(running, "ada"), CLEAR
    before = ada.call("GET", "/api/v1/ledger/head").json["seq"]
    rewriter.asked.clear()
    page = suggested(ada, DRAFT, "warm")

    assert "A suggestion." in page.text
    assert re.findall(r"<ins>(.*?)</ins>", page.html) == ["We", "people,", "hard."]
    assert re.findall(r"<del>(.*?)</del>", page.html) == ["we", "people", "hard"]
    assert f">{DRAFT}</textarea>" in page.html
    assert ada.call("GET", "/api/v1/ledger/head").json["seq"] == before
    assert "clinic" not in get(ada, "/in/ada").text
    assert "warm" in rewriter.asked[0]["messages"][-1]["content"]
    assert DRAFT in rewriter.asked[0]["messages"][-1]["content"]
    assert "ada" not in json.dumps(rewriter.asked)
    assert len(rewriter.asked) == 1, "the first answer will do, and the draft is sent no more often"


def test_what_was_taken_is_marked(running: Running, rewriter: Rewriter) -> None:
    """`M16` A post with a suggestion taken over says so, and the items that a gate reads have it in two columns."""
    bea, rewriter.answer = member(running, "bea"), CLEAR
    page = suggested(bea, DRAFT)
    taken = page.send(page.form("/posts"), "/posts/take", text=DRAFT, suggested=CLEAR)
    form = taken.form("/posts")
    back = taken.send(form, "/posts/take", text=CLEAR)
    published = taken.send(form, text=CLEAR)
    get(bea, "/").send(get(bea, "/").form("/posts"), text="all my own words", visibility="public")
    file = running.folder / "marked.jsonl"
    running.command("feed", "export", str(file))
    rows = {row["text"]: row for row in map(json.loads, file.read_text("utf-8").splitlines())}

    assert f">{CLEAR}</textarea>" in taken.html
    assert "A model wrote a part of this text" in taken.text
    assert (form.values["assisted"], form.values["original"]) == ("yes", DRAFT)
    assert f">{DRAFT}</textarea>" in back.html
    assert "assisted" not in back.form("/posts").values
    assert "AI-assisted" in published.text
    assert (rows[CLEAR]["ai_assisted"], rows[CLEAR]["ai_written"]) == (True, True)
    assert (rows["all my own words"]["ai_assisted"], rows["all my own words"]["ai_written"]) == (False, False)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("We moved to the new clinic in Oslo with 13 people, and it was hard.", "No suggestion kept every number"),
        ("We moved to the new clinic with 12 people, and it was hard.", "No suggestion kept every number"),
        ("<b>We</b> moved to the new clinic in Oslo with 12 people.", "No suggestion kept every number"),
        (DRAFT, "The model would change nothing."),
        (None, "Rewriting does not work right now."),
    ],
)
def test_the_draft_stays_as_it_was(running: Running, rewriter: Rewriter, answer: str | None, told: str) -> None:
    """`M1` A number or a name that was lost or invented, markup, and a model that is away: the draft is as it was."""
    cyd, rewriter.answer = running.member("cyd"), answer
    page = suggested(cyd, DRAFT)

    assert told in page.text
    assert f">{DRAFT}</textarea>" in page.html
    assert "<ins>" not in page.html


def test_markup_of_ones_own_stays_text(running: Running, rewriter: Rewriter) -> None:
    """Markup in a draft comes back as text, in the suggestion and in the button that takes it."""
    draft = 'we moved to <script>alert("x")</script> with 12 people and it was hard'
    dan, rewriter.answer = running.member("dan"), draft.replace("we moved", "We moved")
    page = suggested(dan, draft)

    assert "A suggestion." in page.text
    assert "<script>alert" not in page.html
    assert unescape(re.findall(r'name="suggested" value="(.*?)"', page.html)[0]) == rewriter.answer


def test_a_draft_is_kept_nowhere(running: Running, rewriter: Rewriter) -> None:
    """`M1` A draft that was rewritten and thrown away is in no file of the server, its log included."""
    eve, word = running.member("eve"), "quixoticzebrafish"
    rewriter.answer = f"We moved to the {word} in Oslo with 12 people, and it was hard."
    page = suggested(eve, f"we moved to the {word} in Oslo with 12 people and it was hard")

    assert word in page.html
    files = [path for path in running.folder.rglob("*") if path.is_file()]
    assert any(path.name == "server.log" for path in files)
    assert [path for path in files if word.encode() in path.read_bytes()] == []


WEIGHTS = (
    "/models/rewrite/adapters/part.safetensors",
    "/static/../models/rewrite/adapters/part.safetensors",
    "/static/%2e%2e/models/rewrite/model.db",
    "/data/models/rewrite/model.db",
    "/api/v1/models/rewrite/adapters",
    "/api/v1/models/rewrite/adapters/part.safetensors",
    "/api/v1/models/rewrite/logits",
    "/api/v1/models/rewrite/serving.json",
    "/posts/rewrite?logits=1",
)


def test_nothing_behind_the_words_is_given_out(running: Running) -> None:
    """`M18` Neither adapters nor their numbers nor the posts kept with them are at any address, for nobody."""
    sign, folder = b"quagga-of-the-weights", running.folder / "data" / "models" / "rewrite" / "adapters"
    folder.mkdir(parents=True)
    for path in (folder / "part.safetensors", folder.parent / "model.db", folder.parent / "serving.json"):
        path.write_bytes(sign)
    people = [running.client(), member(running, "fay"), running.staff(), running.service("lineage:read")]
    answers = [who.call("GET", path) for who in people for path in WEIGHTS]
    document = running.client().call("GET", "/api/v1/openapi.json").body.lower()
    shutil.rmtree(folder.parents[1])

    assert all(sign not in one.body for one in answers)
    assert {one.status for one in answers} <= {302, 401, 403, 404, 405}
    assert b"operationid" in document
    assert not any(word in document for word in (b"logit", b"adapter", b"safetensors", b"weights", b"embedding"))


def test_where_nothing_rewrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a model and an address there is no button, and whoever asks all the same is told."""
    configuration = SimpleNamespace(rewrite=None, models=tmp_path / "none")
    monkeypatch.setattr(rewriting, "settings", SimpleNamespace(CONFIGURATION=configuration))

    assert rewriting.at_hand() is None
    assert rewriting.suggest(DRAFT, "clear").told == "not"


def test_what_members_taught_answers_only_while_it_may(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M18` The queue of forgetting is asked for each draft; where it says no, the base alone answers."""
    asked = list[bool]()

    class Told:
        def attempts(self, *_: object, adapted: bool, **__: object) -> list[str]:
            asked.append(adapted)
            return [CLEAR]

    moment = [now()]
    with LineageReader(place.ledger, SECRET) as reader:
        service = SimpleNamespace(lineage=reader, now=lambda: moment[0])
        monkeypatch.setattr(rewriting, "current", lambda: service)
        monkeypatch.setattr(rewriting, "at_hand", lambda: models_in(place.model.parent)[0])
        monkeypatch.setattr(rewriting, "_ready", {place.model: Told()})
        assert rewriting.suggest(DRAFT, "clear").text == CLEAR  # before the first step
        step(place)
        rewriting.suggest(DRAFT, "clear")
        (entry,) = act(place, switched(MEMBER))
        moment[0] = entry.recorded_at + timedelta(seconds=6)  # and the queue has not read it
        rewriting.suggest(DRAFT, "clear")
        for _ in range(2):
            step(place)
        rewriting.suggest(DRAFT, "clear")

    assert asked == [False, True, False, True]


@pytest.mark.needs("torch")
def test_a_model_of_ones_own_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`M1` The rewriter among the models answers; a small model of random numbers keeps no facts, so nothing shows."""
    from byleave.adapters.rewrite.training import Learning, learn
    from tests.adapters.rewrite.tiny import ORIGIN, SETTINGS, posts_of, tiny_base

    (tmp_path / "models" / "rewrite").mkdir(parents=True)
    learning = Learning(SECRET, tiny_base(tmp_path / "base"), SETTINGS, tmp_path)
    learn(tmp_path / "models" / "rewrite", posts_of(16), ORIGIN, learning)
    configuration = SimpleNamespace(rewrite=None, models=tmp_path / "models")
    monkeypatch.setattr(rewriting, "settings", SimpleNamespace(CONFIGURATION=configuration))
    monkeypatch.setattr(rewriting, "current", lambda: SimpleNamespace(lineage=None, now=lambda: None))
    monkeypatch.setattr(rewriting, "may_answer", lambda *_: True)

    found = rewriting.at_hand()
    assert isinstance(found, InService)
    assert found.folder == tmp_path / "models" / "rewrite"
    assert rewriting.suggest(DRAFT, "formal").told == "none"
    (tmp_path / "models" / "rewrite" / "serving.json").write_text("{}")
    assert rewriting.suggest(DRAFT, "formal").told == "away"
