"""Archives that are made to do harm, small to build and each of one kind."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

from tests.archive.export import Quirks, write_export, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = "Comments.csv"
CONTENT = b"Date,Link,Message\n2026-07-20 10:25:25,https://www.linkedin.com/a,Hello\n"
_LINK_MODE = 0o120777
_PIPE_MODE = 0o010644
_CENTRAL = b"PK\1\2"


def named(name: str) -> bytes:
    """A zip with an entry of that name."""
    return zipped([(GOOD, CONTENT), (name, CONTENT)])


def moded(mode: int) -> bytes:
    """A zip with an entry of that kind."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("Shares.csv")
        info.create_system, info.external_attr = 3, mode << 16
        archive.writestr(info, "/etc/passwd")
    return stream.getvalue()


def ratio() -> bytes:
    """Sixty-four million blanks in a few bytes."""
    return zipped([(GOOD, b" " * (64 << 20))])


def many_small() -> bytes:
    """A thousand entries, each small enough and all together too much."""
    packed = zipped([(f"Shares_{number}.csv", b" " * (1 << 20)) for number in range(40)])
    assert len(packed) < 1 << 20
    return packed


def overlapping() -> bytes:
    """A hundred entries of the directory that share the bytes of one."""
    data = zipped([(GOOD, CONTENT * 1000)])
    start = data.index(_CENTRAL)
    end = data.index(b"PK\5\6")
    record = data[start:end]
    count = 100
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(record) * count, start, 0)
    return data[:start] + record * count + tail


def crowded() -> bytes:
    """A million entries: local headers left out, since the directory alone is read."""
    name = b"a"
    record = struct.pack("<4s6H3L5H2L", _CENTRAL, 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + name
    count = 1_000_000
    size = len(record) * count
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, size, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return record * count + wide + locator + end


def crowded_and_silent() -> bytes:
    """A million entries, with an end that says that there is one."""
    data = crowded()
    size = data.index(b"PK\6\6")
    return data[:size] + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0)


def encrypted() -> bytes:
    """A zip whose entry says that it is encrypted."""
    data = bytearray(zipped([(GOOD, CONTENT)]))
    data[6] |= 1
    data[data.index(_CENTRAL) + 8] |= 1
    return bytes(data)


def nested() -> bytes:
    """A zip in a zip."""
    return zipped([("Complete_LinkedInDataExport.zip", zipped([(GOOD, CONTENT)]))])


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "slip": (lambda: named("../../etc/cron.d/x.csv"), "leads out of the archive"),
    "slip by backslash": (lambda: named("..\\..\\x.csv"), "leads out of the archive"),
    "absolute": (lambda: named("/etc/passwd"), "absolute path"),
    "drive": (lambda: named("C:\\x.csv"), "absolute path"),
    "link": (lambda: moded(_LINK_MODE), "symbolic link"),
    "pipe": (lambda: moded(_PIPE_MODE), "device or a pipe"),
    "ratio": (ratio, "times its size"),
    "ratio of the whole": (many_small, "times its size"),
    "overlap": (overlapping, "overlaps with another"),
    "crowd": (crowded, "1,000,000 entries"),
    "silent crowd": (crowded_and_silent, "directory has"),
    "encrypted": (encrypted, "is encrypted"),
    "cut off": (lambda: zipped(write_export(Quirks()))[:-200], "cut off"),
    "no zip": (lambda: b"%PDF-1.7 not a zip", "is not a zip"),
    "nothing": (lambda: b"", "is not a zip"),
    "no entries": (lambda: zipped([]), "holds no files"),
    "nested": (nested, "another zip, which is not opened"),
}
"""Each kind, and what the message says."""
