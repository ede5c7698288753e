"""Pages of numbers, and the feed of revocations: what they say is what the ledger says, and nothing names a person."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.key_files import read_ring
from byleave.kernel.canonical import canonical_json
from byleave.proof.notes import NoteError, check_signatures
from tests.server.desk import world
from tests.server.pages import HTML, Page, get
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Client, Running

FEED = "/.well-known/byleave-revocations.json"
SETTING = "data-for-ai-improvement"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A platform with choices, cases, a snapshot, a model, and two copies of which one is called back."""
    folder = tmp_path_factory.mktemp("sheets")
    with serving(folder, packs="linkedin@2025-11-03") as made:
        with made.inside() as service:
            for name, country in (("maya", "US"), ("lena", "DE"), ("omar", "DE"), ("zoe", None)):
                service.register(name, country)
            service.set_preference("omar", SETTING, "off")
            service.set_preference("lena", SETTING, "off")
            service.set_preference("lena", SETTING, "on")
        world.people(made, "maya", "zoe")
        yield made


@pytest.fixture(scope="module", autouse=True)
def pages(running: Running) -> dict[str, str]:
    """The pages of numbers, with something to count on each."""
    return world.built(running)


@pytest.fixture(scope="module")
def reader(running: Running) -> Client:
    """Somebody who may look."""
    return running.staff("reader-1", role="reader")


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_page_of_numbers_opens(pages: dict[str, str], reader: Client, language: str) -> None:
    """Each page in each language: a heading, and no sentence left open."""
    for path in pages.values():
        page = Page(reader, reader.call("GET", path, headers={**HTML, "Accept-Language": language}), path)
        assert page.answer.status == 200, path
        assert f'<html lang="{language}"' in page.html, path
        assert "<h1>" in page.html, path
        assert not re.search(r"\{\w+\}", page.text), path
        assert page.html.count("<svg role=") <= page.html.count("<table>"), path


def test_choices_are_counted_by_country(reader: Client) -> None:
    """Who is off now counts, whoever went back on does not, and an unknown country is told as such."""
    page = get(reader, f"/desk/choices?setting={SETTING}")
    rows = list(csv.reader(io.StringIO(reader.call("GET", f"/desk/choices.csv?setting={SETTING}").body.decode())))
    told = {row[1]: row[3:] for row in rows[1:]}

    assert rows[0] == ["day", "country", "setting", "members", "off", "off_percent"]
    assert told == {"DE": ["2", "1", "50.0"], "US": ["1", "0", "0.0"], "": ["1", "0", "0.0"]}
    assert "50.0%" in page.text
    assert "25.0%" in page.text
    assert get(reader, f"/desk/choices?setting={SETTING}&country=US").text.count("0.0%") > 1


def test_the_report_counts_what_the_ledger_has(running: Running, reader: Client) -> None:
    """M11, M12: objected, left out, how fast, and how often wrongly, for a stretch of days."""
    with running.inside() as service:
        case = next(one for one in service.cases("person-4411").values())
    text = get(reader, "/desk/report").text

    assert case.id == "O-7K2M"
    for words in ("Received 4", "Answered 1", "Upheld 1", "Still open 3", "Overdue now 1", "Answered in time 100.0%"):
        assert words in text, words
    assert re.search(r"for linkedin .*? 2\b", text)
    assert "Received 0" in get(reader, "/desk/report?since=2020-01-01&until=2020-02-01").text
    assert get(reader, "/desk/report?since=x&until=%00").answer.status == 200


def test_snapshots_say_who_left(running: Running, pages: dict[str, str], reader: Client) -> None:
    """A member who switches off after a snapshot is listed as having left it."""
    path = pages["snapshot"]
    before = get(reader, path).text
    with running.inside() as service:
        service.set_preference("maya", SETTING, "off")
    after = get(reader, path).text

    assert "0 accounts left" in before
    assert "1 accounts left" in after
    assert "maya refused" in after
    assert get(reader, "/desk/snapshots/sha256:00").answer.status == 404


