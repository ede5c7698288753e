"""How people get in: by a password that staff gave them, or through the platform's own sign-in."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from byleave.server.accounts.models import Account

if TYPE_CHECKING:
    from django.http import HttpRequest


_SEEN_ANYWAY = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class LocalSignIn(DefaultAccountAdapter):
    """Passwords: nobody makes an account for themselves, since an account speaks for a member."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Members find the platform, staff their desk."""
        own: str = super().get_login_redirect_url(request)
        return reverse("desk") if request.user.is_staff and own == settings.LOGIN_REDIRECT_URL else own

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *rest: Any,  # noqa: ANN401 - allauth's signature
        **more: Any,  # noqa: ANN401
    ) -> None:
        """Tell what was changed, and not what anybody sees: that they have signed in or out."""
        if message_template not in _SEEN_ANYWAY:
            super().add_message(request, level, message_template, *rest, **more)


class PlatformSignIn(DefaultSocialAccountAdapter):
    """The platform says who somebody is, by one claim that it signs."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401, ARG002
        """Whoever the platform knows has an account here from the first sign-in on."""
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401, ARG002
        """Nothing is asked of them."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ANN401, ARG002
        """Hold the account to the member whom the platform names now.

        A sign-in without the claim, or one that names somebody else's member, is refused: it may never be guessed for
        whom an account speaks.
        """
        member = _member_of(sociallogin.account.extra_data)
        if member is None:
            raise ImmediateHttpResponse(HttpResponse("the platform did not say which member you are", status=403))
        if sociallogin.is_existing:
            if sociallogin.user.member_id != member:
                raise ImmediateHttpResponse(HttpResponse("the platform names another member", status=403))
        elif Account.objects.filter(member_id=member).exists():
            raise ImmediateHttpResponse(HttpResponse("this member signs in in another way", status=403))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Take over the id, and nothing else that the platform tells about the person."""
        sociallogin.user.member_id = _member_of(sociallogin.account.extra_data)
        return sociallogin.user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:  # noqa: ANN401, ARG002
        """Make the account; its name is drawn, since nobody signs in with it."""
        user = sociallogin.user
        user.username = f"member-{token_hex(8)}"
        user.set_unusable_password()
        sociallogin.account.extra_data = {}
        sociallogin.save(request)
        return user


def _member_of(told: dict[str, Any]) -> str | None:
    """The member's id in what the platform signed: in the id token, or in what its endpoint tells."""
    claim = settings.CONFIGURATION.oidc.claim
    for part in (told.get("id_token"), told.get("userinfo"), told):
        value = part.get(claim) if isinstance(part, dict) else None
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None
