"""Keys of requests are found by their entries, so that a second copy can hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations, models

if TYPE_CHECKING:
    from collections.abc import Sequence


class Migration(migrations.Migration):
    """An index, and nothing else."""

    dependencies: Sequence[Any] = (("ledger", "0001_initial"),)
    operations = (
        migrations.AddIndex(
            model_name="idempotency", index=models.Index(fields=["seq"], name="ledger_idempotency_seq")
        ),
    )
