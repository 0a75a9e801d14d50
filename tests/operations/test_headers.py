"""What every answer says to browsers (S-112)."""

import pytest
from django.test import Client, RequestFactory

from tests.clients import TencentClient
from tests.database import refused_inserts
from tests.factories import make_application

pytestmark = pytest.mark.django_db

STRICT = "default-src 'none'; frame-ancestors 'none'"


def get(path: str, host: str = "localhost"):
    return Client(headers={"host": host}).get(path)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/nothing", "/signup", "/otp/send"])
def test_answers_that_are_no_pages_load_nothing(path):
    answer = get(path)

    assert answer["Content-Security-Policy"] == STRICT
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in answer


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/docs/nothing"])
def test_pages_load_their_own_files_alone(path):
    policy = get(path)["Content-Security-Policy"]

    assert policy.startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert get(path)["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_admin_is_in_no_frame():
    assert get("/admin/login/")["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("host", ["localhost", "unknown.example"])
def test_https_stays_https(settings, host):
    settings.SECURE_HSTS_SECONDS = 31_536_000

    assert get("/signup", host)["Strict-Transport-Security"] == "max-age=31536000"


def test_a_failure_has_them_too():
    client = TencentClient(make_application(authentication=("username",)))
    client.http.raise_request_exception = False

    with refused_inserts("accounts_enduser", "refused"):
        answer = client.sign_up(username="somebody")

    assert (answer.status_code, answer["Content-Security-Policy"]) == (500, STRICT)


def test_staff_logs_in_through_a_proxy_that_speaks_https(settings):
    """The browser's Origin is https; the request reaches us as http."""
    settings.CSRF_TRUSTED_ORIGINS = ["https://localhost"]
    browser = Client(enforce_csrf_checks=True, headers={"host": "localhost", "origin": "https://localhost"})
    token = browser.get("/admin/login/").cookies["ciam_csrf"].value

    answer = browser.post("/admin/login/", {"csrfmiddlewaretoken": token, "username": "nobody", "password": "x"})

    assert answer.status_code == 200


def test_files_have_them_too():
    from ciam.wsgi import application  # it sets Django up

    answered: list[object] = []
    environ = RequestFactory().get("/static/admin/css/base.css").environ

    application(environ, lambda *answer: answered.extend(answer)).close()

    status, headers = answered
    assert status == "200 OK"
    assert {("Content-Security-Policy", STRICT), ("X-Content-Type-Options", "nosniff")} <= set(headers)
