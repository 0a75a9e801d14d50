import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_known_devices"), ("tenants", "0012_staff_failures")]

    operations = [
        migrations.CreateModel(
            name="HashCost",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="tenants.tenant",
                    ),
                ),
                ("milliseconds", models.PositiveIntegerField()),
            ],
        ),
    ]
