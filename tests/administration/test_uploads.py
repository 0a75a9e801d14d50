"""A file is taken by the form that has one, and dropped everywhere else."""

import base64
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tenants.models import Tenant
from tests.administration.pages import StaffBrowser

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def image() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (480, 160), "white").save(content, "PNG")
    return SimpleUploadedFile("logo.png", content.getvalue(), "image/png")


def test_logo_of_the_tenant_form_is_taken():
    browser = StaffBrowser()
    browser.add("tenants_tenant", name="Acme", slug="acme", logo=image())
    tenant = Tenant.objects.get(slug="acme")
    first = tenant.logo
    browser.change(tenant, logo=image(), name="Acme Inc.")
    tenant.refresh_from_db()

    assert base64.b64decode(first).startswith(b"\x89PNG")
    assert (tenant.name, tenant.logo) == ("Acme Inc.", first)


@pytest.mark.parametrize("address", ["/admin/login/", "/admin/tenants/tenant/"])
def test_file_at_another_page_is_dropped(address):
    browser = StaffBrowser()

    page = browser.post(address, {"logo": image()})

    assert page.wsgi_request.FILES == {}
