from django.db import migrations, models


def limit_unlimited_email(apps, schema_editor):
    """Give the new limits of e-mail to tenants that had none."""
    unlimited = apps.get_model("tenants", "Tenant").objects.filter(email_interval_seconds=0, email_per_day=None)
    unlimited.update(email_interval_seconds=30, email_per_day=10)


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0014_audit_retention'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='public_per_hour',
            field=models.PositiveIntegerField(blank=True, default=1000, null=True),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='email_interval_seconds',
            field=models.PositiveIntegerField(default=30),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='email_per_day',
            field=models.PositiveIntegerField(blank=True, default=10, null=True),
        ),
        migrations.RunPython(limit_unlimited_email, migrations.RunPython.noop),
    ]
