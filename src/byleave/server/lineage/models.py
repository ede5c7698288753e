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
