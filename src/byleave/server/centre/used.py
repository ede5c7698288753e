"""What was used: a timeline for reading and printing, and the same as JSON and as a table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from byleave.kernel.instants import format_instant
from byleave.server.answers import HistoryEntry
from byleave.server.centre.frame import framed
from byleave.server.centre.history import events
from byleave.server.centre.setting_page import page_of
from byleave.server.centre.traced import pack_at_hand, used_of
from byleave.server.lineage.certifying import kept
from byleave.server.running import current
from byleave.server.spreadsheets import lines
from byleave.server.ui.guard import for_member
from byleave.server.ui.pack_words import pack_words
from byleave.server.ui.voice import catalogue, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest

    from byleave.server.answers import MemberState
    from byleave.server.centre.traced import Step, Used

ON_A_PAGE = 40
_OUT = frozenset({"forgotten", "acknowledged", "retired", "retired-told"})
"""Steps by which nothing of the member is in a model any more, as far as is known."""
COLUMNS = (
    "entry", "at", "kind", "act", "value", "items", "purpose", "recipient", "pack", "rule", "legal_basis", "artefact",
    "model", "in_effect_with", "in_effect_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One step in words."""

    text: str
    at: datetime
    lines: tuple[str, ...]
    tone: str
    seq: int
    to: str | None
    action: str = ""
    """What the link gives."""


@require_safe
@for_member
def used(request: HttpRequest, member: str) -> HttpResponse:
    """The timeline, newest first; `?whole=1` has all of it on one page, to print."""
    found = used_of(current(), member)
    whole = "whole" in request.GET
    before = request.GET.get("before", "")
    first = int(before) if before.isascii() and before.isdigit() else found.state.head.seq + 1
    rest = [one for one in found.steps if whole or one.seq < first]
    shown = rest if whole else rest[:ON_A_PAGE]
    told = catalogue()
    counts = {
        "snapshots": len(found.trace.snapshots),
        "models": len(found.trace.models),
        "still": len(found.trace.to_rebuild),
        "looked": found.trace.looked_at,
        "unknown": len(found.trace.unknown),
    }
    return framed(
        request,
        "used",
        counts={name: number_text(told, value) for name, value in counts.items()},
        has_unknown=bool(found.trace.unknown),
        steps=[_told(one, found.state) for one in shown],
        protects=list(_protects(found.state)),
        whole=whole,
        as_of=found.state.as_of,
        older=f"?before={shown[-1].seq}" if len(rest) > len(shown) else None,
        newer=request.path if before and not whole else None,
    )


@require_safe
@for_member
def used_json(request: HttpRequest, member: str) -> HttpResponse:  # noqa: ARG001 - the guard names the member
    """Everything, for a program."""
    found = used_of(current(), member)
    text = json.dumps(found.as_json(), ensure_ascii=False, indent=2, default=str) + "\n"
    return _file(text, "application/json", "what-was-used.json")


@require_safe
@for_member
def used_csv(request: HttpRequest, member: str) -> HttpResponse:  # noqa: ARG001 - the guard names the member
    """Everything as a table; no cell can become a formula of a spreadsheet."""
    return _file(table(used_of(current(), member)), "text/csv; charset=utf-8", "what-was-used.csv")


@require_safe
@for_member
def used_certificate(request: HttpRequest, member: str, seq: int) -> HttpResponse:  # noqa: ARG001 - the guard names the member
    """The certificate of an entry that took the member out of a model."""
    reader = current().lineage
    mine = next((one.model for one in reader.member(member).models if one.forgotten_by == seq), None)
    with reader.reading() as session:
        file = kept(session, mine.certificates[seq]) if mine and seq in mine.certificates else None
    if file is None:
        raise Http404
    return _file(file.decode(), "application/json", f"forgotten-{seq}.json")


def table(found: Used) -> str:
    """The steps as CSV (RFC 4180)."""
    return "".join(lines([COLUMNS, *map(_row, found.steps)]))


def _row(one: Step) -> list[Any]:
    data = one.entry.data if one.entry else {}
    value = data.get("value") or data.get("item") or data.get("objection")
    row: list[Any] = [one.seq, format_instant(one.at), one.kind, one.entry.kind.value if one.entry else None, value]
    row += [one.items, one.purpose, one.recipient, one.pack, one.regime, one.basis, one.artefact, one.name]
    return [*row, one.effect.manifest, format_instant(one.effect.at)] if one.effect else [*row, None, None]


def _file(text: str, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type=kind, headers=headers)


def _told(step: Step, state: MemberState) -> Told:
    if step.entry is not None:
        titles = {one.setting: one.title for one in state.settings}
        event = events([HistoryEntry(step.entry, has_receipt=True)], titles)[0]
        line = say("used-effect", on=step.effect.at) if step.effect else say("used-effect-next")
        return Told(
            event.text, step.at, (line,), "", step.seq, reverse("receipt", args=[step.seq]), say("saved-receipt")
        )
    count = number_text(catalogue(), step.items or 0)
    text = say(f"used-{step.kind}", name=step.name or "", count=count)
    to = reverse("used-certificate", args=[step.seq]) if step.certificate else None
    tone = "none" if step.kind in _OUT else "care"
    return Told(text, step.at, tuple(_lines(step)), tone, step.seq, to, say("used-certificate"))


def _lines(step: Step) -> Iterator[str]:
    """For whom and what for, and on what ground."""
    purpose = say(f"purpose-{step.purpose}")
    if step.recipient:
        pack = pack_at_hand(step.pack or "")
        title = pack_words(pack.id, pack.recipients[step.recipient].title) if pack else step.recipient
        yield say("used-for", purpose=purpose, recipient=title)
    else:
        yield say("used-purpose", purpose=purpose)
    if step.regime and step.pack:
        yield say("item-rule", rule=pack_words(step.pack, step.regime), pack=step.pack)
    if step.basis:
        yield say("used-ground", ground=say(f"setting-ground-{step.basis}"))
    if step.is_replay:
        yield say("used-replay")
    if step.trouble:
        yield say("used-trouble", why=say(f"trouble-{step.trouble}"))
        yield say("used-trouble-more")
    if step.due_by:
        yield say("used-open-more", on=step.due_by)
    if step.kind in ("acknowledged", "away", "retired-told"):
        yield say(f"used-{step.kind}-more")


def _protects(state: MemberState) -> Iterator[dict[str, object]]:
    """For each setting what its other position would do, as its own page says it."""
    for one in state.settings:
        if one.purposes:
            pack = current().policy.switch(one.setting).governing.pack
            page = page_of(one, state.as_of, {key: category.title for key, category in pack.categories.items()})
            to = reverse("setting", args=[one.setting])
            yield {"title": page.heading, "to": to, "on": page.on, "lines": page.off}
