"""The ledger's tables. Nobody writes through these classes: the store does, and the database refuses everything else.

Times are whole microseconds since 1970-01-01T00:00:00Z. The names are fixed: the gate reads them without Django.
"""

from __future__ import annotations

from typing import Any

from django.db import models


class SequenceField(models.BigIntegerField):
    """A number of an entry; in SQLite the row's own number, so that no second index is kept."""

    def db_type(self, connection: Any) -> str:  # noqa: ANN401 - any of Django's connections
        """The column's type: 64 bits in either database."""
        return "integer" if connection.vendor == "sqlite" else "bigint"


class Epoch(models.Model):  # noqa: DJ008 - never shown by itself
    """A stretch of the ledger that one database wrote; a restored one opens a new epoch."""

    number = models.IntegerField(primary_key=True)
    name = models.TextField(unique=True)
    opened_at = models.BigIntegerField()
    reason = models.TextField()

    class Meta:
        """Its table."""

        db_table = "ledger_epoch"


class LedgerEntry(models.Model):  # noqa: DJ008 - never shown by itself
    """One row of the chain: what happened when, and nothing about whom."""

    seq = SequenceField(primary_key=True)
    epoch = models.IntegerField()
    recorded_at = models.BigIntegerField()
    kind = models.TextField()
    digest = models.TextField()
    chain = models.TextField()

    class Meta:
        """Its table."""

        db_table = "ledger_entry"


class Payload(models.Model):  # noqa: DJ008 - never shown by itself
    """What an entry says about a person; it can be erased, and never changed."""

    seq = SequenceField(primary_key=True)
    subject = models.TextField()
    actor = models.TextField()
    at = models.BigIntegerField()
    salt = models.TextField()
    data = models.TextField()

    class Meta:
        """Its table, with the entries of one person found at once and in order."""

        db_table = "ledger_payload"
        indexes = (models.Index(fields=["subject", "seq"], name="ledger_payload_subject"),)


class Erasure(models.Model):  # noqa: DJ008 - never shown by itself
    """Which entry's payload was erased, and which entry says so. Without such a row no payload can be deleted."""

    seq = SequenceField(primary_key=True)
    declared_by = models.BigIntegerField()

    class Meta:
        """Its table."""

        db_table = "ledger_erasure"


class Suppression(models.Model):  # noqa: DJ008 - never shown by itself
    """A refusal of somebody who was erased, under a key that only the server can make from an id."""

    number = models.BigAutoField(primary_key=True)
    key = models.TextField()
    setting = models.TextField(null=True)  # noqa: DJ001 - NULL says that it is an objection
    purpose = models.TextField(null=True)  # noqa: DJ001 - NULL says every purpose
    since = models.BigIntegerField()
    seq = models.BigIntegerField()
    covers = models.TextField(null=True)  # noqa: DJ001 - NULL says that it is not known
    reaches = models.TextField(null=True)  # noqa: DJ001 - NULL says that it is not known
    item = models.TextField(null=True)  # noqa: DJ001 - NULL says that it is about no item

    class Meta:
        """Its table."""

        db_table = "ledger_suppression"
        indexes = (models.Index(fields=["key"], name="ledger_suppression_key"),)


class Idempotency(models.Model):  # noqa: DJ008 - never shown by itself
    """A request that was answered: asked again with the same key and body, it gets the first answer.

    The digest is salted with the salts of its entries, so that it tells nothing once one of them is erased.
    """

    key = models.TextField(primary_key=True)
    body_digest = models.TextField()
    seq = models.BigIntegerField()
    entries = models.IntegerField()

    class Meta:
        """Its table."""

        db_table = "ledger_idempotency"
        indexes = (models.Index(fields=["seq"], name="ledger_idempotency_seq"),)
