"""What a search shows of a profile is what it says now, and never how somebody can be reached."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from byleave.adapters.key_files import new_keys
from byleave.adapters.talent.forgetting import Talent
from byleave.adapters.talent.serving import Serving
from byleave.api import now
from byleave.learn.forgetting import Profile
from byleave.learn.talent.search import Shown
from byleave.server.content import COLUMNS, NoContent, TableContent
from byleave.server.db.store import Store
from byleave.server.forms import Forms
from byleave.server.policy_in_force import in_force
from byleave.server.service import Service
from byleave.server.signing import Signing
from byleave.server.talent import finding
from byleave.server.ui.people import Shown as People
from tests.server.db.ledgers import SECRET, switched
from tests.server.forgetting.queueing import act, step
from tests.server.in_process import BEGIN
from tests.server.lineage.trained import MEMBER, WORLD, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INDEXED = Shown("ana", "profile-ana", "Welder\nSteel, ana@example.org")
ASKED = frozenset({"welder"})


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A platform's own table, in which a test writes; the function that adds a row."""
    path = tmp_path / "items.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE items ({', '.join(COLUMNS)})")
    source = TableContent(f"sqlite:///{path}", "items")
    monkeypatch.setattr(finding, "current", lambda: SimpleNamespace(content=source))

    def add(item: str = "profile-ana", text: str = INDEXED.text, **changes: Any) -> None:
        told = {"item_id": item, "member_id": "ana", "category": "profile", "visibility": "public", "text": text}
        row = [{**told, **changes}.get(name) for name in COLUMNS]
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"INSERT INTO items VALUES ({', '.join('?' for _ in COLUMNS)})", row)

    return add


def test_a_profile_is_shown_as_it_is_now(content: Any) -> None:
    """`M1` What somebody took out of their profile is not shown, whatever the index still has."""
    content(text="Welder and diver")
    assert finding._text_now(INDEXED, ASKED) == "Welder and diver"


@pytest.mark.parametrize(
    "changes",
    [{"visibility": "connections"}, {"visibility": None}, {"category": "post"}, {"text": "Baker"}, {"text": None}],
)
def test_a_profile_that_changed_away_is_not_shown(content: Any, changes: dict[str, Any]) -> None:
    """`M1` One that is not public any more, or that has none of the words, is not found."""
    content(**changes)
    assert finding._text_now(INDEXED, ASKED) is None


def test_a_profile_that_is_gone_is_not_shown(content: Any) -> None:
    """`M1` One that its owner deleted is not found; where the platform shows no items of theirs the index stands."""
    assert finding._text_now(INDEXED, ASKED) == INDEXED.text
    content(item="post-1", category="post")
    assert finding._text_now(INDEXED, ASKED) is None


@pytest.fixture
def service(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service on the ledger of a model."""
    new_keys(tmp_path / "keys", "example.org/receipts", BEGIN)
    store = Store(place.ledger, suppression_secret=SECRET)
    parts = (store, in_force(["byleave@1"]), Signing(tmp_path / "keys"), NoContent())
    made = Service(*parts, secret=SECRET, clock=now, forms=Forms(tmp_path / "keys" / "forms"))
    monkeypatch.setattr(finding, "current", lambda: made)
    monkeypatch.setattr(finding, "shown", lambda member: People(member, member))
    yield made
    made.close()


def test_results_say_how_to_reach_nobody(place: Place, service: Service) -> None:
    """`M1` What is found is shown without the address and the number in it, and found by its words all the same."""
    anna = WORLD.everybody[4].member
    text = "Quilt maker\nWool, quilts. Write to anna@example.org or +49 421 555 0199, or see www.anna.example"
    Talent().show(place.model, [Profile(anna, "profile-anna", text)], [], SECRET)
    step(place)
    with closing(Serving(place.model)) as serving:
        found, learned = finding.find(serving, "quilt maker", finding.Filters())
        (one,) = [person.found for person in found if person.shown.member_id == anna]
        shown = "\n".join("".join(piece for piece, _ in line) for line in one.lines)

        assert learned
        assert shown == "Quilt maker\nWool, quilts. Write to […] or […], or see […]"
        act(place, switched(MEMBER))
        assert finding.find(serving, "quilt maker", finding.Filters())[1]  # within five seconds it may still answer
        service.hide(anna)
        assert anna not in {person.shown.member_id for person in finding.find(serving, "quilt", finding.Filters())[0]}


@pytest.mark.usefixtures("service")
def test_what_was_learned_ranks_only_while_it_may(place: Place) -> None:
    """`M18` Until the queue has read the ledger people are found by their words alone, and afterwards better."""
    text = WORLD.everybody[4].text.partition("\n")[0]
    with closing(Serving(place.model)) as serving:
        people, learned = finding.find(serving, text, finding.Filters())
        assert (bool(people), learned) == (True, False)
        step(place)
        assert finding.find(serving, text, finding.Filters())[1]
