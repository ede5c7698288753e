"""Who may open a page. Whose page it is comes from the session alone, never from an address or a form."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied

from byleave.server.ui.people import member_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

View = TypeVar("View", bound="Callable[..., HttpResponse]")


def for_member(view: View) -> View:
    """Open a page to members alone. The view is called with the request, the member's id, and the address's parts."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:  # noqa: ANN401 - of any address
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        member = member_of(request)
        if member is None:
            raise PermissionDenied
        return view(request, member, *arguments, **named)

    return cast("View", guarded)
