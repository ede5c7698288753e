"""Whoever is erased is taken out of the counts."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def _begin_anew(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401 - Django's signature
    # counts from before still hold people who were erased
    apps.get_model("desk", "Progress").objects.using(schema_editor.connection.alias).update(epoch="")


class Migration(migrations.Migration):
    """A table and a field more."""

    dependencies = [("desk", "0003_looks")]
    operations = [
        migrations.CreateModel(
            name="TakenOut",
            fields=[("seq", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"db_table": "desk_taken_out"},
        ),
        migrations.AddField("Progress", "began", models.BigIntegerField(default=0)),
        migrations.RunPython(_begin_anew, migrations.RunPython.noop),
    ]
