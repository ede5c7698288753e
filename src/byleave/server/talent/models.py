"""Requests for contact. They are private messages: no item, in no snapshot, and nothing is trained on them."""

from __future__ import annotations

from django.db import models


class ContactRequest(models.Model):
    """One member asks another to get in touch; once, until it is removed."""

    sender = models.TextField()
    recipient = models.TextField()
    text = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        """Its table."""

        db_table = "talent_contact"
        constraints = (models.UniqueConstraint(fields=["recipient", "sender"], name="talent_contact_once"),)

    def __str__(self) -> str:
        """From whom to whom."""
        return f"{self.sender} to {self.recipient}"
