"""Objections as the service takes them in: standing at once, followed by a secret, and recorded as a case."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from byleave.cases import steps
from byleave.cases.case import State
from byleave.cases.deadlines import Calendar
from byleave.finding.identifiers import Keys
from byleave.kernel.errors import ConflictError, InputError, UnknownError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.proof.key_ring import parse_ring
from byleave.proof.verification import verify_receipt
from byleave.server.acknowledging import RequestKey
from byleave.server.deciding import Deciding
from byleave.server.objecting import CONFIRM, FOLLOW, Given, Readdressed, WrittenDown, reference_of
from tests.server.db.ledgers import SECRET

if TYPE_CHECKING:
    from random import Random

    from byleave.server.service import Service
    from tests.server.in_process import Clock

ANA = Given(None, (("name", "Ana Lima"), ("email", "ana@example.com")), "PT", "fr")


def refuse(service: Service, objection: str) -> None:
    """Staff refuse it."""
    service.store.append([steps.refuse(service.case(objection), "Ines", "nothing about them is used")])


def test_it_stands_from_receipt(service: Service) -> None:
    """M11, M12: one append records objection and identifiers; it stands unconfirmed, with a receipt that verifies."""
    done = service.receive(ANA)

    assert (done.case.state, done.case.country, done.case.language) == (State.RECEIVED, "PT", "fr")
    assert done.case.identifiers[0] == "name:Ana Lima"
    hashed = Keys(SECRET).hash("email", "ana@example.com")
    assert f"email:{hashed}" in done.case.identifiers
    assert Keys(SECRET).mark() in done.case.identifiers
    (standing,) = service.member(done.case.subject).objections
    assert (standing.stands, standing.purpose) == (True, None)
    ring = parse_ring(service.ring(), "the keys")
    told = verify_receipt(done.acknowledgement.receipt.encode(), ring, "the receipt").receipt
    assert told is not None
    assert told.covers.country == "PT"
    assert "ana" not in done.acknowledgement.receipt.lower()


def test_somebody_and_nobody_differ_in_nothing(service: Service) -> None:
    """M12: whoever objects without a sign-in gets an id of their own, whatever they give and whoever is registered."""
    service.register("ana", "PT")
    first, second = service.receive(ANA), service.receive(ANA)

    assert len({first.case.subject, second.case.subject, "ana"}) == 3
    assert len(first.case.id) == len(second.case.id)
    assert not service.member("ana").objections


def test_the_same_request_is_recorded_once(service: Service) -> None:
    """A form that is sent twice is answered twice and recorded once; another form under its key is refused."""
    key = RequestKey("form", "1")
    first, again = service.receive(ANA, key), service.receive(ANA, key)

    assert first.case == again.case
    assert first.acknowledgement.receipt == again.acknowledgement.receipt
    with pytest.raises(ConflictError):
        service.receive(Given("generative-ai", ANA.identifiers), key)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (Given("everything", ANA.identifiers), "no purpose `everything`"),
        (Given(None, ANA.identifiers, "XX"), "no country `XX`"),
        (Given(None, ANA.identifiers, None, "xx"), "answers in `xx`"),
        (Given(None), "whom to look for"),
        (Given(None, (("name", "Ana"),)), "names too many people"),
        (Given(None, (("shoe", "41"),)), "`shoe` is no kind"),
        (Given(None, tuple(("name", f"Ana Lima {n:04}") for n in range(101))), "too much"),
    ],
)
def test_what_cannot_be_used_records_nothing(service: Service, given: Given, told: str) -> None:
    """What nobody could be found by, and what there is not, is refused whole."""
    with pytest.raises(InputError, match=told):
        service.receive(given)
    assert service.head().seq == 0


def test_a_member_who_has_signed_in_has_confirmed(service: Service) -> None:
    """M11: the member's own items are meant, nothing need be given to be found by, and no letter has to come back."""
    service.register("ana", "PT")
    done = service.receive(Given("other-ai", member="ana"))

    assert (done.case.subject, done.case.state) == ("ana", State.CONFIRMED)
    assert [one.purpose for one in service.member("ana").objections] == ["other-ai"]
    assert list(service.cases("ana")) == [done.case.id]


def test_confirming_is_once_and_changes_no_decision(service: Service) -> None:
    """The second time nothing is recorded; what is not there, and what was withdrawn, is told."""
    name = service.receive(ANA).case.id
    assert service.confirm(name).state is State.CONFIRMED
    head = service.head().seq
    assert service.confirm(name).state is State.CONFIRMED
    assert service.head().seq == head
    service.take_back(name)
    with pytest.raises(ConflictError, match="withdrawn"):
        service.confirm(name)
    with pytest.raises(UnknownError):
        service.confirm("ob-0000-0000-0000-0000")


