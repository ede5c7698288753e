"""Every message of a guide: one whole sentence or label each."""

from __future__ import annotations

from byleave.kernel.decision import Verdict
from byleave.text.catalogue import N_

TITLE = N_("{platform}: AI training with what you share")
ASKED = N_("By the rules of {pack}, as of {on}.")
HEADINGS = {
    "applies": N_("What applies to you"),
    "groups": N_("What differs by country"),
    "switch": N_("Where the switch is"),
    "reach": N_("What switching off reaches"),
    "scope": N_("What is used, and what is not"),
    "affiliates": N_("Who else may use it"),
    "limits": N_("What the switch does not do"),
    "objection": N_("The objection form"),
    "evidence": N_("What you can keep as evidence"),
    "not_established": N_("What is not established"),
    "sources": N_("Sources"),
}

FACTS = {
    "regime": N_("Where you live ({country}), {platform} follows its rule for: {regime}."),
    "in-force": N_("That rule has been in force since {on}."),
    "begins-later": N_("That rule begins on {on}. Nothing is used under it before that day."),
    "announced": N_("{platform} announced it on {on}."),
    "default-on": N_("“{setting}” is on unless you switch it off."),
    "default-off": N_("“{setting}” is off unless you switch it on."),
    "notice": N_("{platform} tells you at least {days} days before it uses anything."),
    "basis-legitimate-interests": N_("{platform} names legitimate interests as its legal ground."),
    "basis-consent": N_("{platform} names your consent as its legal ground."),
    "basis-contract": N_("{platform} names its contract with you as its legal ground."),
    "basis-not-stated": N_("No legal ground is named for your country."),
    "controller": N_("Responsible for your data: {controller}."),
    "age-limit": N_("{platform} leaves out members under {years}."),
    "minor": N_(
        "By your birth date you are under {years} until {on}. Where {platform} knows that, your items stay out."
    ),
    "of-age": N_(
        "By your birth date you have been {years} since {on}. Where {platform} knows that, older items stay out."
    ),
    "reaches-collection": N_("Switching off stops later use. What was collected before stays in."),
    "reaches-training": N_("Switching off stops later training, on older items too. Past training is not undone."),
    "reaches-models": N_("Switching off stops all later training, and takes you out of models already trained."),
    "frees-everything": N_("Switching on again would let older items in as well."),
    "frees-new-content": N_("Switching on again would let in only what you share after that."),
    "verified": N_("The switch was last seen there on {on}."),
    "separate-switch": N_("“{setting}” is another switch, and it does not govern training: {link}"),
    "other-purpose-no-switch": N_(
        "AI that does not make content is another matter, used since {on}. This switch does not stop it."
    ),
    "other-purpose-anywhere": N_("AI that does not make content is another matter. This switch does not stop it."),
    "other-purpose-same-switch": N_("“{setting}” governs AI that does not make content as well."),
    "other-product": N_("Among what the switch does not stop: {product}."),
    "form": N_("The form is called “{form}”: {link}"),
    "form-everybody": N_("Members can use it, and so can people without an account."),
    "form-members": N_("Members can use it."),
    "affiliate-may-not": N_("Where you live, {recipient} may not train on it."),
    "affiliate-may": N_("Where you live, {recipient} may train on these too: {categories}."),
    "affiliate-off": N_("Switching off stops that as well, for what you share afterwards."),
    "affiliate-still": N_("Switching off does not stop that."),
}
"""What a guide says about a platform; each of these carries a source."""

REMARKS = {
    "ask-country": N_("The rules differ by country. With --country, the guide says what applies to you."),
    "no-rule": N_("{pack} has no rule for your country ({country}), so the guide cannot say what applies there."),
    "no-age-rule": N_("{pack} has no rule about age."),
    "taken-of-age": N_("What is said here is for somebody who is {years} or older."),
    "no-switch": N_("{pack} names no switch for this."),
    "no-form": N_("{pack} names no objection form."),
    "keep-screenshot": N_("A screenshot of the switch, with the date and the time."),
    "keep-account": N_("The e-mail address of the account, and the address of your profile."),
    "keep-links": N_("Links to the posts that matter most to you."),
    "keep-confirmation": N_("A copy of what you enter into the form, and the confirmation."),
}
"""What a guide says about itself, or about what a person can keep."""

GROUP = N_("{title}: since {on}, on by default.")
GROUP_LATER = N_("{title}: from {on}, on by default.")
GROUP_OFF = N_("{title}: since {on}, off by default.")
GROUP_ALWAYS = N_("{title}: on by default.")
GROUP_ALWAYS_OFF = N_("{title}: off by default.")
GROUP_SHARED = N_("{recipient} may use something of it too.")
GROUP_WITHOUT = N_("Without a rule in this pack: {countries}.")

