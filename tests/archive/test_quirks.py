"""What exports and people do to CSV files: each oddity is survived, or reported with file and row."""

from __future__ import annotations

import pytest

from byleave.archive.linkedin.lines import MOST_CHARACTERS
from tests.archive.export import PREAMBLES, page
from tests.archive.reading import read, read_one

LINK = "https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A7"
COMMENTS = "Date,Link,Message\n"
CONNECTIONS = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
PERSON = "Ada,Byron,https://www.linkedin.com/in/ada,,Engine,Analyst,12 Mar 2019\n"
DAY = "2026-07-20 10:25:25"


def comments(*rows: str) -> list[tuple[str, ...]]:
    """The cells of the rows of a Comments file."""
    return [record.cells for record in read_one("Comments.csv", COMMENTS + "\n".join(rows) + "\n").records]


@pytest.mark.parametrize("preamble", [*PREAMBLES.values(), "\ufeff" + PREAMBLES["quoted"], "a,b\nc\n\n\n\n\n\n"])
def test_header_below_a_note(preamble: str) -> None:
    """The header is found by its words, however long the note above it is; nothing is skipped by count."""
    result = read_one("Connections.csv", preamble + CONNECTIONS + PERSON * 2)

    assert len(result.records) == 2
    assert result.records[0].raw("Company") == "Engine"
    assert result.reports["Connections.csv"].header_lines == 1
    assert result.unreadable == []


def test_lines_above_a_header_that_has_no_note() -> None:
    """What stands above the header of a file that has no note there is reported, not dropped."""
    result = read_one("Comments.csv", f"something else\n{COMMENTS}{DAY},{LINK},Hello\n")

    assert [record.cells for record in result.records] == [(DAY, LINK, "Hello")]
    assert [(one.row, one.line, one.raw) for one in result.unreadable] == [(1, 1, "something else\n")]


def test_older_layout_is_read_by_name() -> None:
    """A column that older exports lack moves nothing: cells are found by name, never by position."""
    old = "First Name,Last Name,Email Address,Company,Position,Connected On\nAda,Byron,,Engine,Analyst,12 Mar 2019\n"

    record = read_one("Connections.csv", old).records[0]

    assert (record.raw("Company"), record.raw("URL")) == ("Engine", None)


def test_duplicate_headers_keep_every_column() -> None:
    """A header that names a column three times keeps three cells."""
    result = read_one("Ad_Targeting.csv", "Company Names,Job Titles,Company Names,Company Names\nA; B,C,D,E\n")

    assert result.records[0].raw_all("Company Names") == ("A; B", "D", "E")


def test_trailing_comma() -> None:
    """The eighth column of Learning, which has no name, may be there or not."""
    header = (
        "Content Title,Content Description,Content Type,Content Last Watched Date (if viewed),"
        "Content Completed At (if completed),Content Saved,Notes taken on videos (if taken),\n"
    )
    result = read_one(
        "Learning.csv", f"{header}A,B,COURSE,{DAY} UTC,N/A,false,N/A,\nA,B,COURSE,{DAY} UTC,N/A,false,x\n"
    )

    assert [len(record.cells) for record in result.records] == [8, 8]
    assert result.unreadable == []
    assert result.records[0].misfits == ()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (r'"He said \"go\", twice"', 'He said "go", twice'),
        (r'"C:\new\"', "C:\\new\\"),
        (r'"\"quoted\""', '"quoted"'),
        (r'"both ""a"" and \"b\", c"', 'both "a" and "b", c'),
        (r'"C:\\temp and \"x\""', 'C:\\\\temp and "x"'),
    ],
)
def test_escaped_quotes(row: str, message: str) -> None:
    """Quotes escaped by a backslash, and backslashes that escape nothing, are read in files that mix them."""
    assert comments(f"{DAY},{LINK},{row}", f"{DAY},{LINK},next") == [(DAY, LINK, message), (DAY, LINK, "next")]


def test_unclosed_quote_costs_one_row() -> None:
    """A quote that is never closed is reported with its line; the rows after it are read."""
    rows = [f"{DAY},{LINK},{word}" for word in ("one", '"two', "three", "four")]
    result = read_one("Comments.csv", COMMENTS + "\n".join(rows) + "\n")

    assert [record.raw("Message") for record in result.records] == ["one", "three", "four"]
    assert [(one.row, one.line, one.why) for one in result.unreadable] == [(2, 3, "a quote that is never closed")]


