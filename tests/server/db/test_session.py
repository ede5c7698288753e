"""One connection: what is written in one transaction is there whole, or not at all."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from byleave.server.db.opening import connect
from byleave.server.db.session import writing

if TYPE_CHECKING:
    from byleave.server.db.session import Session

ADD = "INSERT INTO forget_certificate (digest, file) VALUES (?, ?)"


def digests(address: str) -> list[tuple[str]]:
    """What another connection sees."""
    with closing(connect(address)) as other:
        return other.query("SELECT digest FROM forget_certificate ORDER BY digest")


def stopped(session: Session) -> None:
    """Somebody stops while they write."""
    with writing(session) as one:
        one.run(ADD, [("b", b"2")])
        raise KeyboardInterrupt


def test_a_block_that_raises_has_written_nothing(address: str) -> None:
    """M1: on both databases; and the connection can be used again at once, also to read."""
    with closing(connect(address)) as session:
        with writing(session) as one:
            one.run(ADD, [("a", b"1")])
        with pytest.raises(KeyboardInterrupt):
            stopped(session)
        assert digests(address) == [("a",)]
        with writing(session) as one:
            one.run(ADD, [("c", b"3")])

    assert digests(address) == [("a",), ("c",)]
