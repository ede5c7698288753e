from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_factor_mark")]

    operations = [
        migrations.AddField(
            model_name="account", name="role", field=models.CharField(blank=True, default="", max_length=12)
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_staff", True), ("role", ""), _connector="OR"), name="only_staff_have_a_role"
            ),
        ),
    ]