def test_the_feed_is_signed_and_names_nobody(running: Running) -> None:
    """Anybody may fetch it; it verifies with the public keys; no member, item or holder stands in it."""
    client = running.client()
    answer = client.call("GET", FEED)
    ring = read_ring(running.folder / "data" / "keys")
    told = answer.json
    text = canonical_json(told["feed"]).decode() + "\n"

    assert check_signatures(text, told["signatures"], ring.verifiers)
    with pytest.raises(NoteError):
        check_signatures(text.replace("items", "items "), told["signatures"], ring.verifiers)
    (one,) = told["feed"]["lists"]
    body = client.call("GET", one["address"]).body
    assert json.loads(body)["revocations"]["manifest"] == one["manifest"]
    for word in (b"maya", b"lena", b"omar", b"person-", b"desk-1", b"desk-2", b"Haddad"):
        assert word not in answer.body + body, word
    assert world.HOLDER.encode() not in answer.body
    assert client.call("GET", "/revocations/..%2Fsession.key").status == 404
    assert client.call("GET", "/revocations/" + "0" * 32 + "-" + "0" * 16 + ".json").status == 404


def test_the_feed_may_be_kept_by_caches(running: Running) -> None:
    """A cache may answer for a while, and asks again with a tag; nothing depends on who asks."""
    client = running.client()
    for path in (FEED, client.call("GET", FEED).json["feed"]["lists"][0]["address"]):
        first = client.call("GET", path)
        again = client.call("GET", path, headers={"If-None-Match": first.headers["ETag"]})
        other = client.call("GET", path, headers={"If-None-Match": '"x"'})
        assert (again.status, again.body, other.status) == (304, b"", 200)
        assert "public" in first.headers["Cache-Control"]
        assert "Cookie" not in first.headers.get("Vary", "")
        assert client.call("POST", path).status in {403, 405}


def test_only_the_holder_says_that_it_is_done(running: Running, reader: Client) -> None:
    """A token speaks for the holder of its name; an older list, or somebody else's, is not acknowledged."""
    one = running.client().call("GET", FEED).json["feed"]["lists"][0]
    body = {"manifest": one["manifest"], "digest": one["digest"]}
    place, scope = "/api/v1/revocations/acknowledgements", "revocations:acknowledge"
    stranger = running.service(scope, name="stranger")
    holder = running.service(scope, name=world.HOLDER)
    other = running.service("ledger:read")
    assert "Waits for" in get(reader, "/desk/copies").text
    assert stranger.call("POST", place, body).status == 422
    assert other.call("POST", place, body).status == 403
    assert holder.call("POST", place, {**body, "digest": "sha256:" + "0" * 64}).status == 422
    assert "Waits for" in get(reader, "/desk/copies").text
    done, twice = holder.call("POST", place, body), holder.call("POST", place, body)

    assert (done.status, twice.status, done.json["seq"]) == (201, 201, twice.json["seq"])
    text = get(reader, "/desk/copies").text
    assert ("trainer Done" in text, "Lantern Labs No list yet" in text) == (True, True)
    again = world.publish(running)
    # two of hers name somebody and were out before; since then she has switched off
    assert len(again.items) == 1
    assert "Waits for" in get(reader, "/desk/copies").text
    assert running.client().call("GET", FEED).json["feed"]["lists"][0]["digest"] == again.digest()


def test_a_list_that_does_not_hold_is_not_served(running: Running, reader: Client) -> None:
    """One changed byte, or a list under the name of another: it is neither in the feed nor at its address."""
    folder = running.folder / "data" / "revocations"
    (path,) = folder.glob("*.json")
    good = path.read_bytes()
    bad = re.sub(rb'"watermark":\d+', b'"watermark":1', good)
    assert bad != good
    path.write_bytes(bad)
    (folder / ("a" * 32 + "-" + "b" * 16 + ".json")).write_bytes(good)

    assert running.client().call("GET", FEED).json["feed"]["lists"] == []
    assert running.client().call("GET", f"/revocations/{path.name}").status == 404
    assert "is not served here" in get(reader, "/desk/copies").text
    path.write_bytes(good)
    assert running.client().call("GET", f"/revocations/{path.name}").status == 200
