"""Fill the small platform: the cast of the demonstration with their posts, and two people to sign in as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings

from byleave.adapters.small_file import read_bytes
from byleave.demo.cast import Character, cast
from byleave.kernel.instants import parse_date, parse_instant
from byleave.server.accounts.models import Account
from byleave.server.acts import Choice
from byleave.server.feed.models import Item, Profile
from byleave.server.feed.posts import instant

if TYPE_CHECKING:
    from byleave.server.service import Service


PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody whom one can be in the demonstration."""

    username: str
    password: str
    name: str
    country: str


def settle(service: Service, password: str) -> list[SignIn]:
    """Register everybody, with their posts and what they chose; once, on a platform that is empty.

    Args:
        service: whose ledger the people are registered in.
        password: of both who can be signed in as.

    Returns: Both of them.
    """
    people = _seed()
    for character in cast():
        _character(service, character, people["cast"][character.member_id])
    return [_person(service, one, password) for one in people["sign_in"]]


def sign_ins() -> list[SignIn]:
    """Whom one can be on a demonstration, with the password that its configuration names."""
    password = read_bytes(settings.CONFIGURATION.demo_password_file).decode().strip()
    return [SignIn(one["username"], password, one["name"], one["country"]) for one in _seed()["sign_in"]]


@cache
def _seed() -> dict[str, Any]:
    text = resources.files("byleave.server.feed").joinpath("seed.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    data: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - BaseLoader builds nothing but text
    return data


def _character(service: Service, one: Character, shown: dict[str, str]) -> None:
    service.register(one.member_id, one.residences[0][0], parse_date(one.born) if one.born else None)
    for _, value, at in one.acts:
        service.set_preferences([Choice(one.member_id, _switch(service), value, at=_at(at))])
    Profile.objects.create(
        member_id=one.member_id,
        name=shown["name"],
        headline=shown["headline"],
        language=one.language,
        joined_at=_at(one.joined),
    )
    if not any(item.category == PROFILE for item in one.items):
        _profile(one.member_id, one.language, _at(one.joined), shown["headline"], "")
    for item in one.items:
        if item.withheld_at is not None:
            service.withhold(one.member_id, item.item_id)
        _item(
            one.member_id,
            item_id=item.item_id,
            category=item.category,
            visibility=item.visibility,
            created_at=instant(_at(item.created)),
            changed_at=instant(_at(item.changed)) if item.changed else None,
            public_since=instant(_at(item.public_since)) if item.public_since else None,
            ai_written=item.ai_written,
            language=one.language,
            text=item.text,
        )


def _person(service: Service, one: dict[str, Any], password: str) -> SignIn:
    member = one["id"]
    service.register(member, one["country"], parse_date(one["born"]))
    joined = parse_instant(one["joined"])
    Profile.objects.create(
        member_id=member,
        name=one["name"],
        headline=one["headline"],
        about=one["about"],
        language=one["language"],
        joined_at=joined,
    )
    about = {"visibility": "public", "language": one["language"], "ai_written": False}
    _profile(member, one["language"], joined, one["headline"], one["about"])
    for number, post in enumerate(one["posts"], start=1):
        created = _text(parse_instant(post["created"]))
        _item(member, item_id=f"{member}-{number}", category="post", created_at=created, text=post["text"], **about)
    account = Account(username=one["username"], email=one["e_mail"], member_id=member)
    account.set_password(password)
    account.save()
    return SignIn(one["username"], password, one["name"], one["country"])


def _profile(member: str, language: str, joined: datetime | None, headline: str, about: str) -> None:
    """The profile as an item: the headline, and what stands below it."""
    text = f"{headline}\n{about}".strip()
    shape = {"visibility": "public", "language": language, "ai_written": False}
    _item(member, item_id=f"{member}-profile", category=PROFILE, created_at=_text(joined), text=text, **shape)


def _item(member: str, **columns: Any) -> None:  # noqa: ANN401 - the columns of an item
    Item.objects.create(member_id=member, **columns)


def _switch(service: Service) -> str:
    return service.policy.switches[0].name


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _text(moment: datetime | None) -> str:
    if moment is None:
        raise ValueError(moment)
    return instant(moment)
