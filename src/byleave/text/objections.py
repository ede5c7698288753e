"""What the objection form says, what the page of a case says, and the letter that asks to confirm."""

from __future__ import annotations

from byleave.text.catalogue import N_

FORM = {
    "object": N_("Object to the use of your data"),
    "object-lead": N_("Say no to the use of your data to train AI. You need no account and no reason."),
    "object-lead-more": N_("It takes about two minutes. It holds from the moment that we have it."),
    "object-signed-in": N_("You are signed in. All that you have posted is meant, too."),
    "object-sign-in-more": N_("Do you have an account here? Sign in first. Then your own posts are left out, too."),
    "object-sign-in": N_("Sign in and object"),
    "object-optional": N_("(if you like)"),
    "object-account": N_("Do you have an account here?"),
    "object-account-yes": N_("Yes"),
    "object-account-no": N_("No"),
    "object-about": N_("What you object to"),
    "object-about-what": N_("What do you object to?"),
    "object-about-generative-ai": N_("Training AI that makes content"),
    "object-about-generative-ai-more": N_("It writes texts or makes pictures."),
    "object-about-other-ai": N_("Training AI for other ends"),
    "object-about-other-ai-more": N_("It sorts, rates or finds people and posts."),
    "object-about-everything": N_("All training of AI"),
    "object-about-everything-more": N_("Both of them, and whatever comes later."),
    "object-find": N_("How do we find you?"),
    "object-find-more": N_(
        "Fill in at least one. The more you give, the more we find. No proof of identity is asked for."
    ),
    "object-find-own": N_("Your own posts are found anyway. Add what others use when they write about you."),
    "object-names": N_("Names"),
    "object-names-more": N_("First and last name, one way to write it on each line. Former names, too."),
    "object-emails": N_("E-mail addresses"),
    "object-emails-more": N_("One on each line. They are kept as a code."),
    "object-phones": N_("Phone numbers"),
    "object-phones-more": N_("With the country code, one on each line. They are kept as a code."),
    "object-profiles": N_("Profiles"),
    "object-profiles-more": N_("Links to profiles of yours, or handles like @ana_lima. One on each line."),
    "object-posts": N_("Posts about you"),
    "object-posts-more": N_("Links to posts, or five words or more from them. One on each line."),
    "object-answer": N_("Where do we answer you?"),
    "object-address": N_("Your e-mail address"),
    "object-address-more": N_(
        "We send a link there. Open it within {days} days, or the objection ends. We look for this "
        "address in posts, too."
    ),
    "object-address-own": N_("The answer stands on these pages in any case."),
    "object-country": N_("Where you live"),
    "object-country-more": N_("It says by when the law wants an answer."),
    "object-language": N_("Language of the answer"),
    "object-reason": N_("Your reason"),
    "object-reason-more": N_("You need not give one. Your objection counts just the same."),
    "object-not-said": N_("Not said"),
    "object-check": N_("Check your answers"),
    "object-kept": N_("What becomes of this form"),
    "object-kept-for": N_("It is used to find you and to answer you, and for nothing else. It trains no AI."),
    "object-kept-coded": N_(
        "E-mail addresses, phone numbers and profiles are kept as a code. Names and quotes are kept in words."
    ),
    "object-kept-given": N_(
        "What we find you by stays as long as an objection of yours holds. {days} days later it is deleted."
    ),
    "object-kept-until": N_("Your address and your reason are deleted {days} days after the case is over."),
    "object-kept-posts": N_("Posts by others stay on {platform}. They are left out of training."),
    "object-check-title": N_("Check your answers"),
    "object-check-lead": N_("Nothing has been sent yet."),
    "object-own-posts": N_("Your own posts"),
    "object-own-posts-more": N_(
        "We can leave them all out only if you sign in. If you cannot, go back and add links or quotes."
    ),
    "object-send": N_("Send the objection"),
    "object-send-more": N_("It holds at once. You can take it back at any time."),
    "object-change": N_("Change something"),
    "object-not-saved": N_("We could not take it in. Your answers are still here. Wait a moment and send them again."),
    "object-note-mixed": N_("“{value}” mixes letters of two scripts. We read it as “{read}”."),
}

