"""Every message of a report on an archive that the guide does not have: one whole sentence or label each."""

from __future__ import annotations

from byleave.archive.exposure.model import Cause, Standing
from byleave.text.catalogue import N_

TITLE = N_("What your archive shows: {platform} and AI training")
HEADINGS = {
    "short": N_("In short"),
    "actions": N_("What you can do, most effective first"),
    "columns": N_("What switching off changes"),
    "categories": N_("What is in your archive, by kind"),
    "years": N_("When it came to be"),
    "out": N_("What is left out, and why"),
    "open": N_("What nobody can tell, and why"),
    "finds": N_("What you may want to look at, in texts that may be used"),
    "blind": N_("What an archive cannot show"),
    "others": N_("Other people in your archive"),
    "rows": N_("How the rows were counted"),
}
STANDINGS = {
    Standing.USED: N_("may be used"),
    Standing.IF_PUBLIC: N_("may be used if everyone can see it"),
    Standing.OPEN: N_("nobody can tell"),
    Standing.OUT: N_("left out"),
}
SHORT = {
    Standing.USED: N_("May be used, as things stand: {rows}."),
    Standing.IF_PUBLIC: N_("May be used if everyone can see it: {rows}. The archive does not say who can."),
    Standing.OPEN: N_("Nobody can tell: {rows}."),
    Standing.OUT: N_("Left out: {rows}."),
}

OWN = {
    "private": N_("This was made on your own machine. Nothing was sent anywhere."),
    "counted": N_("Your archive has {rows} rows. {judged} of them are of a kind that these rules speak of."),
    "counted-none": N_("No row of your archive is of a kind that these rules speak of."),
    "otherwise": N_("Others read the rule otherwise. As read by {who}: up to {rows} may be used."),
    "range": N_(
        "The first number is certain. The second also counts what depends on who can see it. Rows about which "
        "nobody can tell are in neither."
    ),
    "in-time": N_("“In time” is before {begins}."),
    "no-dates": N_("Of the rows that are not left out none has a date, so nothing is drawn."),
    "doubtful": N_("The file of “{category}” may hold rows of another kind, too; nothing tells which of {rows}."),
    "others": N_("These files are about other people, or written by them. They did not choose how your switch stands."),
    "pass-on": N_("Think of them before you pass the archive on. This report repeats nothing that they wrote."),
    "absent": N_("Not in this archive: {files}. That means nothing: it may be a smaller archive, or renamed files."),
    "unknown": N_("Files that byleave does not know, and did not read: {files}."),
    "sum": N_(
        "{rows} rows in all: {judged} judged, {unlisted} of files that these rules do not speak of, and {unreadable} "
        "that could not be read."
    ),
    "fault": N_("Not readable: {file}, row {row}: {why}."),
    "misfit": N_("Not what the column promises: {file}, {rows} rows, the first is row {row} ({why})."),
    "refused": N_("Not opened: {file}: {why}."),
    "more": N_("And {rows} more."),
    "you-switched": N_("You switched off."),
    "today": N_("This report was made."),
    "action-effect": N_("As read by {who}: up to {rows} of these rows are then left out."),
    "action-no-effect": N_("As read by {who}: none of these rows is then left out."),
    "action-still-off": N_("You say that it is off. Look whether it still is, and keep a picture of it."),
    "action-letter": N_("An objection asks for what came before, too. With --letter, byleave writes it for you."),
    "action-review": N_(
        "Go through what everyone can see of your profile and posts. Change what you do not want there."
    ),
    "action-next": N_("Before you post: by these rules, what everyone can see may be used."),
}
"""What a report says of itself and of the rows that it counted; never of a platform."""

FACTS = {
    "action-switch": N_("Switch “{setting}” off: {link}"),
    "action-object": N_("Object by the form “{form}”: {link}"),
    "announced-on": N_("{platform} announced its rule for {regime}."),
    "begins-on": N_("Its rule for {regime} begins."),
    "row": N_("{category} ({rows}): {why}"),
    "form-for-others": N_("People without an account can object, too: {link}"),
}
"""What a report says of a platform; each of these carries a source."""

FINDS = {
    "e-mail": N_("Rows with an e-mail address: {rows}."),
    "phone": N_("Rows with a phone number: {rows}."),
    "address": N_("Rows with what looks like a postal address: {rows}."),
    "salary": N_("Rows with an amount that you are paid: {rows}."),
    "health": N_("Rows with words about your health: {rows}."),
    "union": N_("Rows with words about a trade union: {rows}."),
}
FIND = N_("{category}: {file}, row {row}")
FINDS_LIMIT = N_(
    "Words are looked for, not what they mean: some are missed, and some mean something else. None is repeated here."
)

CAUSES = {
    Cause.CATEGORY: N_("The sources of these rules do not say whether such rows are used."),
    Cause.VISIBILITY: N_("It depends on who can see them, and the sources leave that open."),
    Cause.DATE: N_("It depends on when they came to be, and the archive does not say."),
    Cause.COUNTRY: N_("These rules do not cover your country."),
    Cause.AUTHOR: N_("It depends on whether AI wrote them, and the archive does not say."),
    Cause.KIND: N_("The list of what is used does not name such rows, or the file mixes them with others."),
}
TABLES = {
    "categories": N_("Rows by kind; each bar is the whole of a kind"),
    "years": N_("Rows that are not left out, by year"),
    "columns": N_("Rows that may be used, at least and at most"),
}
DRAWN = N_("A drawing of the table below it: {caption}.")
KIND = N_("kind")
YEAR = N_("year")
NO_YEAR = N_("no date")
READ_BY = N_("as read by")
RANGE = N_("{least} to {most}")
COLUMNS = {
    "as-you-are": N_("as you are"),
    "off-today": N_("off today"),
    "off-in-time": N_("off in time"),
}
MARKS = {"begins": N_("rule begins, {on}"), "off": N_("you switched off, {on}")}
