"""A gate that cannot reach the ledger's fresh state stops, within a bounded time, and publishes nothing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave.kernel.errors import InputError
from byleave.server.db.store import Store
from tests.gate.scene import during, gate, leftovers, snapshot, write_parquet
from tests.reliability.proxy import Proxy
from tests.server.db.ledgers import new_ledger, registered, switched

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.needs("postgresql")
PATIENCE, MOST_SECONDS = 2, 60
"""Seconds that an answer may take; and that a test may, on a busy machine, where several answers are waited for."""


@pytest.fixture
def proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Proxy, str]]:
    """A ledger of some hundred kilobytes behind a network, and its address there."""
    monkeypatch.setenv("BYLEAVE_LEDGER_TIMEOUT", str(PATIENCE))
    monkeypatch.setenv("BYLEAVE_STATE", str(tmp_path / "state"))
    url = new_ledger("postgresql", tmp_path)
    with Store(url) as store:
        for start in range(0, 3000, 500):
            store.append([registered(f"m{number}") for number in range(start, start + 500)])
        store.append([switched("m3")])
    head, _, folder = url.partition("?host=")
    with Proxy(Path(folder) / ".s.PGSQL.5432") as one:
        yield one, f"postgresql://byleave@127.0.0.1:{one.port}/{head.rpartition('/')[2]}?sslmode=disable"


def stops(url: str, tmp_path: Path, **options: object) -> float:
    """How many seconds a build takes to stop; it leaves nothing."""
    began = time.monotonic()
    with pytest.raises(InputError, match=r"cannot read the ledger|has not answered"):
        gate(write_parquet(tmp_path / "items.parquet"), url, out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()
    assert leftovers(tmp_path) == []
    assert leftovers(tmp_path / "state") == [] if (tmp_path / "state").exists() else True
    return time.monotonic() - began


@pytest.mark.parametrize("then", ["silent", "cut"])
@pytest.mark.parametrize("after", [0, 2_000, 100_000])
def test_a_network_that_fails_stops_the_build(tmp_path: Path, proxy: tuple[Proxy, str], after: int, then: str) -> None:
    """Before anything comes, after the first answer, in the middle of the entries: cut, or half open and silent."""
    network, url = proxy
    network.after, network.then = after, then

    assert stops(url, tmp_path) < MOST_SECONDS


@pytest.mark.parametrize("then", ["silent", "cut"])
def test_a_network_that_fails_before_publishing(tmp_path: Path, proxy: tuple[Proxy, str], then: str) -> None:
    """When the last look cannot be taken, nothing is published."""
    network, url = proxy

    def fail() -> None:
        network.after, network.then = 0, then

    assert stops(url, tmp_path, progress=during("checking again", fail)) < MOST_SECONDS


def test_a_network_that_holds(tmp_path: Path, proxy: tuple[Proxy, str]) -> None:
    """The control: through the same network a build goes well."""
    gate(write_parquet(tmp_path / "items.parquet"), proxy[1], out=tmp_path / "out", pack="linkedin@2025-11-03")

    assert snapshot(tmp_path / "out").ids == ["i1", "i2"]
