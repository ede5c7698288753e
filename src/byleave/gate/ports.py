"""What the gate needs from outside: an engine, and a place to publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from byleave.gate.request import Counted
    from byleave.policy.facts import Moment

Fraction = Callable[[float], None]


class RegisterRead(Protocol):
    """A register that was read."""

    @property
    def kind(self) -> str:
        """`folder` or `ledger`."""

    @property
    def digest(self) -> str:
        """Over everything that was read."""

    @property
    def watermark(self) -> str | int:
        """The number of a ledger's last entry; a folder's digest stands for it."""

    @property
    def epoch(self) -> str | None:
        """Of a ledger; None for a folder."""

    @property
    def rows(self) -> Mapping[str, int]:
        """Table → rows."""

    @property
    def waived(self) -> Mapping[str, Any]:
        """What would have refused the run and was waived."""


class CorpusOpened(Protocol):
    """A corpus that was opened."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Optional columns that are missing altogether."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files, if it lies in files."""

    def unchanged(self) -> bool:
        """Whether the files are what they were when they were opened."""


class Engine(Protocol):
    """Folds a register, decides a corpus, writes the outputs."""

    @property
    def name(self) -> str:
        """As the manifest and `--engine` call it."""

    @property
    def version(self) -> str:
        """The engine's own version."""

    def read_register(self) -> RegisterRead:
        """Load the register, strictly."""

    def register_changed(self, info: Any) -> bool:  # noqa: ANN401 - what `read_register` returned
        """Whether the register is no longer what was read."""

    def open_items(self) -> CorpusOpened:
        """Open the corpus."""

    def fold(self, info: Any, moment: Moment) -> None:  # noqa: ANN401 - what `read_register` returned
        """Fold the register at a moment."""

    def find(self, info: Any, on_progress: Fraction) -> bool:  # noqa: ANN401 - what `read_register` returned
        """Look in texts for people whose objection stands; whether a text was changed."""

    def found(self) -> Mapping[str, Any] | None:
        """What was found in texts; None where nobody was looked for."""

    def decide(self, on_progress: Fraction) -> list[Counted]:
        """Decide every row, and count."""

    def unmatched_objectors(self) -> int:
        """The number of objectors that cannot be matched and were waived."""

    def write_items(self, path: Path, on_progress: Fraction) -> int:
        """Write the eligible rows; how many there are."""

    def write_left_out(self, path: Path, on_progress: Fraction) -> int:
        """Write the decisions of the other rows; how many there are."""

    def write_decisions(self, path: Path, on_progress: Fraction) -> int:
        """Write a decision for every row; how many there are."""

    def drop_eligible(self, path: Path) -> None:
        """Keep in written decisions only those of the rows that are left out."""

    def turns_between(self, start: datetime, end: datetime) -> bool:
        """Whether anything is dated in `(start, end]`."""

    def use_items(self, path: Path) -> None:
        """Decide the rows of a written file from now on, instead of the corpus."""

    def rows(self) -> int:
        """How many rows the corpus has."""

    def close(self) -> None:
        """Free everything."""


class Shelf(Protocol):
    """A place for published snapshots."""

    def require_absent(self, folder: Path) -> None:
        """Raise OutputError when something stands there."""

    def staging(self, folder: Path) -> AbstractContextManager[Path]:
        """A folder that vanishes unless it is published."""

    def publish(self, work: Path, folder: Path) -> None:
        """Flush and rename."""

    def digest(self, path: Path) -> str:
        """Flush a written file, and digest it."""
