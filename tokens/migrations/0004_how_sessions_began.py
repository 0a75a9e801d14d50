from typing import Any

from django.db import migrations, models


def mark_authenticated(apps: Any, schema_editor: Any) -> None:
    """Only a client that showed its secret got sessions with this scope, where it had one."""
    sessions = apps.get_model("tokens", "Session").objects
    sessions.filter(scope="openid", application__type__in=("web", "m2m")).update(client_authenticated=True)


def grant_self_service(apps: Any, schema_editor: Any) -> None:
    """Self-service had no scope of its own beside `openid`; applications that ask for consent have it no more."""
    sessions = apps.get_model("tokens", "Session").objects.filter(scope="openid")
    sessions.exclude(application__login_flow__consent=True).update(scope="openid user")


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_staff_failures"), ("tokens", "0003_authorization_codes")]

    operations = [
        migrations.AddField("session", "client_authenticated", models.BooleanField(default=False)),
        migrations.AddField("session", "consented_claims", models.JSONField(null=True)),
        migrations.AddField("consent", "claims", models.JSONField(default=list)),
        migrations.RunPython(mark_authenticated, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(grant_self_service, migrations.RunPython.noop, elidable=True),
    ]
