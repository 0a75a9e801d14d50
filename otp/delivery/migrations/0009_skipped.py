from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0008_notices")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("claimed", "Claimed"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("void", "Void"),
                    ("skipped", "Skipped"),
                ],
                default="pending",
                max_length=7,
            ),
        ),
    ]