def test_wrong_number_of_cells() -> None:
    """A row with too few or too many cells is reported, never cut or filled."""
    result = read_one("Comments.csv", f"{COMMENTS}{DAY},{LINK}\n{DAY},{LINK},a,b\n{DAY},{LINK},c\n")

    assert [one.why for one in result.unreadable] == [
        "2 cells where the header has 3",
        "4 cells where the header has 3",
    ]
    assert [(record.row, record.raw("Message")) for record in result.records] == [(3, "c")]


def test_second_layer_of_quotes() -> None:
    """A post of several lines is read without the second layer of quotes; the raw cell keeps it."""
    text = 'We are hiring!"\n""\n"Ask for ""the lab"".'
    cell = text.replace('"', '""')
    header = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
    record = read_one("Shares_12.csv", f'{header}{DAY},{LINK},"{cell}",,,\n').records[0]

    assert record.text("ShareCommentary") == 'We are hiring!\n\nAsk for "the lab".'
    assert record.raw("ShareCommentary") == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_encodings(encoding: str) -> None:
    """UTF-8 with and without mark, and what a spreadsheet saves, give the same text; the report names the latter."""
    text = "Grüße, ein „Test“" if encoding != "latin-1" else "Grüße, «Test»"
    result = read_one("Comments.csv", f'{COMMENTS}{DAY},{LINK},"{text}"\n'.encode(encoding))

    assert [record.raw("Message") for record in result.records] == [text]
    assert bool(result.reports["Comments.csv"].notes) == (encoding in ("latin-1", "cp1252"))


def test_damaged_bytes() -> None:
    """A byte that is not UTF-8 in a file that is costs the row that it is in, and no other."""
    rows = [f"{DAY},{LINK},Grüße {number}".encode() for number in range(3)]
    rows[1] = rows[1][:-2] + b"\xff\xff"
    result = read_one("Comments.csv", COMMENTS.encode() + b"\n".join(rows) + b"\n")

    assert [record.row for record in result.records] == [1, 3]
    assert [(one.row, one.why) for one in result.unreadable] == [(2, "bytes that are not UTF-8")]


def test_wide_text() -> None:
    """A file in UTF-16 is reported with what to do about it."""
    result = read_one("Comments.csv", f"{COMMENTS}{DAY},{LINK},x\n".encode("utf-16"))

    assert [one.why for one in result.unreadable] == ["the file is UTF-16; save it as UTF-8"]


def test_huge_line_at_the_top() -> None:
    """A first line of millions of characters is no header; it is a row that is kept or reported."""
    result = read_one("Comments.csv", "a," * MOST_CHARACTERS + f"\n{DAY},{LINK},next\n")

    assert [one.line for one in result.unreadable] == [1]
    assert [record.raw("column 3") for record in result.records] == ["next"]


def test_huge_cell() -> None:
    """A text of a million characters is read; one beyond the limit is reported, and the next row read."""
    rows = [f'{DAY},{LINK},"{"a" * size}"' for size in (1_000_000, MOST_CHARACTERS + 5)]
    result = read_one("Comments.csv", COMMENTS + "\n".join([*rows, f"{DAY},{LINK},next"]) + "\n")

    assert [len(record.raw("Message") or "") for record in result.records] == [1_000_000, 4]
    assert [(one.row, len(one.raw)) for one in result.unreadable] == [(2, 200)]


def test_content_that_does_not_fit_its_header() -> None:
    """Columns that were swapped are reported with how often and since which row; no cell is moved or read."""
    result = read_one("Comments.csv", f"{COMMENTS}{DAY},{LINK},fine\n{LINK},{DAY},swapped\n{LINK},{DAY},swapped\n")
    misfits = result.reports["Comments.csv"].misfits

    assert [(one.column, one.expected, one.count, one.filled, one.first_row) for one in misfits] == [
        ("Date", "a date", 2, 3, 2),
        ("Link", "a link", 2, 3, 2),
    ]
    assert (result.records[1].cells, result.records[1].parsed) == ((LINK, DAY, "swapped"), {})
    assert result.records[1].text("Link") is None


def test_link_that_is_a_script() -> None:
    """A `javascript:` link is no link: it stays in the raw cell, and is reported."""
    record = read_one("Comments.csv", f"{COMMENTS}{DAY},javascript:alert(1),x\n").records[0]

    assert record.misfits == ("Link",)
    assert record.text("Link") is None


