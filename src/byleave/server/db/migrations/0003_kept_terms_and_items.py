"""Of an erased person the ledger keeps what an *off* covered and reached, and the items that were held back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations, models

if TYPE_CHECKING:
    from collections.abc import Sequence


class Migration(migrations.Migration):
    """Three columns that may be NULL: the table is not made anew, and keeps its triggers."""

    dependencies: Sequence[Any] = (("ledger", "0002_keys_by_entry"),)
    operations = tuple(
        migrations.AddField(model_name="suppression", name=name, field=models.TextField(null=True))
        for name in ("covers", "reaches", "item")
    )
