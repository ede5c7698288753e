"""Rewrite with AI: a draft goes in, and a text that keeps its facts comes out, or none.

The draft is answered and forgotten: it is in no table, no log and no training. What the model says is text, read by the
guard (`learn.rewrite.guard`); it publishes nothing, and decides nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from byleave.adapters.forgetting import models_in
from byleave.adapters.rewrite.remote import RemoteWriter
from byleave.adapters.rewrite.rows import MOST_WORDS
from byleave.kernel.errors import ByleaveError, InputError
from byleave.learn.rewrite.difference import difference
from byleave.learn.rewrite.guard import first_that_keeps, keeps
from byleave.server.forgetting.answering import may_answer
from byleave.server.running import current

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.adapters.forgetting import InService
    from byleave.adapters.rewrite.writer import Writer
    from byleave.learn.rewrite.difference import Piece

PRODUCT = "rewrite"
TONES = ("clear", "warm", "formal")
SECONDS_IN_LINE = 30
"""For which a draft waits while another one is answered."""
_turn = threading.Lock()
_ready: dict[Path, Writer] = {}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What became of a draft."""

    told: str
    """`suggested`, or why there is nothing to show: `none`, `same`, `away`, `busy`, `long`, `not`."""
    text: str = ""
    pieces: tuple[Piece, ...] = ()


def at_hand() -> InService | str | None:
    """What rewrites here: a model, the host that drafts go to, or nothing."""
    configuration = settings.CONFIGURATION
    if configuration.rewrite is not None:
        return urlsplit(configuration.rewrite).hostname or ""
    # the models that the queue of forgetting knows, and no other folder
    return next((one for one in models_in(configuration.models) if one.product == PRODUCT), None)


def suggest(draft: str, tone: str) -> Suggestion:
    """A rewrite of a draft in a tone that keeps its facts. Nothing of either is kept."""
    place = at_hand()
    if place is None:  # its folder is gone: what this process has of it goes, too
        _ready.clear()
    if place is None or len(draft.split()) > MOST_WORDS:
        return Suggestion("long" if place else "not")
    if not _turn.acquire(timeout=SECONDS_IN_LINE):
        return Suggestion("busy")
    try:
        adapted = isinstance(place, str) or may_answer(current().lineage, place.model, current().now())
        writer = _writer(place)
        attempts = writer.attempts(draft, tone, adapted=adapted, enough=partial(keeps, draft))
    except (ByleaveError, OSError, RuntimeError, ValueError) as error:
        # of a model's file, a disk or torch, whose message may quote the draft
        structlog.get_logger().warning("rewrite", error=type(error).__name__)
        return Suggestion("away")
    finally:
        _turn.release()
    found = first_that_keeps(draft, attempts)
    if found is None or found.split() == draft.split():
        return Suggestion("same" if found else "none")
    return Suggestion("suggested", found, tuple(difference(draft, found)))


def _writer(place: InService | str) -> Writer:
    """The writer of this process, loaded when it is first needed. Raises: InputError."""
    configuration = settings.CONFIGURATION
    if configuration.rewrite is not None:
        return RemoteWriter(configuration.rewrite, configuration.rewrite_model, configuration.rewrite_key)
    if isinstance(place, str):
        raise InputError("there is no rewriter")
    if place.folder not in _ready:
        # torch takes seconds to load, and whoever does not rewrite does not need it
        from byleave.adapters.rewrite.writer import open_rewriter  # noqa: PLC0415

        _ready.clear()
        _ready[place.folder] = open_rewriter(place.folder)
    return _ready[place.folder]
