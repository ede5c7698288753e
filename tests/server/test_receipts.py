"""A receipt is the same however often, and however late, it is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.packs import load_pack
from byleave.kernel.errors import InputError, UnknownError
from byleave.proof.key_ring import parse_ring
from byleave.proof.verification import verify_receipt
from byleave.server.acknowledging import RequestKey
from byleave.server.acts import Shown
from byleave.server.content import NoContent
from byleave.server.db.copied import EPOCHS
from byleave.server.forms import Forms
from byleave.server.policy_in_force import PolicyInForce
from byleave.server.service import Service
from byleave.server.signing import Signing
from byleave.text import receipts as wording
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET
from tests.server.in_process import BEGIN, Clock

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.proof.receipt import Receipt

DIGEST = "sha256:" + "ab" * 32
pytestmark = pytest.mark.parametrize("service", ENGINES, indirect=True)


def later(service: Service, folder: Path, clock: Clock) -> Service:
    """The service as it is started again on the same ledger and keys, with a pack that says other things."""
    pack = load_pack("byleave@1")
    other = pack.opt_out.model_copy(update={"reaches": "collection"})
    policy = PolicyInForce(dict.fromkeys(pack.purposes, pack.model_copy(update={"version": "2", "opt_out": other})))
    parts = Signing(folder / "keys"), NoContent()
    forms = Forms(folder / "keys" / "forms")
    return Service(service.store, policy, *parts, secret=SECRET, clock=clock, forms=forms)


def read(service: Service, text: str) -> Receipt:
    """A receipt that verifies with the published keys."""
    found = verify_receipt(text.encode(), parse_ring(service.ring(), "keys"), "receipt")
    assert found.receipt is not None, found.problem
    return found.receipt


def test_receipt_is_the_same_a_year_later(
    service: Service,
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M9: after a year, under another pack, other sentences and another country, it verifies and is equal to a byte."""
    service.register("ana", "DE")
    service.register("anna", "FR")
    acts = [service.set_preference("ana", "ai-training", "off"), service.object("ana", "other-ai")]
    acts += [service.withhold("ana", "i{tem}"), service.release("ana", "i{tem}")]
    acts.append(service.withdraw("ana", acts[1].entry.data["objection"]))
    acts.append(service.set_preference("ana", "ai-training", "on"))
    service.move("ana", "US")
    service.merge("ana", "anna")
    clock.now = BEGIN + timedelta(days=365)
    monkeypatch.setattr(wording, "MESSAGES", dict.fromkeys(wording.MESSAGES, ("Everything is said anew.",)))
    again = later(service, tmp_path, clock)

    assert [again.receipt("anna", one.entry.seq) for one in acts] == [one.receipt for one in acts]
    told = [read(again, one.receipt) for one in acts]
    assert {(one.pack.id, one.covers.country) for one in told} == {("byleave@1", "DE")}
    assert "i{tem}" in told[2].words["fr"][0]
    fresh = read(again, again.set_preference("ana", "ai-training", "off").receipt)
    assert (fresh.pack.id, fresh.words["en"][0]) == ("byleave@2", "Everything is said anew.")


def test_request_that_is_sent_again_gets_the_first_receipt(
    service: Service,
    tmp_path: Path,
    clock: Clock,
) -> None:
    """A request with its key is the same one under another pack, and answered with the receipt of the first time."""
    service.register("ana", "DE")
    key = RequestKey("member:ana", "k")
    first = service.set_preference("ana", "ai-training", "off", key=key)
    again = later(service, tmp_path, clock)

    assert again.set_preference("ana", "ai-training", "off", key=key) == first


def test_notice_that_was_shown_stands_in_the_receipt(service: Service) -> None:
    """M10: which notice somebody was shown is recorded with the act: name, version, language, digest of the text."""
    service.register("ana", "DE")
    published = service.publish_notice("ai-training", "2", "de", DIGEST)
    made = service.set_preference("ana", "ai-training", "off", shown=Shown("ai-training", "2", "de"))
    notice = read(service, made.receipt).notice

    assert made.entry.data["shown"] == published.seq
    assert notice is not None
    assert (notice.id, notice.version, notice.language, notice.digest) == ("ai-training", "2", "de", DIGEST)
    assert service.receipt("ana", made.entry.seq) == made.receipt
    assert read(service, service.set_preference("ana", "ai-training", "off").receipt).notice is None


