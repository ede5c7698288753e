"""Receipts in words: what a person is told when an act is acknowledged, and what verifying a receipt finds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from byleave.text.catalogue import N_, Catalogue
from byleave.text.statements import fill, placeholders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byleave.text.explanation import Statement

CHOSEN = {
    "switched-off": (N_("On {at}, you switched “{setting}” off."),),
    "switched-on": (N_("On {at}, you switched “{setting}” on."),),
    "switched-off-imported": (N_("Another record says that you switched “{setting}” off, on {at}."),),
    "switched-on-imported": (N_("Another record says that you switched “{setting}” on, on {at}."),),
    "switched-off-by-platform": (N_("On {at}, “{setting}” was switched off for you."),),
    "switched-on-by-platform": (N_("On {at}, “{setting}” was switched on for you. You did not do that yourself."),),
    "objected": (N_("Your objection of {at} was received. It is about every training of AI."),),
    "objected-generative": (N_("Your objection of {at} was received. It is about AI that makes content."),),
    "objected-other": (N_("Your objection of {at} was received. It is about AI that does not make content."),),
    "withdrew": (N_("You took your objection back on {at}."),),
    "item-withheld": (N_("You held the item “{item}” back on {at}."),),
    "item-released": (N_("You stopped holding the item “{item}” back on {at}."),),
    "search-hidden": (N_("On {at}, you took yourself out of searches for people."),),
    "search-shown": (N_("On {at}, you let searches for people find you."),),
    "recorded": (N_("It was recorded on {at} as entry {seq}."),),
}

COVERED = {
    "covers-generative": (N_("It covers “{product}”: AI that makes content."),),
    "covers-other": (N_("It covers “{product}”: AI that does not make content."),),
    "covers-not-generative": (N_("It does not cover “{product}”: AI that makes content."),),
    "covers-not-other": (N_("It does not cover “{product}”: AI that does not make content."),),
    "covers-nothing": (N_("It does not govern any training of AI."),),
    "search-apart": (N_("It changes nothing about the training of AI. That is a choice of its own."),),
    "rules-silent": (N_("The rules name no product of that kind. The objection stands all the same."),),
}

EFFECT = {
    "reaches-collection": (N_("From then on, nothing new of yours is collected for what it covers."),),
    "reaches-training": (N_("From then on, no training for what it covers uses anything of yours, old or new."),),
    "reaches-models": (
        N_(
            "From then on, no training for what it covers uses anything of yours, "
            "and models are to forget what they learnt from it."
        ),
    ),
    "item-reaches-training": (N_("From then on, no training uses this item."),),
    "item-reaches-models": (
        N_("From then on, no training uses this item, and models are to forget what they learnt from it."),
    ),
    "frees-everything": (N_("From then on it may be used again, older items too, where nothing else keeps it out."),),
    "frees-new-content": (N_("What you share from then on may be used, where nothing else keeps it out."),),
    "objection-ended": (N_("The objection no longer keeps anything out. Your setting still counts."),),
    "item-free": (N_("The item may be used again, where nothing else keeps it out."),),
    "collected-before": (N_("What was collected before stays, and may still be used for training."),),
    "trained-before": (N_("It does not undo training that has taken place."),),
    "written-before": (N_("It does not take back what a model has already written."),),
    "shown": (
        N_("You were shown version {version} of the notice “{notice}”."),
        N_("You were shown the notice “{notice}”."),
    ),
    "by-pack": (N_("All this is by the rules of {pack}."),),
}

PROBLEMS = {
    "changed-layout": (
        N_("The file is not written as it was issued. Nothing but blanks between the parts may differ."),
    ),
    "malformed-note": (N_("The signatures do not belong to a text that can be signed."),),
    "malformed-signature": (N_("One of the signatures is damaged."),),
    "unknown-key": (N_("No key of the ring has signed it. The signatures name: {key}."),),
    "wrong-signature": (N_("The signature of key {key} does not fit: the content or the signature was changed."),),
    "key-not-valid": (N_("Key {key} was not valid on {at}, when the entry was recorded."),),
    "malformed-content": (N_("It is signed, and this version cannot read it: {problem}."),),
}

CHECKED = {
    "content": (N_("Nothing in it was changed since it was signed."),),
    "signature": (N_("Key {key} of the ring signed it."),),
    "key-validity": (N_("That key was valid on {at}, when the entry was recorded."),),
    "fields": (N_("Every field is known, and none is missing."),),
}

NOT_CHECKED = {
    "ring": (N_("Whether the keys are the platform's own. That depends on where the key ring comes from."),),
    "person": (N_("Whether “{subject}” is you."),),
    "instants": (N_("Whether the times are true. Who signed wrote them."),),
    "ledger": (N_("Whether the ledger still has this entry, and has none after it that turns it back."),),
    "snapshot": (N_("Whether a snapshot has seen it. None was named."),),
    "manifest": (N_("Whether the manifest of the snapshot is genuine. It is not signed."),),
}

SNAPSHOT = {
    "seen": (N_("The snapshot has read the ledger up to entry {watermark}. Yours is entry {seq}: it was seen."),),
    "later": (N_("The snapshot has read the ledger up to entry {watermark}. Yours is entry {seq}: it came later."),),
    "other-epoch": (N_("The snapshot counts in another epoch of the ledger, {epoch}. The numbers do not compare."),),
    "no-watermark": (N_("The snapshot was made from a folder, which has no numbers. Nobody can tell from it."),),
    "replay": (N_("The snapshot is a replay, which is not for training. It does not show what was seen."),),
    "other-purpose": (N_("The snapshot is for a purpose that your act does not cover."),),
}

MESSAGES: dict[str, tuple[str, ...]] = {
    **CHOSEN, **COVERED, **EFFECT, **PROBLEMS, **CHECKED, **NOT_CHECKED, **SNAPSHOT,
}  # fmt: skip

VERIFIED = N_("verified")
NOT_VERIFIED = N_("not verified")
HEADINGS = {
    "told": N_("What it says"),
    "checked": N_("Checked"),
    "not-checked": N_("Not checked"),
    "snapshot": N_("The snapshot"),
}


def tell(statement: Statement, language: str, titles: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """A statement about a receipt as a sentence; `titles` holds the labels of settings by language."""
    catalogue = _catalogue(language)
    return catalogue.say(_message(statement), **fill(catalogue, statement.values, titles or {}))


def leave_open(
    statement: Statement, language: str, titles: Mapping[str, Mapping[str, str]], names: Mapping[str, str]
) -> str:
    """As `tell`, with some placeholders left open under other names; every other brace is doubled."""
    catalogue, message = _catalogue(language), _message(statement)
    fixed = {name: value for name, value in statement.values.items() if name not in names}
    told = {name: _doubled(text) for name, text in fill(catalogue, fixed, titles).items()}
    return catalogue.say(message, **told, **{name: f"{{{other}}}" for name, other in names.items()})


def _message(statement: Statement) -> str:
    known = statement.values.keys()
    return next(text for text in MESSAGES[statement.code] if placeholders(text) <= known)


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


_catalogue = cache(Catalogue)
