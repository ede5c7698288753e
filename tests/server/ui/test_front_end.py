"""What a browser loads is what the documentation says; ours is small, has no left or right, and lacks nothing."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import byleave.server.ui
from tests.docs.pages import REFERENCE, tables, text_of

UI = Path(byleave.server.ui.__path__[0])
STATIC = UI / "static" / "ui"
VENDOR = STATIC / "vendor"
SERVER = UI.parent
MOST_LINES = 300
SIDES = re.compile(
    r"(?<![\w-])(?:left|right|(?:margin|padding|border)-(?:left|right)[\w-]*)\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right)"
)


def told() -> dict[str, str]:
    """File → digest, as the documentation has them."""
    rows = [row for table in tables(text_of(REFERENCE / "front-end.md")) for row in table.rows if "SHA-256" in row]
    return {row["file"].strip("`"): row["SHA-256"].strip("`") for row in rows}


def vendored() -> dict[str, str]:
    """File → digest, as they are, licences and packed twins left out."""
    files = [file for file in VENDOR.rglob("*") if file.suffix in {".css", ".js", ".woff2"}]
    return {file.relative_to(VENDOR).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def templates() -> list[Path]:
    """Every template of the server."""
    return sorted(SERVER.rglob("templates/**/*.html"))


def test_files_of_others_are_what_is_documented() -> None:
    """Each file of others is unchanged: its digest is the one on the page, and none is undocumented."""
    assert len(vendored()) == 4
    assert vendored() == told()


def test_each_has_its_licence() -> None:
    """No folder of others is without its licence."""
    folders = [folder for folder in VENDOR.iterdir() if folder.is_dir()]

    assert all(list(folder.glob("LICENSE*")) for folder in folders)


def test_packed_twins_are_the_same() -> None:
    """What is sent packed is what lies beside it."""
    packed = list(STATIC.rglob("*.gz"))

    assert len(packed) == 2
    assert all(gzip.decompress(file.read_bytes()) == file.with_suffix("").read_bytes() for file in packed)


def test_style_sheet_is_small() -> None:
    """Our own style sheet has at most 300 lines."""
    assert (STATIC / "centre.css").read_text("utf-8").count("\n") <= MOST_LINES


def test_no_left_and_no_right() -> None:
    """Directions are logical everywhere, so that a page needs nothing more from right to left."""
    assert SIDES.findall((STATIC / "centre.css").read_text("utf-8")) == []
    assert SIDES.findall(".x { margin-left: 1rem; left: 0; text-align: right }") != []


def test_nothing_comes_from_elsewhere() -> None:
    """No style sheet, script or template of ours names another server."""
    ours = [STATIC / "centre.css", STATIC / "centre.js", *templates()]

    assert not [
        file.name for file in ours if re.search(r"(?:src|href|url\()=?[\"'(]*(?:https?:)?//", file.read_text("utf-8"))
    ]


def test_no_inline_style_or_script() -> None:
    """No template has a style attribute, a handler or a script of its own: the policy would stop it."""
    pattern = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\bsrc=)")

    assert not [(file.name, found[0]) for file in templates() if (found := pattern.search(file.read_text("utf-8")))]
    assert pattern.search("<p style='x'>")


def test_nothing_is_ticked_beforehand() -> None:
    """M4: no template ticks or switches on what is not a stored choice or what the person has just entered."""
    ticked = [
        (file.name, line) for file in templates() for line in file.read_text("utf-8").splitlines() if " checked" in line
    ]

    assert sorted(name for name, _ in ticked) == [
        "by_post.html",
        "compose.html",
        "field.html",
        "form.html",
        "form.html",
        "people.html",
    ]
    known = r"\{% if (?:attrs\.checked|draft\.withhold|filters\.every|values\.(?:account|about) == value) %\} checked"
    assert all(re.search(known, line) for _, line in ticked)
    switch = (UI / "templates/ui/switch.html").read_text("utf-8")
    assert 'aria-checked="{% if on %}true{% else %}false{% endif %}"' in switch


def test_every_picture_is_there() -> None:
    """Each icon that a template or a view names stands in the file of icons."""
    known = set(re.findall(r'symbol id="([a-z]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named = {name for file in templates() for name in re.findall(r'\{% icon "([a-z]+)" %\}', file.read_text("utf-8"))}

    assert named
    assert named <= known
