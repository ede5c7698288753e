"""Privacy check-up: what is decided for each of one's items, and how one item is left out."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.key_files import read_ring
from byleave.kernel.decision import Reason
from byleave.ledger.entries import Kind
from byleave.proof.verification import verify_receipt
from tests.server.centre.builds import PACK, post, snapshot
from tests.server.pages import FORM, get
from tests.server.pages import post as send
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.server.pages import Page
    from tests.server.serving import Client, Running

PAGE = "/mypreferences/d/check-up"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server under the rules of November 2025."""
    with serving(tmp_path_factory.mktemp("check-up"), packs=PACK) as made:
        yield made


def member(running: Running, name: str, country: str = "DE") -> Client:
    """A member with a profile, a public post, one for connections, and a reaction."""
    with running.inside() as service:
        service.register(name, country)
    post(running, f"{name}-me", name, f"I am {name}.", "2020-01-01T00:00:00.000000Z", category="profile")
    post(running, f"{name}-1", name, "Oak needs time.", "2025-10-01T00:00:00.000000Z")
    post(running, f"{name}-2", name, "For friends.", "2025-12-01T00:00:00.000000Z", visibility="connections")
    post(running, f"{name}-3", name, "Like", "2025-12-02T00:00:00.000000Z", category="reaction")
    return running.member(name)


def order(page: Page) -> list[str]:
    """The texts of the items in their order on the page."""
    return re.findall(r'<p class="words"[^>]*>(.*?)</p>', page.html, re.DOTALL)


def test_each_item_has_its_live_decision(running: Running) -> None:
    """M13: each item is there with its verdict, reason, since when and by which rule, as the service decides."""
    page = get(member(running, "ana"), PAGE)

    assert order(page) == ["Like", "For friends.", "Oak needs time.", "I am ana."]
    assert page.text.count("AI that makes content, by LinkedIn: may be used. Since 3 November 2025.") >= 2
    assert "Rule: EU, EEA and Switzerland (linkedin@2025-11-03)" in page.text
    assert "AI that makes content, by Microsoft, the parent company: left out." in page.text
    with running.inside() as service:
        items = service.items("ana").items
    used = sum(any(one.reason is Reason.ELIGIBLE for one in item.outcomes) for item in items)
    assert page.html.count('<span class="tag care"><span>May be used</span></span>') == used


def test_part_is_told_as_part(running: Running) -> None:
    """M10, M13: off for one use leaves the other, and the check-up says which; no refusal is told that nobody made."""
    client = member(running, "par")
    assert "Your setting is off." not in get(client, PAGE).text
    get(client, "/mypreferences/d/settings/data-for-ai-improvement").press_switch()
    page = get(client, f"{PAGE}?kind=profile")

    assert '<span class="tag care"><span>May be used in part</span></span>' in page.html
    assert "AI that makes content, by LinkedIn: left out. Your setting is off." in page.text
    assert "AI for other ends, by LinkedIn: may be used. Since" in page.text


def test_filters_are_links(running: Running) -> None:
    """By verdict and by kind, in any order; an unknown value filters nothing."""
    client = member(running, "fil")

    assert order(get(client, f"{PAGE}?show=used")) == ["Oak needs time.", "I am fil."]
    assert order(get(client, f"{PAGE}?show=out&kind=post")) == ["For friends."]
    assert order(get(client, f"{PAGE}?kind=profile")) == ["I am fil."]
    assert len(order(get(client, f"{PAGE}?show=zzz&kind=zzz"))) == 4
    assert get(client, f"{PAGE}?after=zzz").answer.status == 404


def test_one_item_is_left_out_and_let_in(running: Running) -> None:
    """M13: leaving one item out is recorded with a receipt, keeps it from the next snapshot, and can be taken back."""
    client = member(running, "wit")
    _, before = snapshot(running, "before")
    page = get(client, PAGE)
    form = next(one for one in page.forms if one.values.get("item") == "wit-1")
    page = page.send(form, act="withhold")

    assert "Saved. This item is left out" in page.text
    receipt = next(link for link in page.links if "/receipts/" in link)
    raw = client.call("GET", receipt).body
    ring = read_ring(running.folder / "data" / "keys" / "keys.json")
    assert verify_receipt(raw, ring, "the receipt").receipt is not None
    with running.inside() as service:
        last = service.history("wit")[0].entry
    assert (last.kind, last.data["item"]) == (Kind.ITEM_WITHHELD, "wit-1")
    _, held = snapshot(running, "held")
    assert (before["wit-1"], held["wit-1"]) == ("eligible", "withheld")
    assert "You keep this one item out." in page.text

    page = page.send(next(one for one in page.forms if one.values.get("item") == "wit-1"), act="release")
    assert "Saved. Your settings decide about this item again." in page.text
    _, after = snapshot(running, "after")
    assert after["wit-1"] == "eligible"


