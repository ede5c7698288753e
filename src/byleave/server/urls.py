"""Addresses of the server."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from byleave.server.api.root import api
from byleave.server.running import current


def keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The public keys that verify receipts: `byleave verify receipt.json --keys` takes the file."""
    response = HttpResponse(current().ring(), content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response


urlpatterns = [
    path(".well-known/byleave-keys.json", keys, name="keys"),
    path("api/v1/", api.urls),
    path("account/", include("allauth.urls")),
]
