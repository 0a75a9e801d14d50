import pytest
from django.core.management import CommandError, call_command

from tenants.models import Publication
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


def forget_what_was_published() -> None:
    Publication.objects.update(document={})


def published() -> set[str]:
    return {row.client_id for row in Publication.objects.all() if row.document}


def test_publish_compiles_all_applications_again(capsys):
    make_application(client_id="shop")
    make_application(client_id="bakery")
    forget_what_was_published()

    call_command("publish")

    assert capsys.readouterr().out == "2 applications published.\n"
    assert published() == {"shop", "bakery"}


def test_publish_keeps_to_one_tenant_when_told(capsys):
    make_application(make_tenant(slug="acme"), client_id="shop")
    make_application(client_id="bakery")
    forget_what_was_published()

    call_command("publish", "--tenant", "acme")

    assert capsys.readouterr().out == "1 application published.\n"
    assert published() == {"shop"}


def test_publish_names_a_tenant_that_is_not_there():
    with pytest.raises(CommandError, match="There is no tenant nobody"):
        call_command("publish", "--tenant", "nobody")
