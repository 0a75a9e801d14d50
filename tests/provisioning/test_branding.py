"""A tenant's logo and colour: kept small, the same from a file, from the page and from an export."""

import base64
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from ciam.provisioning import InvalidFile, export, provision
from tenants.models import AuditEntry, Tenant
from tests.administration.pages import StaffBrowser
from tests.factories import configuration_of, make_application, make_tenant
from tests.provisioning.files import tenant

pytestmark = pytest.mark.django_db


def image(kind: str = "JPEG", size: tuple[int, int] = (1000, 500)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind)
    return written.getvalue()


def as_text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def with_logo(text: str) -> str:
    return tenant(f'    branding: {{logo: "{text}", color: "#0a7c66"}}\n')


def stored() -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(Tenant.objects.get().logo)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_any_image_is_kept_as_a_small_png(kind):
    provision(with_logo(as_text(image(kind))))

    assert (stored().format, stored().size) == ("PNG", (320, 160))


def test_a_data_url_is_an_image_too():
    provision(with_logo("data:image/png;base64," + as_text(image("PNG"))))

    assert stored().format == "PNG"


def test_the_same_file_and_an_export_change_nothing():
    provision(with_logo(as_text(image())))

    assert provision(with_logo(as_text(image()))).lines == []
    assert provision(export("acme")).lines == []


def test_the_trail_and_the_plan_tell_of_a_long_logo_only_how_long_it_is():
    noise = Image.effect_noise((480, 160), 80)
    written = io.BytesIO()
    noise.save(written, "PNG")
    provision(tenant())

    report = provision(with_logo(as_text(written.getvalue())))

    assert "characters)" in report.lines[0]
    assert len(report.lines[0]) < 200
    assert "characters)" in AuditEntry.objects.filter(event="configuration.change").latest("id").detail["after"]["logo"]


def test_an_image_of_too_many_pixels_is_refused_before_it_is_unpacked():
    with pytest.raises(InvalidFile, match="too many pixels"):
        provision(with_logo(as_text(image("PNG", (5000, 4000)))))


def test_a_logo_is_uploaded_kept_and_removed_on_the_page_of_the_tenant():
    shop = make_application(make_tenant())
    browser = StaffBrowser()

    browser.change(shop.tenant, logo=SimpleUploadedFile("logo.png", image()), color="#112233")
    assert stored().format == "PNG"
    assert (configuration_of(shop).tenant.has_logo, configuration_of(shop).tenant.color) == (True, "#112233")

    browser.change(shop.tenant, name="Another name")
    assert stored().format == "PNG"

    browser.change(shop.tenant, **{"logo-clear": "on"})
    assert Tenant.objects.get().logo == ""
    assert not configuration_of(shop).tenant.has_logo


def test_an_upload_that_is_no_image_is_refused_beside_its_field():
    row = make_tenant()

    page = StaffBrowser().change(row, logo=SimpleUploadedFile("logo.svg", b"<svg onload=alert(1)>"))

    assert page.context["adminform"].form.errors["logo"] == ["Logo: is a PNG, JPEG, WebP or GIF image."]
    assert Tenant.objects.get().logo == ""
