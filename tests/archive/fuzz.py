"""Fuzz the reader of archives with what libFuzzer finds by coverage: `make fuzz SECONDS=120`.

The first byte of an input chooses a file of the export, or the whole zip; the rest is its bytes. Whatever they are,
the reader must not fail, and every line must be accounted for. What breaks it is kept in the folder that is named.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import atheris

with atheris.instrument_imports(include=["byleave"]):
    from byleave.adapters.archives import open_archive
    from byleave.archive.exposure.finds import finds
    from byleave.archive.linkedin import item_of

from byleave.kernel.errors import ByleaveError
from tests.archive.export import Quirks, tables, write_export, zipped
from tests.archive.reading import collect, entry
from tests.archive.test_fuzz import STYLES, encodable, lines_of

TABLES = tables(2) + tables(2, older=True)
NAMES = [*sorted({one.path for one in TABLES}), "Articles/Articles/plain.html"]
COUNTRY = "DE"
ZIP = 255


def one_input(data: bytes) -> None:
    """Read what the bytes say, and check the sums."""
    if not data:
        return
    if data[0] == ZIP:
        _zip(data[1:])
        return
    name = NAMES[data[0] % len(NAMES)]
    body = data[1:]
    result = collect([entry(name, body)])
    report = result.reports[name]
    if report.status in ("read", "empty") and not any("UTF-16" in one.why for one in result.unreadable):
        assert report.lines == lines_of(body), name
    for item in filter(None, map(item_of, result.records)):
        list(finds(item.text or "", COUNTRY))


def _zip(data: bytes) -> None:
    with NamedTemporaryFile(suffix=".zip") as file:
        Path(file.name).write_bytes(data)
        with suppress(ByleaveError), open_archive(file.name) as entries:
            collect(entries)


def seeds(folder: Path) -> None:
    """Write what the search starts from: every file in every style, and a zip."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, style in enumerate(STYLES):
        made = [one for one in TABLES if encodable(one.rows, style)]
        for name, data in write_export(style, made):
            if name in NAMES:
                path = folder / f"{number}-{NAMES.index(name)}"
                path.write_bytes(bytes([NAMES.index(name)]) + data)
    small = zipped(write_export(Quirks(), TABLES[:3]))
    (folder / "zip").write_bytes(bytes([ZIP]) + small)


if __name__ == "__main__":
    seeds(Path(sys.argv[1]))
    atheris.Setup([sys.argv[0], *sys.argv[2:], sys.argv[1]], one_input)
    atheris.Fuzz()
