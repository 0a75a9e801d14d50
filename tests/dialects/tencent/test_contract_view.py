import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from ciam.dialects.tencent.contract import describe
from signup.contracts import publish
from tenants.models import Domain
from tests.clients import Client
from tests.factories import configuration_of, make_application

pytestmark = pytest.mark.django_db

PATH = "/signup/contract"


@pytest.fixture
def application():
    return make_application(client_id="shop")


def get(
    query: str = "?client_id=shop", *, host: str = "localhost", method: str = "GET", **headers: str
) -> HttpResponse:
    return Client(headers={"host": host}).generic(method, PATH + query, headers=headers)


def assert_error(response: HttpResponse, status: int, error: str) -> None:
    assert (response.status_code, response.json()) == (status, {"error": error})
    assert response["Access-Control-Allow-Origin"] == "*"


def test_everybody_may_read_a_contract(application):
    response = get()

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.json() == describe(configuration_of(application))
    assert response["Cache-Control"] == "no-cache"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not any(one.hash in response.content.decode() for one in application.secrets.all())


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', 'W/"x",W/{}', "*"])
def test_who_has_it_gets_a_304(application, known):
    etag = get()["ETag"]

    response = get(**{"If-None-Match": known.format(etag)})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert etag.startswith('"')


def test_a_change_makes_another_etag(application):
    etag = get()["ETag"]
    application.name = "Another name"
    application.save()
    publish(application)

    response = get(**{"If-None-Match": etag})

    assert (response.status_code, response.json()["application"]) == (200, "Another name")
    assert response["ETag"] != etag


def test_head_is_get_without_the_body(application):
    head, full = get(method="HEAD"), get()

    assert (head.status_code, head.content) == (200, b"")
    assert {name: head[name] for name in ("ETag", "Content-Length", "Content-Type")} == {
        "ETag": full["ETag"],
        "Content-Length": str(len(full.content)),
        "Content-Type": "application/json",
    }


def test_what_is_not_there_or_not_for_this_host_is_not_found_all_alike(application):
    Domain.objects.create(tenant=application.tenant, name="shop.example")
    stranger = make_application(client_id="stranger")
    make_application(client_id="off", enabled=False)

    for query in ("?client_id=nobody", "?client_id=off", "?client_id=a%00b", "?client_id=%ff"):
        assert_error(get(query), 404, "not_found")
    assert_error(get(f"?client_id={stranger.client_id}", host="shop.example"), 404, "not_found")
    assert get(host="shop.example").status_code == 200


@pytest.mark.parametrize("query", ["", "?client_id=", "?client_id=shop&client_id=shop", f"?client_id={'x' * 129}"])
def test_a_client_id_is_one(application, query):
    assert_error(get(query), 400, "invalid_request")


def test_a_contract_is_only_read(application):
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        response = get(method=method)
        assert_error(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD"


def test_a_slash_at_the_end_is_another_path(application):
    response = Client(headers={"host": "localhost"}).get(f"{PATH}/?client_id=shop")

    assert (response.status_code, response.json()) == (404, {"error": "not_found"})


@pytest.mark.parametrize("host", ["localhost", "shop.example"])
def test_it_takes_two_statements_at_most(application, host):
    Domain.objects.create(tenant=application.tenant, name="shop.example")

    with CaptureQueriesContext(connection) as captured:
        assert get(host=host).status_code == 200

    assert len(captured) <= 2
