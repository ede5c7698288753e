"""Accounts, tokens and signals. What a member chose does not stand here: that is in the ledger alone."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac


class Account(AbstractUser):
    """Who can sign in: a member, by the id that the platform has for them, or one of the staff.

    No name and no address: whoever signs in through the platform is known by the id alone.
    """

    first_name = None
    last_name = None
    member_id = models.TextField(null=True, unique=True)  # noqa: DJ001 - NULL is nobody's id; staff have none
    """The member whose choices this account may read and make; staff have none."""
    role = models.CharField(max_length=12, default="", blank=True)
    """What one of the staff may do at the desk, by `accounts/roles.py`; blank: not open it. Members have none."""
    factor_mark = models.CharField(max_length=32, default="", blank=True)
    """Drawn anew when the second factor changes; sessions with another mark are over."""

    class Meta:
        """Staff and member are never one account: who works for the platform does not choose for a member."""

        constraints = (
            models.CheckConstraint(
                condition=models.Q(member_id__isnull=True) | models.Q(is_staff=False, is_superuser=False),
                name="staff_are_no_members",
            ),
            models.CheckConstraint(condition=~models.Q(member_id=""), name="member_id_is_not_blank"),
            models.CheckConstraint(
                condition=models.Q(is_staff=True) | models.Q(role=""), name="only_staff_have_a_role"
            ),
        )

    def __str__(self) -> str:
        """The name with which one signs in."""
        return str(self.username)

    def get_session_auth_hash(self) -> str:
        """What a session has to have: it changes with the password, and with the second factor (ASVS 5.0, 7.4.3)."""
        own: str = super().get_session_auth_hash()
        if not self.factor_mark:
            return own
        return str(salted_hmac("byleave.second-factor", own + self.factor_mark, algorithm="sha256").hexdigest())


class ServiceToken(models.Model):
    """What a program shows to be let in. Only a digest of its secret is kept."""

    identifier = models.CharField(max_length=12, unique=True)
    """Stands in the token itself, and finds it."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the secret; 256 random bits need no slow hash."""
    name = models.CharField(max_length=100)
    """The service; tokens that replace one another share it."""
    scopes = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    """None: until it is rotated or revoked."""
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    """To the minute."""

    class Meta:
        """Found by name, newest last."""

        ordering = ("created_at", "id")
        indexes = (models.Index(fields=["name"], name="accounts_token_name"),)

    def __str__(self) -> str:
        """The part that is no secret."""
        return f"{self.name} {self.identifier}"


class Signal(models.Model):
    """A signal that a member's browser or client sent: recorded and shown, and no act on a setting."""

    member_id = models.TextField()
    signal = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        """One row for each signal and value of a member."""

        constraints = (models.UniqueConstraint(fields=["member_id", "signal", "value"], name="one_row_per_signal"),)

    def __str__(self) -> str:
        """The header as it was sent."""
        return f"{self.signal}: {self.value}"
