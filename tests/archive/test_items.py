"""What a row is to a policy pack: its category, who can see it, and what the archive cannot tell."""

from __future__ import annotations

import pytest

from byleave.adapters.packs import load_pack
from byleave.archive.linkedin import item_of
from byleave.archive.linkedin.catalogue import ARTICLES, LAYOUTS
from byleave.archive.linkedin.items import SEEN_BY_NOBODY_ELSE
from tests.archive.export import Quirks, page, tables, write_export
from tests.archive.reading import read, read_one

SHARES = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
LINK = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7"
CATEGORIES = {
    "profile": ["profile", "positions", "skills", "education", "languages"],
    "recommendation": ["recommendations-given", "recommendations-received"],
    "endorsement": ["endorsement-received-info"],
    "ai-prompt": ["guide-messages", "coach-messages", "learning-coach-messages", "learning-role-play-messages"],
    "resume": ["private-identity-asset"],
    "saved-answer": ["job-applicant-saved-answers", "job-applicant-saved-screening-question-responses"],
    "post": ["shares"],
    "comment": ["comments"],
    "article": ["articles"],
    "poll-response": ["votes"],
    "repost": ["instantreposts"],
    "private-message": ["messages"],
    "job-application": ["job-applications"],
}


@pytest.mark.parametrize("category", CATEGORIES)
def test_categories(category: str) -> None:
    """Rows come under the category that LinkedIn's list of training data names for them."""
    found: dict[str, str] = {}
    for record in read(write_export(Quirks())).records:
        item = item_of(record)
        found[record.kind] = item.category if item else ""

    assert {found[kind] for kind in CATEGORIES[category]} == {category}


def test_categories_are_those_of_the_pack() -> None:
    """Every category that the reader gives is one of the pack's, so that the definition can decide it."""
    pack = load_pack("linkedin@2025-11-03")
    given = {layout.category for layout in (*LAYOUTS, ARTICLES) if layout.category}

    assert given <= set(pack.categories)
    assert given >= SEEN_BY_NOBODY_ELSE


@pytest.mark.parametrize(
    ("raw", "visibility"),
    [("MEMBER_NETWORK", None), ("PUBLIC", "public"), ("CONNECTIONS", None), ("", None), ("COMPANY", None)],
)
def test_visibility_of_a_post(raw: str, visibility: str | None) -> None:
    """Only PUBLIC says who sees a post; MEMBER_NETWORK is not private, a blank says nothing. The raw value stays."""
    item = item_of(read_one("Shares.csv", f"{SHARES}2026-07-20 10:25:25,{LINK},Hello,,,{raw}\n").records[0])

    assert item is not None
    assert (item.visibility, item.raw_visibility) == (visibility, raw)


def test_post_without_a_visibility_column() -> None:
    """An export of the older layout has no visibility at all, which is not a blank one."""
    item = item_of(
        read_one("Shares.csv", f"Date,ShareLink,ShareCommentary\n2026-07-20 10:25:25,{LINK},Hi\n").records[0]
    )

    assert item is not None
    assert (item.visibility, item.raw_visibility) == (None, None)


def test_out_of_scope() -> None:
    """M3: private messages come under the category that packs leave out, with the doubt that groups' may be among them.

    A post is never called private, whatever stands in its column.
    """
    pack = load_pack("linkedin@2025-11-03")
    items = [item for record in read(write_export(Quirks())).records if (item := item_of(record))]
    messages = [item for item in items if item.record.kind == "messages"]

    assert {item.category for item in messages} == {"private-message"}
    assert pack.categories["private-message"].use == "out"
    assert all(item.doubt and "groups" in item.doubt for item in messages)
    assert {item.visibility for item in messages} == {None}
    assert "private" not in {item.visibility for item in items if item.category == "post"}


def test_profile_can_be_reviewed() -> None:
    """M13: everything of the profile that the archive holds becomes an item, with the file and row it stands in."""
    result = read(write_export(Quirks()))
    shown = [item for record in result.records if (item := item_of(record)) and item.category == "profile"]

    assert {item.record.kind for item in shown} >= {"profile", "profile-summary", "positions", "education", "skills"}
    assert all(item.item_id == f"{item.record.file}#{item.record.row}" for item in shown)
    assert {item.visibility for item in shown} == {None}  # the archive does not say which parts are public


def test_facts_for_the_definition() -> None:
    """What cannot be told stays unknown in what the definition reads, and so is a gap and never eligible."""
    item = item_of(read([("Articles/a.html", page("a", "Title", "Words"))]).records[0])

    assert item is not None
    facts = item.facts("me")
    assert (facts.item_id, facts.member_id, facts.category) == ("Articles/a.html#1", "me", "article")
    assert (facts.visibility, facts.created_at) == (None, None)


def test_files_that_no_category_takes_up() -> None:
    """Advertising, connections, logs and follows are records without an item: nothing says that they are trained on."""
    result = read(write_export(Quirks(), tables()))
    without = {record.kind for record in result.records if item_of(record) is None}

    assert without >= {"ad-targeting", "connections", "searchqueries", "inferences-about-you", "company-follows"}


def test_other_people() -> None:
    """Files with other people's data say so."""
    holding = {layout.key for layout in LAYOUTS if layout.others}

    assert holding >= {"connections", "messages", "invitations", "recommendations-received", "importedcontacts"}
