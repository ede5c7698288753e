"""What keeps models from forgetting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations, models

if TYPE_CHECKING:
    from collections.abc import Sequence


class Migration(migrations.Migration):
    """The table is new."""

    dependencies: Sequence[Any] = (("lineage", "0002_forgetting"),)
    operations = (
        migrations.CreateModel(
            name="ForgetProblem",
            fields=[
                ("pk", models.CompositePrimaryKey("model", "step", blank=True, editable=False, serialize=False)),
                ("model", models.TextField()),
                ("step", models.TextField()),
                ("reason", models.TextField()),
                ("told", models.TextField()),
                ("since", models.BigIntegerField()),
                ("tries", models.IntegerField()),
                ("again_at", models.BigIntegerField()),
            ],
            options={"db_table": "forget_problem"},
        ),
    )
