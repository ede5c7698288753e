"""A form about one case that has a page of its own: the page, what is wrong with it, and what is shown in its place."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse

from byleave.server.deciding import ANOTHER, MOST_GROUNDS
from byleave.server.desk.case_page import shown
from byleave.server.desk.frame import framed
from byleave.server.ui.voice import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from byleave.cases.case import Case
    from byleave.kernel.errors import ConflictError


def form(  # noqa: PLR0913 - what the page is made of
    request: HttpRequest,
    template: str,
    case: Case,
    values: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    status: int = HTTPStatus.OK,
    **more: Any,  # noqa: ANN401 - the context of a template
) -> HttpResponse:
    """The page of the form.

    Args:
        request: what is answered.
        template: its name.
        case: what it is about; the form carries the last entry of it that its writer has seen.
        values: field → what was written in it.
        wrong: field → the sentence that says what is wrong with it; each leads to the field `object-…`.
        status: of the answer.
        more: what this form shows besides.
    """
    return framed(
        request,
        template,
        "desk",
        status=status,
        case=case,
        seen=request.POST.get("seen") or case.entries[-1],
        values=values,
        wrong=wrong,
        errors=[(f"object-{name}", words) for name, words in wrong.items()],
        trail=[(say("desk-cases"), reverse("desk")), (say("case", case=case.id), reverse("desk-case", args=[case.id]))],
        **more,
    )


def problem(request: HttpRequest, case: str, name: str, status: int) -> HttpResponse:
    """The page of the case in place of the form, with the sentence that says why it cannot be used."""
    return shown(request, case, status=status, errors=[("", say(name))])


def prove_first(to: str) -> HttpResponse:
    """Lead to the second factor, and from there to an address."""
    return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': to})}", status=303)


def wrong_grounds(text: str, blank: str) -> str | None:
    """The sentence that says what is wrong with grounds; `blank` names the one for those that are not there."""
    grounds = text.replace("\r\n", "\n")
    if not grounds:
        return say(blank)
    if len(grounds) > MOST_GROUNDS:
        return say("case-too-long")
    return None if all(one.isprintable() or one == "\n" for one in grounds) else say("case-unprintable")


def word_of_conflict(error: ConflictError) -> str:
    """The name of the sentence that says why something cannot be recorded as the case stands now."""
    return {"read it again": "case-changed", ANOTHER: "case-another"}.get(error.hint or "", "case-cannot")
