"""What was used: the timeline says what ledger, index and the next snapshot say, and can be taken away."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.server.centre.builds import PACK, model, post, snapshot
from tests.server.pages import get
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Running

PAGE = "/mypreferences/d/used"
SETTING = "/mypreferences/d/settings/data-for-ai-improvement"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server under the rules of November 2025."""
    with serving(tmp_path_factory.mktemp("used"), packs=PACK) as made:
        yield made


def test_what_was_used_and_what_took_effect(running: Running) -> None:
    """M10, M17: snapshot, model and ground are told; off keeps the next snapshot free, and undoes nothing before."""
    with running.inside() as service:
        service.register("ana", "DE")
        service.register("ben", "US")
    post(running, "ana-1", "ana", "Oak needs time.", "2025-10-01T00:00:00.000000Z")
    post(running, "ben-1", "ben", "So does bread.", "2025-10-01T00:00:00.000000Z")
    ana, ben = running.member("ana"), running.member("ben")

    assert "Nothing of yours is in a snapshot" in get(ana, PAGE).text
    first, told = snapshot(running, "first")
    name = model(running, first, "rewrite-1")
    assert (told["ana-1"], told["ben-1"]) == ("eligible", "eligible")
    page = get(ana, PAGE)
    assert "A snapshot was made. It holds this many of your items: 1." in page.text
    assert "The model “rewrite-1” was trained. It saw this many of your items: 1." in page.text
    assert "Legal ground: Legitimate interests." in page.text
    assert "Who trains: LinkedIn." in page.text
    assert "What switching off now still protects" in page.text
    assert "It does not undo training that has taken place." in page.text

    get(ana, SETTING).press_switch()
    page = get(ana, PAGE)
    assert "No snapshot was made since. It takes effect with the next one." in page.text
    _, told = snapshot(running, "second")
    assert (told["ana-1"], told["ben-1"]) == ("opted-out", "eligible")
    page = get(ana, PAGE)
    assert "It took effect with the snapshot of" in page.text
    assert page.text.count("A snapshot was made.") == 1
    assert get(ben, PAGE).text.count("A snapshot was made.") == 2

    taken = json.loads(ana.call("GET", f"{PAGE}.json").body)
    with running.inside() as service:
        off = service.history("ana")[0].entry
    steps = {one["kind"]: one for one in taken["steps"]}
    assert taken["member"] == ["ana"]
    assert (steps["choice"]["entry"], steps["choice"]["data"]["value"]) == (off.seq, "off")
    assert steps["choice"]["in_effect"]["recheck_watermark"] >= off.seq
    assert steps["model"]["artefact"] == name
    assert (steps["snapshot"]["items"], steps["snapshot"]["basis"]) == (1, "legitimate-interests")


def test_the_table_is_the_same_and_no_formula(running: Running) -> None:
    """M17: the table has each step of the JSON; a cell that a spreadsheet would run is text."""
    with running.inside() as service:
        service.register("cal", "DE")
        service.withhold("cal", "=HYPERLINK(1)")
        service.withhold("cal", "+1")
    client = running.member("cal")
    answer = client.call("GET", f"{PAGE}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    steps = json.loads(client.call("GET", f"{PAGE}.json").body)["steps"]

    assert [row["entry"] for row in rows] == [str(one["entry"]) for one in steps]
    assert {row["value"] for row in rows} == {"'=HYPERLINK(1)", "'+1"}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="what-was-used.csv"'


def test_pages_and_one_to_print(running: Running) -> None:
    """A long history is paged, each step once; on the page to print there is all of it."""
    with running.inside() as service:
        service.register("lon", "DE")
        for number in range(45):
            service.withhold("lon", f"item-{number}")
    client = running.member("lon")
    first = get(client, PAGE)
    second = get(client, PAGE + next(link for link in first.links if link.startswith("?before=")))
    whole = get(client, f"{PAGE}?whole=1")

    def entries(html: str) -> int:
        return html.count("You kept “")

    assert (entries(first.html), entries(second.html), entries(whole.html)) == (40, 5, 45)
    assert get(client, f"{PAGE}?before=zzz").answer.status == 200


def test_nobody_elses(running: Running) -> None:
    """Whoever has not signed in is asked to; staff have no such page, and no address names a member."""
    assert running.client().call("GET", PAGE, headers={"Accept": "text/html"}).status == 302
    assert running.staff().call("GET", f"{PAGE}.json").status == 403
    assert json.loads(running.member("ben").call("GET", f"{PAGE}.json?member=ana").body)["member"] == ["ben"]
