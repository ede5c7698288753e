"""A pack that the ledger activates is in force from then on, instead of what the configuration names."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from byleave.adapters.packs import load_pack
from byleave.cli.main import group as byleave
from byleave.kernel.errors import LedgerError, RefusedError, UsageError
from byleave.ledger.activated import activated_at, activations
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.policy.rules import pack_digest
from byleave.server import activations as seen
from byleave.server.activating import activate_pack
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import new_ledger
from tests.server.in_process import BEGIN, Clock

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.server.service import Service

OTHER = "linkedin@2025-11-03"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded is seen with the next question, and not within a second."""
    monkeypatch.setattr(seen, "EVERY_SECONDS", 0.0)


@pytest.mark.parametrize("service", ENGINES, indirect=True)
def test_activated_pack_is_in_force(service: Service, clock: Clock) -> None:
    """M7, M10: from its instant on and not before, for its purpose alone; its receipts name it."""
    service.register("ana", "DE")
    begins = clock.now + timedelta(days=3)
    activate_pack(service.store.address, load_pack(OTHER), begins.isoformat(), ["generative-ai"], None, clock.now)
    before = {purpose: service.policy.governing(purpose).pack.id for purpose in service.policy.purposes}
    clock.now = begins
    after = {purpose: service.policy.governing(purpose).pack.id for purpose in service.policy.purposes}

    assert before == {"generative-ai": "byleave@1", "other-ai": "byleave@1"}
    assert after == {"generative-ai": OTHER, "other-ai": "byleave@1"}
    made = service.set_preference("ana", "data-for-ai-improvement", "off")
    assert json.loads(made.receipt)["receipt"]["pack"]["id"] == OTHER


@pytest.mark.parametrize("service", ENGINES[:1], indirect=True)
def test_pack_that_says_something_else_here_is_refused(service: Service, clock: Clock) -> None:
    """A pack whose digest is not that of the file, or that is not here: nothing is decided by a guess."""
    for pack in (OTHER, "unheard@1"):
        data = {"pack": pack, "digest": "sha256:" + "0" * 64, "purposes": ["generative-ai"], "from": clock.now}
        service.store.append([Proposal(Kind.POLICY_ACTIVATED, "", PLATFORM, data)])
        clock.now += timedelta(seconds=1)
        with pytest.raises(LedgerError, match=r"not the one that the ledger activates|which is not here"):
            _ = service.policy


def test_latest_beginning_counts(tmp_path: Path) -> None:
    """Of several activations the one that began last is in force; of two at one instant, the later entry."""
    address, pack, found = new_ledger("sqlite", tmp_path), load_pack(OTHER), []
    for days in (5, 1, 5):
        begins = (BEGIN + timedelta(days=days)).isoformat()
        found.append(activate_pack(address, pack, begins, (), None, BEGIN))
    known = activations(found)

    assert activated_at(known, BEGIN) == {}
    for days, seq in ((1, 2), (4, 2), (5, 3)):
        assert activated_at(known, BEGIN + timedelta(days=days))["generative-ai"].seq == seq


def test_what_cannot_be_activated_is_refused(tmp_path: Path) -> None:
    """Another digest, a purpose that the pack lacks, an instant that is past or none: refused, nothing recorded."""
    address, pack = new_ledger("sqlite", tmp_path), load_pack(OTHER)
    later = (BEGIN + timedelta(days=1)).isoformat()
    with pytest.raises(RefusedError, match="has the digest"):
        activate_pack(address, pack, later, (), "sha256:" + "0" * 64, BEGIN)
    for begins, purposes in ((later, ("rewriting",)), ("2025-01-01T00:00:00Z", ()), ("tomorrow", ())):
        with pytest.raises(UsageError):
            activate_pack(address, pack, begins, purposes, None, BEGIN)
    made = activate_pack(address, pack, later, (), pack_digest(pack), BEGIN)

    assert made.seq == 1


def test_command_records_it(tmp_path: Path) -> None:
    """`byleave policy activate` says which entry it made, with the pack's digest."""
    address = new_ledger("sqlite", tmp_path)
    done = CliRunner().invoke(byleave, ["policy", "activate", OTHER, "--ledger", address, "--json"])

    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["seq"], told["digest"]) == (1, pack_digest(load_pack(OTHER)))
