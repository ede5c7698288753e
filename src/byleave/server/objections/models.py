"""How somebody who objected is answered. No decision reads these tables, and they are cleared once a case is over."""

from __future__ import annotations

from django.db import models


class Contact(models.Model):
    """Where one objection is answered, and what its sender chose to say."""

    objection = models.TextField(primary_key=True)
    subject = models.TextField()
    """Whose objection it is, by the ledger: with them it is erased."""
    address = models.TextField()
    """An e-mail address; blank where the answer stands on the pages alone."""
    inbox = models.TextField()
    """What addresses that lead into one letter box have in common, for the number of letters in a day."""
    language = models.TextField()
    reason = models.TextField()
    """Blank, unless the person wanted to give one."""
    received_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    """When the letter that asks to confirm first went out, or was first refused for good: from then on time runs."""

    class Meta:
        """Its table."""

        db_table = "objections_contact"
        indexes = (
            models.Index(fields=["address"], name="objections_contact_address"),
            models.Index(fields=["inbox"], name="objections_contact_inbox"),
            models.Index(fields=["subject"], name="objections_contact_person"),
        )

    def __str__(self) -> str:
        """Which objection."""
        return str(self.objection)


class Letter(models.Model):
    """A letter about one objection, until it is sent; afterwards only that it was."""

    objection = models.TextField()
    kind = models.TextField()
    """`confirm`, which is put together when it is sent, or with a text: `told`, or `moved` to the address before."""
    address = models.TextField(default="", blank=True)
    """Of `moved` where it goes, until it is sent; blank: to where the case is answered."""
    server = models.TextField()
    """The address of the pages, for the links."""
    title = models.TextField()
    body = models.TextField()
    """Blank once it was sent."""
    written_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    """When somebody last took it to the mail server."""
    sent_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    """When the mail server first refused this letter, or its address."""
    failed_at = models.DateTimeField(null=True)
    """When it was given up."""

    class Meta:
        """Those that wait are found at once, and those about one objection."""

        db_table = "objections_letter"
        indexes = (
            models.Index(fields=["sent_at", "id"], name="objections_letter_waiting"),
            models.Index(fields=["objection"], name="objections_letter_about"),
        )

    def __str__(self) -> str:
        """About which objection."""
        return f"{self.kind} {self.objection}"
