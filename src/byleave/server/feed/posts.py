"""Reading and writing posts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from byleave.kernel.instants import parse_instant
from byleave.policy.facts import Item as Facts
from byleave.server.content import ContentItem
from byleave.server.feed.models import Item, Profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CHARACTERS = 3000
"""In one post, as on the platform of the article."""
ON_A_PAGE = 20
SEARCHED = 10_000
"""Posts that a search looks through; the page says so."""
CATEGORY = "post"
READERS = {"public": "seen-public", "connections": "seen-connections", "private": "seen-private"}
"""Who can see a post, and the name of the words for it."""
_SEEN = {**READERS, "group": "seen-group"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A post that is not published yet."""

    text: str = ""
    visibility: str = "public"
    withhold: bool = False
    assisted: bool = False
    """Whether a suggestion of a model was taken over."""
    original: str = ""
    """What the member had written before that."""

    def content(self, member: str, language: str, now: datetime, item_id: str = "draft") -> ContentItem:
        """The post as the item that it would be, if it were published now."""
        facts = Facts(
            item_id,
            member,
            CATEGORY,
            self.visibility,
            now,
            withheld=self.withhold,
            subjects=(),
            ai_written=self.assisted,
        )
        return ContentItem(facts, self.text, language)


@dataclass(frozen=True, slots=True)
class Post:
    """A post as a page shows it."""

    item_id: str
    member_id: str
    name: str
    headline: str
    spoken: str
    """The author's language (BCP 47), in which the headline is."""
    text: str
    language: str
    created_at: datetime
    changed_at: datetime | None
    seen: str
    mine: bool
    withheld: bool
    assisted: bool


@dataclass(frozen=True, slots=True)
class PostsPage:
    """Some posts, newest first; `older` is what to ask with for the next page."""

    posts: tuple[Post, ...]
    older: str | None


def instant(moment: datetime) -> str:
    """An instant as the table holds it: RFC 3339 in UTC, always with six digits, so that text is in order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def publish(draft: Draft, member: str, language: str, now: datetime, item_id: str) -> None:
    """Put a post into the table under an id from `new_id`."""
    Item.objects.create(
        item_id=item_id,
        member_id=member,
        category=CATEGORY,
        visibility=draft.visibility,
        created_at=instant(now),
        # what a model wrote a part of may not teach the next one where a pack leaves out what AI wrote
        ai_written=draft.assisted,
        ai_assisted=draft.assisted,
        language=language,
        text=draft.text,
    )


def new_id() -> str:
    """An id that nobody can guess."""
    return f"p-{secrets.token_hex(8)}"


def newest(reader: str, before: str | None, withheld: frozenset[str]) -> PostsPage:
    """What a member can see of everybody's posts."""
    return _page([Q(visibility="public"), Q(member_id=reader)], reader, before, withheld)


def posts_of(member: str, reader: str, before: str | None, withheld: frozenset[str]) -> PostsPage:
    """What a member can see of one member's posts."""
    seen = Q(member_id=member) if member == reader else Q(member_id=member, visibility="public")
    return _page([seen], reader, before, withheld)


def one(item_id: str, reader: str, withheld: frozenset[str]) -> Post | None:
    """One post, if a member can see it."""
    seen = Q(visibility="public") | Q(member_id=reader)
    return next(iter(_page([Q(item_id=item_id) & seen], reader, None, withheld).posts), None)


def found(words: str, reader: str, withheld: frozenset[str]) -> tuple[Post, ...]:
    """Posts that hold some words and that a member can see, among the newest `SEARCHED`: no index has the words."""

    def held(seen: Q) -> Q:
        newest = Item.objects.filter(seen).order_by("-created_at", "-item_id").values("pk")[:SEARCHED]
        return Q(pk__in=newest, text__icontains=words)

    return _page([held(Q(visibility="public")), held(Q(member_id=reader))], reader, None, withheld).posts


def _page(seen: Sequence[Q], reader: str, before: str | None, withheld: frozenset[str]) -> PostsPage:
    """The newest of what any of the conditions finds; each is asked by itself, so that an index answers it in order."""
    found = {one.item_id: one for condition in seen for one in _newest(condition, before)}
    chosen = sorted(found.values(), key=lambda one: (one.created_at, one.item_id), reverse=True)
    last = chosen[ON_A_PAGE - 1] if len(chosen) > ON_A_PAGE else None
    chosen = chosen[:ON_A_PAGE]
    people = {one.member_id: one for one in Profile.objects.filter(member_id__in={one.member_id for one in chosen})}
    posts = tuple(_post(one, people.get(one.member_id), reader, withheld) for one in chosen)
    return PostsPage(posts, f"{last.created_at} {last.item_id}" if last else None)


def _newest(condition: Q, before: str | None) -> list[Item]:
    """One more than fits on a page."""
    rows = Item.objects.filter(condition, category__in=(CATEGORY, "article"))
    if before:
        created, _, name = before.partition(" ")
        rows = rows.filter(Q(created_at__lt=created) | Q(created_at=created, item_id__lt=name))
    return list(rows.order_by("-created_at", "-item_id")[: ON_A_PAGE + 1])


def _post(row: Item, author: Profile | None, reader: str, withheld: Iterable[str]) -> Post:
    def read(text: str | None) -> Any:  # noqa: ANN401 - an instant or None
        return parse_instant(text) if text else None

    return Post(
        item_id=row.item_id,
        member_id=row.member_id,
        name=author.name if author else row.member_id,
        headline=author.headline if author else "",
        spoken=author.language if author else "",
        text=row.text or "",
        language=row.language or "",
        created_at=read(row.created_at),
        changed_at=read(row.changed_at),
        seen=_SEEN.get(row.visibility, "seen-private"),
        mine=row.member_id == reader,
        withheld=bool(row.withheld) or row.item_id in withheld,
        assisted=bool(row.ai_assisted),
    )
