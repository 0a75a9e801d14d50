"""The database itself refuses to change a line of the trail, and, where it is PostgreSQL, to delete one within a year."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION tenants_auditentry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER tenants_auditentry_append_only BEFORE UPDATE OR DELETE ON tenants_auditentry
    FOR EACH ROW EXECUTE FUNCTION tenants_auditentry_is_append_only();
"""
POSTGRESQL_BACK = """
DROP TRIGGER tenants_auditentry_append_only ON tenants_auditentry;
DROP FUNCTION tenants_auditentry_is_append_only();
"""
SQLITE = """
CREATE TRIGGER tenants_auditentry_append_only BEFORE UPDATE ON tenants_auditentry
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""
SQLITE_BACK = "DROP TRIGGER tenants_auditentry_append_only;"


def forwards(apps, schema_editor):
    schema_editor.execute({"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor], params=None)


def backwards(apps, schema_editor):
    for statement in {"postgresql": POSTGRESQL_BACK, "sqlite": SQLITE_BACK}[schema_editor.connection.vendor].split(";"):
        if statement.strip():
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_audit_entry")]
    operations = [migrations.RunPython(forwards, backwards)]
