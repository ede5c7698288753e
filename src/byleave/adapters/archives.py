"""Open a person's archive: a `.zip`, a folder, or single files. Nothing is unpacked to disk.

A zip is judged by its directory before a byte of it is unpacked; one that is made to do harm is refused with what was
found. A file that is merely damaged breaks off with BrokenEntryError when it is read.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import zipfile
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from byleave.archive.linkedin import BrokenEntryError, Entry
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from _typeshed import WriteableBuffer

MOST_ENTRIES = 20_000
"""A complete archive has some 45 files, one more for each article, and photos; Python needs 1 KB for each entry."""
MOST_DIRECTORY_BYTES = 8 << 20
"""Of a zip's directory, which Python reads at once: 400 bytes for each of the most entries."""
MOST_UNPACKED_BYTES = 16 << 30
"""Eight times the largest archive that is reported (2 GB)."""
FREE_BYTES = 32 << 20
"""What unpacks to no more than this is let through whatever its ratio: it is read in a moment."""
MOST_RATIO = 200
"""Unpacked to packed size. Text packs at 3 to 20, logs at up to 60; deflate's limit, which bombs reach, is 1,032."""
READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What LinkedIn and common programs write. Others ask for as much memory as the file says."""

_HINT = "use the file as LinkedIn gave it to you, or ask for a new copy"
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_WIDE_LOCATOR = struct.Struct("<4sLQL")
_WIDE_END = struct.Struct("<4sQ2H2L4Q")
_ONES_16 = 0xFFFF
_ONES_32 = 0xFFFFFFFF
_LONGEST_COMMENT = 0xFFFF
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1 | 0x40
_UTF8_NAME = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")


@contextmanager
def open_archive(*paths: str | Path) -> Iterator[list[Entry]]:
    """The files of an archive: of one zip, one folder, or single files given together.

    Raises: InputError when there is nothing, it is no archive, it is cut off, encrypted, or made to do harm.
    """
    with ExitStack() as stack:
        entries: list[Entry] = []
        for path in map(Path, paths):
            with _readable(path):
                mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                with _readable(path):
                    entries += _folder(path)
            elif not stat.S_ISREG(mode):
                raise InputError(f"`{path}` is neither a file nor a folder")
            elif path.suffix.casefold() in (".csv", ".html", ".htm"):
                entries.append(_file(path, _printable(path.name)))
            else:
                entries += _zip(path, stack)
        if not entries:
            raise InputError(f"`{paths[0] if paths else ''}` holds no files", hint=_HINT)
        yield entries


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot read `{path}`: {(error.strerror or str(error)).lower()}") from None


def _folder(folder: Path) -> list[Entry]:
    entries: list[Entry] = []
    for here, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        links = [name for name in folders if Path(here, name).is_symlink()]
        for name in sorted(names + links):
            path = Path(here, name)
            shown = _printable(path.relative_to(folder).as_posix())
            mode = path.lstat().st_mode
            why = None if stat.S_ISREG(mode) else "a link or a device, not a file; not followed"
            entries.append(_file(path, shown) if why is None else Entry(shown, _nothing, refused=why))
            if len(entries) > MOST_ENTRIES:
                raise InputError(f"folder `{folder}` has more than {MOST_ENTRIES:,} files", hint=_HINT)
    return entries


def _raise(error: OSError) -> None:
    raise error


def _printable(name: str) -> str:
    """The name with U+FFFD for bytes that are not UTF-8, which file systems allow."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _file(path: Path, name: str) -> Entry:
    def opened() -> BinaryIO:
        try:
            return _guarded(path.open("rb"), name)
        except OSError as error:
            raise BrokenEntryError(f"cannot be opened: {(error.strerror or str(error)).lower()}") from None

    return Entry(name, opened)


def _nothing() -> BinaryIO:
    return io.BytesIO()


def _zip(path: Path, stack: ExitStack) -> list[Entry]:
    """Judge a zip by its directory and give its files."""
    with _readable(path):
        stream = stack.enter_context(path.open("rb"))
        _check_end(path, stream)
        try:
            archive = stack.enter_context(zipfile.ZipFile(stream))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, UnicodeDecodeError, EOFError):
            raise InputError(f"`{path}`: the zip is cut off or damaged", hint=_HINT) from None
    infos = archive.infolist()
    if not infos:
        return []
    if len(infos) > MOST_ENTRIES:
        raise _harmful(path, f"it has {len(infos):,} entries; an archive has at most {MOST_ENTRIES:,}")
    for info in infos:
        _check_entry(path, info)
    _check_size(path, infos)
    _check_overlap(path, infos, archive.start_dir)
    files = [info for info in infos if not info.is_dir()]
    entries = [_zipped(archive, info) for info in files]
    if entries and all(_is_zip(entry.name) for entry in entries):
        hint = f"unpack it once, then use `{entries[0].name}`"
        raise InputError(f"`{path}` holds nothing but another zip, which is not opened", hint=hint)
    return entries


