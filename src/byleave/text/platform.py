"""What the demonstration's small platform says, and how it tells whether a post may be used."""

from __future__ import annotations

from byleave.kernel.decision import Reason
from byleave.text.catalogue import N_

FEED = {
    "feed": N_("Feed"),
    "feed-label": N_("Posts"),
    "feed-none": N_("Nothing has been posted yet."),
    "feed-about": N_("Your AI setting"),
    "feed-change": N_("See or change it"),
    "post-by": N_("Post by {name}"),
    "post-posted": N_("Your post is published."),
    "post-out": N_("Not for AI training"),
    "post-edited": N_("edited"),
    "seen-public": N_("Everybody"),
    "seen-connections": N_("Connections"),
    "seen-group": N_("A group"),
    "seen-private": N_("Only you"),
    "profile": N_("{name}'s profile"),
    "profile-joined": N_("Here since {on}"),
    "profile-posts": N_("Posts"),
    "profile-none": N_("No posts yet."),
    "profile-about": N_("About"),
    "search-title": N_("Search"),
    "search-settings": N_("Settings"),
    "search-people": N_("People"),
    "search-posts": N_("Posts"),
    "search-none": N_("Nothing found for “{words}”."),
    "search-newest": N_("Of posts, the newest {count} are searched."),
    "search-none-more": N_("Try another word, or fewer words."),
}

COMPOSE = {
    "compose": N_("Write a post"),
    "compose-text": N_("What would you like to share?"),
    "compose-seen": N_("Who can see it"),
    "compose-out": N_("Not for AI training: keep this one post out"),
    "compose-check": N_("Would it be used?"),
    "compose-post": N_("Publish"),
    "compose-blank": N_("Write something first."),
    "compose-long": N_("The text has {count} characters; {most} fit."),
    "compose-seen-wrong": N_("Choose who can see it."),
    "rewrite": N_("Rewrite with AI"),
    "rewrite-how": N_(
        "A model suggests a cleaner text; you decide. Your draft is not kept, and no model learns from it."
    ),
    "rewrite-remote": N_("A model suggests a cleaner text; you decide. Your draft goes to {host} for that."),
    "rewrite-once": N_("This text has been rewritten already."),
    "tone-clear": N_("Make it clear"),
    "tone-warm": N_("Make it warm"),
    "tone-formal": N_("Make it formal"),
    "rewrite-title": N_("A suggestion."),
    "rewrite-marked": N_("New words are underlined, words that go are struck out. Read it before you use it."),
    "rewrite-take": N_("Use this text"),
    "rewrite-leave": N_("Keep mine"),
    "rewrite-none": N_(
        "No suggestion kept every number and name of your draft, so none is shown. Your draft is as it was."
    ),
    "rewrite-same": N_("The model would change nothing."),
    "rewrite-away": N_("Rewriting does not work right now. Your draft is as it was."),
    "rewrite-busy": N_("Others are being answered. Try again in a minute. Your draft is as it was."),
    "rewrite-long": N_("Drafts of up to {most} words can be rewritten. Yours is longer."),
    "rewrite-not": N_("Rewriting is not set up here. Your draft is as it was."),
    "assisted": N_("AI-assisted"),
    "assisted-told": N_(
        "A model wrote a part of this text, and the post will say so. Rules that leave out what AI wrote leave it out."
    ),
    "assisted-back": N_("Back to my own text"),
    "may": N_("This post may be used to train AI."),
    "may-some": N_("This post may be used to train some AI."),
    "may-later": N_("This post may be used to train AI from {on} on."),
    "out": N_("This post would not be used to train AI."),
    "line-may": N_("{purpose}, by {recipient}: may be used."),
    "line-later": N_("{purpose}, by {recipient}: may be used from {on} on."),
    "line-out": N_("{purpose}, by {recipient}: left out."),
    "purpose-generative-ai": N_("AI that makes content"),
    "purpose-other-ai": N_("AI for other ends"),
    "why-default": N_("“{setting}” is on by default. You did not choose it."),
    "why-chosen": N_("“{setting}” is on. You switched it on, on {on}."),
    "why-no-switch": N_("No switch covers this use: {purpose}. An objection stops it."),
    "why-later": N_("The rule for where you live begins on that day."),
}

WHY = {
    Reason.INVALID_ITEM: N_("Something about the post cannot be read."),
    Reason.NOT_YET_CREATED: N_("The post does not exist yet."),
    Reason.UNKNOWN_CATEGORY: N_("The rules do not say whether posts of this kind may be used."),
    Reason.EXCLUDED_CATEGORY: N_("The rules leave posts of this kind out."),
    Reason.UNKNOWN_VISIBILITY: N_("The rules do not say whether posts for these readers may be used."),
    Reason.NOT_PUBLIC: N_("It is not shown to everybody."),
    Reason.UNKNOWN_MEMBER: N_("You are not in the register, so nothing of yours is used."),
    Reason.UNKNOWN_REGION: N_("There is no rule for where you live."),
    Reason.MINOR: N_("You are too young, by the rules."),
    Reason.RECIPIENT_NOT_PERMITTED: N_("Where you live, this company may not train on it."),
    Reason.NOT_IN_FORCE: N_("Where you live, the rule has not begun."),
    Reason.NOTICE_PENDING: N_("You were not told long enough ago."),
    Reason.OBJECTION: N_("You have objected."),
    Reason.OPTED_OUT: N_("Your setting is off."),
    Reason.WITHHELD: N_("You keep this one post out."),
    Reason.SUBJECT_OBJECTION: N_("Somebody whom it names has objected."),
    Reason.AI_WRITTEN: N_("It is marked as written by AI."),
    Reason.ELIGIBLE: N_("Nothing stands against it."),
}
"""Each reason as it is told to the person whose post it is."""

PLATFORM: dict[str, str] = {**FEED, **COMPOSE}
