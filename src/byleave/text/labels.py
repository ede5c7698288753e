"""A label and what it introduces: languages differ in what stands before a colon and around a quotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.text.catalogue import N_

if TYPE_CHECKING:
    from byleave.text.catalogue import Catalogue

LABEL = N_("{label}:")
LABELLED = N_("{label}: {text}")
QUOTED = N_("“{text}”")


def label(catalogue: Catalogue, text: str) -> str:
    """A label above what it introduces."""
    return catalogue.say(LABEL, label=text)


def labelled(catalogue: Catalogue, name: str, text: str) -> str:
    """A label with what it introduces, on one line."""
    return catalogue.say(LABELLED, label=name, text=text)


def quoted(catalogue: Catalogue, text: str) -> str:
    """Words of somebody else, such as the name on a switch."""
    return catalogue.say(QUOTED, text=text)
