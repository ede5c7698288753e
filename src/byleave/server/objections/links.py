"""Links: which item of the platform one leads to, and which lead to so many that nobody is meant by them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from byleave.finding.folding import fold
from byleave.finding.shapes import page_kind, url_form

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_LINK = re.compile(r"^(?:https?://|www\.)\S+$|^[^\s/@]+\.[a-z]{2,}/\S+$", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"^[^\s/@]+\.[a-z]{2,}:\d", re.IGNORECASE)
SHARED_SITES = frozenset({
    "bsky.app", "facebook.com", "github.com", "gitlab.com", "google.com", "instagram.com", "linkedin.com",
    "mastodon.social", "medium.com", "orcid.org", "pinterest.com", "reddit.com", "substack.com", "t.me", "threads.net",
    "tiktok.com", "twitter.com", "vimeo.com", "wikipedia.org", "wordpress.com", "x.com", "xing.com", "youtu.be",
    "youtube.com",
})  # fmt: skip
"""Sites on which very many people have a page; a list of ours, which spares them and decides nothing else."""
_SECTIONS = frozenset({
    "author", "channel", "company", "feed", "groups", "in", "members", "p", "people", "posts", "profile", "profiles",
    "pub", "search", "u", "user", "users", "wiki",
})  # fmt: skip
"""Parts of addresses under which every profile or post of a site stands."""


def is_link(text: str) -> bool:
    """Whether a line is a link, and no quote."""
    return _LINK.match(text) is not None


def has_other_scheme(text: str) -> bool:
    """Whether an address begins as something else than a page of the web: `javascript:`, `data:`, `file:`."""
    found = _SCHEME.match(re.sub(r"\s", "", fold(text)))
    return found is not None and found[1] not in {"http", "https"} and _HOST_AND_PORT.match(text) is None


def is_shared(text: str) -> bool:
    """Whether an address is that of a whole site, or of a section of it, where everybody's pages stand."""
    form = url_form(text)
    if form is None:
        return False
    host, *path = form.split("/")
    site = ".".join(host.split(".")[-2:])
    if page_kind(form) == "site":
        return host in SHARED_SITES or site in SHARED_SITES
    return len(path) == 1 and path[0] in _SECTIONS


def item_of(link: str, patterns: tuple[str, ...]) -> str | None:
    """The id of the item to which a link leads, by the platform's own ways of writing links.

    Whether there is such an item is not asked.

    Args:
        link: as somebody copied it.
        patterns: as `BYLEAVE_POST_LINKS` has them, each with `{item}`.
    """
    plain = re.split("[?#]", _bare(link.strip()))[0].rstrip("/")
    for pattern in patterns:
        before, after = _bare(pattern).split("{item}")
        expression = f"{re.escape(before)}([^/?#]+){re.escape(after.rstrip('/'))}"
        found = re.fullmatch(expression, plain, re.IGNORECASE)
        if found:
            return unquote(found[1])
    return None


def _bare(address: str) -> str:
    """An address without scheme and `www.`."""
    return re.sub(r"^https?://(www\.)?", "", address, flags=re.IGNORECASE)
