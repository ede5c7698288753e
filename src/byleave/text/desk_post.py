"""What the desk says of what comes and goes by post, and of what staff search for, read and save."""

from __future__ import annotations

from byleave.text.catalogue import N_

BY_POST = {
    "by-post": N_("Received by post"),
    "by-post-do": N_("Write down what came by post or telephone"),
    "by-post-lead": N_(
        "An objection that came by letter or telephone. It counts at once, and from the day on which it came."
    ),
    "by-post-appeal": N_("Is it an appeal? Then give the case"),
    "by-post-appeal-more": N_("Its number stands in our letter. It begins with ob."),
    "by-post-appeal-do": N_("Open the case"),
    "by-post-case-none": N_("There is no case {case}."),
    "by-post-case-stands": N_("The case {case} was not refused, so nobody can appeal."),
    "by-post-how": N_("How and when it came"),
    "by-post-came": N_("How it came"),
    "by-post-letter": N_("By letter"),
    "by-post-telephone": N_("By telephone"),
    "by-post-e-mail": N_("By e-mail"),
    "by-post-in-person": N_("In person"),
    "by-post-day": N_("Day on which it came"),
    "by-post-day-more": N_(
        "When it reached you, not when you type it in. It stands from then on, and the time to answer runs."
    ),
    "by-post-day-none": N_("Give the day on which it came."),
    "by-post-day-wrong": N_("“{value}” is no day. Write it like 2026-11-28."),
    "by-post-day-early": N_("No day before {first} can be written down."),
    "by-post-day-late": N_("{on} has not come yet. Give the day on which it came."),
    "by-post-day-before": N_("That is before the decision. An appeal comes after it."),
    "by-post-came-wrong": N_("Say how it came."),
    "by-post-about": N_("What do they object to?"),
    "by-post-find": N_("Who is it?"),
    "by-post-find-more": N_("Fill in at least one, and all that they gave."),
    "by-post-member": N_("Member"),
    "by-post-member-more": N_("The id of their account, if they have one. Then all that they posted is meant, too."),
    "by-post-member-wrong": N_("There is no member “{member}”. Leave it blank if you do not know the id."),
    "by-post-optional": N_("(if known)"),
    "by-post-profiles": N_("Profiles"),
    "by-post-profiles-more": N_("Links to their profiles, or handles like @ana_lima. One on each line."),
    "by-post-posts": N_("Posts about them"),
    "by-post-posts-more": N_("Links to posts, or five words or more from them. One on each line."),
    "by-post-answer": N_("How do we answer?"),
    "by-post-address": N_("E-mail address for the answer"),
    "by-post-address-more": N_("It may stay blank: each letter can be printed. Their postal address is not kept here."),
    "by-post-country": N_("Where they live"),
    "by-post-country-more": N_("The law there says by when we answer."),
    "by-post-reason-more": N_("Only if they gave one. None is needed."),
    "by-post-check": N_("Check before you record"),
    "by-post-check-lead": N_("Nothing is recorded yet. What is recorded cannot be changed."),
    "by-post-alike": N_("These cases may be of the same person"),
    "by-post-alike-more": N_("Is it the same letter? Then do not write it down twice."),
    "by-post-new-window": N_("(in a new window)"),
    "by-post-stands": N_("Stands from"),
    "by-post-do-more": N_("It counts at once. The entry says that you wrote it down."),
    "by-post-record": N_("Record it"),
    "by-post-nothing": N_("Give the member, or something by which they are found: a name, a link or a quote."),
    "case-came": N_("{how}, written down by {by}"),
    "decided-written-down": N_(
        "Recorded: it stands from the day on which it came. Print the letter with its number below."
    ),
    "event-written-down": N_("{by} wrote it down. It came on {on}, and stands from then on."),
    "appeal-by-post": N_("An appeal by letter or telephone"),
    "appeal-by-post-until": N_("It counts if it came by {until}."),
    "by-post-appeal-late": N_(
        "It came after {until}, the last day to appeal. Write it down as a new objection: that counts at once."
    ),
    "by-post-appeal-gone": N_(
        "Nobody can appeal any more: what they gave to be found by was deleted. Write down a new objection."
    ),
    "appeal-by-post-more": N_("Write it down here. It stands from the day on which it came, as a case of its own."),
}

DELIVERY = {
    "letters": N_("Letters"),
    "letter-asked": N_("Asked to confirm on {day}"),
    "letter-given-up": N_("given up on {day}"),
    "letter-refused-yet": N_("refused since {day}, and tried again"),
    "letter-printed": N_("Printed on {day}"),
    "letter-failed": N_("A letter did not arrive"),
    "letter-failed-more": N_("The mail server refused it for days. It was given up on {on}."),
    "letter-failed-go": N_("Print it, or send it again"),
    "letter-failed-do": N_("The last letter was given up. Print it below, or send it again to the same address."),
    "letter-to-paper": N_("No e-mail address. Print the letter, and post it."),
    "letter-unprinted": N_("No letter about the last step was printed yet."),
    "letter-send-again": N_("Send it again"),
    "print-do": N_("Print the letter"),
    "print-more": N_("On paper it ends with the address of their page."),
    "print-no-link": N_("The address of their page is not on it, since the case is not confirmed."),
    "print-lead": N_("Print this page: only the letter comes on paper. The audit trail notes it."),
}

