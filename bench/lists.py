"""How long each list, filter and search of the admin takes with a million end users, deliveries and lines of the trail.

python -m bench.lists [--rows 1000000] [--server postgresql://root@127.0.0.1:5432/postgres]
"""

import argparse
import os
import statistics
import sys
import time

from bench.processes import scratch_database, scratch_directory

GOAL_MILLISECONDS = 300
VISITS = 5
TENANTS = 20

# UUIDv7 in the order of i, a second apart.
ID = "(lpad(to_hex(1700000000000 + i::bigint * 1000), 12, '0') || '70008000' || lpad(to_hex(i), 12, '0'))::uuid"
MOMENT = "to_timestamp(1700000000 + i)"
TENANT = f"(SELECT ids[1 + i % {TENANTS - 1}] FROM bench_tenants)"  # the last tenant has a handful alone
FILL = (
    """CREATE TABLE bench_tenants AS SELECT array_agg(id ORDER BY slug) AS ids FROM tenants_tenant""",
    f"""INSERT INTO accounts_enduser (id, tenant_id, status, username, username_typed, phone_number,
            phone_number_verified, email, email_typed, email_verified, password, attributes, created_at,
            sessions_valid_from)
        SELECT {ID}, {TENANT}, CASE WHEN i % 10000 = 0 THEN 'LOCK' ELSE 'NORMAL' END, 'user' || i, 'User' || i,
            '+86136' || lpad(i::text, 8, '0'), true, 'user' || i || '@example.com', 'User' || i || '@example.com',
            true, '', '{{"nickname": "Mei"}}', {MOMENT}, {MOMENT}
        FROM generate_series(1, ROWS) AS i""",
    f"""INSERT INTO otp_challenge (id, tenant_id, application_id, usage, channel, destination, token_hash, code_hash,
            created_at, code_expires_at, token_expires_at, guesses, guesses_allowed, guesses_of_day_allowed, is_public)
        SELECT {ID}, {TENANT}, (SELECT id FROM tenants_application LIMIT 1), 'signup', 'sms',
            '+86136' || lpad(i::text, 8, '0'), 'token' || i, 'code', {MOMENT}, {MOMENT}, {MOMENT}, 0, 5, 20, false
        FROM generate_series(1, ROWS) AS i""",
    """INSERT INTO delivery_delivery (id, tenant_id, challenge_id, channel, destination, usage, language, status,
            sealed_code, has_quota, created_at, code_expires_at, send_before, claims)
        SELECT id, tenant_id, id, channel, destination, usage, 'en',
            CASE WHEN right(token_hash, 4) = '0000' THEN 'failed' ELSE 'sent' END, '', false, created_at,
            code_expires_at, code_expires_at, 1
        FROM otp_challenge""",
    """INSERT INTO delivery_attempt (id, tenant_id, delivery_id, sender_key, vendor, succeeded, error, started_at,
            milliseconds)
        SELECT id, tenant_id, id, 'sms', 'outbox', true, '', created_at, 1 FROM delivery_delivery""",
    f"""INSERT INTO tenants_auditentry (id, at, tenant_id, actor, event, outcome, subject, object_id, detail, source,
            request_id)
        SELECT {ID}, {MOMENT}, {TENANT}, 'application:bench',
            CASE WHEN i % 5000 = 0 THEN 'configuration.change' WHEN i % 2 = 0 THEN 'sign_up' ELSE 'code.request' END,
            CASE WHEN i % 3000 = 0 THEN 'refused' ELSE 'succeeded' END, '+86136****5678',
            replace({ID}::text, '-', ''), '{{}}', '127.0.0.1', ''
        FROM generate_series(1, ROWS) AS i""",
    """INSERT INTO delivery_outboxmessage (id, tenant_id, channel, destination, usage, code, body, sent_at)
        SELECT id, tenant_id, channel, destination, usage, '123456', 'words', created_at FROM otp_challenge""",
)

