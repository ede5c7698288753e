"""What a person's own archive shows: which rows the rules take in, which they leave out, and what nobody can tell.

`measure` counts what `byleave.archive.linkedin` reads; `tell_report` puts it into words.
"""

from byleave.archive.exposure.count import measure
from byleave.archive.exposure.model import Exposure, Standing
from byleave.archive.exposure.words import tell_report

__all__ = ["Exposure", "Standing", "measure", "tell_report"]
