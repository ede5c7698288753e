"""The tables of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations, models

if TYPE_CHECKING:
    from collections.abc import Sequence


class Migration(migrations.Migration):
    """From nothing."""

    initial = True
    dependencies: Sequence[Any] = (("ledger", "0001_initial"),)
    operations = (
        migrations.CreateModel(
            name="Roster",
            fields=[
                ("block", models.IntegerField(primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("keys", models.BinaryField()),
            ],
            options={"db_table": "lineage_roster"},
        ),
        migrations.CreateModel(
            name="IndexedSnapshot",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("manifest", models.TextField(unique=True)),
                ("members", models.BigIntegerField()),
                ("items", models.BigIntegerField()),
            ],
            options={"db_table": "lineage_snapshot"},
        ),
        migrations.CreateModel(
            name="Counts",
            fields=[
                ("pk", models.CompositePrimaryKey("block", "seq", blank=True, editable=False, serialize=False)),
                ("block", models.IntegerField()),
                ("seq", models.BigIntegerField()),
                ("counts", models.BinaryField()),
            ],
            options={"db_table": "lineage_counts"},
        ),
        migrations.CreateModel(
            name="Gone",
            fields=[
                ("pk", models.CompositePrimaryKey("key", "seq", blank=True, editable=False, serialize=False)),
                ("key", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
            ],
            options={"db_table": "lineage_gone"},
        ),
    )
