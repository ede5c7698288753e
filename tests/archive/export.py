"""A made-up export: every file that LinkedIn's archives are known to hold, with every quirk, each of which can be set.

The headers stand in `headers.txt`, written down from what is on record and not from the reader's catalogue. The same
arguments always make the same bytes. Nobody in it is real.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

ROWS = 3
ID = "123456789"
NOTE = (
    '"When exporting your connection data, you may notice that some of the e-mail addresses are missing, '
    'since members choose who sees theirs, see ""here""."'
)
PREAMBLES = {
    "none": "",
    "quoted": f"Notes:\n{NOTE}\n\n",
    "long": 'Notes:\n"A first paragraph,\nwhich goes on, and on,\nover lines."\n\n',
    "plain": "Notes:\nWhen exporting your connection data some addresses are missing.\nSee the help pages.\n\n",
}
SUFFIXED = ("Shares", "Comments", "Reactions", "InstantReposts", "Votes", "Saved_Items", "Member_Follows")
"""What has the member's id in its name since 2026."""
UNKNOWN_HEADER = "Title,Details"

# how each kind of column is written; `{n}` is the number of the row
_FORMS = {
    "Shares/Date": "2026-07-{n:02} 10:25:25",
    "Comments/Date": "2026-07-{n:02} 10:25:25",
    "Reactions/Date": "2026-07-{n:02} 10:25:25",
    "Votes/Date": "2026-07-{n:02} 10:25:25",
    "InstantReposts/Date": "2026-07-{n:02} 10:25:25",
    "Member_Follows/Date": "Wed Sep {n:02} 07:12:33 UTC 2017",
    "LAN Ads Engagement/Date": "2022/01/{n:02} 02:51:39 UTC",
    "DATE": "2026-07-{n:02} 10:25:25 UTC",
    "Connected On": "{n:02} Mar 2019",
    "Started On": "Jan 20{n:02}",
    "Finished On": "",
    "Start Date": "20{n:02}",
    "End Date": "Jun 20{n:02}",
    "Issued On": "Jan 20{n:02}",
    "Published On": "{n} Jan 2020",
    "Endorsement Date": "2022/01/{n:02} 02:51:39 UTC",
    "Time": "2022/01/{n:02} 02:51:39 UTC",
    "Ad clicked Date": "2022/01/{n:02} 02:51:39 UTC",
    "Sent At": "8/{n}/24, 11:04 PM",
    "Registered At": "8/{n}/24, 12:04 AM",
    "Updated On": "Not Available",
    "Application Date": "8/{n}/24, 11:04\u202fPM",
    "Withdraw Date": "",
    "Saved Date": "8/{n}/24, 12:04 PM",
    "Saved Search Date": "8/{n}/24, 11:04 AM",
    "Login Date": "Wed Sep {n:02} 07:12:33 UTC 2017",
    "Challenge Date": "Wed Sep {n:02} 07:12:33 UTC 2017",
    "Followed On": "Wed Sep {n:02} 07:12:33 UTC 2017",
    "CreatedTime": "2026-07-{n:02} 10:25:25",
    "createdTime": "2026-07-{n:02} 10:25:25",
    "LastModifiedTime": "2026-07-{n:02} 10:25:25",
    "Creation Date": "{n:02} Mar 2019",
    "Created Date": "{n:02} Mar 2019",
    "CreatedAt": "2026-07-{n:02} 10:25:25",
    "UpdatedAt": "2026-07-{n:02} 10:25:25",
    "BookmarkedAt": "null",
    "Transaction Made At": "2026/07/{n:02} 10:25:25 UTC",
    "Creation Time": "2026/07/{n:02} 10:25:25 UTC",
    "Verified date": "2026-07-{n:02} 10:25:25 UTC",
    "Expiry date": "",
    "Event Time": "2026-07-{n:02} 10:25:25 - 2026-07-{n:02} 11:25:25",
    "Date/Time": "You uploaded a feed photo on April {n}, 2026 at 8:03 AM (GMT)",
    "Content Last Watched Date (if viewed)": "2026-07-{n:02} 10:25:25 UTC",
    "Content Completed At (if completed)": "N/A",
    "Confirmed": "Yes",
    "Primary": "No",
    "Is_WhatsApp_Number": "true",
    "IS MESSAGE DRAFT": "No",
    "IS CONVERSATION DRAFT": "No",
    "IS CONVERSATION ARCHIVED": "No",
    "Birth Date": "Jun 5",
    "Visibility": "MEMBER_NETWORK",
    "Link": "https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A{n}",
    "savedItem": "urn:li:activity:{n}",
    "": "",
}
_LINKS = ("url", "link")
_TEXT = (
    "We are hiring, again!",
    'She said "go", and we went.',
    "First line\n\nThird line, with a blank one above",
    "Grüße aus Köln, à bientôt",
    "C:\\temp\\new and a semicolon; tab\there",
    "= 1 + 1",
)


@dataclass(frozen=True)
class Table:
    """A file of the export: its path, its columns, and its rows as a reader should see them."""

    path: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def stem(self) -> str:
        """The file's name alone."""
        return Path(self.path).stem


@dataclass(frozen=True)
class Quirks:
    """How the export is written."""

    encoding: str = "utf-8"
    newline: str = "\n"
    separator: str = ","
    preamble: str = "quoted"
    layered: str | None = "plain"
    """The second layer of quotes in Shares: `plain`, with quotes at either `ends`, or None."""
    backslashes: tuple[str, ...] = ("Comments",)
    """Files whose quotes are escaped by a backslash."""
    quoted_header: tuple[str, ...] = ("messages",)
    quote_all: bool = False
    folder: str = ""
    suffix: str = ""
    """What `SUFFIXED` files have after their name."""
    rename: str = ""
    """`upper`, `lower`, `blanks` or `underlines`: how names drift."""
    blank_lines: bool = False
    reverse_columns: bool = False
    clutter: bool = False
    unsaid: tuple[str, ...] = field(default=("LearningCoachMessages",))
    """Files that say in one line that there is nothing."""


