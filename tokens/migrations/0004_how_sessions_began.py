from typing import Any

from django.db import migrations, models


def mark_authenticated(apps: Any, schema_editor: Any) -> None:
    """Only a client that showed its secret got sessions with this scope, where it had one."""
    sessions = apps.get_model("tokens", "Session").objects
    sessions.filter(scope="openid", application__type__in=("web", "m2m")).update(client_authenticated=True)


class Migration(migrations.Migration):
    dependencies = [("tokens", "0003_authorization_codes")]

    operations = [
        migrations.AddField("session", "client_authenticated", models.BooleanField(default=False)),
        migrations.AddField("session", "consented_claims", models.JSONField(null=True)),
        migrations.AddField("consent", "claims", models.JSONField(default=list)),
        migrations.RunPython(mark_authenticated, migrations.RunPython.noop, elidable=True),
    ]
