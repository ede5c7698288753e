"""The setting on its page: found, understood, switched, recorded, and told as the API and the receipt tell it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.key_files import read_ring
from byleave.ledger.entries import Kind
from byleave.proof.verification import verify_receipt
from tests.server.pages import FORM, get, post, steps
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Client, Running

DIRECT = "/mypreferences/d/settings/data-for-ai-improvement"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server under the rules of November 2025."""
    with serving(tmp_path_factory.mktemp("centre"), packs="linkedin@2025-11-03") as made:
        yield made


@pytest.fixture(scope="module")
def ana(running: Running) -> Client:
    """A German member who has signed in."""
    with running.inside() as service:
        service.register("ana", "DE")
    return running.member("ana")


@pytest.fixture(scope="module")
def ben(running: Running) -> Client:
    """An American member who has signed in."""
    with running.inside() as service:
        service.register("ben", "US")
    return running.member("ben")


def acts(running: Running, member: str) -> list[str]:
    """What the ledger has of a member's own acts on the setting."""
    with running.inside() as service:
        entries = [one.entry for one in service.history(member)]
    return [one.data["value"] for one in entries if one.kind is Kind.PREFERENCE_SET]


def test_default_is_not_told_as_a_choice(ana: Client) -> None:
    """M4: who did nothing sees the setting on, and that they did not choose it; no receipt and no choice is shown."""
    page = get(ana, DIRECT)

    assert page.is_on
    assert "Not chosen by you" in page.text
    assert "On by default. You did not choose this." in page.text
    assert "You have made no choice yet." in page.text


def test_path_of_the_article(ana: Client) -> None:
    """M9: from the avatar through Settings & Privacy and Data privacy to the setting, by the words on the links."""
    walk = list(steps(get(ana, "/"), "Settings &amp; Privacy", "Data privacy", "Data for Generative AI Improvement"))

    assert walk[-1].path == DIRECT
    assert walk[-1].is_on


@pytest.mark.parametrize("words", ["AI", "generative", "data for", "training", "KI"])
def test_found_by_search(ana: Client, words: str) -> None:
    """M15: both searches find the setting by its name, its purpose or another language."""
    wanted = {"training": "generative-ai"}.get(words, words)

    assert DIRECT in get(ana, f"/search?q={wanted.replace(' ', '+')}").links
    assert DIRECT in get(ana, f"/settings?q={wanted.replace(' ', '+')}").links


def test_rule_and_reason_are_told(ana: Client, ben: Client) -> None:
    """M5, M6, M8: each sees the rule of where they live, since when, why, and whether the parent company may train."""
    german, american = get(ana, DIRECT).text, get(ben, DIRECT).text

    assert "Because you live here: Germany." in german
    assert "Since 3 November 2025." in german
    assert "Microsoft, the parent company: no" in german
    assert "Because you live here: United States." in american
    assert "Since 18 September 2024." in american


def test_told_before_and_after(running: Running) -> None:
    """M10: before and after switching, the page says what it reaches and what it does not undo, as the receipt does."""
    with running.inside() as service:
        service.register("dana", "DE")
    dana = running.member("dana")
    before = get(dana, DIRECT)
    after = before.press_switch()
    link = next(one for one in after.links if "/receipts/" in one)
    receipt = json.loads(dana.call("GET", link).body)

    told = [
        "From then on, no training for what it covers uses anything of yours, old or new.",
        "It does not undo training that has taken place.",
        "It does not take back what a model has already written.",
    ]
    assert all(one in before.text and one in after.text for one in told)
    assert all(one in json.dumps(receipt, ensure_ascii=False) for one in told)
    assert "Saved. It is off since" in after.text


def test_switch_is_recorded_with_receipt(running: Running, ben: Client) -> None:
    """M9: one press switches off; ledger, page, API and receipt say the same, and the receipt verifies."""
    page = get(ben, DIRECT).press_switch()
    told = ben.call("GET", "/api/v1/me/preferences/data-for-ai-improvement").json
    seq = told["deed"]["seq"]

    assert acts(running, "ben") == ["off"]
    assert not page.is_on
    assert f"Entry {seq} in the ledger" in page.text
    assert "Your choice" in page.text
    assert told["value"] == "off"
    found = verify_receipt(
        ben.call("GET", f"/mypreferences/d/receipts/{seq}").body, read_ring(running.folder / "data" / "keys"), "it"
    )
    assert found.receipt is not None
    assert (found.receipt.subject, found.receipt.seq) == ("ben", seq)


