"""The second copy: flushed before the acknowledgement, whole after a crash, and without what was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from byleave.kernel.errors import InputError, LedgerError
from byleave.server.db.second_copy import read_copy
from byleave.server.db.store import Store
from tests.server.db.ledgers import SECRET, Raw, objected, registered, switched

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the copy goes."""
    return tmp_path / "copy.jsonl"


def test_the_copy_holds_what_the_ledger_holds(address: str, copy: Path) -> None:
    """Row by row, with what each says, as soon as it is acknowledged; by two stores in turns."""
    with Store(address, copy=copy) as one, Store(address, copy=copy) as other:
        for number in range(20):
            (one, other)[number % 2].append([objected("x", f"o-{number}"), objected("y", f"p-{number}")])

            assert list(read_copy(copy)) == list(one.reader.recorded())


def test_a_copy_that_came_late_is_filled(address: str, copy: Path) -> None:
    """A copy that is new, or that stayed behind while a store wrote without it, gets everything with the next act."""
    for path in (None, copy, None, copy):
        with Store(address, copy=path) as store:
            store.append([objected("x", f"o-{store.head().seq}")])
            rows = list(store.reader.recorded())

    assert list(read_copy(copy)) == rows
    assert len(rows) == 4


def test_what_a_crash_left_is_cut_off(address: str, copy: Path) -> None:
    """Half a line at the end is no entry; the next act writes it whole."""
    with Store(address, copy=copy) as store:
        store.append([objected("x", "o-1"), objected("x", "o-2")])
    whole = copy.read_bytes()
    for length in (1, 60, len(whole.splitlines(keepends=True)[1]) - 1):
        first = whole.splitlines(keepends=True)[0]
        copy.write_bytes(first + whole[len(first) : len(first) + length])
        assert len(list(read_copy(copy))) == 1
        with Store(address, copy=copy) as store:
            store.append([objected("x", f"o-{length + 10}")])
            assert list(read_copy(copy)) == list(store.reader.recorded())


def test_an_erased_person_is_not_in_the_copy(address: str, copy: Path) -> None:
    """After an erasure the file holds nothing of the person, and its chain is still whole."""
    with Store(address, copy=copy, suppression_secret=SECRET) as store:
        store.append([registered("ana-xyzzy"), registered("bo"), switched("ana-xyzzy")])
        assert b"xyzzy" in copy.read_bytes()
        store.erase("ana-xyzzy")

        assert b"xyzzy" not in copy.read_bytes()
        assert list(read_copy(copy)) == list(store.reader.recorded())
        store.append([switched("bo")])
        assert list(read_copy(copy)) == list(store.reader.recorded())


def test_a_ledger_that_knows_less_than_its_copy_takes_nothing(tmp_path: Path, copy: Path) -> None:
    """Where a backup was restored, the copy holds later acts: nothing is recorded until somebody reconciles them."""
    from tests.server.db.ledgers import new_ledger

    address, restored = new_ledger("sqlite", tmp_path), new_ledger("sqlite", tmp_path, "restored")
    with Store(address, copy=copy) as store:
        store.append([objected("x", "o-1")])
    before = copy.read_bytes()
    with (
        Store(restored, copy=copy) as store,
        pytest.raises(LedgerError, match="holds entry 1, and the ledger does not"),
    ):
        store.append([objected("y", "o-2")])

    assert copy.read_bytes() == before


@pytest.mark.parametrize("change", [(b"o-1", b"o-9"), (b'"seq":2', b'"seq":3'), (b"objection-received", b"planted")])
def test_a_copy_that_was_changed_is_found_out(address: str, copy: Path, change: tuple[bytes, bytes]) -> None:
    """A line that is not what was recorded is named."""
    with Store(address, copy=copy) as store:
        store.append([objected("x", "o-1"), objected("x", "o-2")])
    copy.write_bytes(copy.read_bytes().replace(*change))

    with pytest.raises(InputError):
        list(read_copy(copy))


def test_where_the_copy_cannot_be_written_nothing_is_acknowledged(address: str, copy: Path) -> None:
    """A copy that is gone, or a folder: the store stops, and says so to everybody who waits."""
    with Store(address, copy=copy) as store:
        store.append([objected("x", "o-1")])
        copy.unlink()
        copy.mkdir()
        answers = [store.submit([objected("x", f"o-{number}")]) for number in range(2, 4)]
        assert [type(answer.exception()) for answer in answers] == [LedgerError, LedgerError]
        with pytest.raises(LedgerError, match="has stopped"):
            store.append([objected("x", "o-9")])
    with pytest.raises(LedgerError, match="cannot write the second copy"):
        Store(address, copy=copy / "nowhere" / "copy.jsonl")
    raw = Raw(address)
    assert raw.run("SELECT count(*) FROM ledger_entry")[0][0] >= 1
    raw.close()
