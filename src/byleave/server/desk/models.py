"""An index of the ledger for the desk: what is listed, counted and searched, and nothing that a person wrote.

All but one of the tables are folded from the ledger's entries (docs/adr/0147), and none decides anything. What staff
looked at and took away is no act about anybody's data, and stands in a table of its own (docs/adr/0153).
"""

from __future__ import annotations

from django.db import models


class CaseRow(models.Model):
    """One case, as `cases.case` folds it."""

    case_id = models.TextField(primary_key=True)
    subject = models.TextField(db_index=True)
    purpose = models.TextField(null=True)  # noqa: DJ001 - NULL says every purpose
    country = models.TextField(null=True)  # noqa: DJ001 - NULL says that it is not known
    state = models.TextField()
    is_open = models.BooleanField()
    received_at = models.DateTimeField()
    due_day = models.DateField()
    """The last day for an answer."""
    due_end = models.DateTimeField()
    """The first instant at which it is late."""
    extended = models.BooleanField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)  # noqa: DJ001 - NULL: nobody yet
    first_seq = models.BigIntegerField(db_index=True)
    came = models.TextField(default="", blank=True)
    """How it came to staff who wrote it down; blank: by a form, or by a program."""
    acknowledge_day = models.DateField(null=True)
    """The last day to tell the person that it has come; NULL where no law asks for that."""
    acknowledge_end = models.DateTimeField(null=True)
    """The first instant at which that is late."""
    acknowledged_at = models.DateTimeField(null=True)
    """When whoever handed it in got a receipt; NULL: a letter is to tell them."""

    class Meta:
        """Open cases by their deadline, and all by receipt."""

        db_table = "desk_case"
        indexes = (
            models.Index(fields=["is_open", "due_end", "case_id"], name="desk_case_due"),
            models.Index(fields=["received_at", "case_id"], name="desk_case_received"),
            models.Index(fields=["decided_at"], name="desk_case_decided"),
        )

    def __str__(self) -> str:
        """Which case."""
        return str(self.case_id)


class StepRow(models.Model):
    """One step of staff: who did what to which case."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.TextField()
    by = models.TextField()
    """The account."""
    signed = models.TextField(default="", blank=True)
    """Of a refusal: the name of the person who answers for it."""
    case_id = models.TextField(db_index=True)
    about = models.TextField(default="", blank=True)
    """Of a finding that was looked at: `person` or `other`; of an end, `taken-back` where the person wrote so."""

    class Meta:
        """By whom, the newest first."""

        db_table = "desk_step"
        indexes = (models.Index(fields=["by", "seq"], name="desk_step_by"),)

    def __str__(self) -> str:
        """Which entry."""
        return f"{self.seq} {self.kind}"


class LookRow(models.Model):
    """What one of the staff looked at, or took away; `desk.looks.expire` says how long that is kept."""

    at = models.DateTimeField()
    by = models.TextField()
    """The account."""
    what = models.TextField()
    """One of `desk.looks.WHAT`."""
    case_id = models.TextField(default="", blank=True)
    """About which case; blank for a list, and where the person was erased."""
    subject = models.TextField(default="", blank=True)
    """Whose case it is: with them it is forgotten."""
    about = models.TextField(default="", blank=True)
    """The item whose text was read; of a list, which of its rows."""

    class Meta:
        """The newest first, of one case, and of one account."""

        db_table = "desk_look"
        indexes = (
            models.Index(fields=["at", "id"], name="desk_look_at"),
            models.Index(fields=["case_id", "what"], name="desk_look_case"),
            models.Index(fields=["by", "at"], name="desk_look_by"),
            models.Index(fields=["subject"], name="desk_look_subject"),
        )

    def __str__(self) -> str:
        """Who did what."""
        return f"{self.by} {self.what}"


class DayCount(models.Model):
    """By how much a number changed on one day in one country."""

    day = models.DateField()
    what = models.TextField()
    """`members`, `off`, `objected` or `delivered`."""
    about = models.TextField(default="", blank=True)
    """The setting, the purpose or the notice."""
    country = models.TextField(default="", blank=True)
    """Blank where it is not known."""
    change = models.BigIntegerField()

    class Meta:
        """One row for each."""

        db_table = "desk_day"
        constraints = (models.UniqueConstraint(fields=["day", "what", "about", "country"], name="desk_day_once"),)

    def __str__(self) -> str:
        """What was counted."""
        return f"{self.day} {self.what} {self.about} {self.country}"


class Progress(models.Model):
    """How far the ledger was read; one row."""

    epoch = models.TextField()
    seq = models.BigIntegerField()
    calendar = models.TextField()
    """By which days deadlines were counted; with others everything is read anew."""
    began = models.BigIntegerField(default=0)
    """How far the ledger went when reading began; who was erased up to there was never counted."""

    class Meta:
        """Its table."""

        db_table = "desk_progress"

    def __str__(self) -> str:
        """How far."""
        return f"{self.epoch} {self.seq}"


class TakenOut(models.Model):
    """An erasure of which the counts know already, until it is read."""

    seq = models.BigIntegerField(primary_key=True)
    """The entry that declares it."""

    class Meta:
        """Its table."""

        db_table = "desk_taken_out"

    def __str__(self) -> str:
        """Which entry."""
        return str(self.seq)
