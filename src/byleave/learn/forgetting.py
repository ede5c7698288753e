"""The port of models that can forget: by these few verbs the queue knows a model, whatever was trained and with what.

A model is a folder with a manifest. People are known by their keys. First it stops answering from whatever saw them,
at once; then it is made anew without them. Both survive a crash, and may be called again to the same effect.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from byleave.proof.keys import SignerKey


class Certified(NamedTuple):
    """A certificate that was written."""

    path: Path
    told: Mapping[str, Any]
    """Its content (`learn.certificate`)."""


class Profile(NamedTuple):
    """What somebody shows of themselves."""

    member: str
    item: str
    text: str


@dataclass(frozen=True, slots=True)
class Means:
    """What making a model anew needs, beside its folder."""

    secret: bytes
    """The suppression key of the ledger, from which the keys of people and items are made."""
    signers: Sequence[SignerKey]
    """Who signs certificates; none leaves them unsigned."""
    record: Callable[[Certified], None]
    """Tells the ledger of a certificate; may be called twice for the same."""
    clock: Callable[[], datetime]
    snapshot: Callable[[str], Path | None]
    """Where the snapshot lies whose manifest has a digest; None where it is not at hand."""
    again: Callable[[Mapping[str, Any]], AbstractContextManager[None]] = lambda _: nullcontext()
    """Records, as a run of its own, that all of a model is trained again while it holds; given its manifest."""


class KindOfModel(Protocol):
    """How the models of one product forget. Every verb raises InputError for a folder that holds no such model."""

    waits: bool
    """Whether people are collected for a while before a model is made anew, because that costs the same for several."""

    def stop(self, folder: Path, members: Collection[int], now: datetime) -> None:
        """Durably: from now on nothing that was learned of these people answers anybody. Takes seconds at most."""

    def renew(self, folder: Path, means: Means) -> list[Certified]:
        """Make the model anew without everybody who was stopped, and destroy what saw them.

        What a crash has left undone is finished first. Who had nothing in the model is in no certificate.
        """

    def holds(self, folder: Path, members: Collection[int]) -> set[int]:
        """Those of these people of whom anything that was learned is still there, served or not."""

    def owners(self, folder: Path, items: Collection[int]) -> Mapping[int, int]:
        """Item → owner, both by their keys, of those of some items from which anything was learned."""

    def show(self, folder: Path, profiles: Collection[Profile], hidden: Collection[str], secret: bytes) -> None:
        """Follow members' own choices to be found by searches for people, where the product has one.

        Args:
            folder: the model.
            profiles: of members who came back into searches, as they are now.
            hidden: members who took themselves out of them.
            secret: the suppression key.
        """

    def erase(self, folder: Path, members: Collection[int], secret: bytes) -> None:
        """Take accounts that were erased out of whatever else the folder shows of members."""
