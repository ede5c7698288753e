from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feed", "0002_counts")]

    operations = [
        migrations.AddField(model_name="item", name="ai_assisted", field=models.BooleanField(null=True)),
    ]
