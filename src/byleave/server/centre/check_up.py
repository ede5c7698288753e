"""Privacy check-up: one's own items with the live decision for each, and a way to leave one out or take that back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from byleave.kernel.errors import InputError, LedgerError, UnknownError
from byleave.server.centre.decided import LOOKED_AT, Place, Wanted, find
from byleave.server.centre.frame import framed
from byleave.server.centre.places import privacy_places
from byleave.server.content import MOST_ITEMS
from byleave.server.running import current
from byleave.server.ui.guard import for_member
from byleave.server.ui.pack_words import pack_words
from byleave.server.ui.voice import catalogue, say
from byleave.text.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

    from byleave.policy.model import Pack
    from byleave.server.answers import MemberState

SHOWS = ("all", "used", "out")


class Link:
    """A filter: its words, where it leads, and whether it is the one that holds."""

    def __init__(self, text: str, query: dict[str, str], *, is_current: bool) -> None:
        """Make a link that stays on the page."""
        self.text, self.is_current = text, is_current
        self.to = f"?{urlencode(query)}" if query else "?"


@require_safe
@for_member
def check_up(request: HttpRequest, member: str) -> HttpResponse:
    """The items with what is decided for each, newest first."""
    return _page(request, member)


@require_POST
@for_member
def leave_out(request: HttpRequest, member: str) -> HttpResponse:
    """Hold an item back, or take that back; whatever it was before, the list says how it stands now."""
    item, act = request.POST.get("item", ""), request.POST.get("act", "")
    service = current()
    if act not in ("withhold", "release") or not item:
        return _page(request, member, errors=[("", say("wrong-values"))], status=400)
    try:
        service.item(member, item)
        held = item in service.person(member).register.withheld
        if held == (act == "withhold"):
            return _back(request, "same")
        done = service.withhold(member, item) if act == "withhold" else service.release(member, item)
    except UnknownError as error:
        raise Http404 from error
    except LedgerError:
        return _page(request, member, errors=[("", say("saved-failed"))], status=503)
    return _back(request, str(done.entry.seq))


def _back(request: HttpRequest, saved: str) -> HttpResponseRedirect:
    """To the list as it was filtered."""
    kept = {name: request.POST[name] for name in ("show", "kind", "after", "skip") if request.POST.get(name)}
    return HttpResponseRedirect(f"{reverse('check-up')}?{urlencode({**kept, 'saved': saved})}", status=303)


def _page(
    request: HttpRequest, member: str, *, errors: list[tuple[str, str]] | None = None, status: int = 200
) -> HttpResponse:
    service, told = current(), request.GET
    person, state = service.person(member), service.member(member)
    show = told.get("show", "all")
    counts = service.content.counts(person.ids)
    kind = told["kind"] if told.get("kind") in counts else None
    wanted = Wanted(show if show in SHOWS else "all", kind)
    place = Place(told.get("after") or None, _number(told.get("skip", "")))
    try:
        found = find(service, person, state, wanted, place)
    except InputError as error:
        raise Http404 from error
    query = {"show": wanted.show} if wanted.show != "all" else {}
    query |= {"kind": kind} if kind else {}
    pack = service.policy.governing().pack
    return framed(
        request,
        "check_up",
        status=status,
        errors=errors,
        saved=_saved(told.get("saved", ""), state, person.head.seq),
        switches=[one for one in privacy_places(state) if one.tag],
        items=found.items,
        found=found,
        looked_at=number_text(catalogue(), LOOKED_AT),
        total=number_text(catalogue(), sum(counts.values())),
        shows=[Link(say(f"check-{one}"), _with(query, "show", one), is_current=one == wanted.show) for one in SHOWS],
        kinds=list(_kinds(pack, counts, query)) if len(counts) > 1 else [],
        kept={**query, **_at(place)},
        older=f"?{urlencode({**query, **_at(found.older)})}" if found.older else None,
        newer=f"?{urlencode(query)}" if place != Place() else None,
    )


def _number(text: str) -> int:
    """A place within what is read at once; the first where it is none."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    return number if number < MOST_ITEMS else 0


def _at(place: Place) -> dict[str, str]:
    return {name: str(value) for name, value in (("after", place.after), ("skip", place.skip)) if value}


def _with(query: dict[str, str], name: str, value: str) -> dict[str, str]:
    rest = {one: text for one, text in query.items() if one != name}
    return rest if value == "all" else {**rest, name: value}


def _kinds(pack: Pack, counts: dict[str, int], query: dict[str, str]) -> Iterator[Link]:
    """A filter for each category that the member has items of, with how many."""
    told = catalogue()
    yield Link(say("check-every-kind"), _with(query, "kind", "all"), is_current="kind" not in query)
    for name, count in counts.items():
        title = pack_words(pack.id, pack.categories[name].title) if name in pack.categories else None
        text = say("check-kind", kind=title or say("item-kind-unknown"), count=number_text(told, count))
        yield Link(text, _with(query, "kind", name), is_current=query.get("kind") == name)


def _saved(told: str, state: MemberState, head: int) -> dict[str, object] | None:
    """The status line after an act; nothing for an address that names none of the member's acts."""
    if told == "same":
        return {"told": say("check-same"), "seq": None}
    if not (told.isascii() and told.isdigit()) or int(told) > head:
        return None
    entries = {one.entry.seq: one.entry for one in current().history(state.member)}
    entry = entries.get(int(told))
    if entry is None or entry.kind not in ("item-withheld", "item-released"):
        return None
    return {"told": say(f"check-{entry.kind}"), "seq": entry.seq}
