from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def read_codes(apps: Any, schema_editor: Any) -> None:
    """The code that opened a session knew when its end user had logged in."""
    codes = apps.get_model("tokens", "AuthorizationCode").objects.filter(session_id=OuterRef("pk"))
    sessions = apps.get_model("tokens", "Session").objects.filter(provider_type="authorization_code")
    sessions.update(authenticated_at=Subquery(codes.values("authenticated_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [("tokens", "0004_how_sessions_began")]

    operations = [
        migrations.AddField("session", "authenticated_at", models.DateTimeField(null=True)),
        migrations.RunPython(read_codes, migrations.RunPython.noop, elidable=True),
    ]
