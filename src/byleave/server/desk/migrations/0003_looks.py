"""What staff looked at; how a case came, and by when it is acknowledged, for which every case is read anew."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def _read_anew(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401 - Django's signature
    apps.get_model("desk", "Progress").objects.using(schema_editor.connection.alias).update(epoch="")


class Migration(migrations.Migration):
    """One table and four fields more."""

    dependencies = [("desk", "0002_signed")]
    operations = [
        migrations.AddField("CaseRow", "came", models.TextField(blank=True, default="")),
        migrations.AddField("CaseRow", "acknowledge_day", models.DateField(null=True)),
        migrations.AddField("CaseRow", "acknowledge_end", models.DateTimeField(null=True)),
        migrations.AddField("CaseRow", "acknowledged_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="LookRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("what", models.TextField()),
                ("case_id", models.TextField(blank=True, default="")),
                ("subject", models.TextField(blank=True, default="")),
                ("about", models.TextField(blank=True, default="")),
            ],
            options={"db_table": "desk_look"},
        ),
        migrations.AddIndex("LookRow", models.Index(fields=["at", "id"], name="desk_look_at")),
        migrations.AddIndex("LookRow", models.Index(fields=["case_id", "what"], name="desk_look_case")),
        migrations.AddIndex("LookRow", models.Index(fields=["by", "at"], name="desk_look_by")),
        migrations.AddIndex("LookRow", models.Index(fields=["subject"], name="desk_look_subject")),
        migrations.RunPython(_read_anew, migrations.RunPython.noop),
    ]
