"""What can be said about one decision: a message for every code that an explanation uses.

Where a code has several messages, the first one counts whose placeholders are all known.
"""

from __future__ import annotations

import string
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from byleave.text.catalogue import N_, SOURCE_LANGUAGE, Catalogue
from byleave.text.dates import date_text, instant_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.text.explanation import Statement, Value

ITEM = {
    "item-id-missing": (N_("The item has no id."),),
    "owner-missing": (N_("The item does not say who its owner is."),),
    "category-missing": (N_("The item does not say of which category it is."),),
    "created-at-missing": (N_("The item does not say when it was created."),),
    "value-unreadable": (N_("A value of the item cannot be read."),),
    "created-later": (N_("The item was created on {at}, which is later than the time of this decision."),),
    "changed-later": (N_("The item was changed on {at}, which is later than the time of this decision."),),
    "public-later": (N_("The item became public on {at}, which is later than the time of this decision."),),
    "category-not-named": (N_("The pack does not name the category “{category}”."),),
    "category-not-established": (N_("The pack's sources leave open whether “{category}” is used."),),
    "category-out": (N_("The pack leaves items of category “{category}” out."),),
    "visibility-missing": (N_("The item does not say who can see it."),),
    "visibility-not-known": (N_("“{visibility}” is not a word that says who can see an item."),),
    "visibility-not-established": (
        N_("The pack's sources leave open whether “{category}” with visibility “{visibility}” is used."),
    ),
    "visibility-out": (N_("The pack does not use items of category “{category}” with visibility “{visibility}”."),),
    "withheld": (
        N_("The owner withheld this one item on {at}."),
        N_("The owner withheld this one item; no date is recorded."),
    ),
    "ai-written": (N_("The item is marked as written by AI, and the pack leaves such items out."),),
    "ai-unknown": (N_("The item does not say whether AI wrote it, and the pack leaves such items out."),),
    "created": (N_("The item was created on {at}."),),
    "changed": (N_("The item was last changed on {at}."),),
    "public-since": (N_("The item became public on {at}."),),
}

OWNER = {
    "owner-not-in-register": (N_("The owner, “{member}”, is not in the register."),),
    "residence-missing": (N_("The register does not say in which country the owner lives."),),
    "residence-not-begun": (N_("The register says where the owner lives only from {since} on."),),
    "residence-contradictory": (
        N_("The register says two different things about where the owner has lived since {since}."),
        N_("The register says two different things about where the owner lives."),
    ),
    "country-not-covered": (N_("The pack has no rule for country {country} and this purpose."),),
    "country-excluded": (N_("The pack takes country {country} out of its rule “{regime}”, and has no other for it."),),
    "lives-in": (
        N_("The owner has lived in country {country} since {since}."),
        N_("The owner lives in country {country}."),
    ),
    "residence-recorded": (N_("The register learnt this on {at}."),),
    "minor-now": (N_("The owner turns {years} on {at}, and the pack leaves out whoever is younger."),),
    "minor-then": (
        N_("The owner turned {years} on {at}, after the item was created, and the pack leaves such items out."),
    ),
    "age-unknown": (N_("The owner's age is not known, and the pack then leaves the item out."),),
    "recipient-not-named": (N_("Where the owner lives, the pack's rule “{regime}” does not let “{recipient}” train."),),
    "recipient-category": (
        N_("By the pack's rule “{regime}”, “{recipient}” may not train on items of category “{category}”."),
        N_("By the pack's rule “{regime}”, “{recipient}” may train on some categories only, and the item has none."),
    ),
    "recipient-not-yet": (N_("By the pack's rule “{regime}”, “{recipient}” may train only from {at} on."),),
    "recipient-notice-missing": (
        N_("“{recipient}” may train only after version {version} of notice “{notice}”, which was not delivered."),
        N_("“{recipient}” may train only after notice “{notice}”, which was not delivered."),
    ),
    "recipient-notice-waiting": (
        N_("“{recipient}” may train only after notice “{notice}” and a time of waiting, which ends on {at}."),
    ),
    "regime-not-begun": (N_("Where the owner lives, the pack's rule “{regime}” begins on {at}."),),
    "regime-begins": (
        N_("Where the owner lives, the pack's rule “{regime}” applies from {at} on."),
        N_("Where the owner lives, the pack's rule “{regime}” has always applied."),
    ),
    "notice-missing": (
        N_("The pack asks for version {version} of notice “{notice}”, which was not delivered to the owner."),
        N_("The pack asks for notice “{notice}”, which was not delivered to the owner."),
    ),
    "notice-waiting": (N_("The pack asks for notice “{notice}” and a time of waiting, which ends on {at}."),),
    "notice-delivered": (N_("The notice “{notice}” was delivered on {at}."),),
}

