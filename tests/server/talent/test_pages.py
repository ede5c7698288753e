"""Hirers find people and members say whether they are found: on a real server, by forms and links alone."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.talent.leaving import enqueue
from byleave.adapters.talent.training import VISIBLE
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.api import now
from byleave.lineage.keys import keyed
from tests.server.db.ledgers import SECRET
from tests.server.lineage.trained import OUT, WORLD, Place
from tests.server.pages import get, post
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.pages import Page
    from tests.server.serving import Client, Running

HIRER, WANTED = WORLD.everybody[20].member, WORLD.everybody[21]
TITLE = WANTED.text.splitlines()[0]
SECONDS = 60


@pytest.fixture
def running(place: Place, tmp_path: Path) -> Iterator[Running]:
    """A server with a model in service."""
    (tmp_path / "key").write_bytes(SECRET)
    (tmp_path / "server").mkdir()
    models = str(place.model.parent)
    secret = str(tmp_path / "key")
    with serving(tmp_path / "server", ledger=place.ledger, suppression_key=secret, models=models) as made:
        yield made


def search(client: Client, words: str, **filters: str) -> Page:
    """The form of the page, filled in."""
    page = get(client, "/people")
    form = page.form("/people")
    asked = "&".join(
        f"{name}={value.replace(' ', '+')}" for name, value in {**form.values, "q": words, **filters}.items()
    )
    return get(client, f"/people?{asked}")


def found(client: Client, words: str = TITLE) -> bool:
    """Whether the person who is looked for is found."""
    return f"/people/{WANTED.member}/contact" in search(client, words).links


def indexed(running: Running, *, there: bool) -> None:
    """Wait until the index itself has followed a choice."""
    end = time.monotonic() + SECONDS
    folder = Path(running.environment["BYLEAVE_MODELS"]) / "talent"
    while True:
        with closing(VisibleFile.open(folder / VISIBLE)) as visible:
            if (WANTED.member in visible.members()) is there:
                return
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_hirer_finds_people_and_a_member_hides(running: Running) -> None:
    """`M1` People are found with the words that fit, asked to get in touch, and not found once they hide."""
    hirer, member = running.member(HIRER), running.member(WANTED.member)
    page = search(hirer, TITLE)
    assert "Fits because of the headline" in page.text
    assert "<mark>" in page.html
    assert "goes by words alone" not in page.text
    assert found(hirer)
    assert f"/people/{OUT}/contact" in search(hirer, WORLD.everybody[0].text.splitlines()[0]).links  # out of training
    assert "Nobody fits" in search(hirer, f"{TITLE} zzzz", every="on").text
    assert "Nobody fits" in search(hirer, TITLE, language="fr").text  # whose language is not known speaks English

    to = f"/people/{WANTED.member}/contact"
    sent = get(hirer, to)
    assert "Write what you want to ask." in sent.send(sent.form(to), text=" ").text
    sent = sent.send(sent.form(to), text="Would you <b>grade</b> wool?")
    assert "Sent. They can read it now." in sent.text
    got = get(member, "/people/requests")
    assert "Would you &lt;b&gt;grade&lt;/b&gt; wool?" in got.html
    (form,) = [one for one in got.forms if one.action.endswith("/remove")]
    assert "Nobody has written to you yet." in got.send(form).text

    setting = get(member, "/mypreferences/d/found-by-hirers")
    assert setting.is_on
    assert "You have not chosen this." in setting.text
    off = setting.press_switch()
    assert not off.is_on
    assert "Searches do not find you from now on." in off.text
    receipt = next(link for link in off.links if "/receipts/" in link)
    assert "search-hidden" in member.call("GET", receipt).body.decode()
    assert not found(hirer)  # at once, whatever the index says
    assert hirer.call("GET", to).status == 404
    assert get(member, "/mypreferences/d/settings/ai-training").is_on  # a choice of its own

    indexed(running, there=False)
    assert get(member, "/mypreferences/d/found-by-hirers").press_switch().is_on
    with running.inside() as service:
        kinds = [one.entry.kind.value for one in service.history(WANTED.member)[:2]]
    assert kinds == ["search-shown", "search-hidden"]


def test_while_somebody_waits_nothing_that_was_learned_answers(place: Place, tmp_path: Path) -> None:
    """`M18` A model with somebody in its queue orders by words alone, until they are out of it."""
    (tmp_path / "key").write_bytes(SECRET)
    (tmp_path / "server").mkdir()
    models, secret = str(place.model.parent), str(tmp_path / "key")
    with serving(tmp_path / "server", ledger=place.ledger, suppression_key=secret, models=models) as running:
        hirer = running.member(HIRER)
        assert "goes by words alone" not in search(hirer, TITLE).text
        enqueue(place.model, [keyed(SECRET)(WORLD.everybody[3].member)], now())
        page = search(hirer, TITLE)
        assert "goes by words alone" in page.text
        assert f"/people/{WANTED.member}/contact" in page.links


def test_nobody_looks_without_signing_in_or_a_model(tmp_path: Path) -> None:
    """`M1` A server without a model says so, and whoever has not signed in is asked to."""
    with serving(tmp_path) as running:
        assert get(running.client(), "/people?q=wool").path.startswith("/account/login/")
        with running.inside() as service:
            service.register("ana", "DE")
        ana = running.member("ana")
        page = search(ana, "wool")
        assert "The search is not set up yet." in page.text
        assert "sets it up with: byleave train talent" in page.text
        assert 'href="/search"' in page.html
        assert post(ana, "/mypreferences/d/found-by-hirers", {"value": "perhaps"}).answer.status in {400, 403}