def tables(rows: int = ROWS, *, older: bool = False) -> list[Table]:
    """Every file with a header on record, and those without under a header of our own."""
    text = Path(__file__).with_name("headers.txt").read_text(encoding="utf-8")
    part = text.split("# Older")[1 if older else 0]
    found = [line.partition("|") for line in part.splitlines()[1:]]
    return [table(path, header or UNKNOWN_HEADER, rows) for path, _, header in found]


def table(path: str, header: str, rows: int = ROWS) -> Table:
    """One file with made-up rows."""
    columns = tuple(header.split(","))
    stem = Path(path).stem
    return Table(path, columns, tuple(_row(stem, columns, number) for number in range(1, rows + 1)))


def _row(stem: str, columns: tuple[str, ...], number: int) -> tuple[str, ...]:
    return tuple(_value(stem, column, place, number) for place, column in enumerate(columns))


def _value(stem: str, column: str, place: int, number: int) -> str:
    form = _FORMS.get(f"{stem}/{column}", _FORMS.get(column))
    if form is not None:
        return form.format(n=(number - 1) % 28 + 1)
    if any(word in column.casefold() for word in _LINKS):
        return f"https://www.linkedin.com/in/somebody-{number}"
    return f"{_TEXT[(number + place) % len(_TEXT)]} {number}"


def page(slug: str, title: str, body: str) -> bytes:
    """An article as exports have it."""
    return (
        f"<html><head><title>{title}</title><style>h1 {{ color: red }}</style></head><body>"
        f'<h1><a href="https://www.linkedin.com/pulse/{slug}">{title}</a></h1><div>{body}</div></body></html>'
    ).encode()


def write_table(made: Table, quirks: Quirks) -> bytes:
    """The bytes of a CSV file."""
    columns, rows = made.columns, [_layer(made, row, quirks) for row in made.rows]
    if quirks.reverse_columns:
        columns, rows = columns[::-1], [row[::-1] for row in rows]
    escaped = made.stem in quirks.backslashes
    quoted = quirks.quote_all or made.stem in quirks.quoted_header
    lines = [_line(columns, quirks, escaped=escaped, always=quoted)]
    for row in rows:
        lines.append(_line(row, quirks, escaped=escaped, always=quirks.quote_all))
        lines += [""] if quirks.blank_lines else []
    text = quirks.newline.join(lines) + quirks.newline
    if made.stem in ("Connections", "Member_Follows"):
        text = PREAMBLES[quirks.preamble].replace("\n", quirks.newline) + text
    return text.encode(quirks.encoding)


def _layer(made: Table, row: tuple[str, ...], quirks: Quirks) -> tuple[str, ...]:
    """A row with the second layer of quotes on posts."""
    if made.stem != "Shares" or quirks.layered is None or "ShareCommentary" not in made.columns:
        return row
    place = made.columns.index("ShareCommentary")
    text = row[place].replace('"', '""')
    for mark in ("\r\n", "\n"):
        if mark in text:
            text = text.replace(mark, f'"{mark}"')
            break
    ends = quirks.layered == "ends" and '"' in text
    return (*row[:place], f'"{text}"' if ends else text, *row[place + 1 :])


def _line(cells: tuple[str, ...], quirks: Quirks, *, escaped: bool, always: bool) -> str:
    return quirks.separator.join(
        _cell(cell, quirks, escaped=escaped, always=always or len(cells) == 1) for cell in cells
    )


def _cell(cell: str, quirks: Quirks, *, escaped: bool, always: bool) -> str:
    if not always and not any(mark in cell for mark in (quirks.separator, '"', "\n", "\r")):
        return cell
    return '"' + cell.replace('"', '\\"' if escaped else '""') + '"'


def write_export(quirks: Quirks, made: list[Table] | None = None) -> list[tuple[str, bytes]]:
    """Names and bytes of every file of the export, articles and an empty file included."""
    made = tables() if made is None else made
    files = [(_name(one.path, quirks), write_table(one, quirks)) for one in made]
    files += [(f"{stem}.csv", b"No conversations found\n") for stem in quirks.unsaid]
    files += [
        ("Articles/Articles/über-leave.html", page("uber-leave", "Über leave", "<p>One &amp; two</p><p>Three</p>")),
        ("Articles/Articles/plain.html", page("plain", "Plain", "Words")),
        ("Empty.csv", b""),
        ("Photos/me.jpg", b"\xff\xd8\xff"),
    ]
    if quirks.clutter:
        files += [("__MACOSX/._Shares.csv", b"\0\5\x16\7"), (".DS_Store", b"\0")]
    return [(f"{quirks.folder}/{name}" if quirks.folder else name, data) for name, data in files]


def _name(path: str, quirks: Quirks) -> str:
    folder, _, last = path.rpartition("/")
    stem = last.removesuffix(".csv")
    if stem in SUFFIXED:
        stem += quirks.suffix
    if quirks.rename == "blanks":
        stem = stem.replace("_", " ")
    elif quirks.rename == "underlines":
        stem = stem.replace(" ", "_")
    elif quirks.rename:
        stem = stem.upper() if quirks.rename == "upper" else stem.lower()
    return f"{folder}/{stem}.csv" if folder else f"{stem}.csv"


def zipped(files: list[tuple[str, bytes]]) -> bytes:
    """The files as a zip, the same bytes each time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 7, 20, 10, 25, 24)), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
