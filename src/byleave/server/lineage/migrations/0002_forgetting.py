"""The queue of forgetting, and the certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations, models

if TYPE_CHECKING:
    from collections.abc import Sequence


class Migration(migrations.Migration):
    """The tables are new."""

    dependencies: Sequence[Any] = (("lineage", "0001_index"),)
    operations = (
        migrations.CreateModel(
            name="ForgetTask",
            fields=[
                ("pk", models.CompositePrimaryKey("model", "key", blank=True, editable=False, serialize=False)),
                ("model", models.TextField()),
                ("key", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
                ("since", models.BigIntegerField()),
                ("cause", models.TextField()),
                ("stopped_at", models.BigIntegerField(null=True)),
                ("done_by", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "forget_task",
                "indexes": [models.Index(fields=["done_by"], name="forget_task_done")],
            },
        ),
        migrations.CreateModel(
            name="ForgetReading",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("epoch", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("rules", models.TextField()),
            ],
            options={"db_table": "forget_reading"},
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("digest", models.TextField(primary_key=True, serialize=False)),
                ("file", models.BinaryField()),
            ],
            options={"db_table": "forget_certificate"},
        ),
    )
