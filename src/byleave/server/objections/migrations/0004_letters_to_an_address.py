"""A letter may go to the address before."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One field more."""

    dependencies = [("objections", "0003_over_by_the_ledger")]
    operations = [migrations.AddField("letter", "address", models.TextField(blank=True, default=""))]
