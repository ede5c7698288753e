"""The way back from the platform's sign-in, with a token whose signature is always checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class Signed(OpenIDConnectOAuth2Adapter):
    """Checks the signature of an id token also where it came over a connection of our own.

    OpenID Connect Core 1.0, 3.1.3.7, lets a client do without where TLS vouches for the platform; a proxy that ends it,
    or an issuer without it, would then say for whom a session speaks.
    """

    @property
    def did_fetch_access_token(self) -> bool:
        """What allauth asks before it leaves the signature unchecked: never."""
        return False

    @did_fetch_access_token.setter
    def did_fetch_access_token(self, value: bool) -> None:
        """Allauth tells that it has; it makes no difference."""


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from the platform. Raises: Http404 where it is none of ours."""
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(Signed(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return answer
