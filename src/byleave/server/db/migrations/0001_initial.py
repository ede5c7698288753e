"""The tables of the ledger, and what the database refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations, models

from byleave.server.db.migrations import _guards
from byleave.server.db.models import SequenceField

if TYPE_CHECKING:
    from collections.abc import Sequence


def _guard(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401, ARG001 - Django's signature
    statements = {"sqlite": _guards.sqlite, "postgresql": _guards.postgresql}[schema_editor.connection.vendor]()
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """From nothing."""

    initial = True
    dependencies: Sequence[Any] = ()
    operations = (
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("name", models.TextField(unique=True)),
                ("opened_at", models.BigIntegerField()),
                ("reason", models.TextField()),
            ],
            options={"db_table": "ledger_epoch"},
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("seq", SequenceField(primary_key=True, serialize=False)),
                ("epoch", models.IntegerField()),
                ("recorded_at", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("digest", models.TextField()),
                ("chain", models.TextField()),
            ],
            options={"db_table": "ledger_entry"},
        ),
        migrations.CreateModel(
            name="Payload",
            fields=[
                ("seq", SequenceField(primary_key=True, serialize=False)),
                ("subject", models.TextField()),
                ("actor", models.TextField()),
                ("at", models.BigIntegerField()),
                ("salt", models.TextField()),
                ("data", models.TextField()),
            ],
            options={
                "db_table": "ledger_payload",
                "indexes": [models.Index(fields=["subject", "seq"], name="ledger_payload_subject")],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("seq", SequenceField(primary_key=True, serialize=False)),
                ("declared_by", models.BigIntegerField()),
            ],
            options={"db_table": "ledger_erasure"},
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("setting", models.TextField(null=True)),
                ("purpose", models.TextField(null=True)),
                ("since", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_suppression",
                "indexes": [models.Index(fields=["key"], name="ledger_suppression_key")],
            },
        ),
        migrations.CreateModel(
            name="Idempotency",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("body_digest", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("entries", models.IntegerField()),
            ],
            options={"db_table": "ledger_idempotency"},
        ),
        migrations.RunPython(_guard, elidable=False),
    )
