from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations, models

if TYPE_CHECKING:
    from collections.abc import Sequence


class Migration(migrations.Migration):
    initial = True
    dependencies: Sequence[Any] = ()
    operations = (
        migrations.CreateModel(
            name="ContactRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.TextField()),
                ("recipient", models.TextField()),
                ("text", models.TextField()),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "db_table": "talent_contact",
                "constraints": [
                    models.UniqueConstraint(fields=("recipient", "sender"), name="talent_contact_once"),
                ],
            },
        ),
    )