def _check_end(path: Path, stream: IO[bytes]) -> None:
    """Find the record at the end that says how long the directory is, before Python reads that into memory."""
    beginning = stream.read(4)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        if beginning == b"PK\x03\x04":
            raise InputError(f"`{path}` is a zip that is cut off: its directory, at the end, is missing", hint=_HINT)
        hint = "give the `.zip` from LinkedIn, the folder that it unpacks to, or a `.csv` from it"
        raise InputError(f"`{path}` is not a zip", hint=hint)
    _, _, _, _, entries, directory, _, _ = _END.unpack_from(tail, at)
    wide_entries, wide_directory = _wide_end(stream, size - len(tail) + at)
    # a field of ones alone stands for one in the record of large zips
    entries = max(wide_entries, 0 if wide_entries and entries == _ONES_16 else entries)
    directory = max(wide_directory, 0 if wide_directory and directory == _ONES_32 else directory)
    if entries > MOST_ENTRIES:
        raise _harmful(path, f"it says that it has {entries:,} entries; an archive has at most {MOST_ENTRIES:,}")
    if directory > MOST_DIRECTORY_BYTES:
        raise _harmful(path, f"its directory has {directory:,} bytes, at most {MOST_DIRECTORY_BYTES:,} are read")


def _wide_end(stream: IO[bytes], end: int) -> tuple[int, int]:
    """Entries and size of the directory as the record of large zips has them; zeros without one."""
    if end < _WIDE_LOCATOR.size:
        return 0, 0
    stream.seek(end - _WIDE_LOCATOR.size)
    mark, _, told, _ = _WIDE_LOCATOR.unpack(stream.read(_WIDE_LOCATOR.size))
    most = (0, 0)
    # versions of Python differ: some look right before the locator, some where the locator says
    for at in (end - _WIDE_LOCATOR.size - _WIDE_END.size, told) if mark == b"PK\x06\x07" else ():
        if 0 <= at <= end:
            stream.seek(at)
            found = stream.read(_WIDE_END.size)
            if found[:4] == b"PK\x06\x06" and len(found) == _WIDE_END.size:
                fields = _WIDE_END.unpack(found)
                most = max(most[0], int(fields[7])), max(most[1], int(fields[8]))
    stream.seek(0)
    return most


def _check_entry(path: Path, info: zipfile.ZipInfo) -> None:
    """Refuse an entry that is not a plain file inside of the archive."""
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    shown = f"entry `{name[:80]!a}`".replace("'", "")
    if "\0" in name:
        raise _harmful(path, f"{shown} has a NUL in its name")
    if parts[0] == "" or _DRIVE.match(name):
        raise _harmful(path, f"{shown} has an absolute path")
    if ".." in parts:
        raise _harmful(path, f"{shown} leads out of the archive")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise _harmful(path, f"{shown} is a symbolic link")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _harmful(path, f"{shown} is a device or a pipe")
    if info.flag_bits & _ENCRYPTED:
        hint = "LinkedIn's archives are not encrypted; unpack it with its password and give the folder"
        raise InputError(f"`{path}`: {shown} is encrypted", hint=hint)


def _check_size(path: Path, infos: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a bomb by what its directory says; an entry that unpacks to more breaks off when it is read."""
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > MOST_UNPACKED_BYTES:
        raise _harmful(path, f"it unpacks to {unpacked:,} bytes, at most {MOST_UNPACKED_BYTES:,} are read")
    for what, large, small in [("it", unpacked, packed)] + [
        (f"entry `{info.filename[:80]!a}`".replace("'", ""), info.file_size, info.compress_size) for info in infos
    ]:
        if large > FREE_BYTES and large > MOST_RATIO * small:
            times = f"{large // max(small, 1):,} times"
            raise _harmful(path, f"{what} unpacks to {times} its size, at most {MOST_RATIO} times is read")


def _check_overlap(path: Path, infos: Sequence[zipfile.ZipInfo], directory: int) -> None:
    """Refuse entries that share bytes: so few bytes unpack to many files."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    starts = [info.header_offset for info in ordered[1:]] + [directory]
    for info, following in zip(ordered, starts, strict=True):
        if info.header_offset + _LOCAL_HEADER + info.compress_size > following:
            raise _harmful(path, f"entry `{info.filename[:80]!a}` overlaps with another".replace("'", ""))


def _harmful(path: Path, why: str) -> InputError:
    return InputError(f"`{path}` is refused: {why}", hint=_HINT)


def _is_zip(name: str) -> bool:
    return name.casefold().endswith((".zip", ".7z", ".rar", ".tar", ".gz", ".tgz"))


def _zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    name = _name(info)
    if _is_zip(name):
        return Entry(name, _nothing, refused="an archive inside of the archive, which is not opened")
    if info.compress_type not in READ_METHODS:
        return Entry(name, _nothing, refused=f"packed in a way that is not read (method {info.compress_type})")

    def opened() -> BinaryIO:
        try:
            return _guarded(archive.open(info), name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
            raise BrokenEntryError("the entry is damaged: its header is not what the directory says") from None

    return Entry(name, opened)


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name: many programs write UTF-8 without saying so, which Python reads as code page 437."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name
    return name


class _Guarded(io.RawIOBase):
    """A stream whose errors say which file broke off."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            piece = self._stream.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise BrokenEntryError("it is cut off or damaged") from None
        except OSError as error:
            raise BrokenEntryError((error.strerror or str(error)).lower()) from None
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _guarded(stream: IO[bytes], name: str) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Guarded(stream, name), 1 << 16))