PAGES = (
    "/admin/",
    "/admin/tenants/tenant/",
    "/admin/tenants/application/",
    "/admin/accounts/enduser/",
    "/admin/accounts/enduser/?p=100",
    "/admin/accounts/enduser/?tenant=t00",
    "/admin/accounts/enduser/?tenant=t19",
    "/admin/accounts/enduser/?status=LOCK",
    "/admin/accounts/enduser/?status=LOCK&tenant=t00",
    "/admin/accounts/enduser/?q=user77777",
    "/admin/accounts/enduser/?q=user77777@example.com",
    "/admin/accounts/enduser/?q=13600077777",
    "/admin/accounts/enduser/?q=nobody",
    "/admin/delivery/delivery/",
    "/admin/delivery/delivery/?tenant=t19",
    "/admin/delivery/delivery/?status=failed",
    "/admin/delivery/delivery/?status=failed&tenant=t00",
    "/admin/delivery/delivery/?q=13600077777",
    "/admin/delivery/outboxmessage/",
    "/admin/delivery/outboxmessage/?tenant=t19",
    "/admin/delivery/outboxmessage/?q=13600077777",
    "/admin/tenants/auditentry/",
    "/admin/tenants/auditentry/?tenant=t00",
    "/admin/tenants/auditentry/?tenant=t19",
    "/admin/tenants/auditentry/?kind=staff",
    "/admin/tenants/auditentry/?kind=refused",
    "/admin/tenants/auditentry/?kind=refused&tenant=t19",
    "/admin/tenants/auditentry/?q=00000000000070008000000000000001",
)


def main() -> int:
    arguments = _arguments()
    with scratch_directory() as directory, scratch_database(arguments.server) as url:
        os.environ |= {
            "DATABASE_URL": url,
            "CIAM_DATA_DIR": str(directory),
            "CIAM_MODE": "trial",
            "CIAM_LOG_LEVEL": "ERROR",
            "SECRET_KEY": "only-for-the-bench-only-for-the-bench-only",
            "DJANGO_SETTINGS_MODULE": "ciam.settings",
        }
        _fill(arguments.rows)
        slow = _measure()
    print(f"{slow or 'No'} page{'' if slow == 1 else 's'} took more than {GOAL_MILLISECONDS} ms.")
    return 1 if slow else 0


def _fill(rows: int) -> None:
    import django  # after the environment is set

    django.setup()

    from django.core.management import call_command
    from django.db import connection

    from ciam.provisioning import provision

    call_command("migrate", verbosity=0)
    tenants = "".join(f"  - {{slug: t{number:02d}, name: Tenant {number:02d}}}\n" for number in range(TENANTS))
    provision(f"tenants:\n{tenants}")
    provision("tenants:\n  - slug: t00\n    applications: [{client_id: bench}]\n")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0", None)
        for statement in FILL:
            cursor.execute(statement.replace("ROWS", str(rows)), None)
        _fill_small_tenant(cursor)
        cursor.execute("ANALYZE", None)
    print(f"{rows:,} end users, deliveries, messages and lines of the trail are there.", file=sys.stderr)


def _fill_small_tenant(cursor: object) -> None:
    """Five old rows of each kind, behind all others: what a list without an index would look for longest."""
    for table in ("accounts_enduser", "delivery_delivery", "delivery_outboxmessage"):
        cursor.execute(  # type: ignore[attr-defined]
            f"UPDATE {table} SET tenant_id = (SELECT ids[{TENANTS}] FROM bench_tenants) "
            f"WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT 5)",
            None,
        )


def _measure() -> int:
    from django.test import Client

    from tenants.models import Staff

    browser = Client(headers={"host": "localhost"})
    browser.force_login(Staff.objects.create_superuser("bench"))
    slow = 0
    for page in PAGES:
        times = [_visit(browser, page) for _ in range(VISITS)]
        slow += statistics.median(times) > GOAL_MILLISECONDS
        print(f"{statistics.median(times):7.0f} ms  (first {times[0]:.0f})  {page}", flush=True)
    return slow


def _visit(browser: object, page: str) -> float:
    started = time.perf_counter()
    answer = browser.get(page)  # type: ignore[attr-defined]
    assert answer.status_code == 200, (answer.status_code, page)
    return (time.perf_counter() - started) * 1000


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--server", default="postgresql://root@127.0.0.1:5432/postgres")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
