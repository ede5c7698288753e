"""Who is told what a ledger's writer does, to count it. Nothing is told about anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.ledger.entries import Entry


class Observer(Protocol):
    """Is called by the writer's thread; returns at once, and raises nothing."""

    def waiting(self, requests: int) -> None:
        """So many requests wait after a batch was taken."""

    def flushed(self, entries: Sequence[Entry], seconds: float) -> None:
        """A batch was recorded and answered; `entries` are durable, and none when all of it was refused."""

    def stopped(self) -> None:
        """The writer takes nothing more, because it could not write."""


class Unobserved:
    """Counts nothing."""

    def waiting(self, requests: int) -> None:
        """Nothing."""

    def flushed(self, entries: Sequence[Entry], seconds: float) -> None:
        """Nothing."""

    def stopped(self) -> None:
        """Nothing."""