def test_unconfirmed_ones_lapse_after_thirty_days(service: Service, clock: Clock) -> None:
    """The rule is kept to the day, never for one that was confirmed, and who lapses may object again or appeal."""
    name, kept = service.receive(ANA).case.id, service.receive(ANA).case.id
    service.confirm(kept)
    clock.now += timedelta(days=29)
    with pytest.raises(ConflictError, match="may be confirmed until"):
        service.lapse(name)
    clock.now += timedelta(days=2)
    assert service.lapse(name).state is State.LAPSED
    with pytest.raises(ConflictError, match="does not lapse"):
        service.lapse(kept)
    with pytest.raises(ConflictError, match="lapsed"):
        service.confirm(name)
    assert service.appeal(name).case.state is State.RECEIVED


@pytest.mark.parametrize(("before", "lapses", "ends"), [
    (Kind.OBJECTION_IN_REVIEW, False, True), (Kind.OBJECTION_CONFIRMED, False, True),
    (Kind.OBJECTION_UPHELD, False, False),
])  # fmt: skip
def test_what_was_granted_is_not_ended_by_who_had_not_seen_it(
    service: Service, before: Kind, *, lapses: bool, ends: bool
) -> None:
    """M11: of two steps that cross, none frees what the other has kept, whoever read the case before."""
    store = service.store
    for told, admitted in (({"lapsed": "unconfirmed-30-days"}, lapses), ({"by": "kim"}, ends)):
        case = service.receive(ANA).case
        about = {"objection": case.id}
        actor, said = ("member", {}) if before is Kind.OBJECTION_CONFIRMED else ("platform", {"by": "lee"})
        store.append([Proposal(before, case.subject, actor, {**about, **said})])
        crossing = Proposal(Kind.OBJECTION_REJECTED, case.subject, "platform", {**about, "grounds": "late", **told})
        if admitted:
            store.append([crossing])
            continue
        with pytest.raises(ConflictError, match=r"granted|does not lapse"):
            store.append([crossing])
        assert service.case(case.id).is_open or before is Kind.OBJECTION_UPHELD


def test_an_appeal_stands_and_is_made_once(service: Service) -> None:
    """M11: against a refusal, with what was given before; asked for twice, it is one."""
    name = service.receive(ANA).case.id
    with pytest.raises(ConflictError, match="nothing to appeal"):
        service.appeal(name)
    service.confirm(name)
    refuse(service, name)
    first, again = service.appeal(name), service.appeal(name)

    assert first.acknowledgement.receipt == again.acknowledgement.receipt
    assert (first.case.state, first.case.appeals) == (State.CONFIRMED, name)
    assert first.case.identifiers == service.case(name).identifiers
    assert service.case(name).appealed_by == (first.case.id,)
    assert [one.stands for one in service.member(first.case.subject).objections] == [False, True]


def test_taking_back_is_the_persons_act(service: Service) -> None:
    """It ends this objection and no other, has a receipt, and is recorded once; what does not stand is told."""
    done, other = service.receive(ANA), service.receive(ANA)
    first, again = service.take_back(done.case.id), service.take_back(done.case.id)

    assert first.receipt == again.receipt
    assert first.entry.kind is Kind.OBJECTION_WITHDRAWN
    assert service.case(other.case.id).state is State.RECEIVED
    refuse(service, other.case.id)
    with pytest.raises(ConflictError, match="does not stand"):
        service.take_back(other.case.id)


def test_addresses_are_secret_and_of_one_use(service: Service) -> None:
    """What opens one case for one use opens nothing else."""
    one, two = service.receive(ANA).case, service.receive(ANA).case
    follow = service.address_secret(FOLLOW, one)

    assert service.opens(FOLLOW, one, follow)
    assert not service.opens(CONFIRM, one, follow)
    assert not service.opens(FOLLOW, two, follow)
    assert not service.opens(FOLLOW, one, follow[:-1])
    assert not service.opens(FOLLOW, one, "é" * 32)
    assert len(follow) == 32


def test_another_address_voids_what_opens_a_case_and_its_appeals(service: Service) -> None:
    """From a refused case a link leads to its appeal: whoever has the old address shall follow neither."""
    first = service.receive(ANA).case
    refuse(service, first.id)
    service.appeal(first.id)
    first = service.case(first.id)
    appeal = service.case(first.appealed_by[0])
    before = {(use, one.id): service.address_secret(use, one) for use in (FOLLOW, CONFIRM) for one in (first, appeal)}
    told = Readdressed("petra", "letter", "signed as before", "ana.lima@mail.example")
    desk = Deciding(service, Calendar(ZoneInfo("UTC"), lambda _: False))

    assert set(desk.readdress(appeal.id, told, appeal.entries[-1])) == {first.id, appeal.id}
    for (use, name), secret in before.items():
        assert not service.opens(use, service.case(name), secret)
    # what is no longer kept out is not looked for by one thing more
    assert len(service.case(first.id).identifiers) == len(first.identifiers)
    assert len(service.case(appeal.id).identifiers) == len(appeal.identifiers) + 1
    with pytest.raises(ConflictError, match="has changed"):
        desk.readdress(appeal.id, told, appeal.entries[-1])


