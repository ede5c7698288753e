r"""From the bytes of a file to its lines: which encoding and which way of escaping quotes, and no line without end.

A file is passed over twice: once to see what it is, once to read it. UTF-8 is what exports are in; a file that is not,
and has more of Windows-1252 than of UTF-8, was saved again by a spreadsheet. A byte that the encoding does not have
becomes a lone surrogate, so that its row can be reported.
"""

from __future__ import annotations

import io
import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from byleave.archive.linkedin.outcomes import BrokenEntryError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CHARACTERS = 4 << 20
"""Of one row. The longest texts in exports are résumés and articles of some 100,000 characters; a row of more than
this is reported, so that no file can fill the memory."""
_CHUNK = 1 << 18
_OVERLAP = 8

_WHOLE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
# what one way of escaping writes and the other cannot
_BACKSLASHED = re.compile(rb'(?<!\\)(?:\\\\)*\\"[^",;\t\r\n]')
_DOUBLED = re.compile(rb'[^",;\t\r\n\\]""[^",;\t\r\n]')
_UNDECODED = re.compile("[\udc80-\udcff]")
_FIRST_LEAD = b"\xc2"
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Nature:
    """What the first pass over a file found."""

    encoding: str
    """`utf-8-sig`, `cp1252` or `utf-16`, of which only the first two are read."""
    backslashes: bool
    """Whether quotes inside of cells are written with a backslash somewhere."""


def probe(stream: BinaryIO) -> Nature:
    """Pass over a file once, in pieces; a file that breaks off is judged by what can be read of it."""
    count = _Count()
    backslashed = doubled = False
    tail = head = b""
    try:
        while chunk := stream.read(_CHUNK):
            head = head or chunk[:2]
            count.add(chunk)
            near = tail + chunk
            backslashed = backslashed or (b'\\"' in near and _BACKSLASHED.search(near) is not None)
            doubled = doubled or (b'""' in near and _DOUBLED.search(near) is not None)
            tail = chunk[-_OVERLAP:]
    except BrokenEntryError:
        pass  # the second pass reports it, after the rows before
    count.end()
    if head in _WIDE:
        return Nature("utf-16", backslashes=False)
    encoding = "cp1252" if count.odd > count.whole else "utf-8-sig"
    return Nature(encoding, backslashed and not doubled)


@dataclass(slots=True)
class _Count:
    """How many characters of UTF-8, and how many bytes that are not of it, a file has beside ASCII."""

    whole: int = 0
    odd: int = 0
    _rest: bytes = b""

    def add(self, chunk: bytes) -> None:
        """Count in the next piece; a character at its end that may go on is left for the piece after."""
        if chunk.isascii() and not self._rest:
            return
        data = self._rest + chunk
        cut = next((len(data) - back for back in (1, 2, 3) if data[-back:][:1] >= _FIRST_LEAD), len(data))
        self._rest = data[cut:]
        self._count(data[:cut])

    def end(self) -> None:
        """Count what was left."""
        self._count(self._rest)

    def _count(self, data: bytes) -> None:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self._count_odd(data)
        else:
            self.whole += len(text) - len(text.encode("ascii", "ignore"))

    def _count_odd(self, data: bytes) -> None:
        found = _WHOLE.findall(data)
        self.whole += len(found)
        self.odd += len(_HIGH.findall(data)) - sum(map(len, found))


def undecoded(text: str) -> bool:
    """Whether a byte of the text was not of the file's encoding."""
    return not text.isascii() and _UNDECODED.search(text) is not None


def shown(text: str, most: int = 200) -> str:
    """The beginning of a text that can be printed anywhere; a byte that could not be read stands as U+FFFD."""
    return _UNDECODED.sub("\ufffd", text[:most])


class Lines:
    """The lines of a file, with their ends, one after another; lines can be put back."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        """Read the bytes as they are asked for."""
        self._text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
        self._back: deque[str] = deque()
        self._broken: BrokenEntryError | None = None
        self.taken = 0
        """How many lines have been taken and not put back."""

    def take(self) -> str | None:
        """The next line; None at the end. A line of more than MOST_CHARACTERS comes in pieces of that length."""
        if self._back:
            self.taken += 1
            return self._back.popleft()
        if self._broken is not None:
            return None
        try:
            line = self._text.readline(MOST_CHARACTERS)
        except BrokenEntryError as error:
            self._broken = error
            return None
        if not line:
            return None
        self.taken += 1
        return line

    def noting(self, taken: list[str]) -> Iterator[str]:
        """The lines that are left, each noted in `taken` as it is taken: as `take` gives them, and faster."""
        back, read = self._back, self._text.readline
        while True:
            if back or self._broken is not None:
                line = self.take()
                if line is None:
                    return
            else:
                try:
                    line = read(MOST_CHARACTERS)
                except BrokenEntryError as error:
                    self._broken = error
                    return
                if not line:
                    return
                self.taken += 1
            taken.append(line)
            yield line

    def put_back(self, lines: list[str]) -> None:
        """Make these the next lines."""
        self._back.extendleft(reversed(lines))
        self.taken -= len(lines)

    @property
    def broken(self) -> BrokenEntryError | None:
        """Why the file ended before its end, if it did."""
        return self._broken if not self._back else None

    def __iter__(self) -> Iterator[str]:
        """The lines that are left."""
        while (line := self.take()) is not None:
            yield line
