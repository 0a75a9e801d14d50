"""A tenant's colour can be read wherever it stands, and its logo is an image and nothing else."""

import base64
import io
import re

import pytest
from django.conf import settings
from PIL import Image

from ciam.hosted import brands
from tests.clients import Client
from tests.factories import configuration_of, make_application, make_tenant
from tests.hosted.readers import read

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
COLORS = ["#ffffff", "#000000", "#ffcc00", "#0a7c66", "#777777", "#ff0000", "#00ff00", "#1e90ff", "#f3f5f8", "#1a212b"]


def png() -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", (8, 4), "#0a7c66").save(written, "PNG")
    return written.getvalue()


def colors_of(css: str) -> dict[str, list[str]]:
    """All values of each custom property, that for dark screens last."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css):
        found.setdefault(name, []).append(value)
    return found


PAGE = colors_of((settings.BASE_DIR / "ciam" / "static" / "ciam" / "signup.css").read_text("utf-8"))


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_can_be_read(color) -> None:
    application = configuration_of(make_application(make_tenant(color=color)))

    css = colors_of(brands.of_application(application).css)

    assert css["brand"] == [color]
    assert brands.contrast(color, css["on-brand"][0]) >= 4.5
    for ink, ground, card in zip(css["ink"], PAGE["ground"], PAGE["card"], strict=True):  # in light, and in dark
        assert min(brands.contrast(ink, ground), brands.contrast(ink, card)) >= 4.5


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ff0000", 1)]
)
def test_contrast_is_that_of_wcag(one, other, ratio) -> None:
    assert brands.contrast(one, other) == brands.contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    application = configuration_of(make_application(make_tenant(color="#0a5c4c")))

    assert colors_of(brands.of_application(application).css)["ink"][0] == "#0a5c4c"


@pytest.mark.parametrize("color", ["", "red", "#fff", "#0a7c6g", "#000;}x", "</style"])
def test_what_is_no_colour_is_ours(color) -> None:
    application = configuration_of(make_application(make_tenant(color=color)))

    assert brands.of_application(application).color == brands.DEFAULT_COLOR


def test_the_logo_is_served_as_a_png_that_may_be_kept() -> None:
    application = make_application(make_tenant(logo=base64.b64encode(png()).decode()))
    address = read(application).one("img").attributes["src"]

    answer = Client().get(address, headers={"host": "localhost"})
    again = Client().get(address, headers={"host": "localhost", "if-none-match": answer["ETag"]})

    assert address == f"/signup/logo?client_id={application.client_id}"
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/png", png())
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (again.status_code, again.content) == (304, b"")
    assert not answer.cookies


def test_without_a_logo_there_is_only_the_name() -> None:
    application = make_application(make_tenant(name="Anka"))

    assert read(application).all("img") == []
    for client_id in (application.client_id, "nobody", ""):
        answer = Client().get("/signup/logo", {"client_id": client_id}, headers={"host": "localhost"})
        assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})


def test_who_has_an_account_is_led_to_the_tenants_own_log_in() -> None:
    page = read(make_application(make_tenant(login_url="https://login.acme.example/?a=1&b=2")))

    links = [link for link in page.all("a") if link.text == "Log in"]
    assert {link.attributes["href"] for link in links} == {"https://login.acme.example/?a=1&b=2"}
