"""What was sent to whom. A decision never reads this table: that a notice was delivered stands in the ledger."""

from __future__ import annotations

from django.db import models


class Sending(models.Model):
    """One version of a notice for one member."""

    member_id = models.TextField()
    notice = models.TextField()
    version = models.TextField()
    language = models.TextField()
    by_mail = models.BooleanField()
    """Whether the mail server took it; without an address the notice waits on the pages, and counts once it is seen."""
    sent_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    """When the one reminder went out."""
    seen_at = models.DateTimeField(null=True)
    """When the member put it away."""

    class Meta:
        """Its table: a version of a notice goes to a member once."""

        db_table = "notices_sending"
        constraints = (models.UniqueConstraint(fields=["member_id", "notice", "version"], name="notices_sending_once"),)

    def __str__(self) -> str:
        """Which notice."""
        return f"{self.notice} {self.version}"