OBJECTIONS = {
    "objection": (N_("The owner objected to this purpose on {at}; that stands."),),
    "objection-to-all": (N_("The owner objected to every purpose on {at}; that stands."),),
    "subject-objection": (N_("“{subject}”, named in the item, objected to this purpose on {at}; that stands."),),
    "subject-objection-to-all": (
        N_("“{subject}”, named in the item, objected to every purpose on {at}; that stands."),
    ),
    "text-objection": (N_("Somebody whom its text names objected to this purpose on {at}; that stands."),),
    "text-objection-to-all": (N_("Somebody whom its text names objected to every purpose on {at}; that stands."),),
    "possible-objection": (
        N_("Its text holds the name of somebody who objected to this purpose on {at}. Until staff look, it is out."),
    ),
    "possible-objection-to-all": (
        N_("Its text holds the name of somebody who objected to every purpose on {at}. Until staff look, it is out."),
    ),
}

PREFERENCE = {
    "off-now": (
        N_("The owner's setting “{setting}” was switched off on {at}; under this pack nothing is used from then on."),
    ),
    "off-before-begin": (
        N_("The owner's setting “{setting}” was switched off on {at}, and use of the item has not begun."),
    ),
    "off-whenever-usable": (
        N_("The owner's setting “{setting}”, switched off on {at}, was off whenever the item could have been used."),
    ),
    "off-before-use": (
        N_("The owner's setting “{setting}” was switched off on {at}; use could begin on {usable} at the earliest."),
    ),
    "off-between": (
        N_("The owner's setting “{setting}” was switched off on {at}; switching it on again frees only newer items."),
    ),
    "default-off": (
        N_("By the pack's rule “{regime}”, “{setting}” is off until the owner switches it on."),
        N_("By the pack's rule “{regime}”, use is off, and there is no setting to switch it on."),
    ),
    "default-off-then": (
        N_("On {at}, “{setting}” was off by the pack's rule “{regime}”, and the owner had not switched it on."),
        N_("On {at}, use was off by the pack's rule “{regime}”, and there is no setting to switch it on."),
    ),
    "residence-unknown-then": (N_("It is not known where the owner lived on {at}, and unknown counts as off."),),
    "country-not-covered-then": (
        N_("On {at} the owner lived in country {country}, for which the pack has no rule; that counts as off."),
    ),
    "residence-recorded-later": (
        N_("The register learnt only on {at} that the owner lives in country {country}; nothing is used before that."),
    ),
    "not-usable-yet": (N_("There was no time yet at which the item could be used, whatever the setting said."),),
    "default-on": (
        N_("Nothing stands against it: “{setting}” is on by default, and the owner has made no choice."),
        N_("Nothing stands against it: the pack's rule “{regime}” allows use by default, and there is no setting."),
    ),
    "on": (N_("On {at}, the owner's setting “{setting}” was switched on, and nothing stands against it."),),
    "on-again": (N_("On {at}, the owner's setting “{setting}” was switched on again, which frees older items too."),),
    "on-and-newer": (N_("On {at}, the owner's setting “{setting}” was switched on again, and the item is newer."),),
    "collected-before-off": (
        N_("Use could begin on {usable}; under this pack, switching “{setting}” off on {at} leaves the item in."),
    ),
    "collected-before-default": (
        N_("Use could begin on {usable}; the item stays in, though use is now off by default where the owner lives."),
    ),
    "no-act": (
        N_("No choice of the owner on “{setting}” is recorded."),
        N_("The pack has no setting for this purpose."),
    ),
    "no-act-counts": (N_("No choice of the owner on “{setting}” counts at this time."),),
}

