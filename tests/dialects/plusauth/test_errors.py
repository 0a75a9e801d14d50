"""Errors have this dialect's shape; nothing is ever HTML, or a 500 that tells something."""

import pytest
from django.db import OperationalError, connection

from ciam.dialects.plusauth import errors
from tenants.models import Publication
from tests.clients import Client
from tests.database import refused_inserts
from tests.dialects.plusauth.clients import EMAIL, Browser, error_of, make_back_end
from tests.factories import make_application


def test_every_row_is_of_a_documented_status():
    rows = [*errors.ERRORS.values(), *errors.UNREACHED.values()]

    assert {row.status for row in rows} <= {400, 401, 402, 403, 404, 405, 408, 409, 413, 415, 422, 429, 503}
    assert all(row.description.endswith(".") or row.description == "{message}" for row in rows)


@pytest.mark.django_db
def test_a_body_may_have_256_kib_and_no_more():
    browser = Browser(make_application())
    filler = "x" * (256 * 1024 - len('{"email": "no address", "a": ""}'))

    fits = browser.post("/signup", f'{{"email": "no address", "a": "{filler}"}}')
    too_large = browser.post("/signup", f'{{"email": "no address", "a": "{filler}x"}}')

    assert error_of(fits) == (422, "invalid_entity", "email")
    assert error_of(too_large) == (413, "invalid_request", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        " ",
        "[]",
        "null",
        "7",
        "{",
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1e999}',
        "[" * 99,
        '{"a": "\ud800',
    ],
)
def test_a_body_is_one_json_object(body):
    """S-01..S-05."""
    payload = body.encode("utf-8", "surrogatepass")
    browser, back_end = Browser(make_application()), make_back_end()

    assert error_of(browser.http.generic("POST", "/signup", payload, "application/json")) == (
        400,
        "invalid_request",
        "",
    )
    authorization = {"authorization": f"Bearer {back_end.token}"}
    response = back_end.http.generic("POST", "/api/v1/users", payload, "application/json", headers=authorization)
    assert error_of(response) == (400, "invalid_request", "")


@pytest.mark.django_db
def test_an_unforeseen_failure_is_a_json_500_that_tells_nothing():
    browser = Browser(make_application())

    with refused_inserts("tenants_auditentry", "mei@example.com"):
        response = browser.sign_up(email=EMAIL)

    assert error_of(response) == (500, "server_error", "")
    assert "example.com" not in response.content.decode()


@pytest.mark.django_db
def test_a_database_that_is_away_is_a_503():
    back_end = make_back_end()
    browser = Browser(make_application())

    def away(*arguments: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        responses = [browser.sign_up(email=EMAIL), browser.ask_code(email=EMAIL), back_end.create(email=EMAIL)]

    for response in responses:
        assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
        assert int(response["Retry-After"]) > 0


@pytest.mark.django_db
def test_a_configuration_that_is_broken_is_a_json_500():
    browser = Browser(make_application())
    Publication.objects.update(document={"id": "broken on purpose"})

    response = browser.sign_up(email=EMAIL)

    assert (response.status_code, response.json()["error"]) == (500, "server_error")


def test_a_host_that_is_nobodys_is_a_json_400(db):
    response = Client(headers={"host": "nobody.example"}).post("/signup", {}, content_type="application/json")

    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
