"""Before you publish: whether a post would be used, by whom and why, as the definition decides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from byleave.kernel.decision import Reason
from byleave.server.centre.later import Later
from byleave.server.ui.pack_words import in_own_words, pack_words
from byleave.server.ui.voice import phrase, say
from byleave.text.platform import WHY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from byleave.server.answers import Outcome, SettingState
    from byleave.server.content import ContentItem
    from byleave.server.service import Service


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided for one purpose and one recipient."""

    purpose: str
    recipient: str
    title: str
    """Of the recipient."""
    reason: Reason
    begins: datetime | None
    """From when on it may be used; None: now, or never."""

    @property
    def may(self) -> bool:
        """Whether it may be used, now or later."""
        return self.reason is Reason.ELIGIBLE


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the composer says below a post."""

    told: str
    reasons: tuple[str, ...]
    lines: tuple[str, ...]
    tone: str
    picture: str
    to: str | None


def answers(service: Service, member: str, draft: ContentItem) -> list[Answer]:
    """Decide a post that is not published yet; where the rule has not begun, at the instant at which it will have."""
    person = service.person(member)
    later = Later(service.policy, person, service.state(member, person).settings)
    (state,) = service.decide([draft])
    return [_answer(service, later, draft, one) for one in state.outcomes]


def verdict(service: Service, member: str, draft: ContentItem) -> Verdict:
    """The answers in words: the plainest first."""
    told = answers(service, member, draft)
    settings = service.member(member).settings
    used = [one for one in told if one.may]
    setting = next((one.setting for one in settings if one.purposes), None)
    return Verdict(
        told=_first(told, used),
        reasons=tuple(dict.fromkeys(text for one in used for text in _because(one, settings))) or _why_not(told),
        lines=tuple(_line(one) for one in told),
        tone="may" if used else "out",
        picture="eye" if used else "lock",
        to=reverse("setting", args=[setting]) if setting else None,
    )


def _first(told: list[Answer], used: list[Answer]) -> str:
    now = {one.purpose for one in used if one.begins is None}
    if now:
        return say("may" if now == {one.purpose for one in told} else "may-some")
    dates = [one.begins for one in used if one.begins]
    return say("may-later", on=min(dates)) if dates else say("out")


def _why_not(told: list[Answer]) -> tuple[str, ...]:
    """Each reason once; that one company may not is worth saying where nothing else is."""
    reasons = [one.reason for one in told]
    kept = [one for one in reasons if one is not Reason.RECIPIENT_NOT_PERMITTED]
    return tuple(dict.fromkeys(phrase(WHY[one]) for one in kept or reasons))


def _answer(service: Service, later: Later, draft: ContentItem, outcome: Outcome) -> Answer:
    pack = service.policy.governing(outcome.purpose).pack
    title = pack_words(pack.id, pack.recipients[outcome.recipient].title)
    begins = later.opens_at(draft.facts, outcome) if outcome.failed else None
    return Answer(outcome.purpose, outcome.recipient, title, Reason.ELIGIBLE if begins else outcome.reason, begins)


def _because(answer: Answer, settings: tuple[SettingState, ...]) -> Iterator[str]:
    state = next((one for one in settings if answer.purpose in one.purposes), None)
    if state is None:
        yield say("why-no-switch", purpose=say(f"purpose-{answer.purpose}"))
        return
    title = in_own_words(state.title)
    if state.deed is None:
        yield say("why-default", setting=title)
    else:
        yield say("why-chosen", setting=title, on=state.deed.at)
    if answer.begins:
        yield say("why-later")


def _line(answer: Answer) -> str:
    values = {"purpose": say(f"purpose-{answer.purpose}"), "recipient": answer.title}
    if answer.may and answer.begins:
        return say("line-later", **values, on=answer.begins)
    return say("line-may" if answer.may else "line-out", **values)
