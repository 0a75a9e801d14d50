"""Who the client is: named in the query, the body, Basic or the token, or the only one of the Host's tenant."""

from datetime import timedelta

import pytest

from tenants import clock
from tenants.models import Application, Domain
from tests.clients import basic
from tests.dialects.cloudbase.clients import EMAIL, CloudBaseClient, error_of
from tests.factories import SECRET, configuration_of, make_application, make_tenant
from tokens import access

pytestmark = pytest.mark.django_db

CLIENT = (401, "unauthorized_client", 4022)
HOST = "login.shop.example"


@pytest.fixture
def client() -> CloudBaseClient:
    return CloudBaseClient(make_application(make_tenant(sms_interval_seconds=0), password_source={}))


def test_the_client_is_named_in_query_body_or_basic_with_an_empty_secret(client):
    client_id = client.application.client_id
    answers = [
        client.call("POST", f"/verification?client_id={client_id}", {"email": "a@example.com"}),
        client.call("POST", "/verification", {"email": "b@example.com", "client_id": client_id}, client_id=False),
        client.call("POST", "/verification", {"email": "c@example.com"}, authorization=basic(client_id, "")),
        client.call("POST", "/verification", {"email": "d@example.com"}, authorization=basic(client_id, SECRET)),
    ]

    assert [answer.status_code for answer in answers] == [200] * 4


def test_wrong_secrets_are_refused_and_counted(client):
    wrong = basic(client.application.client_id, "wrong-secret")

    answers = [client.call("POST", "/verification", {"email": EMAIL}, authorization=wrong) for _ in range(21)]

    assert [error_of(one) for one in answers[:20]] == [CLIENT] * 20
    assert error_of(answers[20]) == (429, "rate_limit_exceeded", 8)
    assert client.post("/verification", email=EMAIL).status_code == 200


@pytest.mark.parametrize("client_id", ["unknown", "x" * 500, "a\x00b", "é"])
def test_an_unknown_client_is_refused(client, client_id):
    response = client.call("POST", "/verification", {"email": EMAIL, "client_id": client_id}, client_id=False)

    assert error_of(response) == CLIENT


def test_two_different_names_for_the_client_are_refused(client):
    other = make_application()

    response = client.post("/verification", email=EMAIL, client_id=other.client_id)

    assert error_of(response) == CLIENT


def test_a_switched_off_application_is_unknown():
    client = CloudBaseClient(make_application(enabled=False))

    assert error_of(client.post("/verification", email=EMAIL)) == CLIENT


def test_a_signed_in_user_needs_no_client_id(client):
    tokens = client.sign_up().json()

    assert client.bearer(tokens["access_token"], "POST", "/verification", {"email": EMAIL}).status_code == 200


@pytest.mark.parametrize("token", ["a-publishable-key", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln", ""])
def test_a_bearer_that_is_no_users_does_not_make_a_public_call_fail(client, token):
    path = f"/verification?client_id={client.application.client_id}"

    assert client.bearer(token, "POST", path, {"email": EMAIL}).status_code == 200


def test_on_a_tenants_own_host_its_only_application_is_the_default():
    tenant = make_tenant()
    Domain.objects.create(tenant=tenant, name=HOST)
    client = CloudBaseClient(make_application(tenant), host=HOST)

    only = client.call("POST", "/verification", {"email": EMAIL}, client_id=False)
    key = client.call("POST", "/verification", {"email": "b@example.com"}, authorization="Bearer a.b.c")
    make_application(tenant, enabled=False)
    still = client.call("POST", "/verification", {"email": "c@example.com"}, client_id=False)
    make_application(tenant)
    two = client.call("POST", "/verification", {"email": "d@example.com"}, client_id=False)

    assert [one.status_code for one in (only, key, still)] == [200] * 3
    assert error_of(two) == CLIENT


def test_on_a_shared_host_there_is_no_default(client):
    assert error_of(client.call("POST", "/verification", {"email": EMAIL}, client_id=False)) == CLIENT


def test_another_tenants_client_and_token_are_unknown_on_a_tenants_host(client):
    """S-58, S-70."""
    Domain.objects.create(tenant=make_tenant(), name=HOST)
    tokens = client.sign_up().json()
    elsewhere = CloudBaseClient(client.application, host=HOST)

    assert error_of(elsewhere.post("/verification", email=EMAIL)) == CLIENT
    assert elsewhere.bearer(tokens["access_token"], "GET", "/token/introspect").json() == {}
    assert elsewhere.bearer(tokens["access_token"], "POST", "/user/signout").json() == {}
    assert client.bearer(tokens["access_token"], "GET", "/token/introspect").json() != {}


def test_a_machine_shows_its_secret_or_is_nobody():
    application = make_application(type="m2m")
    client = CloudBaseClient(application)

    assert error_of(client.post("/verification", email="mei@example.com"))[1] == "unauthorized_client"
    assert client.post("/verification", email="mei@example.com", client_secret=SECRET).status_code == 200


@pytest.mark.parametrize("token", ["x", "a.b.c", "expired", "of another application"])
@pytest.mark.parametrize("path", ["/verification", "/signin", "/checkIfUserExist", "/provider/uri", "/token"])
def test_a_machine_without_its_secret_needs_a_token_that_is_valid(path, token, pass_time):
    machine = CloudBaseClient(make_application(type="m2m", scopes=["read:user"]))
    bearer = {
        "expired": lambda: own_token(machine.application),
        "of another application": lambda: own_token(make_application(machine.application.tenant, type="m2m")),
    }.get(token, lambda: token)()
    pass_time(61 if token == "expired" else 0)

    method = "POST" if path in ("/verification", "/signin", "/token") else "GET"
    response = machine.bearer(bearer, method, f"{path}?client_id={machine.application.client_id}", {})

    assert error_of(response) == CLIENT


def test_a_machine_may_show_a_token_of_its_own():
    machine = CloudBaseClient(make_application(type="m2m", scopes=["read:user"]))

    sent = machine.bearer(own_token(machine.application), "POST", "/verification", {"email": EMAIL})

    assert sent.status_code == 200
    assert machine.call("POST", "/user/signout", authorization="Bearer expired").json() == {}


def own_token(application: Application) -> str:
    """An access token of the application itself, for a minute."""
    return access.issue_for_client(configuration_of(application), "read:user", timedelta(seconds=60), clock.now())
