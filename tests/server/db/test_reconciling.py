"""A comparison tells every difference, records only what refuses, and opens builds only where nothing is looser."""

from __future__ import annotations

import csv
import json
import random
from typing import TYPE_CHECKING

import pytest

from byleave.cli.ledger.options import known_to
from byleave.kernel.errors import RefusedError, UsageError
from byleave.ledger.admission import Proposal
from byleave.ledger.builds import RESTORE, shutting
from byleave.ledger.entries import Kind
from byleave.server.db.importing import import_register
from byleave.server.db.reconciling import reconcile
from byleave.server.db.store import Store
from tests.gate.scene import SETTING, byleave
from tests.server.db.ledgers import new_ledger, objected, registered, switched
from tests.server.db.test_importing import gate_reads, written

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.ledger.reconciling import Difference

OFF, ON = (f"{SETTING},{value},2025-10-20T09:00:00Z" for value in ("off", "on"))
STANDS = "generative-ai,2025-10-20T09:00:00Z,open,"
WITHHELD = "2025-10-20T09:00:00Z"


def told(store: Store, source: list[Path], **options: bool) -> set[tuple[str, str, str, str]]:
    """Who, what, theirs and ours."""
    found: list[Difference] = []
    reconcile(store, source, on_difference=found.append, apply=options.get("apply", False))
    return {(one.who, one.what, one.theirs, one.ours) for one in found}


def test_every_difference_is_told_and_only_refusals_are_applied(tmp_path: Path, store: Store) -> None:
    """M9 M11: settings, objections, items, countries and people, each way; `apply` ends no refusal of the ledger."""
    store.append([registered(name) for name in ("ana", "bo", "cem", "dee", "gone")])
    withheld = Proposal(Kind.ITEM_WITHHELD, "cem", "member", {"item": "i1"})
    store.append([switched("bo"), switched("cem", "on"), switched("dee"), objected("dee", "o-1"), withheld])
    source = written(
        tmp_path / "told",
        members=("ana,FR", "bo,DE", "cem,DE", "dee,DE", "eve,DE"),
        preferences=(f"ana,{OFF}", f"bo,{ON}", f"cem,{OFF}", f"dee,{OFF}", f"eve,{OFF}"),
        objections=(f"ana,{STANDS}", f"x,{STANDS}"),
        withholdings=(f"i2,ana,{WITHHELD}",),
    )
    refusals = {
        ("ana", f"setting {SETTING}", "off", "default"),
        ("cem", f"setting {SETTING}", "off", "on"),
        ("ana", "objection to generative-ai", "stands", "nothing"),
        ("x", "objection to generative-ai", "stands", "nothing"),
        ("ana", "withheld i2", "withheld", "nothing"),
    }
    others = {
        ("ana", "country", "FR", "DE"),
        ("bo", f"setting {SETTING}", "on", "off"),
        ("dee", "objection to all", "nothing that stands", "stands"),
        ("cem", "withheld i1", "nothing", "withheld"),
        ("eve", "member", "a member", "not registered"),
        ("gone", "member", "nothing", "registered"),
    }
    before = list(store.entries())

    assert told(store, source) == refusals | others
    assert list(store.entries()) == before
    assert told(store, source, apply=True) == refusals | others
    assert [entry.actor for entry in store.entries(len(before))] == ["import"] * 5
    assert told(store, source) == others


@pytest.mark.parametrize("seed", range(25))
def test_what_was_imported_agrees(tmp_path: Path, store: Store, seed: int) -> None:
    """Random rows that were imported: in nothing is the ledger looser than they are."""
    chance = random.Random(seed)
    names = [f"m{number}" for number in range(6)]
    values = [f"{chance.choice(['on', 'off'])},2025-10-{day:02}T09:00:00Z" for day in range(1, 20)]
    source = written(
        tmp_path / "told",
        members=tuple(f"{name},DE" for name in names),
        preferences=tuple(f"{chance.choice(names)},{SETTING},{value}" for value in values),
        objections=tuple(f"{chance.choice(names)},{STANDS}" for _ in range(3)),
    )
    import_register(store, source)

    assert reconcile(store, source).loosening == 0