READDRESS = {
    "readdress": N_("Another e-mail address"),
    "readdress-do": N_("Write down another e-mail address"),
    "readdress-first": N_("Write down an e-mail address"),
    "readdress-address-none": N_("Give the address."),
    "readdress-lead": N_(
        "For an address that was wrong, or that came later. Make sure that it is theirs: who reads mail there can "
        "follow the case."
    ),
    "readdress-void": N_("Links that were sent before open nothing any more."),
    "readdress-letter": N_(
        "The letter goes out anew, to this address. The old one is told once, if mail arrives there."
    ),
    "readdress-back": N_("No link takes the objection back from then on, since staff chose where it goes."),
    "readdress-found": N_("We look for this address in posts, too."),
    "readdress-address": N_("The right address"),
    "readdress-again": N_("The same once more"),
    "readdress-again-wrong": N_("The two addresses are not the same."),
    "readdress-grounds": N_("How you know that it is theirs"),
    "readdress-grounds-more": N_("It is recorded and cannot be changed. Do not write the address here."),
    "readdress-grounds-none": N_("Say how you know that it is theirs."),
    "decided-readdress": N_("Recorded: we answer at the new address. The letter is on its way."),
}

TAKE_BACK = {
    "take-back": N_("Taken back by letter"),
    "take-back-do": N_("They have taken it back by letter"),
    "take-back-lead": N_(
        "Only with their letter in your hand. On their page they cannot take this objection back by themselves."
    ),
    "take-back-ends": N_("It ends the objection. From the next snapshot on, what names them may be used."),
    "take-back-tells": N_("They get a letter, and can appeal if they did not write that."),
    "take-back-day": N_("Day on which the letter came"),
    "take-back-day-wrong": N_("The letter comes after the objection, and not later than today."),
    "take-back-grounds": N_("What stands in the letter"),
    "take-back-grounds-more": N_("The person reads it."),
    "take-back-answers": N_("I have the letter, and answer for it that they want this."),
    "take-back-record": N_("End the objection"),
    "decided-take-back": N_("Recorded: it was taken back. The person is told by a letter."),
}

ACKNOWLEDGING = {
    "acknowledged": N_("Acknowledged on {on}"),
    "acknowledged-late": N_("Acknowledged late, on {on}"),
    "acknowledge-by": N_("Acknowledge by {by}"),
    "acknowledge-late": N_("Not acknowledged by {by}"),
    "case-acknowledge": N_("Acknowledgement"),
    "waiting-acknowledge": N_("To acknowledge"),
    "waiting-acknowledge-more": N_(
        "Where they live, the law asks you to tell them in 30 days that it has come. Send or print the letter."
    ),
    "waiting-print": N_("Letters to print"),
    "waiting-print-more": N_(
        "They wrote or called, and gave no e-mail address. Open the case, print the letter, and post it."
    ),
    "waiting-undelivered": N_("Letters that failed"),
    "waiting-undelivered-more": N_(
        "The mail server refused the last letter for days. Open the case, and print the letter or send it again."
    ),
}

SEARCH = {
    "search-most": N_("More cases match. These are the {most} that were given last."),
    "search-most-again": N_("More cases match. These are the next {most}."),
    "search-older": N_("Look among older ones"),
    "search-oldest": N_("These are the oldest ones."),
}

LOOKS = {
    "found-open": N_("Show the text"),
    "found-open-all": N_("Show every text on this page"),
    "found-open-more": N_(
        "A text is hidden until you show it. The audit trail notes that, and it stays open to you for "
        "{minutes} minutes."
    ),
    "found-closed": N_("Not for reading"),
    "found-closed-more": N_("Its text is not shown here: not everybody can see it, or no rule lets it be used."),
    "case-not-read": N_("None of these texts can be opened here."),
    "trail-looks-more": N_(
        "What they read, or saved as a file, stands beside it. That is noted in a table, and not in the ledger."
    ),
    "trail-looks-kept": N_("It is kept until {days} days after the case is over."),
    "trail-steps": N_("Steps"),
    "trail-looks": N_("Texts and files"),
    "step-objection-received": N_("wrote down"),
    "step-text-read": N_("read a text:"),
    "step-address-shown": N_("saw the address"),
    "step-letter-saved": N_("saved the letter"),
    "step-letter-printed": N_("printed the letter"),
    "step-cases-saved": N_("saved cases as a file:"),
    "step-choices-saved": N_("saved choices as a file:"),
    "step-trail-saved": N_("saved the audit trail as a file"),
}

DESK_POST = {**BY_POST, **DELIVERY, **READDRESS, **TAKE_BACK, **ACKNOWLEDGING, **SEARCH, **LOOKS}
"""Every message of these."""
