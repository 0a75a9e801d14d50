from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0009_skipped")]

    operations = [
        migrations.RemoveIndex(model_name="delivery", name="delivery_not_sent"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status__in", ["failed", "void", "skipped"])),
                fields=["status", "id"],
                name="delivery_not_sent",
            ),
        ),
    ]