def test_notice_that_was_never_published_was_not_shown(service: Service) -> None:
    """Nobody was shown a text that the platform did not publish in that language: refused, and nothing is recorded."""
    service.register("ana", "DE")
    service.publish_notice("ai-training", "2", "de", DIGEST)
    before = service.head().seq
    with pytest.raises(UnknownError, match="was not published in `fr`"):
        service.set_preference("ana", "ai-training", "off", shown=Shown("ai-training", "2", "fr"))

    assert service.head().seq == before


def test_receipt_without_its_form_is_refused(
    service: Service,
    tmp_path: Path,
    clock: Clock,
) -> None:
    """Where what a receipt was drawn up after is gone, or was changed, no other receipt is given in its place."""
    service.register("ana", "DE")
    made = service.set_preference("ana", "ai-training", "off")
    (file,) = (tmp_path / "keys" / "forms").iterdir()
    file.write_bytes(file.read_bytes().replace(b"DE", b"FR"))
    with pytest.raises(InputError, match="was changed"):
        later(service, tmp_path, clock).receipt("ana", made.entry.seq)
    file.unlink()
    with pytest.raises(InputError, match="is not here"):
        later(service, tmp_path, clock).receipt("ana", made.entry.seq)


def test_receipts_of_like_acts_are_not_mixed_up(service: Service, tmp_path: Path, clock: Clock) -> None:
    """M9: what a receipt says is of this act, this person's country, this actor, this notice and this pack alone."""
    for name, country in (("ana", "DE"), ("ben", "US"), ("col", None)):
        service.register(name, country)
    service.publish_notice("n", "1", "de", DIGEST)

    def told(by: Service, member: str, value: str, actor: str, shown: Shown | None) -> tuple[object, ...]:
        made = by.set_preference(member, "ai-training", value, actor=actor, shown=shown)
        receipt = read(by, made.receipt)
        notice = receipt.notice.id if receipt.notice else None
        return receipt.covers.country, receipt.act.model_dump()["value"], receipt.actor, notice, receipt.pack.id

    cases = [
        (("ana", "off", "member", None), ("DE", "off", "member", None, "byleave@1")),
        (("ben", "off", "member", None), ("US", "off", "member", None, "byleave@1")),
        (("col", "off", "member", None), (None, "off", "member", None, "byleave@1")),
        (("ana", "on", "member", None), ("DE", "on", "member", None, "byleave@1")),
        (("ana", "off", "import", None), ("DE", "off", "import", None, "byleave@1")),
        (("ana", "off", "member", Shown("n", "1", "de")), ("DE", "off", "member", "n", "byleave@1")),
    ]
    for _ in range(2):
        assert [told(service, *act) for act, _ in cases] == [expected for _, expected in cases]
    service.move("ana", "US")
    assert told(service, "ana", "off", "member", None)[0] == "US"
    assert told(later(service, tmp_path, clock), "ana", "off", "member", None)[4] == "byleave@2"


def test_receipt_names_the_epoch_of_its_entry(service: Service) -> None:
    """M3: what was recorded before another epoch began is told with its own when it is asked again."""
    service.register("ana", "DE")
    key = RequestKey("platform", "k-1")
    made = service.set_preference("ana", "ai-training", "off", key=key)
    with service.store.reader.reading() as session:
        session.insert(*EPOCHS, [(2, "second", 0, "a test")])
    again = service.set_preference("ana", "ai-training", "off", key=key)
    fresh = service.set_preference("ana", "ai-training", "off", key=RequestKey("platform", "k-2"))

    assert again == made
    assert (read(service, made.receipt).epoch == "second", read(service, fresh.receipt).epoch) == (False, "second")
