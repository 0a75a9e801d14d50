from typing import Any

from django.db import migrations, models

ALL = ["tencent", "cloudbase", "plusauth"]  # as applications had them before they were chosen


def speak_all(apps: Any, schema_editor: Any) -> None:
    apps.get_model("tenants", "Application").objects.update(dialects=ALL)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_staff_failures")]

    operations = [
        migrations.AddField("application", "dialects", models.JSONField(default=list, blank=True)),
        migrations.RunPython(speak_all, migrations.RunPython.noop, elidable=True),
    ]
