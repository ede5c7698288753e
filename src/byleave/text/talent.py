"""What the pages of talent search say: one message for each name that a template uses."""

from __future__ import annotations

from byleave.text.catalogue import N_

PEOPLE = {
    "people-title": N_("Find people"),
    "people-lead": N_("For everybody who looks for somebody to work with."),
    "people-words": N_("Which job, and which skills?"),
    "people-hint": N_("The job first, then skills, with commas between."),
    "people-language": N_("Language of the profile"),
    "people-any": N_("Any"),
    "people-every": N_("Only with all of the words"),
    "people-go": N_("Search people"),
    "people-found": N_("Who fits, best first"),
    "people-none": N_("Nobody fits “{words}”."),
    "people-none-more": N_("Try fewer words, or other ones."),
    "people-not-ready": N_("The search is not set up yet."),
    "people-set-up": N_("Whoever runs the platform sets it up with:"),
    "people-by-name": N_("Search for people by their names"),
    "people-not-learned": N_("The search is forgetting somebody right now. Until that is done it goes by words alone."),
    "people-how": N_("How this works"),
    "people-how-more": N_(
        "The order is learnt from people who allow training. "
        "Who can be found is another choice, and each makes it alone."
    ),
    "people-yours": N_("Whether people find you"),
    "found-headline": N_("Fits because of the headline: {words}"),
    "found-words": N_("Fits because of these words: {words}"),
    "speaks-en": N_("English"),
    "speaks-de": N_("German"),
    "speaks-fr": N_("French"),
}

CONTACT = {
    "contact-ask": N_("Ask to get in touch"),
    "contact-to": N_("Write to {name}"),
    "contact-text": N_("What do you want to ask?"),
    "contact-more": N_("Only they can read it. No AI is trained on it. They see your name and your profile."),
    "contact-send": N_("Send"),
    "contact-sent": N_("Sent. They can read it now."),
    "contact-yours": N_("What you wrote"),
    "contact-blank": N_("Write what you want to ask."),
    "contact-long": N_("It has {count} characters, and {most} is the most."),
    "contact-back": N_("Back to the search"),
    "requests-title": N_("Who wants to get in touch with you"),
    "requests-lead": N_("People who found your profile and wrote to you."),
    "requests-none": N_("Nobody has written to you yet."),
    "requests-remove": N_("Remove"),
}

VISIBLE = {
    "privacy-found": N_("Being found by hirers"),
    "privacy-found-more": N_("Whether people who look for somebody find your profile."),
    "visible-label": N_("Searches for people find me"),
    "visible-by-default": N_("Searches find your public profile. You have not chosen this."),
    "visible-is-on": N_("Searches find your public profile."),
    "visible-is-off": N_("Searches do not find you."),
    "visible-saved-on": N_("Saved. Searches find your public profile again."),
    "visible-saved-off": N_("Saved. Searches do not find you from now on."),
    "visible-what": N_("It is about “Find people” alone. Your profile stays where it is."),
    "visible-apart": N_("It changes nothing about the training of AI. That has a switch of its own."),
    "visible-either-way": N_("Switching training off never hides you here."),
    "history-hidden": N_("You took yourself out of searches for people."),
    "history-shown": N_("You let searches for people find you."),
}

TALENT = {**PEOPLE, **CONTACT, **VISIBLE}