def test_builds_open_only_when_nothing_is_looser(tmp_path: Path, address: str, store: Store) -> None:
    """M9: not while the ledger is looser, not on part of an export, not without grounds; who confirmed is recorded."""
    store.append([registered("ana"), shutting(RESTORE, "acts may be missing")])
    source = written(tmp_path / "told", members=("ana,DE",), preferences=(f"ana,{OFF}",))
    why = ("Kim, privacy team", "export of today")
    assert not gate_reads(address)
    with pytest.raises(UsageError, match="without the table `objections`"):
        reconcile(store, source, confirm=why)
    written(tmp_path / "told", objections=())
    with pytest.raises(UsageError, match="grounds"):
        reconcile(store, source, confirm=("Kim", " "))
    with pytest.raises(RefusedError, match="looser in 1 things"):
        reconcile(store, source, confirm=why)
    assert not gate_reads(address)
    done = reconcile(store, source, apply=True, confirm=why)
    last = list(store.entries())[-1]

    assert gate_reads(address)
    assert (done.opened, last.kind, last.data["by"], last.data["shut"]) == (4, Kind.BUILDS_OPENED, why[0], [2])
    assert last.data["grounds"].startswith(f"{why[1]} (compared with sha256:")
    with pytest.raises(UsageError, match="builds are open"):
        reconcile(store, source, confirm=why)


def test_builds_stay_shut_while_somebody_who_is_off_is_not_known(tmp_path: Path, address: str, store: Store) -> None:
    """M9: an *off* there of somebody who is not registered here would be lost: builds open once they were imported."""
    store.append([registered("ana"), shutting(RESTORE, "acts may be missing")])
    source = written(
        tmp_path / "told",
        members=("ana,DE", "eve,DE", "zoe,DE"),
        preferences=(f"eve,{OFF}", f"zoe,{ON}"),
        objections=(f"ana,{STANDS}", f"ana,{STANDS}"),
    )
    why = ("Kim, privacy team", "export of today")
    with pytest.raises(RefusedError, match="does not know 1 person who is off"):
        reconcile(store, source, apply=True, confirm=why)
    assert not gate_reads(address)
    import_register(store, source)
    done = reconcile(store, source, apply=True, confirm=why)

    assert gate_reads(address)
    assert (done.loosening, done.hidden) == (0, 0)


def test_what_is_applied_covers_what_the_pack_says(tmp_path: Path, store: Store) -> None:
    """M10: an *off* that is recorded by a comparison covers and reaches what one does that its person records."""
    store.append([registered("ana")])
    source = written(tmp_path / "told", members=("ana,DE",), preferences=(f"ana,{OFF}",))
    reconcile(store, source, apply=True, terms_of=known_to("linkedin@2025-11-03")[1])
    data = list(store.entries())[-1].data

    assert data == {"setting": SETTING, "value": "off", "covers": ["generative-ai"], "reaches": "training"}


def test_after_a_loss_an_off_covers_everything(tmp_path: Path, store: Store) -> None:
    """M10: what a lost *off* covered and reached nobody knows; recorded again, it lets nothing old be used either."""
    store.append([registered("ana"), shutting(RESTORE, "acts may be missing")])
    tables = {"objections": (), "withholdings": ()}
    source = written(tmp_path / "told", members=("ana,DE",), preferences=(f"ana,{OFF}",), **tables)
    reconcile(store, source, apply=True, terms_of=known_to("linkedin@2025-10-24")[1])
    data = list(store.entries())[-1].data

    assert data == {
        "setting": SETTING, "value": "off", "covers": ["generative-ai", "other-ai"], "reaches": "training",
    }  # fmt: skip


def test_the_command_tells_and_counts(tmp_path: Path) -> None:
    """Exit code 1 and the differences as text, JSON and CSV without formulas; 0 when both say the same."""
    url = new_ledger("sqlite", tmp_path)
    with Store(url) as store:
        store.append([registered("=1+1")])
    source = written(tmp_path / "told", members=("=1+1,DE",), preferences=(f"=1+1,{OFF}",))[0]
    out = tmp_path / "out.csv"
    first = byleave("ledger", "reconcile", str(source), f"--ledger={url}", f"--csv={out}", cwd=tmp_path)
    second = byleave("ledger", "reconcile", str(source), f"--ledger={url}", "--apply", "--json", cwd=tmp_path)
    third = byleave("ledger", "reconcile", str(source), f"--ledger={url}", cwd=tmp_path)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert [one.returncode for one in (first, second, third)] == [1, 0, 0], (first, second, third)
    assert first.stdout.startswith(f"=1+1: setting {SETTING}: theirs off, ours default since 2025-10-20T09:00:00Z;")
    assert (rows[0]["who"], rows[0]["row"]) == ("'=1+1", "1")
    value = json.loads(second.stdout)
    assert (value["applied"], value["same"], value["differences"][0]["who"]) == (1, True, "=1+1")
    assert third.stdout == "0 differences, in 0 of them the ledger is looser\n"
