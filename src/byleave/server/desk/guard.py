"""Who may open a page of the desk: each view names a role, and the session says who asks."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from byleave.server.accounts.people import has_shown_second_factor
from byleave.server.accounts.roles import may

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

ROLE = "role"
"""Attribute of a view of the desk: who may open it."""
View = TypeVar("View", bound="Callable[..., HttpResponse]")


def for_role(role: str) -> Callable[[View], View]:
    """Open a page to staff with a role, or a greater one, who have shown their second factor in this session."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:  # noqa: ANN401 - of any address
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.is_staff or not has_shown_second_factor(request):
                raise PermissionDenied
            if not may(request.user, role):
                return render(request, "desk/closed.html", {"needed": role, "role": request.user.role}, status=403)
            return view(request, *arguments, **named)

        setattr(guarded, ROLE, role)
        return cast("View", guarded)

    return guard