def test_localised_header() -> None:
    """Column names in another language are kept, with a note; no column is guessed."""
    result = read_one("Connections.csv", "Vorname,Nachname,Profil-URL,Firma\nAda,Byron,,Engine\n")

    assert result.records[0].columns == ("Vorname", "Nachname", "Profil-URL", "Firma")
    assert result.records[0].parsed == {}
    assert "another language" in result.reports["Connections.csv"].notes[0]


def test_no_header() -> None:
    """Rows without a header are kept as they are; one word that may be header or value is reported."""
    rows = read_one("Comments.csv", f"{DAY},{LINK},a\n{DAY},{LINK},b\n")
    word = read_one("Skills.csv", "Python\nRust\n")

    assert [record.columns for record in rows.records] == [("column 1", "column 2", "column 3")] * 2
    assert rows.records[0].parsed == {}
    assert [one.raw for one in word.unreadable] == ["Python"]
    assert [record.cells for record in word.records] == [("Rust",)]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "No conversations found", '"No conversations found"\n\n'])
def test_nothing_in_it(text: str) -> None:
    """A file without rows is `empty`, whatever it has in place of them."""
    result = read_one("LearningCoachMessages.csv", text)

    assert result.reports["LearningCoachMessages.csv"].status == "empty"
    assert result.unreadable == []


def test_header_alone() -> None:
    """A header without rows is `empty`: the member has none of it, as far as this export goes."""
    report = read_one("Comments.csv", COMMENTS).reports["Comments.csv"]

    assert (report.status, report.header_lines, report.rows) == ("empty", 1, 0)


def test_missing_values() -> None:
    """`N/A`, `Not Available`, `null` and blanks say nothing, and are no misfits."""
    header = "Email Address,Confirmed,Primary,Updated On\n"
    result = read_one("Email Addresses.csv", header + "a@b.c,Yes,No,Not Available\na@b.c,,null,N/A\n")

    assert [record.parsed for record in result.records] == [{"Confirmed": True, "Primary": False}, {}]
    assert result.reports["Email Addresses.csv"].misfits == ()


def test_entities_in_messages() -> None:
    """HTML entities in a message are read; the raw cell keeps them."""
    record = read_one(
        "messages.csv", '"CONTENT","DATE"\nFish &amp; chips &#39;n peas,2026-07-20 10:25:25 UTC\n'
    ).records[0]

    assert (record.text("CONTENT"), record.raw("CONTENT")) == ("Fish & chips 'n peas", "Fish &amp; chips &#39;n peas")


def test_article() -> None:
    """An article gives title, link and words; styles, scripts and comments give nothing."""
    body = "<p>One &amp; two</p><script>steal('</p>')</script><!-- <p>no</p> --><p>Three</p>"
    record = read([("Articles/Articles/a.html", page("a", "On leave", body))]).records[0]

    assert record.cells == ("On leave", "https://www.linkedin.com/pulse/a", "One & two\nThree")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a page without title and words"),
        ("<h1>Title</h1><!-- never closed", "the page ends inside of its markup"),
        ("<h1>Title</h1><p", "the page ends inside of its markup"),
    ],
)
def test_article_that_is_none(text: str, why: str) -> None:
    """A page without words, or one that is cut off, is reported."""
    assert [one.why for one in read_one("Articles/Articles/a.html", text).unreadable] == [why]


def test_article_with_a_script_for_a_link() -> None:
    """The link of an article that is a script is reported and not handed on."""
    text = '<h1><a href="javascript:alert(1)">Title</a></h1>'
    record = read_one("Articles/a.html", text).records[0]

    assert (record.text("Link"), record.misfits) == (None, ("Link",))


def test_names() -> None:
    """A member's id and part numbers are taken off a name; `Receipts_v2` and `Shares_backup` are other names."""
    names = {
        "Shares_123456789.csv": "shares",
        "x/y/SHARES.CSV": "shares",
        "Shares (1).csv": "shares",
        "Job Applicant Saved Screening Question Responses_3.csv": "job-applicant-saved-screening-question-responses",
        "Receipts_v2.csv": "receipts-v2",
        "Shares_backup.csv": None,
        "Posts.csv": None,
        "Shares.txt": None,
    }
    result = read([(name, b"") for name in names])

    assert {name: report.kind for name, report in result.reports.items()} == names
