"""Authlib, as anybody would use it, against this server: log in, verify, read, refresh, revoke."""

from typing import Any
from urllib.parse import urlencode

import pytest
from authlib.common.urls import add_params_to_qs
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from django.http import HttpResponse
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.clients import Client
from tests.dialects.tencent.logins import EMAIL, PASSWORD, Shop, make_login_application, make_user
from tests.factories import SECRET

pytestmark = pytest.mark.django_db

BASE = "http://localhost:8000"


class Session:
    """What Authlib asks of an HTTP library, carried by Django's test client."""

    def __init__(self) -> None:
        self.http = Client()

    def post(self, url: str, *, data: dict[str, str], headers: dict[str, str], auth: Any) -> HttpResponse:
        url, headers, body = auth.prepare("POST", url, dict(headers), add_params_to_qs("", data.items()))
        return self.send("POST", url, headers, body)

    def send(self, method: str, url: str, headers: dict[str, str], body: str = "") -> HttpResponse:
        sent = {name.lower(): value for name, value in headers.items()}
        content_type = sent.pop("content-type", "")
        sent.pop("content-length", None)
        return self.http.generic(
            method, url.removeprefix(BASE), body, content_type, headers={"host": "localhost"} | sent
        )


def discover(shop: Shop) -> dict[str, Any]:
    query = urlencode({"client_id": shop.application.client_id})
    return shop.http.get(f"/.well-known/openid-configuration?{query}").json()


def userinfo(client: OAuth2Client, url: str) -> HttpResponse:
    _, headers, _ = client.token_auth.prepare(url, {}, "")
    return client.session.send("GET", url, headers)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_log_in_read_refresh_revoke(method):
    is_public = method == "none"
    shop = Shop(make_login_application(type="spa" if is_public else "web"))
    user = make_user(shop.application)
    found = discover(shop)
    secret = None if is_public else SECRET
    client = OAuth2Client(
        Session(),
        shop.application.client_id,
        secret,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        scope="openid",
    )

    client.fetch_token(
        found["token_endpoint"], username=EMAIL, password=PASSWORD, auth_source_id=shop.source("password")
    )
    keys = KeySet.import_key_set(client.session.send("GET", found["jwks_uri"], {}).json())
    claims = jwt.decode(
        client.token["id_token"], keys, algorithms=found["id_token_signing_alg_values_supported"]
    ).claims
    CodeIDToken(
        claims,
        {"typ": "JWT"},
        {"iss": {"value": found["issuer"]}, "aud": {"value": shop.application.client_id}},
        {"client_id": shop.application.client_id},
    ).validate()
    assert userinfo(client, found["userinfo_endpoint"]).json()["sub"] == claims["sub"] == user.sub

    first = client.token["access_token"]
    client.refresh_token(found["token_endpoint"], refresh_token=client.token["refresh_token"])
    assert client.token["access_token"] != first
    assert userinfo(client, found["userinfo_endpoint"]).status_code == 200

    token = client.token["access_token"]
    assert client.revoke_token(found["revocation_endpoint"], token, token_type_hint="access_token").status_code == 200
    assert userinfo(client, found["userinfo_endpoint"]).status_code == 401


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_token_of_the_client_itself(method):
    shop = Shop(make_login_application(type="m2m", scopes=["read:user"]))
    client = OAuth2Client(Session(), shop.application.client_id, SECRET, token_endpoint_auth_method=method)

    token = client.fetch_token(discover(shop)["token_endpoint"], grant_type="client_credentials")

    assert (token["token_type"], token["scope"]) == ("Bearer", "read:user")
