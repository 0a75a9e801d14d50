"""What a statement and a lock may take (S-89)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from tests.factories import make_tenant

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_endless_statement_is_cancelled():
    with pytest.raises(OperationalError, match="statement timeout"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [30])


def test_lock_that_somebody_else_keeps_is_given_up():
    tenant = make_tenant()

    def wait() -> None:
        try:
            with pytest.raises(OperationalError, match="lock timeout"):
                type(tenant).objects.filter(pk=tenant.pk).update(name="Another")
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as others:
        type(tenant).objects.select_for_update().get(pk=tenant.pk)
        others.submit(wait).result()