DEVICES = {"desktop": N_("On a computer"), "mobile": N_("On a phone")}
LINK = N_("Direct link")
LABELS = N_("Its name by language")

SCENARIOS = {
    "as-you-are": N_("If you never switch off"),
    "switched-off": N_("You switched off on {on}"),
    "off-today": N_("If you switch off today, {on}"),
    "off-in-time": N_("If you had switched off before {begins}"),
}
PERIODS = {
    "before-start": N_("shared before {begins}"),
    "since-start": N_("shared since {begins}"),
    "until-off": N_("shared from {begins} until then"),
    "from-now-on": N_("shared from now on"),
}
PERIODS_SO_FAR = {"since-start": N_("shared until now"), "until-off": N_("shared until then")}
"""Where a rule names no beginning."""
WHEN = N_("What you shared, and when")
VERDICTS = {
    Verdict.ELIGIBLE: N_("may be used"),
    Verdict.EXCLUDED: N_("left out"),
    Verdict.GAP: N_("open"),
}
ALL_THE_SAME = {
    Verdict.ELIGIBLE: N_("All of it may be used, by every reading."),
    Verdict.EXCLUDED: N_("All of it is left out, by every reading."),
    Verdict.GAP: N_("It cannot be said what happens to it, by any reading."),
}
ALL_OF_IT = {
    Verdict.ELIGIBLE: N_("All of it may be used."),
    Verdict.EXCLUDED: N_("All of it is left out."),
    Verdict.GAP: N_("It cannot be said what happens to it."),
}
"""Where the pack records no other reading."""
KINDS = {
    "pack": N_("pack"),
    "company": N_("company"),
    "regulator": N_("regulator"),
    "article": N_("article"),
}
APPLIED = N_("The guide itself applies each reading to your dates. It cannot see what really happens.")
APPLIED_ALONE = N_("The guide itself applies the rule to your dates. It cannot see what really happens.")
READINGS = N_("Who reads the rule how:")
DAY_COUNTS = N_("A day without a time counts at its very end, since you may have switched off late.")

SEEN_BY = {
    "public": N_("everyone"),
    "connections": N_("connections"),
    "group": N_("a group"),
    "private": N_("only you"),
}
USED = N_("May be used when seen by: {who}.")
USED_AND_OPEN = N_("May be used when seen by: {who}. Not established for: {open}.")
LEFT_OUT = N_("Never used")
NOT_ESTABLISHED = N_("Not established whether used")

CERTAINTIES = {
    "A": N_("A: read in the original"),
    "B": N_("B: reported by several sources, or by an authority"),
    "C": N_("C: one source, sources that disagree, or how a text was read"),
    "?": N_("?: not established"),
}
UNSURE = {"C": N_("not certain"), "?": N_("not established")}
"""Said beside the mark wherever it stands."""
SOURCE = N_("“{title}”, {publisher}, {date}")
IN_ENGLISH = N_("in the words of the source, in English")

OTHERS = N_("AI training with what you share, platform by platform")
OTHERS_IN = N_("Country: {country}. As of {on}.")
OTHERS_ANYWHERE = N_("What is known, as of {on}.")
DEFAULTS = {
    "on": N_("On by default."),
    "off": N_("Off by default."),
    "differs": N_("What holds without an act differs by plan or choice."),
}
CONTROLS = {
    "toggle": N_("A switch turns it off. It counts for: {unit}."),
    "form": N_("A form stops it. It counts for: {unit}."),
    "e-mail": N_("An e-mail stops it. It counts for: {unit}."),
    "signal": N_("A setting asks others not to train; that is a request. It counts for: {unit}."),
    "none": N_("No switch and no form was found."),
    "not-needed": N_("It says that it does not do this, and names no switch."),
}
UNITS = {
    "account": N_("your account"),
    "blog": N_("one blog"),
    "site": N_("one site"),
    "workspace": N_("the whole workspace"),
    "team": N_("the whole team"),
}
SINCE = N_("Since {since}, as far as is known.")
REACHING = {
    "later-only": N_("Acting stops later use only."),
    "all-if-in-time": N_("Acting before that day kept everything out. Acting later keeps out only what is newer."),
}
WAY = N_("The way there")
UNKNOWNS = {
    "default": N_("what holds without an act"),
    "control": N_("what you can do"),
    "steps": N_("the way there"),
    "link": N_("a direct link"),
    "since": N_("when it began"),
    "reaches": N_("what an act does to older content"),
}
UNKNOWN = N_("Not established: {fields}.")
NEWEST_SOURCE = N_("The newest source here was published or read on {on}. Names and places change.")
MORE = N_("More about it: byleave guide {name}")
