"""Which addresses lead into one letter box, as far as that can be told from how they are written."""

from __future__ import annotations

from byleave.finding.shapes import email_forms


def inbox_of(address: str) -> str:
    """What addresses of one letter box have in common: without what follows a plus sign (RFC 5233), and without dots.

    Some mail servers tell addresses with other dots apart; it only says how many letters go out in a day.
    """
    name, _, host = (email_forms(address) or [address.lower()])[-1].rpartition("@")
    return f"{name.replace('.', '')}@{host}"
