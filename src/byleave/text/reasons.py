"""One plain sentence for every reason and a word for every verdict, as summaries, pages and documents use them."""

from __future__ import annotations

from byleave.kernel.decision import Reason, Verdict
from byleave.text.catalogue import N_, Catalogue

REASONS = {
    Reason.INVALID_ITEM: N_("Something that the decision needs is missing from the item or cannot be read."),
    Reason.NOT_YET_CREATED: N_("The item as it is read today did not exist, or was not public, at that time."),
    Reason.UNKNOWN_CATEGORY: N_("The pack does not say whether this kind of item may be used."),
    Reason.EXCLUDED_CATEGORY: N_("The pack leaves this kind of item out."),
    Reason.UNKNOWN_VISIBILITY: N_("It is not known who can see the item, or whether such items may be used."),
    Reason.NOT_PUBLIC: N_("The item is not shown to enough people for the pack to use it."),
    Reason.UNKNOWN_MEMBER: N_("The owner is not in the register, so nobody knows what they chose."),
    Reason.UNKNOWN_REGION: N_("It is not known where the owner lives, or the pack has no rule for that country."),
    Reason.MINOR: N_("The owner is too young, or was too young when the item was made."),
    Reason.RECIPIENT_NOT_PERMITTED: N_("Where the owner lives, this recipient may not train on the item."),
    Reason.NOT_IN_FORCE: N_("Where the owner lives, the rule has not begun."),
    Reason.NOTICE_PENDING: N_("The owner was not told, or was not told long enough ago."),
    Reason.OBJECTION: N_("The owner has objected."),
    Reason.OPTED_OUT: N_("The owner's setting does not allow it."),
    Reason.WITHHELD: N_("The owner keeps this one item back."),
    Reason.SUBJECT_OBJECTION: N_("Somebody whom the item names has objected."),
    Reason.AI_WRITTEN: N_("The pack leaves out what AI wrote, and AI wrote this item or may have written it."),
    Reason.ELIGIBLE: N_("Nothing stands against using the item."),
}

VERDICTS = {
    Verdict.ELIGIBLE: N_("eligible"),
    Verdict.EXCLUDED: N_("left out"),
    Verdict.GAP: N_("left out, because it cannot be decided"),
}


def reason_sentence(reason: Reason, language: str) -> str:
    """The reason in one plain sentence, without the facts of any item."""
    return Catalogue(language).say(REASONS[reason])


def verdict_word(verdict: Verdict, language: str) -> str:
    """The verdict in plain words."""
    return Catalogue(language).say(VERDICTS[verdict])
