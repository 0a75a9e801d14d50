"""The backup of docs/operations.md, restored into an empty database (S-104)."""

import subprocess
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection

from tests.clients import TencentClient
from tests.dialects.tencent.logins import Shop, make_login_application, make_user
from tests.servers import create_database, database_url, drop_database, orm_on

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def empty_database() -> Iterator[str]:
    name = f"{connection.settings_dict['NAME']}_restored"
    create_database(name)
    yield name
    drop_database(name)


def counts() -> dict[str, int]:
    return {model._meta.db_table: model._base_manager.count() for model in apps.get_models()}


def test_restored_server_knows_everybody(tmp_path, empty_database):
    shop = Shop(make_login_application())
    make_user(shop.application)
    client = TencentClient(shop.application)
    assert client.sign_up(**client.phone_proof("13912345678")).status_code == 200
    refresh_token = shop.log_in_by_password().json()["refresh_token"]
    file, before = str(tmp_path / "ciam.dump"), counts()

    source, target = database_url(connection.settings_dict["NAME"]), database_url(empty_database)
    subprocess.run(["pg_dump", "--format=custom", f"--file={file}", source], check=True)
    subprocess.run(["pg_restore", "--no-owner", f"--dbname={target}", file], check=True)

    with orm_on(empty_database):
        assert counts() == before
        assert shop.log_in_by_password().status_code == 200
        assert shop.refresh(refresh_token).status_code == 200
