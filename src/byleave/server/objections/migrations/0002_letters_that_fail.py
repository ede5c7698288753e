"""Whose a contact is, which letter box it leads into, since when time runs, and which letters were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models

from byleave.server.objections.inboxes import inbox_of

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Find the letter boxes of addresses that are kept already."""
    contacts = apps.get_model("objections", "Contact").objects.using(editor.connection.alias)
    for one in contacts.exclude(address="").iterator():
        contacts.filter(pk=one.pk).update(inbox=inbox_of(one.address))


class Migration(migrations.Migration):
    dependencies = [("objections", "0001_initial")]

    operations = [
        migrations.AddField("contact", "subject", models.TextField(default=""), preserve_default=False),
        migrations.AddField("contact", "inbox", models.TextField(default=""), preserve_default=False),
        migrations.AddField("contact", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField("letter", "refused_at", models.DateTimeField(null=True)),
        migrations.AddField("letter", "failed_at", models.DateTimeField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex("contact", models.Index(fields=["inbox"], name="objections_contact_inbox")),
        migrations.AddIndex("contact", models.Index(fields=["subject"], name="objections_contact_person")),
    ]
