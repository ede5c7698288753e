"""Shards: who is in which part of a model, as lists of keyed lines with a digest each.

A line names the person, the item and what was read of it, each by a keyed hash: whoever has the lists and not the
secret learns nobody's name, not even with every public post at hand, and can still see that a key is in none of them.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.kernel.canonical import digest_bytes
from byleave.kernel.errors import InputError
from byleave.lineage.keys import key_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    ContentOf = Callable[[str], str]

KEY_BITS = 63
_KEY_DIGITS = 16
_CONTENT_DIGITS = 16
_CONTENT_USE = b"byleave learn content 1"


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One item in a model."""

    member: int
    """Key of its owner."""
    item: int
    """Key of the item."""
    content: str
    """The first digits of the keyed hash of what was read of it (`content_of`)."""

    def text(self) -> str:
        """The line as it is digested and shown."""
        return f"{key_text(self.member)} {key_text(self.item)} {self.content}"


def read_line(text: str) -> Line:
    """A line from its text. Raises: InputError for anything that `text` would not write."""
    try:
        member, item, content = text.split(" ")
        line = Line(int(member, 16), int(item, 16), content)
    except ValueError as error:
        raise InputError(f"`{text}` is no line of a list of members") from error
    if line.text() != text or len(content) != _CONTENT_DIGITS:
        raise InputError(f"`{text}` is no line of a list of members")
    return line


def content_of(secret: bytes) -> ContentOf:
    """The function from what was read of an item to what a line says of it.

    HMAC-SHA-256 under a key for this use alone, made from the suppression secret: a plain digest of a public post would
    tell whose line it is to whoever has the post.
    """
    key = hmac.digest(secret, _CONTENT_USE, "sha256")

    def of(data: str) -> str:
        return hmac.digest(key, data.encode(), "sha256").hex()[:_CONTENT_DIGITS]

    return of


def shard_of(member: int, shards: int) -> int:
    """The shard of a person, from their key alone: keys are as good as drawn, so shards are about equally large.

    Args:
        member: the key, of 63 bits.
        shards: how many there are, a power of two.
    """
    return member >> (KEY_BITS - (shards.bit_length() - 1))


def first_key(shard: int, shards: int) -> int:
    """The lowest key that belongs to a shard."""
    return shard << (KEY_BITS - (shards.bit_length() - 1))


def shard_digest(lines: Iterable[Line]) -> str:
    """The digest of a list: of its lines in order, each with a line break."""
    return digest_bytes("".join(f"{line.text()}\n" for line in sorted(lines)).encode())


EMPTY = shard_digest(())


def shard_digests(lines: Iterable[Line], shards: int) -> list[str]:
    """The digest of every shard's list."""
    held: list[list[Line]] = [[] for _ in range(shards)]
    for line in lines:
        held[shard_of(line.member, shards)].append(line)
    return [shard_digest(one) for one in held]


def without(lines: Sequence[Line], removed: Iterable[Line]) -> list[Line]:
    """A list without some of its lines. Raises: InputError when one of them is not in it."""
    gone = set(removed)
    if not gone <= set(lines):
        raise InputError("a line is taken out of a list that does not have it")
    return [line for line in lines if line not in gone]
