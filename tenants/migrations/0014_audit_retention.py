"""The database deletes lines of the audit log only in a transaction that says for how many days they are kept."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION tenants_auditentry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
{declarations}BEGIN
    IF TG_OP = 'DELETE' AND {may_go} THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
"""
FORWARDS = FUNCTION.format(
    declarations="DECLARE days integer := nullif(current_setting('ciam.audit_days', true), '')::integer;\n",
    may_go="days IS NOT NULL AND OLD.at < now() - make_interval(days => greatest(days, 30))",
)
BACKWARDS = FUNCTION.format(declarations="", may_go="OLD.at < now() - interval '365 days'")


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FORWARDS, params=None)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACKWARDS, params=None)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0014_one_counter")]
    operations = [migrations.RunPython(forwards, backwards)]