WRONG = {
    "object-wrong-account": N_("Say whether you have an account here."),
    "object-wrong-about": N_("Say what you object to."),
    "object-wrong-language": N_("Choose a language."),
    "object-wrong-nothing": N_("Give at least one thing by which we can find you: a name, a link or a quote."),
    "object-wrong-many": N_("This is more than {most} things to look for. Send a second form for the rest."),
    "object-wrong-control": N_("This holds a sign that cannot be printed. Type it in anew."),
    "object-wrong-long": N_("This is too long. Use at most {most} characters."),
    "object-wrong-lines": N_("These are too many lines. Use at most {most}."),
    "object-wrong-name": N_("“{value}” alone names too many people. Give a first and a last name."),
    "object-wrong-name-signs": N_("“{value}” holds signs that are in no name. Leave them out."),
    "object-wrong-name-long": N_("“{value}” has too many words for a name. Put one name on each line."),
    "object-wrong-email": N_("“{value}” is no e-mail address. Write it like ana@example.com."),
    "object-wrong-phone": N_("“{value}” is no phone number. Write it like +49 30 123456."),
    "object-wrong-handle": N_("“{value}” is no handle. Write it like @ana_lima."),
    "object-wrong-profile": N_("“{value}” is no link to a profile. Write it like https://example.com/in/ana."),
    "object-wrong-shared": N_("“{value}” leads to pages of many people. Give the link to your own page."),
    "object-wrong-scheme": N_("“{value}” is not a link to a page. Links begin with https://."),
    "object-wrong-quote": N_("“{value}” is too short. Give five words or more that follow each other, or a link."),
    "object-wrong-link": N_("“{value}” leads to no post."),
    "object-wrong-country": N_("There is no such country. Choose one from the list."),
    "object-wrong-address-none": N_("Give an e-mail address, so that we can answer you."),
}

