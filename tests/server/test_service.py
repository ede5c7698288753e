"""The service says of a member what the ledger holds and what the definition makes of it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.errors import ConflictError, InputError, UnknownError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.policy.facts import IMPORT, Item
from byleave.proof.verification import verify_receipt
from byleave.server.acknowledging import RequestKey
from byleave.server.acts import Choice, Delivery
from byleave.server.content import ContentItem
from tests.server.in_process import BEGIN, Clock, new_service

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.proof.receipt import Receipt
    from byleave.server.service import Service


def post(member: str, created: datetime = BEGIN, *subjects: str) -> ContentItem:
    """A public post."""
    return ContentItem(Item("i", member, "post", "public", created, subjects=subjects or None))


def test_default_is_nobodys_act(service: Service, clock: Clock) -> None:
    """M4, M15: on by default, not chosen; not in force before the notice has waited 30 days, and the date is told."""
    service.register("ana", "DE")
    setting = service.setting("ana", "ai-training")
    assert (setting.value, setting.origin, setting.deed) == ("on", "default", None)
    assert [one.in_force_since for one in setting.regimes] == [None, None]

    service.deliver([Delivery("ana", "ai-training")])
    ready = clock.now + timedelta(days=30)
    regime = service.setting("ana", "data-for-ai-improvement").regimes[0]
    assert regime.in_force_since is not None
    assert abs(regime.in_force_since - ready) < timedelta(seconds=1)
    assert not regime.in_force
    clock.now = ready + timedelta(seconds=1)
    assert service.setting("ana", "ai-training").regimes[0].in_force


def test_own_act_is_told_with_its_number(service: Service) -> None:
    """M9, M17: who set it, when, and by which entry; the receipt says the same and verifies."""
    service.register("ana", "DE")
    made = service.set_preference("ana", "data-for-ai-improvement", "off")
    setting = service.setting("ana", "ai-training")

    assert (setting.value, setting.origin) == ("off", "member")
    assert setting.deed is not None
    assert setting.deed.seq == made.entry.seq
    assert setting.off.reaches == "models"
    found = receipt(service, made.receipt)
    assert (found.seq, found.subject, found.covers.country) == (made.entry.seq, "ana", "DE")
    assert service.receipt("ana", made.entry.seq) == made.receipt


def receipt(service: Service, text: str) -> Receipt:
    """A receipt that verifies with the published keys."""
    from byleave.proof.key_ring import parse_ring

    found = verify_receipt(text.encode(), parse_ring(service.ring(), "keys"), "receipt")
    assert found.receipt is not None
    return found.receipt


def test_merged_accounts_are_one_person(service: Service) -> None:
    """Under either id: the refusal of one holds for both, and history, objections and items are those of both."""
    for name in ("ana", "anna"):
        service.register(name, "DE")
    made = service.set_preference("anna", "ai-training", "off")
    service.object("ana", "other-ai")
    service.merge("ana", "anna")
    for name in ("ana", "anna"):
        told = service.member(name)
        assert told.ids == ("ana", "anna")
        assert told.settings[0].value == "off"
        assert told.settings[0].deed is not None
        assert (told.settings[0].deed.seq, told.settings[0].deed.member) == (made.entry.seq, "anna")
        assert len(told.objections) == 1
        assert "opted-out" in service.decide([post(name)])[0].outcomes[0].failed
        assert service.receipt(name, made.entry.seq) == made.receipt


def test_import_is_told_as_one(service: Service) -> None:
    """What another record tells is shown as that, and an imported *on* does not beat the person's *off*."""
    service.register("ana", "DE")
    service.set_preference("ana", "ai-training", "off", actor=IMPORT, at=BEGIN - timedelta(days=9))
    assert service.setting("ana", "ai-training").origin == "import"
    service.set_preference("ana", "ai-training", "off")
    service.set_preference("ana", "ai-training", "on", actor=IMPORT, at=BEGIN - timedelta(days=1))

    assert service.setting("ana", "ai-training").value == "off"


def test_unknown_country_is_off(service: Service) -> None:
    """Where nobody knows which rule applies, the setting is off, and says so."""
    service.register("ana", None)

    assert (service.setting("ana", "ai-training").value, service.setting("ana", "ai-training").origin) == (
        "off",
        "no-rule",
    )


def test_objection_of_anybody_stands_where_an_item_names_them(service: Service) -> None:
    """M12: somebody without an account objects; an item that names them is out, also after they were erased."""
    service.register("ana", "DE")
    made = service.object("visitor")
    assert "subject-objection" in service.decide([post("ana", BEGIN, "visitor")])[0].outcomes[0].failed
    service.erase("visitor")
    assert "subject-objection" in service.decide([post("ana", BEGIN, "visitor")])[0].outcomes[0].failed
    assert "subject-objection" not in service.decide([post("ana", BEGIN, "other")])[0].outcomes[0].failed
    assert made.entry.kind is Kind.OBJECTION_RECEIVED

    service.register("visitor", "DE")
    for one in service.member("visitor").objections:
        service.withdraw("visitor", one.objection)
    assert "subject-objection" not in service.decide([post("ana", BEGIN, "visitor")])[0].outcomes[0].failed


