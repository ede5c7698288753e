"""When a case was over is told by the ledger."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """One field less."""

    dependencies = [("objections", "0002_letters_that_fail")]
    operations = [migrations.RemoveField("contact", "over_at")]
