import json

import pytest
from django.db import InterfaceError, OperationalError, connection

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge, Destination
from tenants.models import Counter, Domain, Publication
from tests.clients import Client, TencentClient, basic
from tests.factories import make_application

pytestmark = pytest.mark.django_db

CALLS = {"/signup": {"username": "somebody"}, "/otp/send": {"usage": "signup", "phone_number": "13612345678"}}
JSON_ERROR = "application/json;charset=UTF-8"


def make():
    return make_application(authentication=("username",), optional=("phone_number",))


def assert_json_error(response, status: int, error: str, body_is_sent: bool = True) -> None:
    assert (response.status_code, response["Content-Type"]) == (status, JSON_ERROR)
    if body_is_sent:
        assert response.json() == {"error": error}


ALLOWED = {"/otp/send": ("POST",), "/signup": ("GET", "HEAD", "POST", "OPTIONS")}  # the page, and PlusAuth's preflights
REFUSED = [
    (path, method)
    for path, allowed in ALLOWED.items()
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
    if method not in allowed
]


@pytest.mark.parametrize(("path", "method"), REFUSED)
def test_the_calls_are_posts_whoever_calls(path, method):
    """S-18."""
    client_id = make().client_id

    for credential in (basic(client_id), basic(client_id, "wrong-secret"), ""):
        client = Client(headers={"host": "localhost", "authorization": credential})
        response = client.generic(method, path, json.dumps(CALLS[path]), content_type="application/json")
        assert_json_error(response, 405, "method_not_allowed", body_is_sent=method != "HEAD")
        assert response["Allow"] == ", ".join(ALLOWED[path])
    for model in (EndUser, Challenge, Destination, OutboxMessage, Counter):
        assert not model.objects.exists()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(path):
    """S-18."""
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        response = Client(headers={"host": "localhost"}).generic(method, path)
        assert_json_error(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_to_head(path):
    assert Client(headers={"host": "localhost"}).head(path).status_code == 200


@pytest.mark.parametrize(("path", "method"), [("/otp/send", "GET"), ("/signup", "DELETE")])
def test_no_header_or_field_overrides_the_method(path, method):
    """S-18."""
    application = make()
    client = Client(headers={"host": "localhost", "authorization": basic(application.client_id)})
    override = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST", "X-Method-Override": "POST"}

    response = client.generic(method, f"{path}?_method=POST&method=POST", headers=override)

    assert_json_error(response, 405, "method_not_allowed")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_paths_are_a_json_404_without_redirect(method):
    """S-20."""
    client = Client(headers={"host": "localhost", "authorization": basic(make().client_id)})
    paths = ["/", "/nothing", "/signup/", "/otp/send/", "/otp", "/otp/", "/healthz/", "/admin", "//signup", "/Signup"]

    for path in paths:
        response = client.generic(method, path, "{}", content_type="application/json")
        assert_json_error(response, 404, "not_found")
        assert "Location" not in response


def test_too_large_a_body_is_a_json_413():
    """S-20."""
    response = TencentClient(make()).post("/signup", " " * 65_537)

    assert (response.status_code, response["Content-Type"]) == (413, JSON_ERROR)
    assert set(response.json()) == {"error", "error_description"}


@pytest.mark.parametrize("path", CALLS)
def test_an_unforeseen_failure_is_a_json_500_that_tells_nothing(path, caplog):
    """S-20."""
    client = TencentClient(make())
    Publication.objects.update(document={"id": "broken on purpose"})
    client.http.raise_request_exception = False

    response = client.post(path, CALLS[path])

    assert_json_error(response, 500, "server_error")
    assert response["Cache-Control"] == "no-store"
    assert "Internal Server Error" in caplog.text
    assert "13612345678" not in caplog.text


@pytest.mark.parametrize("host", ["localhost", "login.shop.example"])
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", CALLS)
def test_a_database_that_is_away_is_a_json_503(path, error, host):
    """S-20, S-102."""
    application = make()
    Domain.objects.create(tenant=application.tenant, name="login.shop.example")
    client = TencentClient(application, host=host)
    client.http.raise_request_exception = False

    def away(*arguments: object) -> None:
        raise error("the server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        response = client.post(path, CALLS[path])

    assert_json_error(response, 503, "temporarily_unavailable")
    assert int(response["Retry-After"]) > 0


def test_answers_may_not_be_sniffed():
    """S-112."""
    answers = [
        TencentClient(make()).sign_up(username="somebody"),
        Client(headers={"host": "localhost"}).get("/nothing"),
    ]

    assert [answer["X-Content-Type-Options"] for answer in answers] == ["nosniff", "nosniff"]
