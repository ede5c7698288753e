"""Before you publish: whether a post would be used, by whom and why, as the definition decides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from byleave.kernel.decision import Reason
from byleave.policy.facts import Moment
from byleave.policy.semantics import decide
from byleave.server.decisions import targets
from byleave.server.ui.pack_words import in_own_words, pack_words
from byleave.server.ui.voice import phrase, say
from byleave.text.platform import WHY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from byleave.policy.facts import Register
    from byleave.server.answers import RegimeState, SettingState
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
    begins = {one.purpose: one for state in service.member(member).settings for one in state.regimes}
    return [
        _answer(service, person.register, draft, pair, begins.get(pair[0]), person.moment.as_of)
        for pair in targets(service.policy)
    ]


def verdict(service: Service, member: str, draft: ContentItem) -> Verdict:
    """The answers in words: the plainest first."""
    told = answers(service, member, draft)
    settings = service.member(member).settings
    used = [one for one in told if one.may]
    dates = sorted(one.begins for one in used if one.begins)
    if not used:
        first, reasons = say("out"), [phrase(WHY[one.reason]) for one in told]
    else:
        now = len(dates) < len(used)
        purposes = {one.purpose for one in used} < {one.purpose for one in told}
        first = say("may-some" if purposes else "may") if now else say("may-later", on=dates[0])
        reasons = [text for one in used for text in _because(one, settings)]
    setting = next((one.setting for one in settings if one.purposes), None)
    return Verdict(
        told=first,
        reasons=tuple(dict.fromkeys(reasons)),
        lines=tuple(_line(one) for one in told),
        tone="may" if used else "out",
        picture="eye" if used else "lock",
        to=reverse("setting", args=[setting]) if setting else None,
    )


def _answer(  # noqa: PLR0913, PLR0917 - a decision has this many inputs
    service: Service,
    register: Register,
    draft: ContentItem,
    pair: tuple[str, str],
    regime: RegimeState | None,
    now: datetime,
) -> Answer:
    rules = service.policy.rules(*pair)
    pack = service.policy.governing(pair[0]).pack
    title = pack_words(pack.id, pack.recipients[pair[1]].title)
    decision = decide(draft.facts, register, rules, Moment(now, replay=False))
    begins = next((one.since for one in regime.recipients if one.name == pair[1]), None) if regime else None
    begins = max(filter(None, (begins, regime.in_force_since))) if regime and regime.in_force_since else None
    if decision.failed and begins and begins > now:
        later = decide(draft.facts, register, rules, Moment(begins, replay=False))
        if not later.failed:
            return Answer(*pair, title, Reason.ELIGIBLE, begins)
    return Answer(*pair, title, decision.reason, None)


def _because(answer: Answer, settings: tuple[SettingState, ...]) -> Iterator[str]:
    state = next((one for one in settings if answer.purpose in one.purposes), None)
    if state is None:
        yield say("why-no-switch")
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
