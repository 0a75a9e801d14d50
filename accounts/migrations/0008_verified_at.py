from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_import_runs")]

    operations = [
        migrations.AddField(
            "enduser", "phone_number_verified_at", models.DateTimeField(null=True, editable=False)
        ),
        migrations.AddField("enduser", "email_verified_at", models.DateTimeField(null=True, editable=False)),
    ]
