import pytest

from ciam.provisioning import export, provision
from tenants.models import Tenant
from tests.provisioning.files import EXAMPLE, FULL, SECRET, application, tenant

pytestmark = pytest.mark.django_db


SPARSE = application("        sign_up: {enabled: false}\n        login: {}\n")


@pytest.mark.parametrize("text", [EXAMPLE, FULL, SPARSE, tenant()], ids=["example", "full", "sparse", "empty"])
def test_an_export_into_an_empty_server_exports_the_same_bytes(text):
    provision(text)
    exported = export("acme")
    Tenant.objects.all().delete()

    provision(exported)

    assert export("acme") == exported


@pytest.mark.parametrize("text", [EXAMPLE, FULL], ids=["example", "full"])
def test_an_export_into_its_own_server_changes_nothing(text):
    provision(text)

    assert provision(export("acme")).lines == []


def test_an_export_has_no_secret_and_the_ids_of_the_sources():
    provision(FULL)

    exported = export("acme")

    assert SECRET not in exported
    assert "id: 00000000000070008000000000000001\n" in exported
    assert "昵称" in exported


def test_of_the_attributes_that_every_tenant_has_only_changes_are_exported():
    provision(tenant("    attributes: [{identifier: locale, enabled: false}]\n"))

    assert "attributes:\n  - identifier: locale\n    enabled: false\n  senders: []\n" in export("acme")


def test_texts_that_look_like_something_else_survive():
    provision(tenant("    attributes: [{identifier: a, label: '007'}, {identifier: b, label: 'yes'}]\n", name='"1.5"'))
    exported = export("acme")
    Tenant.objects.all().delete()

    provision(exported)

    acme = Tenant.objects.get()
    assert acme.name == "1.5"
    assert list(acme.attributes.filter(kind="custom").order_by("identifier").values_list("label", flat=True)) == [
        "007",
        "yes",
    ]
