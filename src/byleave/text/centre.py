"""What members' pages say about what applies, what is decided for each item, and what became of the items."""

from __future__ import annotations

from byleave.kernel.decision import Reason
from byleave.text.catalogue import N_
from byleave.text.platform import WHY

APPLIES = {
    "applies": N_("What applies to me?"),
    "applies-lead": N_(
        "Say where you live. You see what holds there, since when, and what you can do. You need no account."
    ),
    "applies-country": N_("Where do you live?"),
    "applies-choose": N_("Choose a country"),
    "applies-off": N_("When did you switch it off? (if you did)"),
    "applies-off-more": N_("Leave it blank if you never did. A day is enough."),
    "applies-show": N_("Show what applies"),
    "applies-kept": N_("What you enter is in the address of the page, and is kept nowhere."),
    "applies-no-country": N_("Choose a country from the list."),
    "applies-no-day": N_("“{text}” is not a day. Write it like 2025-12-01."),
    "applies-late-day": N_("“{text}” has not come yet."),
    "applies-in": N_("In short: {country}"),
    "applies-none": N_("{pack} has no rule for {country}. Without a rule nothing of yours is used."),
    "applies-notice": N_("From {days} days after you were told on. Nothing is used before that."),
    "applies-nothing-done": N_("If you do nothing"),
    "applies-on": N_("It is on. What you share may be used until you switch it off."),
    "applies-off-default": N_("It is off. Nothing is used until you switch it on."),
    "applies-safe": N_("What stays out if you switch off today"),
    "applies-safe-since": N_("What stays out, since you switched off on {on}"),
    "applies-lost": N_("What may be used even so"),
    "applies-nothing": N_("Nothing"),
    "applies-everything": N_("Everything you share"),
    "applies-before-start": N_("What you shared before {begins}"),
    "applies-since-start": N_("What you shared since {begins}"),
    "applies-until-off": N_("What you shared from {begins} until then"),
    "applies-from-now-on": N_("What you share from now on"),
    "applies-do": N_("What you can do"),
    "applies-switch": N_("Open the setting"),
    "applies-reading": N_("This follows {pack}. Others read the rule in other ways; they are told further down."),
    "applies-archive": N_("Do you have a copy of your data? Check it here."),
    "applies-more": N_("More about it"),
    "applies-sources": N_("Each mark leads to its source, and says how sure it is."),
}

CHECK = {
    "check-lead": N_("What you have here: {total} items. For each you see what is decided now, and why."),
    "check-setting": N_("How your settings stand"),
    "check-filter": N_("Show only some"),
    "check-all": N_("All"),
    "check-used": N_("May be used"),
    "check-out": N_("Left out"),
    "check-every-kind": N_("Of every kind"),
    "check-kind": N_("{kind} ({count})"),
    "check-withhold": N_("Leave this item out"),
    "check-release": N_("Take that back"),
    "check-held": N_("The platform itself keeps it out."),
    "check-item-withheld": N_("Saved. This item is left out, whatever your settings say."),
    "check-item-released": N_("Saved. Your settings decide about this item again."),
    "check-same": N_("It was so already. Nothing was changed."),
    "check-none": N_("There is nothing of this kind."),
    "check-cut": N_("Only {count} items were looked at for this page. Go on to the older ones."),
    "item-kind-unknown": N_("Of a kind that the rules do not name"),
    "item-used": N_("May be used"),
    "item-some": N_("May be used in part"),
    "item-later": N_("May be used from {on} on"),
    "item-out": N_("Left out"),
    "item-seen": N_("Who can see it: {who}"),
    "item-why": N_("By whom, since when, and by which rule"),
    "item-since": N_("Since {on}."),
    "item-rule": N_("Rule: {rule} ({pack})"),
}

WHY_ITEM = {
    **WHY,
    Reason.INVALID_ITEM: N_("Something about it cannot be read, so it is not used."),
    Reason.NOT_YET_CREATED: N_("It does not exist yet."),
    Reason.UNKNOWN_CATEGORY: N_("The rules do not say whether items of this kind may be used, so it is not."),
    Reason.EXCLUDED_CATEGORY: N_("The rules leave items of this kind out."),
    Reason.UNKNOWN_VISIBILITY: N_("The rules do not say whether items for these readers may be used, so it is not."),
    Reason.WITHHELD: N_("You keep this one item out."),
}
"""Each reason as it is told to the owner of an item of any kind; of a post it is told in other words."""

