"""The index's tables. Every row of a snapshot's can be made anew from its folder; only who was erased cannot.

A member has a place: a block, and an offset in it. A block's members never change, and there is one count for each of
them in each snapshot that has any.
"""

from __future__ import annotations

from django.db import models


class Roster(models.Model):  # noqa: DJ008 - never shown by itself
    """One block of members: up to 4,096 keys, sorted, as 64-bit numbers with the low byte first."""

    block = models.IntegerField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    keys = models.BinaryField()

    class Meta:
        """Its table."""

        db_table = "lineage_roster"


class IndexedSnapshot(models.Model):  # noqa: DJ008 - never shown by itself
    """A snapshot whose members are indexed; `seq` is that of its entry."""

    seq = models.BigIntegerField(primary_key=True)
    manifest = models.TextField(unique=True)
    members = models.BigIntegerField()
    items = models.BigIntegerField()

    class Meta:
        """Its table."""

        db_table = "lineage_snapshot"


class Counts(models.Model):  # noqa: DJ008 - never shown by itself
    """How many items each member of a block has in a snapshot: 32-bit numbers, low byte first, in zlib's format."""

    pk = models.CompositePrimaryKey("block", "seq")
    block = models.IntegerField()
    seq = models.BigIntegerField()
    counts = models.BinaryField()

    class Meta:
        """Its table."""

        db_table = "lineage_counts"


class Gone(models.Model):  # noqa: DJ008 - never shown by itself
    """The key of an account that was erased, and the entry that says so; entry 0 is nobody's, and marks the secret."""

    pk = models.CompositePrimaryKey("key", "seq")
    key = models.BigIntegerField()
    seq = models.BigIntegerField()

    class Meta:
        """Its table."""

        db_table = "lineage_gone"


class ForgetTask(models.Model):  # noqa: DJ008 - never shown by itself
    """One account that one model must forget: as the ledger tells it, and how far that is. Times are microseconds."""

    pk = models.CompositePrimaryKey("model", "key")
    model = models.TextField()
    key = models.BigIntegerField()
    seq = models.BigIntegerField()
    since = models.BigIntegerField()
    cause = models.TextField()
    stopped_at = models.BigIntegerField(null=True)
    done_by = models.BigIntegerField(null=True)

    class Meta:
        """Its table."""

        db_table = "forget_task"
        indexes = (models.Index(fields=["done_by"], name="forget_task_done"),)


class ForgetReading(models.Model):  # noqa: DJ008 - never shown by itself
    """How far the ledger was read for such tasks, and under which rules."""

    number = models.IntegerField(primary_key=True)
    epoch = models.TextField()
    seq = models.BigIntegerField()
    rules = models.TextField()

    class Meta:
        """Its table."""

        db_table = "forget_reading"


class ForgetProblem(models.Model):  # noqa: DJ008 - never shown by itself
    """What keeps a model from a step of forgetting, since when, and when it is tried again. Times are microseconds."""

    pk = models.CompositePrimaryKey("model", "step")
    model = models.TextField()
    step = models.TextField()
    reason = models.TextField()
    told = models.TextField()
    since = models.BigIntegerField()
    tries = models.IntegerField()
    again_at = models.BigIntegerField()

    class Meta:
        """Its table."""

        db_table = "forget_problem"


class Certificate(models.Model):  # noqa: DJ008 - never shown by itself
    """A certificate of forgetting, in zlib's format, under the digest that its entry names."""

    digest = models.TextField(primary_key=True)
    file = models.BinaryField()

    class Meta:
        """Its table."""

        db_table = "forget_certificate"
