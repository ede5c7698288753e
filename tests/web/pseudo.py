"""A language that nobody speaks, in Hebrew letters: whatever is still in Latin letters on a page was not translated."""

from __future__ import annotations

import re

from byleave.server.settings import *  # noqa: F403 - the server's settings, but for the language
from byleave.text.catalogue import Catalogue

LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתךםןף")
NAME = "he"
LANGUAGES = [(NAME, NAME)]
LANGUAGE_CODE = NAME
PAGES_CATALOGUE = "tests.web.pseudo.PseudoCatalogue"


class PseudoCatalogue(Catalogue):
    """The English messages, letter by letter in another alphabet; placeholders stay."""

    def __init__(self, language: str) -> None:  # noqa: ARG002 - whatever is asked for
        super().__init__("en")
        self.language = NAME

    def say(self, message: str, /, **values: str) -> str:
        """The message in letters of another alphabet, with its placeholders filled."""
        parts = re.split(r"(\{\w+\})", message)
        told = "".join(part if part.startswith("{") else part.lower().translate(LETTERS) for part in parts)
        return told.format(**values)
