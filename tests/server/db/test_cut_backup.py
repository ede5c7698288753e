"""A backup whose end is gone, wherever it was cut; and one that does not say how far it reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from byleave.cli.ledger.restoring import restore as command
from byleave.kernel.errors import InputError, LedgerError
from byleave.server.db.backup import back_up
from byleave.server.db.restoring import restore
from byleave.server.db.second_copy import read_copy
from byleave.server.db.store import Store
from tests.server.db.ledgers import objected, registered, server, switched

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HELD = 3
"""Entries of the backup."""


@pytest.fixture
def target(address: str, tmp_path: Path) -> str:
    """Where nothing is, in the database that the ledger was in; `test_restoring` goes from each to each."""
    return server().database() if address.startswith("postgresql") else f"sqlite:///{tmp_path / 'restored.db'}"


@pytest.fixture
def kept(address: str, tmp_path: Path) -> tuple[Path, Path]:
    """A backup, and the second copy: one entry more."""
    out, copy = tmp_path / "backup.jsonl", tmp_path / "copy.jsonl"
    with Store(address, copy=copy) as store:
        store.append([registered("ana"), registered("bo"), switched("ana")])
        back_up(address, out)
        store.append([switched("bo")])
    return out, copy


def keep(path: Path, lines: Iterable[bytes]) -> None:
    """Put lines in the place of a file."""
    path.write_bytes(b"".join(lines))


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file."""
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("cut", ["at a line end", "in a line", "at the first entry"])
def test_a_backup_that_is_cut_off_says_what_is_missing(
    kept: tuple[Path, Path], target: str, tmp_path: Path, cut: str
) -> None:
    """Wherever it was cut, also exactly between two lines, it is said how many entries are missing.

    Builds are shut. With a second copy nothing is missing, and they are open.
    """
    out, copy = kept
    lines = lines_of(out)
    left = {"at a line end": lines[:-1], "in a line": [*lines[:-1], lines[-1][:-20]], "at the first entry": lines[:1]}
    keep(out, left[cut])
    there = 0 if cut == "at the first entry" else 2
    done = restore(out, target)

    assert (done.cut, done.backup, done.held) == (True, there, HELD)
    assert done.shut == f"the backup is cut off, and {HELD - there} of its {HELD} entries are missing"
    assert (done.as_json()["cut"], done.as_json()["held"]) == (True, HELD)

    if cut == "at a line end":
        whole = restore(out, f"sqlite:///{tmp_path / 'whole.db'}", copy=copy)
        assert (whole.cut, whole.shut, whole.head.seq) == (True, None, HELD + 1)


def test_a_copy_that_ends_before_the_backup_did_is_not_whole(kept: tuple[Path, Path], target: str) -> None:
    """A copy that goes on from where a backup was cut, but not as far as the backup did: builds are shut."""
    out, copy = kept
    keep(out, lines_of(out)[:2])
    keep(copy, lines_of(copy)[:2])
    done = restore(out, target, copy=copy)

    assert (done.backup, done.replayed) == (1, 1)
    assert done.shut is not None
    assert "ends at entry 2, before the backup does" in done.shut


def test_a_backup_as_a_copy_says_that_it_is_cut(kept: tuple[Path, Path], address: str, tmp_path: Path) -> None:
    """A later backup in place of the second copy is whole, or builds are shut."""
    out, _ = kept
    later = tmp_path / "later.jsonl"
    back_up(address, later)
    assert restore(out, f"sqlite:///{tmp_path / 'one.db'}", copy=later).shut is None
    with Store(address) as store:
        store.append([objected("x", "o-1")])
    later.unlink()
    back_up(address, later)
    keep(later, lines_of(later)[:-1])
    done = restore(out, f"sqlite:///{tmp_path / 'two.db'}", copy=later)

    assert done.shut == "the second copy is cut off: it held 5 entries, and ends at entry 4"


def test_an_older_backup_is_read_and_nobody_takes_it_for_whole(kept: tuple[Path, Path], target: str) -> None:
    """A file without its first line, as earlier versions wrote it, comes back; it is said, and builds are shut.

    A copy that ends where an older backup was cut would look whole.
    """
    out, copy = kept
    keep(out, lines_of(out)[1:])
    done = restore(out, target, copy=copy)

    assert (done.backup, done.replayed, done.cut, done.held) == (HELD, 1, False, None)
    assert done.shut is not None
    assert "does not say how far it reached" in done.shut


@pytest.mark.parametrize("damage", ["another chain", "fewer", "no number", "twice"])
def test_a_first_line_that_is_not_true_stops_it(kept: tuple[Path, Path], target: str, damage: str) -> None:
    """What the first line says and what follows disagree: nothing is restored."""
    out, _ = kept
    first, *entries = lines_of(out)
    wrong = {
        "another chain": [first.replace(b'"chain":"', b'"chain":"0')],
        "fewer": [first.replace(b'"seq":3', b'"seq":2')],
        "no number": [first.replace(b'"seq":3', b'"seq":"3"')],
        "twice": [first, first],
    }[damage]
    assert wrong != [first]
    keep(out, [*wrong, *entries])
    with pytest.raises(InputError):
        restore(out, target)


def test_a_cut_backup_and_the_copy_of_another_branch_are_not_mixed(kept: tuple[Path, Path], tmp_path: Path) -> None:
    """Where a ledger went on differently after a restore, its copy does not complete a backup from before."""
    out, copy = kept
    branch, branched = f"sqlite:///{tmp_path / 'branch.db'}", tmp_path / "branch.jsonl"
    keep(out, lines_of(out)[:3])
    keep(copy, [])
    restore(out, branch)
    with Store(branch, copy=branched) as store:
        store.append([switched("bo")])
    with pytest.raises(LedgerError, match="of another ledger"):
        restore(out, f"sqlite:///{tmp_path / 'mixed.db'}", copy=branched)


def test_a_backup_of_nothing_is_one(tmp_path: Path, address: str, target: str) -> None:
    """A ledger without entries has a backup, too; it restores to one without entries of members."""
    out = tmp_path / "backup.jsonl"
    back_up(address, out)
    done = restore(out, target)

    assert (done.backup, done.held, done.cut) == (0, 0, False)


def test_a_backup_can_begin_a_second_copy(kept: tuple[Path, Path], address: str) -> None:
    """A store goes on in the file of a backup as in its copy, also from a backup of nothing."""
    out, _ = kept
    with Store(address, copy=out) as store:
        store.append([switched("ana", "on")])
        found = list(store.reader.recorded())

    assert list(read_copy(out)) == found


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_command_says_it(kept: tuple[Path, Path], tmp_path: Path) -> None:
    """On the command line, in words and numbers: what is missing, where it came from, and that an old file is one."""
    out, copy = kept
    entries = lines_of(out)

    def told(name: str, *more: str) -> str:
        address = f"sqlite:///{tmp_path / name}"
        done = CliRunner().invoke(command, [str(out), f"--ledger={address}", *more])
        assert done.exit_code == 0
        return done.stderr

    assert "cut off" not in told("whole.db", f"--copy={copy}")
    keep(out, entries[:-1])
    assert "the backup is cut off: it held 3 entries, and 1 of them are missing in it" in told("cut.db")
    assert "they came from the second copy" in told("filled.db", f"--copy={copy}")
    keep(out, entries[1:])
    assert "the backup does not say how many entries it held" in told("old.db")
