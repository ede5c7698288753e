"""People and what they share. The columns of items are those of `docs/reference/tables.md`, so that a gate reads them.

Instants are text in RFC 3339, in UTC and always with six digits: the same in either database, and in order as text.
"""

from __future__ import annotations

from django.db import models


class Profile(models.Model):
    """How a member appears to others; the id is the one that the ledger knows."""

    member_id = models.TextField(primary_key=True)
    name = models.TextField()
    headline = models.TextField(default="")
    about = models.TextField(default="")
    language = models.TextField(default="en")
    joined_at = models.DateTimeField()

    class Meta:
        """Its table."""

        db_table = "feed_profile"

    def __str__(self) -> str:
        """The name."""
        return str(self.name)


class Item(models.Model):
    """One piece of content with one owner; whether it is withheld stands in the ledger alone."""

    item_id = models.TextField(primary_key=True)
    member_id = models.TextField()
    category = models.TextField()
    visibility = models.TextField()
    created_at = models.TextField()
    changed_at = models.TextField(null=True)  # noqa: DJ001 - NULL says that it was never changed
    public_since = models.TextField(null=True)  # noqa: DJ001 - NULL says since it was created
    withheld = models.BooleanField(null=True)
    subjects = models.TextField(null=True)  # noqa: DJ001 - a JSON list of the people it is about; NULL says nobody
    ai_written = models.BooleanField(null=True)
    ai_assisted = models.BooleanField(null=True)
    language = models.TextField(null=True)  # noqa: DJ001 - NULL says that it is not known
    text = models.TextField(null=True)  # noqa: DJ001 - as the tables have it

    class Meta:
        """Its table, with a member's items, how many of each kind, and the newest public ones found at once."""

        db_table = "feed_item"
        indexes = (
            models.Index(fields=["member_id", "created_at", "item_id"], name="feed_item_member"),
            models.Index(fields=["member_id", "category"], name="feed_item_counts"),
            models.Index(fields=["visibility", "created_at", "item_id"], name="feed_item_newest"),
        )

    def __str__(self) -> str:
        """The id."""
        return str(self.item_id)
