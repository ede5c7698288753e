"""The catalogue: every file that LinkedIn's exports are known to hold, and how a name is found in it.

Its second half, what the member says and does, stands here; the first half stands in `person`.
"""

from __future__ import annotations

import re

from byleave.archive.linkedin.layouts import Layout, layout, squeeze
from byleave.archive.linkedin.person import ACCOUNT, JOBS, NETWORK, PROFILE

_MESSAGES = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER"
)
_IN_MESSAGES = "messages in groups may stand among them"
_REPOST = "a repost without own words; LinkedIn's list names posts"


def _chat(names: str) -> Layout:
    """Conversations with one of LinkedIn's AI features: the first ten columns of messages."""
    return layout(
        names,
        _MESSAGES,
        older="ATTACHMENTS",
        dates="DATE",
        links="SENDER PROFILE URL",
        entities="CONTENT",
        empty_line="No conversations found",
        category="ai-prompt",
        text="CONTENT",
        created="DATE",
    )


CONTENT: tuple[Layout, ...] = (
    layout(
        "Shares",
        "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility",
        dates="Date",
        links="ShareLink,SharedUrl,MediaUrl",
        layered="ShareCommentary",
        category="post",
        text="ShareCommentary",
        created="Date",
    ),
    layout(
        "Comments",
        "Date,Link,Message",
        dates="Date",
        links="Link",
        category="comment",
        text="Message",
        created="Date",
    ),
    layout("Reactions", "Date,Type,Link", dates="Date", links="Link", category="reaction", created="Date"),
    layout(
        "InstantReposts",
        "Date,Link",
        dates="Date",
        links="Link",
        category="repost",
        doubt=_REPOST,
        created="Date",
    ),
    layout(
        "Votes",
        "Date,Link,OptionText",
        dates="Date",
        links="Link",
        category="poll-response",
        text="OptionText",
        created="Date",
    ),
    layout(
        "Rich_Media",
        "Date/Time,Media Description,Media Link",
        older="Type,Link",
        dates="Date/Time",
        links="Media Link,Link",
        category="photo",
        doubt="the file does not tell pictures from videos and documents",
        text="Media Description",
        created="Date/Time",
    ),
    layout("Saved_Items", "savedItem,CreatedTime", dates="CreatedTime", links="savedItem"),
    layout(
        "Events",
        "Event Name,Event Time,Status,External Url",
        dates="Event Time",
        links="External Url",
        text="Event Name",
    ),
    *(
        layout(
            name,
            "First Name,Last Name,Company,Job Title,Text,Creation Date,Status",
            aliases={"Title": "Job Title", "Body": "Text", "Created Date": "Creation Date"},
            dates="Creation Date",
            category="recommendation",
            text="Text",
            created="Creation Date",
            others=True,
        )
        for name in ("Recommendations_Given", "Recommendations_Received")
    ),
    *(
        layout(
            f"Endorsement_{which}_Info",
            f"Endorsement Date,Skill Name,{who} First Name,{who} Last Name,{who} Public Url,Endorsement Status",
            dates="Endorsement Date",
            links=f"{who} Public Url",
            category="endorsement",
            text="Skill Name",
            created="Endorsement Date",
            others=True,
        )
        for which, who in (("Given", "Endorsee"), ("Received", "Endorser"))
    ),
    layout(
        "Learning",
        "Content Title,Content Description,Content Type,Content Last Watched Date (if viewed),"
        "Content Completed At (if completed),Content Saved,Notes taken on videos (if taken),",
        dates="Content Last Watched Date (if viewed),Content Completed At (if completed)",
    ),
    layout(
        "learning_reviews|Reviews",
        "Reviewee,Reviewer,Creation Date,Review Type,Review Section,Review Tags,Review Text,Rating",
        dates="Creation Date",
        category="feedback",
        doubt="ratings of courses; LinkedIn's list names ratings of AI features",
        text="Review Text",
        created="Creation Date",
        others=True,
    ),
)

CONVERSATIONS: tuple[Layout, ...] = (
    layout(
        "messages",
        f"{_MESSAGES},ATTACHMENTS,IS MESSAGE DRAFT,IS CONVERSATION DRAFT",
        older="IS CONVERSATION ARCHIVED",
        dates="DATE",
        links="SENDER PROFILE URL",
        flags="IS MESSAGE DRAFT,IS CONVERSATION DRAFT,IS CONVERSATION ARCHIVED",
        entities="CONTENT",
        category="private-message",
        doubt=_IN_MESSAGES,
        text="CONTENT",
        created="DATE",
        others=True,
    ),
    _chat("guide_messages"),
    _chat("learning_coach_messages"),
    _chat("learning_role_play_messages"),
    _chat("coach_messages"),
    _chat("LearningCoachMessages"),
)

ARTICLES = layout("articles", "Title,Link,Text", links="Link", category="article", text="Text")
"""Articles are one HTML file each; byleave makes a row of each."""

LAYOUTS: tuple[Layout, ...] = (*PROFILE, *CONTENT, *CONVERSATIONS, *NETWORK, *JOBS, *ACCOUNT)

_EXACT = {name: one for one in LAYOUTS for name in one.names}
_SQUEEZED = {squeeze(name): one for one in reversed(LAYOUTS) for name in one.names}
# a member's id, or the number of a part; `Receipts_v2` and `Shares_backup` are names of their own
_SUFFIX = re.compile(r"(?:[_ ]\d+)+$")
_COPY = re.compile(r" ?\(\d+\)$")
_HTML = (".html", ".htm")


def base_name(name: str) -> tuple[str, str]:
    """The last part of an entry's name, without folder and suffix, and the suffix in lower case."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    return (stem, f".{suffix.casefold()}") if dot and stem else (last, "")


def is_clutter(name: str) -> bool:
    """Whether an entry is what an operating system leaves behind: `__MACOSX/`, `._Shares.csv`, `.DS_Store`."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1].casefold() in ("thumbs.db", "desktop.ini")


def recognise(name: str) -> Layout | None:
    """The layout of the file with this name: exactly so named first, then whatever drifts left out of account."""
    stem, suffix = base_name(name)
    if suffix in _HTML:
        folders = [squeeze(part) for part in name.replace("\\", "/").split("/")[:-1]]
        return ARTICLES if "articles" in folders else None
    if suffix != ".csv":
        return None
    for candidate in (stem, _COPY.sub("", stem), _SUFFIX.sub("", _COPY.sub("", stem))):
        if candidate in _EXACT:
            return _EXACT[candidate]
    bare = _SUFFIX.sub("", _COPY.sub("", stem).rstrip())
    return _SQUEEZED.get(squeeze(bare))
