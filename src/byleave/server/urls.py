"""Addresses of the server."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.generic import RedirectView

from byleave.server.accounts.platform_sign_in import callback
from byleave.server.api.root import api
from byleave.server.revocation_feed import revocation_feed, revocation_list
from byleave.server.running import current
from byleave.server.ui.views import language

GPC_SINCE = "2026-11-27"
"""From when on the signal is handled as it is today."""


def keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The public keys that verify receipts: `byleave verify receipt.json --keys` takes the file."""
    response = HttpResponse(current().ring(), content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response


def gpc(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """That `Sec-GPC` is received and kept (w3c/gpc, section on the well-known address)."""
    return JsonResponse({"gpc": True, "lastUpdate": GPC_SINCE})


urlpatterns = [
    path(".well-known/gpc.json", gpc, name="gpc"),
    path(".well-known/byleave-keys.json", keys, name="keys"),
    path(".well-known/byleave-revocations.json", revocation_feed, name="revocation-feed"),
    path("revocations/<str:name>", revocation_list, name="revocation-list"),
    path("api/v1/", api.urls),
    path("account/oidc/<provider_id>/login/callback/", callback),
    path("account/", include("allauth.urls")),
    path("language", language, name="language"),
    path("", include("byleave.server.centre.urls")),
    path("", include("byleave.server.notices.urls")),
    path("desk/", include("byleave.server.desk.urls")),
    path("", include("byleave.server.objections.urls")),
    path("", include("byleave.server.talent.urls")),
    (
        path("", include("byleave.server.feed.urls"))
        if settings.CONFIGURATION.content is None
        else path("", RedirectView.as_view(pattern_name="settings"))
    ),
]
handler400 = "byleave.server.ui.views.bad_request"
handler403 = "byleave.server.ui.views.not_allowed"
handler404 = "byleave.server.ui.views.not_found"
