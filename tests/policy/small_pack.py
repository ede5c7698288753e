"""A small pack that the tests change in one place, and what the loader says to the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from byleave.kernel.errors import PackError
from byleave.policy.loader import parse_pack

if TYPE_CHECKING:
    from byleave.policy.model import Pack

FILE = "small.yaml"

SMALL = """\
pack: small
version: "1"
title: A small pack
platform: Somewhere
summary: One category, two regimes.
sources:
  text: {title: Text, publisher: Somebody, date: 2025-10-24, certainty: A}
purposes: [generative-ai, other-ai]
products:
  rewrite: {title: Rewrite, purpose: generative-ai, source: text}
recipients:
  we: {title: We, kind: platform, source: text}
  parent: {title: Parent, kind: affiliate, source: text}
settings:
  training:
    title: {en: Training}
    governs: [generative-ai]
    aliases: [old-training]
    source: text
  advertising: {title: {en: Advertising}, governs: [], source: text}
categories:
  post:
    title: Posts
    use: in
    source: text
  resume:
    title: Résumés
    use: in
    visibility: {private: in}
    source: text
visibility:
  public: in
  connections: not-established
  group: out
  private: out
  source: text
age: {minimum_years: 18, unknown: out, source: text}
ai_written: {use: out, unknown: in, source: text}
opt_out: {reaches: training, source: text}
opt_in: {frees: everything, source: {source: text, certainty: C}}
objection_form: {title: Form, link: "https://example.org/form", open_to: [member], source: text}
readings:
  - {claimant: Regulator, kind: regulator, reaches: collection, summary: {en: Otherwise.}, source: text}
regimes:
  union:
    title: The Union
    purposes: [generative-ai]
    regions: [EU, NO]
    basis: legitimate-interests
    default: on
    effective: 2025-11-03T00:00:00Z
    announced: 2025-09-18
    notice: {id: training, days: 30, source: text}
    recipients:
      we: {source: text}
      parent:
        categories: [post]
        effective: 2026-01-01T00:00:00Z
        notice: {id: parent, days: 10, version: "2", source: text}
        source: text
    source: text
  world:
    title: Every other country
    purposes: [generative-ai, other-ai]
    regions: [rest]
    exclude: [CN]
    basis: not-stated
    default: off
    effective: 2024-09-18T00:00:00Z
    recipients:
      we: {source: text}
    source: text
not_established:
  - {note: The hour., source: text}
"""


def small_pack(*changes: tuple[str, str]) -> Pack:
    """The small pack, with pieces of its text replaced."""
    return parse_pack(changed(*changes), FILE)


def changed(*changes: tuple[str, str]) -> str:
    """The text of the small pack, with pieces of it replaced; each piece stands in it."""
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def complaint(text: str) -> str:
    """What the loader says to a text that it refuses, without the hint."""
    with pytest.raises(PackError) as refused:
        parse_pack(text, FILE)
    return refused.value.message


def hint(text: str) -> str | None:
    """How the loader says that a text can be mended."""
    with pytest.raises(PackError) as refused:
        parse_pack(text, FILE)
    return refused.value.hint
