"""Row-level security on PostgreSQL: a statement reaches the rows of the tenant that it was made for, and no others.

Each table with a column `tenant_id` has a policy, which compares it with the setting `ciam.tenant` of the transaction
(`tenants/isolation.py`). The owner of the tables is exempt, so the server must not be the owner: web and worker log in
as an application role that has nothing but the rights to read and change rows.
"""

from django.db import ProgrammingError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors, sql

from tenants import catalog
from tenants.isolation import EVERY_TENANT

POLICY = "tenant"  # a policy with another meaning takes another name: one that exists is left alone
REACHED = f"""(SELECT current_setting('ciam.tenant', true)) = '{EVERY_TENANT}'
    OR tenant_id::text = (SELECT current_setting('ciam.tenant', true))"""
UNPROTECTED = """
    SELECT relname, NOT attnotnull FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (%s)
        AND NOT (relrowsecurity AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = pg_class.oid AND polname = %s))"""
GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
)


class CannotCreateRole(Exception):
    """The owner may not create roles, and the application role does not exist."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the policies that are missing. It may run any number of times; the role owns the tables."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(UNPROTECTED, [sorted(catalog.read(connection).tenant_tables), POLICY])
        for table, may_lack_tenant in cursor.fetchall():
            # a row of no tenant may be written by all, and is reached with those of every tenant alone
            check = f"{REACHED} OR tenant_id IS NULL" if may_lack_tenant else REACHED
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", None)
            cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({REACHED}) WITH CHECK ({check})", None)


def admit(connection: BaseDatabaseWrapper, *, role: str, password: str) -> None:
    """Let the application role read and change rows; it is created if it is missing.

    Raises CannotCreateRole.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        schema, exists = cursor.fetchone()
        if not exists:
            _create(connection, role, password)
        for grant in GRANTS:
            statement = sql.SQL(grant).format(schema=sql.Identifier(schema), role=sql.Identifier(role))
            cursor.execute(statement, None)


def is_active(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the policies hold for the role of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active('tenants_application')", ())
        return bool(cursor.fetchone()[0])


def _create(connection: BaseDatabaseWrapper, role: str, password: str) -> None:
    """Create the role; only a verifier of the password goes to the server, so that no log has it."""
    verifier = connection.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    statement = sql.SQL("CREATE ROLE {role} LOGIN PASSWORD {verifier}")
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(statement.format(role=sql.Identifier(role), verifier=sql.Literal(verifier.decode())), None)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise
        raise CannotCreateRole from None