CASE = {
    "objection-one": N_("Your objection"),
    "case-received-title": N_("We have your objection"),
    "case-reference": N_("Your reference number"),
    "case-received": N_("Received"),
    "case-received-more": N_("It holds now. It is not confirmed yet."),
    "case-confirmed": N_("Confirmed"),
    "case-confirmed-more": N_("It holds now. It waits for an answer."),
    "case-in-review": N_("In review"),
    "case-in-review-more": N_("It holds now. Somebody is looking at it."),
    "case-fulfilled": N_("Granted"),
    "case-fulfilled-more": N_("It holds, and goes on holding."),
    "case-refused": N_("Refused"),
    "case-refused-more": N_("It no longer holds."),
    "case-lapsed": N_("Lapsed"),
    "case-lapsed-more": N_("It was not confirmed in time, so it no longer holds."),
    "case-withdrawn": N_("Taken back"),
    "case-withdrawn-more": N_("You took it back. It no longer holds."),
    "case-grounds": N_("The reason that was given"),
    "case-signed": N_("Decided by {name}"),
    "case-next": N_("What happens next"),
    "case-next-now": N_("From the next snapshot on, what names you is left out of training."),
    "case-next-confirm": N_(
        "We send an e-mail to {address}. Open the link in it by {until}, or the objection ends then."
    ),
    "case-next-answer": N_("You get an answer by {on}."),
    "case-next-later": N_("The answer takes longer. You get it by {on}."),
    "case-next-look": N_("We look for you in each snapshot anew, so new posts are found, too."),
    "case-again": N_("Send the e-mail again"),
    "case-facts": N_("What you sent"),
    "case-quotes": N_("Quotes from posts"),
    "case-links": N_("Links to posts"),
    "case-coded": N_("Kept as a code"),
    "case-coded-more": N_("Your e-mail addresses, phone numbers, handles and profiles."),
    "case-events": N_("What has happened"),
    "case-event-received": N_("You objected."),
    "case-event-written-down": N_("Your objection reached us on {on}. We wrote it down."),
    "case-event-appealed": N_("You appealed. It holds again from here on."),
    "case-event-confirmed": N_("You confirmed it."),
    "case-event-in-review": N_("Somebody began to look at it."),
    "case-event-reviewed-person": N_(
        "Somebody looked at a post with a name like yours: it is about you, and stays out."
    ),
    "case-event-reviewed-other": N_("Somebody looked at a post with a name like yours: it is about somebody else."),
    "case-event-extended": N_("You were told that the answer takes longer."),
    "case-event-readdressed": N_(
        "We wrote down another e-mail address for the answer. Did you not ask for that? Then write to us."
    ),
    "case-event-taken-back": N_("You took it back by a letter, which reached us on {on}. We wrote that down."),
    "case-event-upheld": N_("It was granted."),
    "case-event-refused": N_("It was refused, with a reason."),
    "case-event-lapsed": N_("It lapsed: nobody had confirmed it in time."),
    "case-event-withdrawn": N_("You took it back."),
    "case-keep": N_("Keep the address of this page"),
    "case-keep-more": N_(
        "Only who has it can open this page. You need no account. Save it, or use the link in our e-mail."
    ),
    "case-take-back": N_("Take it back"),
    "case-take-back-more": N_("Then your data may be used again. Other objections of yours go on holding."),
    "case-take-back-mail": N_(
        "You have confirmed it, so only the link in our e-mail can take it back. Open that link: it leads here again."
    ),
    "case-take-back-post": N_(
        "It came by letter or telephone, so this page cannot take it back. Write to us if you want that."
    ),
    "case-take-back-changed": N_(
        "We wrote down another e-mail address for you, so this page cannot take it back. Write to us if you want that."
    ),
    "case-take-back-do": N_("Take the objection back"),
    "case-appeal": N_("You do not agree?"),
    "case-appeal-more": N_("Appeal, and your objection holds again at once. Somebody looks at it anew."),
    "case-appeal-until": N_("You can do that until {on}."),
    "case-appeal-do": N_("Appeal"),
    "case-object-again": N_("Object again"),
    "case-given-until": N_("What you gave to be found by is deleted after {on}."),
    "case-given-gone": N_("What you gave to be found by was deleted."),
    "case-appealed-to": N_("You have appealed: see how that stands."),
    "case-said-confirmed": N_("Thank you. Your objection is confirmed."),
    "case-said-withdrawn": N_("Your objection was taken back."),
    "case-said-again": N_("The e-mail is on its way again."),
    "objections": N_("Your objections"),
    "objections-more": N_("What you objected to, and how it stands."),
    "objections-lead": N_("Each with its state, its dates and its receipt."),
    "objections-none": N_("You have not objected to anything."),
    "objections-new": N_("Object to the use of your data"),
    "objections-open": N_("See your objections"),
    "object-confirm": N_("Confirm your objection"),
    "object-confirm-more": N_(
        "Was it you who sent the objection {reference}? It holds already. Confirm it, so that it stays."
    ),
    "object-confirm-yes": N_("Yes, it was me"),
    "object-confirm-not": N_("If it was not you, do nothing. The objection then ends by itself."),
}

LETTER = {
    "object-letter-title": N_("Confirm your objection {reference}"),
    "object-letter-titles": N_("Confirm your objections"),
    "object-letter-greeting": N_("Hello,"),
    "object-letter-received": N_(
        "On {on} we got an objection to the use of data to train AI. Its number is {reference}. It holds now."
    ),
    "object-letter-confirm": N_("Was it you? Then open this link and confirm it:"),
    "object-letter-until": N_("Without that the objection ends on {on}."),
    "object-letter-back": N_("Keep this letter: with the same link you can take the objection back later."),
    "object-letter-follow": N_("Here you see how it stands:"),
    "object-letter-moved-title": N_("Your objection {reference}: another address"),
    "object-letter-moved": N_(
        "Up to now we answered the objection {reference} at this address. We were told of another one, and answer "
        "there from now on."
    ),
    "object-letter-moved-void": N_("Links that we sent here open nothing any more."),
    "object-letter-moved-not-you": N_("Did you not ask for that? Then write to us at once, and give the number."),
    "object-letter-not-you": N_("If it was not you, you need not do anything."),
}

OBJECTIONS: dict[str, str] = {**FORM, **WRONG, **CASE, **LETTER}
