"""What every call of `/auth/v1` shares: JSON everywhere, bodies of any type, who the client is, and CORS."""

import json

import pytest
from django.db import OperationalError, connection

from tenants.callers import InvalidClient
from tests.database import refused_inserts
from tests.dialects.cloudbase.clients import EMAIL, PASSWORD, PHONE, CloudBaseClient, error_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

CLIENT = (401, "unauthorized_client", 4022)
HOST = "login.shop.example"


@pytest.fixture
def client() -> CloudBaseClient:
    return CloudBaseClient(make_application(make_tenant(sms_interval_seconds=0), password_source={}))


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/signup", (405, "invalid_request", 3)),
        ("PUT", "/signin", (405, "invalid_request", 3)),
        ("TRACE", "/signin", (405, "invalid_request", 3)),
        ("GET", "/nothing", (404, "not_found", 5)),
        ("POST", "/signup/", (404, "not_found", 5)),
        ("POST", "", (404, "not_found", 5)),
        ("DELETE", "/", (404, "not_found", 5)),
        ("PATCH", "/a/b/c", (404, "not_found", 5)),
    ],
)
def test_every_path_and_method_is_answered_in_json(client, method, path, answer):
    response = client.call(method, path)

    assert error_of(response) == answer
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert ("Allow" in response) is (answer[0] == 405)


@pytest.mark.parametrize("content_type", ["text/plain;charset=UTF-8", "application/json", "", "application/xml"])
def test_a_body_is_json_whatever_its_type_says(client, content_type):
    path = f"/auth/v1/verification?client_id={client.application.client_id}"

    response = client.http.generic("POST", path, json.dumps({"email": EMAIL}), content_type)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "body", ["[]", "nope", "7", '{"email": "a", "email": "b"}', "[" * 50_000, '{"a": NaN}', '"\\ud800']
)
def test_what_is_no_object_is_refused(client, body):
    assert error_of(client.call("POST", "/verification", body)) == (400, "invalid_argument", 3)


def test_an_empty_body_is_an_empty_object(client):
    path = f"/auth/v1/verification?client_id={client.application.client_id}"

    response = client.http.generic("POST", path, "", CONTENT_LENGTH="0")

    assert "phone_number" in response.json()["error_description"]


def test_a_large_body_is_refused(client):
    assert error_of(client.call("POST", "/signin", "x" * 70_000)) == (413, "invalid_argument", 3)


def test_a_malformed_device_id_is_refused(client):
    response = client.call("POST", "/verification", {"email": EMAIL}, x_device_id="x" * 65)

    assert error_of(response) == (400, "invalid_argument", 3)


def test_the_header_named_undefined_does_not_matter(client):
    assert client.call("POST", "/verification", {"email": EMAIL}, undefined="x").status_code == 200


def test_our_own_faults_are_answered_in_json(client):
    with refused_inserts("otp_challenge", "a secret"):
        response = client.post("/verification", email=EMAIL)

    assert error_of(response) == (500, "internal", 13)
    assert b"secret" not in response.content


def test_a_database_that_is_away_is_answered_in_json(client):
    def away(*_: object) -> None:
        raise OperationalError("a secret")

    with connection.execute_wrapper(away):
        response = client.post("/verification", email=EMAIL)

    assert error_of(response) == (503, "unavailable", 14)
    assert b"secret" not in response.content


def test_no_cookie_is_ever_set_and_no_success_has_a_code(client):
    """A truthy top-level `code` makes an error of every answer."""
    answers = [
        client.sign_up(phone_number=PHONE, username="mei", password=PASSWORD),
        client.sign_in("mei"),
        client.post("/revoke", token="x"),
    ]

    for response in answers:
        assert response.status_code == 200
        assert not {"code", "error"} & set(response.json())
        assert response["Cache-Control"] == "no-store"
        assert not response.cookies


def test_every_number_of_the_table_is_true_and_4001_is_the_captchas_alone():
    from ciam.dialects.cloudbase import errors

    rows = [*errors.ERRORS.values(), *errors.OF_CHANNEL.values(), *errors.UNREACHED.values()]

    assert all(row.code for row in rows)
    assert {row.error for row in rows if row.code == 4001} == {"captcha_required"}
    assert errors.ERRORS[InvalidClient].code == 4022
