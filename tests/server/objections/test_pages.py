"""The form and the pages of a case, as a browser without JavaScript has them, on one real server."""

from __future__ import annotations

import email
import email.policy
import re
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from byleave.adapters.key_files import read_ring
from byleave.cases import steps
from byleave.cases.case import State
from byleave.cases.deadlines import Calendar
from byleave.proof.verification import verify_receipt
from byleave.text.catalogue import Catalogue
from byleave.text.dates import date_text
from tests.server.centre.builds import PACK, post
from tests.server.objections.aged import long_ago
from tests.server.objections.builds import build, secret_of
from tests.server.pages import FORM, get
from tests.server.pages import post as send
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.pages import Page
    from tests.server.serving import Client, Running

FORM_PAGE = "/objection"
ANSWERS = {"account": "no", "about": "everything", "names": "Ana Lima", "address": "ana@mail.example", "country": "PT"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server under the rules of November 2025, with a folder for letters, and one member who writes."""
    folder, links = tmp_path_factory.mktemp("objections"), "https://social.example/p/{item}"
    mail = f"file:{folder}/mail"
    patch = pytest.MonkeyPatch()
    with serving(folder, packs=PACK, mail=mail, post_links=links) as made:
        with made.inside() as service:
            service.register("bob", "US")
        patch.setenv("BYLEAVE_SUPPRESSION_KEY", str(secret_of(made)))
        post(made, "bob-1", "bob", "I met Ana Lima at the fair.", "2025-12-01T00:00:00.000000Z")
        post(made, "bob-2", "bob", "Rain again.", "2025-12-02T00:00:00.000000Z")
        yield made
    patch.undo()


def token(client: Client) -> str:
    """The token that stands in the form."""
    return str(get(client, FORM_PAGE).form(FORM_PAGE).values["csrfmiddlewaretoken"])


def check(client: Client, **told: str) -> Page:
    """Fill in the form and look at the answers."""
    return send(client, FORM_PAGE, {**ANSWERS, **told, "step": "check", "csrfmiddlewaretoken": token(client)})


def object_(client: Client, **told: str) -> Page:
    """Fill in the form, check the answers, and send them; the page of the case."""
    page = check(client, **told)
    return page.send(page.form(FORM_PAGE), step="send")


def reference(page: Page) -> str:
    """The reference number on a page."""
    found = re.search(r"ob(?:-[0-9a-z]{4}){4}", page.html)
    assert found
    return found[0]


def letter(running: Running, name: str) -> Any:
    """The e-mail about an objection, once it is there."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for file in (running.folder / "mail").glob("*"):
            for text in file.read_text("utf-8").split("-" * 79 + "\n"):
                if name in text:
                    return email.message_from_string(text, policy=email.policy.default)
        time.sleep(0.1)
    raise AssertionError(name)


def link(running: Running, name: str) -> str:
    """The path of the link that confirms, as the letter has it."""
    found = re.search(r"http://[^/\s]+(/objection/confirm/\S+)", letter(running, name).get_content())
    assert found
    return found[1]


def test_somebody_without_an_account_objects(running: Running) -> None:
    """M11, M12: form, check, receipt; left out by the next build, a later post too; the letter confirms."""
    client = running.client()
    page = object_(client, posts="https://social.example/p/bob-9")

    assert "We have your objection" in page.text
    assert "It holds now. It is not confirmed yet." in page.text
    assert "We send an e-mail to a***@mail.example." in page.text
    receipt = client.call("GET", next(one for one in page.links if "/receipt/" in one)).body
    assert verify_receipt(receipt, read_ring(running.folder / "data" / "keys"), "the receipt").receipt is not None
    post(running, "bob-3", "bob", "LIMA, ANA gave a talk.", "2025-12-03T00:00:00.000000Z")
    told = build(running, "named")
    assert (told["bob-1"], told["bob-2"], told["bob-3"]) == ("subject-objection", "eligible", "subject-objection")

    name = reference(page)
    to = link(running, name)
    opened = get(client, to)
    with running.inside() as service:
        assert service.case(name).state is State.RECEIVED
    confirmed = opened.send(opened.form(to))
    assert "Thank you. Your objection is confirmed." in confirmed.text
    with running.inside() as service:
        assert service.case(name).state is State.CONFIRMED
    assert get(client, to).path.startswith("/objection/ob-")

    back = confirmed.send(next(one for one in confirmed.forms if one.action.endswith("/take-back")))
    assert "Your objection was taken back." in back.text
    assert build(running, "again")["bob-1"] == "eligible"


def test_the_same_page_sent_twice_is_one_objection(running: Running) -> None:
    """A second press leads to the first objection; going back and changing something makes another."""
    page = check(running.client())
    first, again = (page.send(page.form(FORM_PAGE), step="send") for _ in range(2))
    other = page.send(page.form(FORM_PAGE), step="send", names="Ana Souza")

    assert reference(first) == reference(again)
    assert reference(first) != reference(other)
    changed = page.send(page.form(FORM_PAGE), step="change")
    assert changed.form(FORM_PAGE).values["country"] == "PT"
    assert "Ana Lima</textarea>" in changed.html


def test_mistakes_are_told_and_nothing_is_lost(running: Running) -> None:
    """M11: the page says what is wrong at its top and beside each field; nothing is recorded."""
    client = running.client()
    with running.inside() as service:
        before = service.head().seq
    page = check(client, about="", names="Ana", reason="<script>alert(1)</script>", address="ana")

    assert page.answer.status == 422
    assert "“Ana” alone names too many people. Give a first and a last name." in page.text
    assert 'id="object-names-wrong"' in page.html
    assert '<a href="#object-about-generative-ai">Say what you object to.</a>' in page.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in page.html
    assert "<script>alert" not in page.html
    # straight to sending, past the check
    values = {**ANSWERS, "names": "Ana", "step": "send", "nonce": "x", "csrfmiddlewaretoken": token(client)}
    assert send(client, FORM_PAGE, values).answer.status == 422
    assert "Nothing has been sent yet." in send(client, FORM_PAGE, {**values, **ANSWERS, "nonce": "x" * 65}).text
    with running.inside() as service:
        assert service.head().seq == before


@pytest.mark.parametrize("size", [1_100_000, 10_000_000])
def test_ten_megabytes_are_refused(running: Running, size: int) -> None:
    """What is far too much is answered with a page that says so, read to its end or not, and nothing is recorded."""
    client = running.client()
    with running.inside() as service:
        before = service.head().seq
    start = f"csrfmiddlewaretoken={token(client)}&names=Ana+Lima&reason=".encode()
    answer = _sent_raw(running, client, start + b"a" * (size - len(start)))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"This is too much to send at once" in answer
    with running.inside() as service:
        assert service.head().seq == before
    assert get(client, FORM_PAGE).answer.status == 200


def _sent_raw(running: Running, client: Client, body: bytes) -> bytes:
    """Send a form byte by byte, whatever the server does meanwhile; what it answers."""
    host, port = running.url.removeprefix("http://").split(":")
    head = {
        "Host": f"{host}:{port}",
        "Cookie": f"csrf={client.cookie('csrf')}",
        "Content-Type": FORM["Content-Type"],
        "Accept": "text/html",
        "Content-Length": len(body),
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    answer = b""
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        # a server may answer and close before it has read everything
        with suppress(OSError):
            connection.sendall(f"POST {FORM_PAGE} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                answer += part
    return answer


def test_look_alike_letters_are_told_before_anything_is_sent(running: Running) -> None:
    """A word of two scripts is read as it looks, and the page that is checked says how it was read."""
    page = check(running.client(), names="\u0410na Lima\n\u202eAna Souza")

    assert re.search(r"\u0410na\W+mixes letters of two scripts\. We read it as\W+ana\b", page.text, re.IGNORECASE)
    assert "\u202e" not in page.html
    refused = check(running.client(), names="Ana\x1b[2J Lima", reason="a\x00b")
    assert refused.text.count("This holds a sign that cannot be printed.") >= 2
    assert not re.search("[\x00\x1b]", refused.html)


def test_known_and_unknown_are_answered_alike(running: Running) -> None:
    """M12: whether somebody is a member, is named in posts, or objected before: the same bytes but for the numbers."""

    def told(**more: str) -> list[bytes]:
        client = running.client()
        page = check(client, **more)
        values = {**page.form(FORM_PAGE).values, "step": "send"}
        step = client.call("POST", FORM_PAGE, headers=FORM, raw=urlencode(values).encode())
        assert step.status == 303
        case = client.call("GET", step.headers["Location"], headers={"Accept": "text/html"})
        return [
            _plain(page.answer.body),
            _plain(step.body),
            _plain(case.body),
            _plain(step.headers["Location"].encode()),
        ]

    assert told(names="Bob Rand", emails="u-bob@mail.example") == told(names="Zoe Rand", emails="x-zoe@mail.example")


def _plain(body: bytes) -> bytes:
    """A page without what is drawn anew each time, and what was typed."""
    for pattern in (
        rb'name="(?:csrfmiddlewaretoken|nonce)" value="[^"]+"',
        rb"ob(?:-[0-9a-z]{4}){4}(?:/[0-9a-z]{32})?",
        rb"(?:Bob|Zoe) Rand",
        rb"[ux]-(?:bob|zoe)@mail\.example",
        rb"receipt/\d+",
        rb"<time[^>]*>[^<]*</time>",
    ):
        body = re.sub(pattern, b"", body)
    return body


def test_a_case_opens_for_its_secret_alone(running: Running) -> None:
    """M12: a wrong secret, another case's, and no case are the same; acts need the form's token."""
    client = running.client()
    first, second = object_(client), object_(client)
    path = next(one.action for one in first.forms if one.action.endswith("/take-back")).removesuffix("/take-back")
    other = next(one.action for one in second.forms if one.action.endswith("/take-back")).removesuffix("/take-back")
    name, secret = path.split("/")[2:]

    for wrong in (
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        f"/objection/{name}/{other.split('/')[3]}",
        f"/objection/ob-0000-0000-0000-0000/{secret}",
        f"/objection/confirm/{name}/{secret}",
        f"{path}/receipt/1",
        f"/settings/objections/{name}",
    ):
        assert client.call("GET", wrong, headers={"Accept": "text/html"}).status in {302, 404}, wrong
    assert client.call("GET", f"{path}/take-back").status == 405
    assert client.call("POST", f"{path}/take-back", headers={**FORM, "X-CSRFToken": "x" * 32}, raw=b"").status == 403
    assert client.call("GET", path, headers={"Accept": "text/html"}).headers["Cache-Control"] == "no-store"
    with running.inside() as service:
        assert service.case(name).is_open


def test_what_is_confirmed_is_taken_back_by_the_letter_alone(running: Running) -> None:
    """M11: whoever types another's address sees the page, but cannot end what that person has confirmed."""
    client = running.client()
    page = object_(client, names="Eda Noor", address="eda@mail.example")
    name = reference(page)
    early = next(one for one in page.forms if one.action.endswith("/take-back"))
    to = link(running, name)
    confirmed = get(client, to)
    confirmed = confirmed.send(confirmed.form(to))
    seen = get(client, page.path)

    assert not any(one.action.endswith("/take-back") for one in seen.forms)
    assert "only the link in our e-mail can take it back" in seen.text
    refused = page.send(early)
    assert refused.answer.status == 403
    with running.inside() as service:
        assert service.case(name).state is State.CONFIRMED
    again = get(running.client(), to)
    back = again.send(next(one for one in again.forms if one.action.endswith("/take-back")))
    assert "Your objection was taken back." in back.text


def test_why_an_answer_takes_longer_is_on_the_page(running: Running) -> None:
    """M11: the grounds of an extension stand where the person looks, as text."""
    client = running.client()
    page = object_(client, names="Ira Noor", address="ira@mail.example")
    with running.inside() as service:
        calendar = Calendar(ZoneInfo("UTC"), lambda _: False)
        case, grounds = service.case(reference(page)), "<b>Many</b> wrote at once."
        service.store.append([steps.extend(case, "Ines Roth (desk-1)", grounds, calendar, service.now())])
    page = get(client, page.path)

    assert "The answer takes longer." in page.text
    assert "&lt;b&gt;Many&lt;/b&gt; wrote at once." in page.html
    assert "desk-1" not in page.html


def test_a_refusal_is_told_and_appealed_against(running: Running) -> None:
    """M11: grounds and name stand on the page; an appeal holds at once and is answered at the same address."""
    client = running.client()
    page = object_(client, names="Ida Noor", address="ida@mail.example")
    name = reference(page)
    with running.inside() as service:
        service.confirm(name)
        service.store.append([steps.refuse(service.case(name), "Ines Roth (desk-1)", "<b>No</b> text names you.")])
    page = get(client, page.path)

    assert "It no longer holds." in page.text
    until = date_text(Catalogue("en"), (datetime.now(UTC) + timedelta(days=90)).date())
    assert f"You can do that until {until}." in page.text
    assert f"What you gave to be found by is deleted after {until}." in page.text
    assert "&lt;b&gt;No&lt;/b&gt; text names you." in page.html
    assert "Decided by Ines Roth" in page.text
    assert "desk-1" not in page.html
    appealed = page.send(next(one for one in page.forms if one.action.endswith("/appeal")))
    assert "It holds now." in appealed.text
    assert "i***@mail.example" not in appealed.text  # confirmed before, so no letter has to come back
    with running.inside() as service:
        assert service.case(name).appealed_by == (reference(appealed),)
    assert reference(appealed) in get(client, page.path).html


def test_a_member_has_their_objections_among_the_settings(running: Running) -> None:
    """M11: filled in with what is known, confirmed by the sign-in, listed with its receipt, and nobody else's."""
    with running.inside() as service:
        service.register("lea", "FR")
    client = running.member("lea")
    form = get(client, FORM_PAGE).form(FORM_PAGE)
    assert form.values["country"] == "FR"
    assert "account" not in form.values
    page = send(client, FORM_PAGE, {**form.values, "about": "other-ai", "step": "check"})
    done = page.send(page.form(FORM_PAGE), step="send")

    assert "It holds now. It waits for an answer." in done.text
    name = reference(done)
    with running.inside() as service:
        (own,) = service.member("lea").objections
        assert (own.objection, own.purpose, own.stands) == (name, "other-ai", True)
    assert name in get(client, "/settings/objections").html
    assert "/settings/objections" in get(client, "/settings/data-privacy").links
    assert client.call("GET", next(one for one in done.links if "/receipts/" in one)).status == 200
    stranger = running.member("bob")
    assert get(stranger, f"/settings/objections/{name}").answer.status == 404
    assert "You have not objected to anything." in get(stranger, "/settings/objections").text
    back = done.send(next(one for one in done.forms if one.action.endswith("/take-back")))
    assert "Your objection was taken back." in back.text
    kept = check(client)
    kept = kept.send(kept.form(FORM_PAGE), step="send")
    long_ago(running)
    asks = kept.send(next(one for one in kept.forms if one.action.endswith("/take-back")))
    assert "/account/reauthenticate/" in asks.path
    with running.inside() as service:
        assert service.case(reference(kept)).is_open


@pytest.mark.parametrize(("language", "said"), [("de", "Wir haben Ihren Widerspruch"), ("fr", "Nous avons votre")])
def test_the_answer_comes_in_the_language_that_was_asked_for(running: Running, language: str, said: str) -> None:
    """The page is in the reader's language, the letter in that of the form."""
    client = running.client()
    client.call("GET", FORM_PAGE)
    send(client, "/language", {"language": language, "next": FORM_PAGE, "csrfmiddlewaretoken": token(client)})
    page = object_(client, address=f"{language}@mail.example", language=language)

    assert said in page.text
    subject = letter(running, reference(page))["Subject"]
    assert {"de": "Bestätigen Sie", "fr": "Confirmez votre"}[language] in subject


def test_every_page_leads_to_the_form(running: Running) -> None:
    """M11: the foot of every page has the link, signed in or not."""
    for client in (running.client(), running.member("bob")):
        for path in ("/account/login/", "/what-applies", FORM_PAGE, "/nothing/here"):
            page = get(client, path)
            assert FORM_PAGE in page.links or page.answer.status == 200
            assert f'href="{FORM_PAGE}"' in page.html
