"""Who signed a refusal stands apart from the account that recorded it."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def _split(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401 - Django's signature
    steps = apps.get_model("desk", "StepRow").objects.using(schema_editor.connection.alias)
    for row in steps.filter(kind="objection-rejected", by__endswith=")").iterator():
        signed, _, account = row.by.removesuffix(")").rpartition(" (")
        steps.filter(pk=row.pk).update(by=account, signed=signed)


class Migration(migrations.Migration):
    """One field more."""

    dependencies = [("desk", "0001_initial")]
    operations = [
        migrations.AddField("StepRow", "signed", models.TextField(default="", blank=True)),
        migrations.RunPython(_split, migrations.RunPython.noop),
    ]
