"""Every message of a letter: one whole sentence each; what stands in square brackets is for the person to fill in."""

from __future__ import annotations

from byleave.text.catalogue import N_

SUBJECT = N_("Objection to the use of my personal data to train AI")
TO = N_("To: {recipient}")
GREETING = N_("Dear Sir or Madam,")
NO_LAW = N_("I object to the use of my personal data to train AI.")
ALL = N_("My objection covers what I have shared so far and what I share from now on, for the AI of every product.")
ALL_OF_OTHERS = N_("My objection covers what members have shared about me so far, and what they share from now on.")
SITUATION = N_("My situation: [say here, if you want, what is particular about it; leave this line out otherwise]")
SWITCH = N_("I switched “{setting}” off on {on}. My objection also covers AI that this switch does not stop.")
CATEGORIES = N_("The copy of my data that you gave me holds these kinds, with the number of entries:")
CATEGORY = N_("{category}: {rows}")
WHERE = N_("Members shared it here: [links to the posts or comments, and how you appear in them]")
ASKED = (
    N_("Stop using my personal data to train AI, and leave it out of every future training."),
    N_("Tell me which models were trained on my personal data, since when, and whether it can be taken out of them."),
    N_("Tell me who else received it for this purpose, and let them know of my objection."),
    N_("Until you have decided, do not use it for this purpose."),
)
REQUESTS = N_("I ask for the following:")
ANSWER = N_(
    "I expect your answer within one month of receipt ({rule}). If you receive this on {received}, that is by {due}."
)
ANSWER_ASKED = N_("I ask for your answer by {due}.")
AUTHORITY = N_("If I hear nothing from you by then, I will turn to {authority}.")
NO_AUTHORITY = N_("If I hear nothing from you by then, I will turn to the authority that is responsible for me.")
CLOSING = N_("Yours faithfully,")
NAME = N_("[your name]")
MEMBER_LINES = (N_("[e-mail address of your account]"), N_("[address of your profile]"))
NON_MEMBER_LINES = (N_("[an e-mail address to reach you]"), N_("I have no account with you."))

NOTES = N_("For you, not part of the letter")
NOTE_FORM = N_("{platform} takes objections through its form “{form}”. You can paste the letter there: {link}")
NOTE_SEND = N_("These rules name no form. Look for the address in the privacy notice.")
NOTE_LAW = N_("The letter names the law by this source:")
NOTE_NO_LAW = N_("byleave knows no law with enough certainty for country {country}, so the letter names none.")
NOTE_DUE = (
    N_("How the day was counted: one month from receipt, to the day of the same number or the last of the month."),
    N_("A Saturday or Sunday moves it to Monday. Public holidays would move it too; they are not known here."),
)
NOTE_ANSWER = N_("The letter names the time limit by this source:")
NOTE_NO_ANSWER = N_(
    "byleave knows no time limit with enough certainty for country {country}. The letter asks for a month all the same."
)
NOTE_AUTHORITY = N_("The letter names the authority by this source:")
NOTE_NO_AUTHORITY = N_("byleave does not know which authority is responsible for country {country}.")
NOTE_ADVICE = N_("None of this is legal advice. Keep a copy, and note the day on which you sent it.")