def test_the_same_act_is_recorded_once(running: Running) -> None:
    """A second press adds no entry."""
    client = member(running, "two")
    for _ in range(2):
        page = send(client, f"{PAGE}/leave-out", {**_token(client), "item": "two-1", "act": "withhold"})
    with running.inside() as service:
        kinds = [one.entry.kind for one in service.history("two")]

    assert "It was so already." in page.text
    assert kinds.count(Kind.ITEM_WITHHELD) == 1


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"item": "own-1"}, 400),
        ({"item": "own-1", "act": "delete"}, 400),
        ({"act": "withhold"}, 400),
        ({"item": "ana-1", "act": "withhold"}, 404),
        ({"item": "nobody", "act": "withhold"}, 404),
    ],
)
def test_others_items_are_not_there(running: Running, values: dict[str, str], status: int) -> None:
    """Somebody else's item is as if it were not there; a form without its parts changes nothing."""
    with running.inside() as service:
        if not service.member("own").registered:
            member(running, "own")
    client = running.member("own")

    assert send(client, f"{PAGE}/leave-out", {**_token(client), **values}).answer.status == status
    with running.inside() as service:
        assert not service.member("own").withheld


def test_a_get_changes_nothing(running: Running) -> None:
    """The act has an address that a link cannot use, and none without the token of the session."""
    client = running.member("own")

    assert client.call("GET", f"{PAGE}/leave-out?item=own-1&act=withhold").status == 405
    client.call("GET", PAGE)
    headers = {**FORM, "X-CSRFToken": "x" * 32}
    assert client.call("POST", f"{PAGE}/leave-out", headers=headers, raw=b"item=own-1&act=withhold").status == 403
    with running.inside() as service:
        assert not service.member("own").withheld


def test_what_somebody_wrote_is_text(running: Running) -> None:
    """Markup in an item is shown, and never run."""
    client = member(running, "xss")
    post(
        running, "xss-9", "xss", "<script>alert(1)</script><img src=x onerror=alert(1)>", "2025-12-03T00:00:00.000000Z"
    )

    page = get(client, PAGE)

    assert "<script>alert" not in page.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html


def test_a_hundred_thousand_items(running: Running, record_property: Callable[[str, object], None]) -> None:
    """With 100,000 items a page stays small, whatever is filtered; its time is told, not held against it."""
    import sqlite3

    with running.inside() as service:
        service.register("many", "DE")
    rows = (
        (
            f"many-{n:06}",
            "many",
            "post",
            "public" if n % 1000 else "private",
            f"2025-12-01T00:00:00.{n:06}Z",
            False,
            "words " * 40,
        )
        for n in range(100_000)
    )
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db") as database:
        database.executemany(
            "INSERT INTO feed_item (item_id, member_id, category, visibility, created_at, ai_written, text) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    database.close()
    client = running.member("many")
    for query in ("", "?show=used", "?show=out", "?show=out&kind=post"):
        start = time.perf_counter()
        page = get(client, PAGE + query)
        took = time.perf_counter() - start
        record_property(f"check-up{query}", f"{took:.2f} s, {len(page.answer.body)} bytes")
        print(f"check-up{query}: {took:.2f} s, {len(page.answer.body)} bytes")  # noqa: T201 - told with -s
        assert page.answer.status == 200
        assert len(page.answer.body) <= 150_000
    seen, page = 0, get(client, f"{PAGE}?show=out")
    for _ in range(4):
        seen += len(order(page))
        older = re.search(r'<a href="([^"]+)" rel="next"', page.html)
        assert older
        page = get(client, PAGE + older[1].replace("&amp;", "&"))
    assert "Only 600 items were looked at" in page.text
    assert seen >= 1


def _token(client: Client) -> dict[str, str]:
    """The token that stands in the forms of the session."""
    page = get(client, PAGE)
    return {
        "csrfmiddlewaretoken": next(one.values["csrfmiddlewaretoken"] for one in page.forms if one.method == "post")
    }