USED = {
    "used-lead": N_("Each snapshot and model that held something of yours, and when each of your choices took effect."),
    "used-sum": N_("So far"),
    "used-snapshots": N_("Snapshots with something of yours"),
    "used-of": N_("{count} of {total}"),
    "used-models": N_("Models trained on them"),
    "used-still": N_("Models that you are still in"),
    "used-not-known": N_("Snapshots of which it is not known"),
    "used-not-known-more": N_("Nobody recorded who is in them. Something of yours may be."),
    "used-as-of": N_("As of {at}."),
    "used-protects": N_("What switching off now still protects"),
    "used-protected": N_("What being off protects"),
    "used-timeline": N_("What happened, the newest first"),
    "used-none": N_("Nothing of yours is in a snapshot, and you have made no choice yet."),
    "used-snapshot": N_("A snapshot was made. It holds this many of your items: {count}."),
    "used-model": N_("The model “{name}” was trained. It saw this many of your items: {count}."),
    "used-forgotten": N_("You were taken out of the model “{name}”."),
    "used-certificate": N_("Certificate"),
    "used-waiting": N_("The model “{name}” is to forget you. It is next in line."),
    "used-stopped": N_("The model “{name}” stopped using what it learnt from you. It is being made anew without you."),
    "used-open": N_("Whoever trained the model “{name}” was asked to take you out of it."),
    "used-overdue": N_("Whoever trained the model “{name}” was asked to take you out of it, and is late."),
    "used-open-more": N_("It was trained elsewhere. They have until {on}, and we cannot do it for them."),
    "used-acknowledged": N_("Whoever trained the model “{name}” says that you are out of it."),
    "used-acknowledged-more": N_("It was trained elsewhere. We write down their word, and cannot check it."),
    "used-for": N_("For {purpose}. Who trains: {recipient}."),
    "used-purpose": N_("For {purpose}."),
    "used-ground": N_("Legal ground: {ground}"),
    "used-replay": N_("It only looks back. Nothing may be trained on it."),
    "used-effect": N_("It took effect with the snapshot of {on}."),
    "used-effect-next": N_("No snapshot was made since. It takes effect with the next one."),
    "used-take": N_("Take it with you"),
    "used-json": N_("As JSON, for a program"),
    "used-csv": N_("As a table (CSV)"),
    "used-print": N_("All on one page, to print"),
    "used-print-now": N_("Print this page with your browser, or save it as a PDF."),
}

ARCHIVE = {
    "archive": N_("Check an archive"),
    "archive-lead": N_("Send the copy of your data that LinkedIn gave you. You see what of it AI may be trained on."),
    "archive-file": N_("Your archive"),
    "archive-file-more": N_("The .zip as it came, or one .csv file of it; at most {most} MB."),
    "archive-send": N_("Check it"),
    "archive-none": N_("Choose the file first."),
    "archive-big": N_("The file is too big: at most {most} MB fit. On your own computer there is no such limit."),
    "archive-busy": N_("Other archives are being read right now. Try again in a minute."),
    "archive-limit": N_("Reading it took too long, or too much memory. It was stopped and deleted."),
    "archive-refused": N_("This file cannot be read. It was deleted."),
    "archive-why": N_("Why it was refused"),
    "archive-gone": N_("Your archive has been read and deleted."),
    "archive-keep": N_("This page is all that is left of it. Print it or save it if you want to keep it."),
    "archive-letter": N_(
        "An objection asks for what came before, too. On your own computer “byleave check” writes it for you."
    ),
    "archive-again": N_("Check another one"),
    "archive-happens": N_("What happens to it"),
    "archive-happens-read": N_("It is read once, by a program that runs for you alone and can write no file."),
    "archive-happens-gone": N_("It is deleted right after, also if something goes wrong. Nobody else sees it."),
    "archive-happens-own": N_("You can do the same on your own computer: “byleave check” sends nothing at all."),
}

CENTRE: dict[str, str] = {**APPLIES, **CHECK, **USED, **ARCHIVE}