def test_withdrawal_ends_an_objection(service: Service) -> None:
    """M11: an objection stands from receipt until its person takes it back; nobody else can."""
    service.register("ana", "DE")
    objection = service.object("ana", "generative-ai").entry.data["objection"]
    assert service.member("ana").objections[0].stands
    with pytest.raises(UnknownError):
        service.withdraw("bob", objection)
    service.withdraw("ana", objection)
    found = service.member("ana").objections[0]

    assert (found.status, found.stands) == ("withdrawn", False)


def test_item_is_held_back_and_given_free(service: Service) -> None:
    """An item that is held back is out, and free again when its owner says so; sent twice, it is recorded once."""
    service.register("ana", "DE")
    service.withhold("ana", "i")
    assert "withheld" in service.decide([post("ana")])[0].outcomes[0].failed
    key = RequestKey("member:ana", "1")
    first = service.release("ana", "i", key=key)

    assert service.release("ana", "i", key=key) == first
    assert service.member("ana").withheld == ()
    with pytest.raises(UnknownError, match="not held back"):
        service.release("ana", "i")


def test_many_settings_are_recorded_whole_or_not_at_all(service: Service) -> None:
    """A row that cannot be refuses all; the message names the row."""
    service.register("ana", "DE")
    before = service.head().seq
    rows = [Choice("ana", "ai-training", "off"), Choice("ana", "data-for-ai-improvement", "on")]
    with pytest.raises(InputError, match="row 2: `ai-training` of `ana` stands in row 1 already"):
        service.set_preferences(rows)
    with pytest.raises(UnknownError):
        service.set_preferences([rows[0], Choice("bob", "ai-training", "off")])

    assert service.head().seq == before


def test_a_request_is_answered_as_before_after_its_setting_was_renamed(service: Service) -> None:
    """What was asked under the setting's former name is answered when the same is sent again; nothing else is."""
    service.register("ana", "DE")
    key, former = RequestKey("member:ana", "1"), "data-for-ai-improvement"
    act = Proposal(Kind.PREFERENCE_SET, "ana", "member", {"setting": former, "value": "off"})
    (entry,) = service._store.append([act], service._key(key))  # as under the former pack

    assert service.set_preference("ana", former, "off", key=key).entry == entry
    assert service.head().seq == entry.seq
    with pytest.raises(ConflictError, match="another request"):
        service.set_preference("ana", former, "on", key=key)


def test_key_of_an_erased_person_is_refused(service: Service) -> None:
    """A request that is sent again after its person was erased is not answered with what is gone."""
    service.register("ana", "DE")
    key = RequestKey("service:a", "1")
    service.set_preference("ana", "ai-training", "off", key=key)
    service.erase("ana")

    with pytest.raises(ConflictError, match="erased"):
        service.set_preference("ana", "ai-training", "off", key=key)


@pytest.mark.parametrize("value", ["off", "on"])
def test_receipt_and_entry_say_the_same_of_what_a_choice_covers(service: Service, value: str) -> None:
    """M10: the entry keeps what the receipt promises: the purposes that the switch governs, and how far off reaches."""
    service.register("ana", "DE")
    made = service.set_preference("ana", "ai-training", value)
    receipt = json.loads(made.receipt)["receipt"]

    assert made.entry.data["covers"] == receipt["covers"]["purposes"] == ["generative-ai", "other-ai"]
    assert made.entry.data.get("reaches") == receipt["effect"]["reaches"]
    assert receipt["effect"]["reaches"] == ("models" if value == "off" else None)


def test_an_off_keeps_for_whom_nothing_had_been_collected(tmp_path: Path, clock: Clock) -> None:
    """M9, M10: who may not use anything yet is named, with since when; who has used it all along is not."""
    with closing(new_service("sqlite", tmp_path, clock, "linkedin@2025-10-24")) as made:
        made.register("ana", "DE")
        clock.now += timedelta(days=1)
        first = made.set_preference("ana", "data-for-ai-improvement", "off")
        clock.now += timedelta(days=1)
        second = made.set_preference("ana", "data-for-ai-improvement", "off")

        assert first.entry.data["unused_since"] == ["generative-ai microsoft 1900-01-01T00:00:00Z"]
        assert second.entry.data["unused_since"] == [
            "generative-ai linkedin 2026-01-02T00:00:00Z",
            "generative-ai microsoft 1900-01-01T00:00:00Z",
        ]
        assert "unused_since" not in json.loads(first.receipt)["receipt"]


def test_a_member_s_objection_is_answered_by_their_law(service: Service) -> None:
    """M11: it carries where they live and is confirmed by their sign-in; one that another record tells is not."""
    service.register("ana", "CH")
    service.register("bo", "CH")
    own = service.object("ana", "generative-ai").entry.data["objection"]
    told = service.object("bo", "generative-ai", actor="import").entry.data["objection"]

    assert (service.case(own).country, service.case(own).confirmed is not None) == ("CH", True)
    assert (service.case(told).country, service.case(told).confirmed) == ("CH", None)
