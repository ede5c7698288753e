"""What is said around the text of a notice, on pages and in e-mails."""

from __future__ import annotations

from byleave.text.catalogue import N_

NOTICES = {
    "notices": N_("Notices"),
    "notices-lead": N_("What you were told about your data, the newest first."),
    "notices-none": N_("Nothing was sent to you yet."),
    "notice-label": N_("Notice"),
    "notice-open": N_("Open “{setting}”"),
    "notice-seen": N_("Put it away"),
    "notice-begins": N_("The rule for where you live begins on {on}. Nothing is used under it before that day."),
    "notice-begun": N_("The rule for where you live is in force."),
    "notice-off": N_("If you switch it off:"),
    "notice-sent": N_("Sent to you on {on}, version {version}."),
    "notice-by-mail": N_("By e-mail, on {on}"),
    "notice-on-page": N_("On these pages, on {on}"),
    "notice-reminder": N_("A reminder, and the only one: {title}"),
}