def test_off_and_on_are_alike(running: Running) -> None:
    """Off and on take the same steps, and neither is asked about (EDPB, longer than necessary)."""
    with running.inside() as service:
        service.register("eva", "DE")
    eva = running.member("eva")
    off = get(eva, DIRECT).press_switch()
    on = off.press_switch()

    assert acts(running, "eva") == ["on", "off"]
    assert "Saved. It is on since" in on.text
    assert [len(one.forms) for one in (off, on)] == [len(off.forms)] * 2
    label = re.compile(r'id="setting-label">([^<]+)<')
    assert label.findall(off.html) == label.findall(on.html) != []


def test_same_choice_is_recorded_once(running: Running) -> None:
    """A second press from an old page changes nothing and says so."""
    with running.inside() as service:
        service.register("finn", "DE")
    finn = running.member("finn")
    old = get(finn, DIRECT)
    old.press_switch()
    again = old.press_switch()

    assert acts(running, "finn") == ["off"]
    assert "It was off already. Nothing was changed." in again.text


def test_default_may_be_chosen(running: Running) -> None:
    """Saying on where on is the default is a choice of one's own, and is recorded as one."""
    with running.inside() as service:
        service.register("gil", "DE")
    gil = running.member("gil")
    page = get(gil, DIRECT)
    page.send(page.form(DIRECT), value="on")

    assert acts(running, "gil") == ["on"]


def test_history_has_every_choice(running: Running) -> None:
    """M17: the history tells each choice with its number and its receipt, the newest first."""
    with running.inside() as service:
        service.register("hana", "DE")
    hana = running.member("hana")
    get(hana, DIRECT).press_switch().press_switch()
    page = get(hana, "/mypreferences/d/history")

    assert page.text.index("” on.") < page.text.index("” off.") < page.text.index("Your account was registered.")
    assert len([one for one in page.links if "/receipts/" in one]) == 2


@pytest.mark.parametrize("value", ["", "maybe", "ON", "on\x00"])
def test_other_values_change_nothing(running: Running, ana: Client, value: str) -> None:
    """Anything but on and off is refused on the page itself, and nothing is recorded."""
    before = acts(running, "ana")
    page = get(ana, DIRECT)
    answer = post(ana, DIRECT, {**page.form(DIRECT).values, "value": value})

    assert answer.answer.status == 400
    assert acts(running, "ana") == before


def test_without_token_nothing_changes(running: Running, ana: Client) -> None:
    """A form without the token against forgery is refused with a page of ours, and nothing is recorded."""
    before = acts(running, "ana")
    answer = ana.call("POST", DIRECT, headers={**FORM, "X-CSRFToken": "x" * 32}, raw=b"value=off")

    assert answer.status == 403
    assert "This form has expired" in answer.body.decode()
    assert acts(running, "ana") == before


def test_unknown_setting_is_no_page(ana: Client) -> None:
    """A setting that no pack has is not there."""
    assert get(ana, "/mypreferences/d/settings/nothing").answer.status == 404


@pytest.fixture(scope="module")
def recommended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server under the recommended pack."""
    with serving(tmp_path_factory.mktemp("alias"), packs="byleave@1") as made:
        yield made


def test_former_name_leads_to_the_setting(recommended: Running) -> None:
    """M9: under the recommended pack the article's address leads to the setting, too; one switch governs every kind."""
    with recommended.inside() as service:
        service.register("ida", "FR")
    page = get(recommended.member("ida"), DIRECT)

    assert page.is_on
    assert "Use my data to train AI of every kind" in page.text
    assert "Not yet. It begins 30 days after you were told" in page.text
    assert page.text.count("Because you live here: France.") == 1
    german = page.client.call("GET", DIRECT, headers={"Accept": "text/html", "Accept-Language": "de"}).body.decode()
    assert "Jedes Land" in german
    assert "Every country" not in german


def test_what_applies_under_the_recommended_pack(recommended: Running) -> None:
    """M10: what the page says the switch does is what it does; it leads to the form, and speaks to members alone."""
    page = get(recommended.client(), "/what-applies?country=DE")

    assert "If you never switch off: All of it may be used." in page.text
    assert "All of it is left out." in page.text
    assert "This follows byleave@1." in page.text
    assert "Others read the rule" not in page.text
    assert "What you can do Open the setting Object to the use of your data" in page.text
    assert "1970" not in page.text
    assert "LinkedIn" not in page.text
    assert "names no objection form" not in page.text


def test_staff_are_led_to_the_desk(recommended: Running) -> None:
    """A page that is closed to staff, or is none, leads to the desk, and no link of the frame to a page of members."""
    staff = recommended.staff(role="reader")
    policies = get(staff, "/desk/policies").text
    assert "Always." in policies
    assert "1970" not in policies
    for path in ("/", "/nothing/here", "/desk/"):
        page = get(staff, path)

        assert "/desk/" in page.links
        assert [one for one in page.links if one == "/" or one.startswith("/mypreferences")] == []
