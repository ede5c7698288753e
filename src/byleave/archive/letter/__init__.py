"""The objection that a person sends to a platform, for members and for people without an account."""

from byleave.archive.letter.compose import Letter, letter_of_member, letter_of_non_member
from byleave.archive.letter.forms import as_html, as_mail, as_text

__all__ = ["Letter", "as_html", "as_mail", "as_text", "letter_of_member", "letter_of_non_member"]