ACTS = {
    "switched-off": (
        N_("On {at}, the owner switched “{setting}” off (entry {seq})."),
        N_("On {at}, the owner switched “{setting}” off."),
    ),
    "switched-off-imported": (
        N_("Another record says that the owner switched “{setting}” off, on {at} (entry {seq})."),
        N_("Another record says that the owner switched “{setting}” off, on {at}."),
    ),
    "switched-off-by": (
        N_("On {at}, “{setting}” was switched off for the owner by “{actor}” (entry {seq})."),
        N_("On {at}, “{setting}” was switched off for the owner by “{actor}”."),
    ),
    "switched-on": (
        N_("On {at}, the owner switched “{setting}” on (entry {seq})."),
        N_("On {at}, the owner switched “{setting}” on."),
    ),
    "switched-on-imported": (
        N_("Another record says that the owner switched “{setting}” on, on {at} (entry {seq})."),
        N_("Another record says that the owner switched “{setting}” on, on {at}."),
    ),
    "act-recorded": (N_("This act was recorded on {at}; it counts from {counts_from}."),),
    "off-holds": (N_("An act that switches off holds at once, whatever date it carries."),),
    "covered-then": (
        N_("When this choice was made, the setting covered this use as well, so the choice still holds for it."),
    ),
    "reached-then": (
        N_("When this choice was made, it kept older content out of later training as well, and it still does."),
    ),
}

CHANGES = {
    "switch-on": (N_("The owner switches “{setting}” on."),),
    "withdraw-objection": (N_("The owner withdraws the objection."),),
    "stop-withholding": (N_("The owner no longer withholds this item."),),
    "make-public": (N_("The owner makes the item public."),),
    "switch-off": (N_("The owner switches “{setting}” off."),),
    "object": (N_("The owner objects."),),
    "withhold": (N_("The owner withholds this item."),),
    "connections-only": (N_("The owner shows the item to connections only."),),
}

NO_EFFECT = {
    "switch-off": N_("Switching “{setting}” off at this time would not take the item out."),
    "object": N_("Objecting at this time would not take the item out."),
    "withhold": N_("Withholding the item at this time would not take it out."),
    "connections-only": N_("Showing the item to connections only would not take it out."),
}

_NO_BREAK = "\u00a0\u202f"

STATEMENTS: dict[str, tuple[str, ...]] = {**ITEM, **OWNER, **OBJECTIONS, **PREFERENCE, **ACTS, **CHANGES}


def say(catalogue: Catalogue, statement: Statement, titles: Mapping[str, Mapping[str, str]]) -> str:
    """The statement as a sentence; `titles` holds the labels of settings by language."""
    known = statement.values.keys()
    message = next(text for text in STATEMENTS[statement.code] if placeholders(text) <= known)
    return catalogue.say(message, **fill(catalogue, statement.values, titles))


def fill(catalogue: Catalogue, values: Mapping[str, Value], titles: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The values as text in the catalogue's language."""
    return {name: _text(catalogue, name, value, titles) for name, value in values.items()}


def plain(text: str) -> str:
    """Text from a table or a pack with every character escaped that would change how a terminal shows it.

    No-break spaces stay, as French is written with them.
    """
    shown = (char if char.isprintable() or char in _NO_BREAK else _escaped(char) for char in text)
    return "".join(shown)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


@cache
def placeholders(message: str) -> frozenset[str]:
    """The names of a message's placeholders."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(message) if name is not None)


def _text(catalogue: Catalogue, name: str, value: Value, titles: Mapping[str, Mapping[str, str]]) -> str:
    if isinstance(value, datetime):
        return instant_text(catalogue, value)
    if isinstance(value, str):
        title = titles.get(value, {}) if name == "setting" else {}
        return plain(title.get(catalogue.language) or title.get(SOURCE_LANGUAGE) or value)
    return str(value) if isinstance(value, int) else date_text(catalogue, value)
