"""One setting as its page tells it: what holds, since when and why, what switching reaches and does not undo.

Nothing here decides anything. What a switch reaches comes from the effects that its receipt will carry, in the
receipt's own sentences, so that page and receipt cannot say two things.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from byleave.archive.guide_messages import SOURCE
from byleave.kernel.vocabulary import GENERATIVE_AI, OTHER_AI
from byleave.policy.model import SINCE_EVER
from byleave.server.ui.pack_words import in_own_words, own_words, pack_list, pack_words
from byleave.server.ui.voice import country, markup, phrase, say
from byleave.text.receipts import EFFECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from byleave.proof.receipt import Effect
    from byleave.server.answers import RecipientState, RegimeState, SettingState
    from byleave.text.explanation import SourceText

_LABELS: dict[tuple[str, ...], str] = {(GENERATIVE_AI,): "setting-label", (OTHER_AI,): "setting-label-other"}
_SOON_DAYS = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule for one purpose, where the person lives; each part is a sentence."""

    label_rule: str
    title: str
    why: str
    label_since: str
    since: str
    label_who: str
    who: tuple[str, ...]
    label_ground: str
    ground: str
    label_controller: str
    controller: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A source, or a reading with its claimant, in words."""

    told: str
    url: str | None = None
    claimant: str = ""
    summary: str = ""
    language: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page of a setting says."""

    name: str
    title: str
    """In plain text, for the window."""
    heading: str
    label: str
    """What being on does; the same whether it is on or off."""
    on: bool
    by_default: bool
    state: str
    """Who set it and when, also when nobody did."""
    tag: str
    tone: str
    countdown: str | None
    off: tuple[str, ...]
    """What switching off reaches, and what it does not undo: said before and after."""
    on_again: tuple[str, ...]
    """What switching on frees; said while it is off."""
    covered: tuple[str, ...]
    """What is trained while it is on, and what the switch has no say in."""
    rules: tuple[Rule, ...]
    why: tuple[str, ...]
    readings: tuple[Told, ...]
    sources: tuple[Told, ...]
    pack: str


def page_of(state: SettingState, now: datetime, categories: Mapping[str, str]) -> Page:
    """The page for a setting as it stands now; `categories` holds their titles, as the pack has them."""
    on = state.value == "on"
    return Page(
        name=state.setting,
        title=own_words(state.title)[0],
        heading=in_own_words(state.title),
        label=say(_LABELS.get(state.purposes, "setting-label-every")),
        on=on,
        by_default=state.deed is None,
        state=state_sentence(state),
        **dict(zip(("tag", "tone"), tag_of(state), strict=True)),
        countdown=_countdown(state, now),
        off=tuple(_effect(state.off)),
        on_again=() if on else tuple(_effect(state.on)),
        covered=tuple(_used(state)),
        # two purposes of one switch may follow the same rule: it is told once
        rules=tuple(dict.fromkeys(_rule(state.pack, one, categories) for one in state.regimes)),
        why=(
            *dict.fromkeys(say("setting-why-rule", regime=pack_words(state.pack, one.title)) for one in state.regimes),
            say("setting-why-act"),
        ),
        readings=tuple(_readings(state)),
        sources=tuple(_sources(state)),
        pack=markup("<bdi>{}</bdi>", state.pack),
    )


def state_sentence(state: SettingState) -> str:
    """Who set it and when; a default is never told as a choice."""
    if state.origin == "no-rule":
        return say("setting-no-rule")
    if state.deed is None:
        return say(f"state-default-{state.value}")
    by = "other" if state.deed.actor == "platform" else "chosen"
    return say(f"state-{by}-{state.value}", on=state.deed.at)


def tag_of(state: SettingState) -> tuple[str, str]:
    """In two or three words, whose choice it is; and how it looks."""
    if state.deed is None:
        return say("tag-default"), "none"
    return (say("tag-other"), "none") if state.deed.actor == "platform" else (say("tag-chosen"), "")


def days_until(instant: datetime, now: datetime) -> int:
    """Whole days from the day of `now` to the day of `instant`, both in UTC."""
    return (instant.date() - now.date()).days


