"""What a certificate of forgetting shows, in plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.instants import format_instant
from byleave.learn.certificate import RECOMPUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.learn.signing import Found

_MOST_KEYS = 5
_PROBLEMS = {
    "changed-layout": "it was written anew, and may be read in two ways",
    "other-fields": "it has other fields than a certificate",
    "other-model": "it speaks of two models, or of one that was trained in another way",
    "unreadable": "a part of it cannot be read",
    "other-lists": "its lists of members are not those of its manifests",
    "other-rows": "its manifests do not count as many as its lists say",
    "other-artefacts": "what was learned has changed where nobody left",
    "still-learned": "what was learned of somebody who is said to be forgotten is as it was",
    "still-there": "somebody who is said to be forgotten is still in the model",
    "nobody": "somebody who is said to be forgotten was not in the model",
    "unsigned": "nobody has signed it, so anybody can have written it; --unsigned checks what it says all the same",
    "unknown-key": "no known key has signed it; name the platform's key ring with --keys",
    "wrong-signature": "a signature does not fit what it says",
    "key-not-valid": "the key that signed it was not valid then",
}
"""Code \u2192 what it means; for those of signed notes that have no sentence here, the code itself is told."""


def problem_words(code: str) -> str:
    """Why a certificate does not hold."""
    return _PROBLEMS.get(code, code)


def certificate_lines(found: Found) -> Iterator[str]:
    """What a certificate that holds shows, and what it does not."""
    checked = found.checked
    if checked is None:
        return
    keys = ", ".join(checked.forgotten[:_MOST_KEYS])
    more = f" and {len(checked.forgotten) - _MOST_KEYS:,} more" if len(checked.forgotten) > _MOST_KEYS else ""
    yield f"{len(checked.forgotten):,} taken out of {checked.model} ({checked.product}) on {format_instant(checked.at)}"
    yield f"keys       {keys}{more}"
    yield f"before     {checked.old_root}"
    yield f"after      {checked.new_root}"
    if checked.versions:
        yield f"Trained anew as a whole, since other versions compute: {', '.join(checked.versions)}"
    yield f"signed by  {found.signed_by or 'nobody'}"
    yield "Checked: no list of the model after has a line under these keys, and the other lists are as they were."
    yield "Not checked: that this model is the one in use. Who has its folder, its snapshot, the ledger and its key can"
    yield f"train it again: {RECOMPUTE}"
