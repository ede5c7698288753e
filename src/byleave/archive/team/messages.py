"""Every message of a team's report that the report for one person does not have."""

from __future__ import annotations

from byleave.text.catalogue import N_

TITLE = N_("What the archives of a team show: {platform} and AI training")
HEADINGS = {
    "short": N_("In short"),
    "categories": N_("What was shared, by kind"),
    "years": N_("What was shared, by year"),
    "acted": N_("Who has switched off"),
    "agreed": N_("People who agreed to be shown"),
    "hidden": N_("What is not shown"),
}
PRIVATE = N_("This was made on one machine. Nothing was sent anywhere.")
READ = N_("Archives that were read: {read}.")
FAILED = N_("Archives that could not be read: {failed}. They are in no number here.")
TOTAL = N_("Rows that may be used, in all that is shown here: {rows}.")
ACTED = N_("Say that they switched off: {acted}. Have not said so: {rest}.")
ACTED_HIDDEN = N_("How many have switched off is not shown, since one of the two groups is small.")
NO_STATE = N_("An archive does not show how a switch stands. This is what people say.")
RULE = N_("A number is shown only if at least {fewest} people are in it who did not agree to be shown.")
AGREED = N_("Whoever agreed stands by name of their archive, with their own figures. All others stand in sums alone.")
NOBODY = N_("Nobody has agreed so far.")
PERSON = N_("{archive}: {rows} rows may be used.")
PERSON_ACTED = N_("They say that they switched off on {on}.")
TABLES = {
    "categories": N_("People and rows by kind"),
    "years": N_("People and rows by year"),
}
PEOPLE = N_("people")
ROWS = N_("rows that may be used")
FEW = N_("fewer than {fewest}")
HIDDEN = N_("not shown")