def countdown(instant: datetime, now: datetime) -> str | None:
    """How many days until something begins; None when it has, or is far off."""
    days = days_until(instant, now)
    if instant <= now or days > _SOON_DAYS:
        return None
    return say(f"tag-begins-{days}") if days in (0, 1) else say("tag-begins", days=days)


def begins_of(regime: RegimeState, now: datetime) -> datetime:
    """When a rule begins; where a notice is still missing, as if it were delivered now."""
    waiting = timedelta(days=regime.notice.wait_days) if regime.notice and not regime.notice.delivered_at else None
    return regime.in_force_since or max(regime.effective, now + waiting if waiting is not None else regime.effective)


def _countdown(state: SettingState, now: datetime) -> str | None:
    starts = [one.in_force_since for one in state.regimes if not one.in_force and one.in_force_since]
    return countdown(min(starts), now) if starts else None


def _used(state: SettingState) -> Iterator[str]:
    """What is trained while it is on, and what the switch has no say in."""
    if state.covers:
        yield say("setting-used", products=pack_list(state.pack, (one.title for one in state.covers)))
    if state.does_not_cover:
        yield say("setting-not-used", products=pack_list(state.pack, (one.title for one in state.does_not_cover)))


def _effect(effect: Effect) -> Iterator[str]:
    """How far it reaches, then what it does not undo, as the receipt has it."""
    codes = [f"reaches-{effect.reaches}"] if effect.reaches else []
    codes += [f"frees-{effect.frees}"] if effect.frees else []
    for code in (*codes, *effect.does_not_undo):
        yield phrase(EFFECT[code][0])


def _rule(pack: str, regime: RegimeState, categories: Mapping[str, str]) -> Rule:
    return Rule(
        label_rule=say("setting-rule"),
        title=pack_words(pack, regime.title),
        why=say("setting-rule-why", country=country(regime.country)),
        label_since=say("setting-since"),
        since=_since(regime),
        label_who=say("setting-who"),
        who=tuple(_who(pack, one, categories) for one in regime.recipients),
        label_ground=say("setting-ground"),
        ground=say(f"setting-ground-{regime.basis}"),
        label_controller=say("setting-controller"),
        controller=regime.controller,
    )


def _since(regime: RegimeState) -> str:
    if regime.in_force_since is None:
        return say("setting-since-untold", days=regime.notice.wait_days if regime.notice else 0)
    if regime.in_force_since <= SINCE_EVER:
        return say("setting-since-ever")
    return say("setting-since-when" if regime.in_force else "setting-since-later", on=regime.in_force_since)


def _who(pack: str, one: RecipientState, categories: Mapping[str, str]) -> str:
    """Whether a company may train, in one line."""
    title = pack_words(pack, one.title)
    if one.permission == "not-named":
        return say("setting-who-not", recipient=title)
    if one.permission == "not-yet" and one.since is not None:
        return say("setting-who-later", recipient=title, on=one.since)
    if one.permission != "yes":
        return say("setting-who-told", recipient=title)
    if one.categories is not None:
        return say(
            "setting-who-some",
            recipient=title,
            categories=pack_list(pack, (categories[name] for name in one.categories)),
        )
    return say("setting-who-may", recipient=title)


def _readings(state: SettingState) -> Iterator[Told]:
    for one in state.readings:
        summary, language = own_words(one.summary)
        yield Told(
            told="",
            claimant=pack_words(state.pack, one.claimant),
            summary=summary,
            language=language,
            source=source_words(one.source),
        )


def _sources(state: SettingState) -> Iterator[Told]:
    every = (state.source, *(one.source for one in state.regimes), *(one.source for one in state.readings))
    for one in {source.name: source for source in every}.values():
        yield Told(source_words(one), one.url)


def source_words(source: SourceText) -> str:
    """A source with publisher and day."""
    title, publisher = markup("<cite>{}</cite>", source.title), markup("<bdi>{}</bdi>", source.publisher)
    return phrase(SOURCE, title=title, publisher=publisher, date=source.published)