def test_another_address_keeps_nothing_from_lapsing(service: Service, clock: Clock) -> None:
    """M11: what nobody has confirmed still ends by the rule that its sender was told."""
    name, other = (service.receive(ANA).case.id for _ in range(2))
    told = Readdressed("petra", "letter", "signed as before", "ana.lima@mail.example")
    service.readdress([service.case(name)], told, RequestKey("desk", name))
    clock.now += timedelta(days=31)

    assert {one for one, _ in service.store.reader.unconfirmed(clock.now)} >= {name, other}
    assert service.lapse(name).state is State.LAPSED


def test_who_was_erased_has_no_case(service: Service) -> None:
    """The case goes with the person; what they are found by without words outlives them."""
    done = service.receive(ANA)
    service.erase(done.case.subject)

    with pytest.raises(UnknownError):
        service.case(done.case.id)


def test_what_staff_write_down_counts_from_the_day_it_came(service: Service) -> None:
    """M11: a letter stands and its time runs from its day, the entry says who wrote it down, and it does not lapse."""
    came = service.now() - timedelta(days=12)
    done = service.receive(ANA, RequestKey("desk", "1"), WrittenDown("petra", "letter", came))

    received, identified = service.person(done.case.subject).entries
    assert (received.actor, received.data["by"], received.data["came"]) == (PLATFORM, "petra", "letter")
    assert (received.at, identified.actor) == (came, PLATFORM)
    assert received.recorded_at >= service.now() - timedelta(minutes=1)
    assert (done.case.received, done.case.state) == (came, State.CONFIRMED)
    assert [one.stands for one in service.member(done.case.subject).objections] == [True]
    with pytest.raises(ConflictError):
        service.lapse(done.case.id)
    again = service.receive(ANA, RequestKey("desk", "1"), WrittenDown("petra", "letter", came))
    assert again.case == done.case


def test_a_letter_of_tomorrow_is_refused(service: Service) -> None:
    """What is said to have come later than now is not recorded, neither an objection nor an appeal."""
    head, later = service.head().seq, WrittenDown("petra", "letter", service.now() + timedelta(days=1))
    with pytest.raises(InputError, match="later than now"):
        service.receive(ANA, None, later)
    assert service.head().seq == head
    done = service.receive(ANA)
    refuse(service, done.case.id)
    with pytest.raises(InputError, match="later than now"):
        service.appeal(done.case.id, later)
    assert not service.case(done.case.id).appealed_by


def test_an_appeal_that_staff_write_down(service: Service) -> None:
    """M11: it stands from its day on, keeps what the person is found by, and says who wrote it down."""
    done = service.receive(ANA)
    refuse(service, done.case.id)
    new = service.appeal(done.case.id, WrittenDown("petra", "telephone", service.now())).case

    assert (new.appeals, new.came, new.written_by) == (done.case.id, "telephone", "petra")
    assert (new.state, new.identifiers) == (State.CONFIRMED, done.case.identifiers)
    assert [one.stands for one in service.member(new.subject).objections] == [False, True]


@pytest.mark.parametrize(
    ("actor", "data"),
    [
        ("member", {"by": "petra", "came": "letter"}),
        (PLATFORM, {"by": "petra"}),
        (PLATFORM, {"came": "letter"}),
        (PLATFORM, {"by": "", "came": "letter"}),
        (PLATFORM, {"by": "petra", "came": "pigeon"}),
    ],
)
def test_who_wrote_it_down_and_how_it_came_stand_together(service: Service, actor: str, data: dict[str, str]) -> None:
    """The ledger takes no objection that says half of that, or says it of the person's own act."""
    told = {"objection": "o-half", "purpose": None, **data}
    with pytest.raises(InputError):
        service.store.append([Proposal(Kind.OBJECTION_RECEIVED, "p-half", actor, told)])


@each(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16), st.randoms(use_true_random=False))
def test_a_number_that_was_copied_by_hand(signs: str, chance: Random) -> None:
    """Capital letters, blanks, dashes, and letters that look like digits: it is the same number."""
    number = "-".join(["ob", *(signs[at : at + 4] for at in range(0, 16, 4))])
    copied = "".join(
        chance.choice([one, one.upper(), {"0": "oO", "1": "iIlL"}.get(one, one)[0], f"{one} ", f"\u2013{one}"])
        if one != "-"
        else chance.choice(["-", " ", "", " - "])
        for one in number.removeprefix("ob")
    )

    assert reference_of(chance.choice(["ob", "OB", " Ob"]) + copied) == number
    assert reference_of(f"{number}0") == f"{number}0"
