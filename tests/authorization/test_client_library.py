"""A client as a developer takes it from the shelf: Authlib finds everything by discovery."""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from django.http import HttpResponse
from joserfc import jwt
from joserfc.jwk import KeySet

from tenants.models import Domain
from tests.authorization.visitors import AFTER, CALLBACK, Visitor, make_shop, query_of
from tests.clients import Client
from tests.dialects.tencent.logins import make_user
from tests.factories import SECRET, make_tenant

pytestmark = pytest.mark.django_db
HOST = "login.shop.example"


class Wire:
    """What Authlib's client calls: the server of this process, under its own name."""

    def __init__(self) -> None:
        self.http = Client(headers={"host": HOST})

    def post(self, url: str, data: dict[str, str], headers: dict[str, str], auth: ClientAuth) -> "Answer":
        url, own, body = auth.prepare("POST", url, dict(headers), urlencode(data))  # theirs is one dict for all
        own = {name: value for name, value in own.items() if name.lower() not in ("content-length", "content-type")}
        form = "application/x-www-form-urlencoded"
        return Answer(self.http.post(path_of(url), body, content_type=form, headers=own))

    def get(self, url: str, **headers: str) -> HttpResponse:
        return self.http.get(path_of(url), headers=headers)


class Answer:
    def __init__(self, response: HttpResponse) -> None:
        self.status_code, self.text = response.status_code, response.content.decode()

    def json(self) -> Any:
        return json.loads(self.text)

    def raise_for_status(self) -> None:
        raise AssertionError(self.text)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    assert parts.netloc.partition(":")[0] == HOST
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.mark.parametrize("kind", ["web", "spa", "mobile"])
def test_a_whole_log_in_through_discovery(kind):
    tenant = make_tenant(sms_interval_seconds=0)
    Domain.objects.create(tenant=tenant, name=HOST)
    shop = make_shop(tenant, type=kind)
    mei_here = make_user(shop)
    wire, mei = Wire(), Visitor(shop, host=HOST)
    found = wire.get(f"https://{HOST}/.well-known/openid-configuration").json()
    method = "client_secret_basic" if kind == "web" else "none"
    library = OAuth2Client(
        wire, shop.client_id, SECRET if kind == "web" else None, method, redirect_uri=CALLBACK, scope="openid"
    )

    challenge = {"code_challenge": create_s256_code_challenge(mei.verifier), "code_challenge_method": "S256"}
    url, state = library.create_authorization_url(found["authorization_endpoint"], nonce="n-1", **challenge)
    mei.read(mei.follow(mei.http.get(path_of(url))))
    mei.log_in()
    answer = mei.proceed()
    assert query_of(answer)["iss"] == found["issuer"]
    token = library.fetch_token(
        found["token_endpoint"], authorization_response=answer["Location"], state=state, code_verifier=mei.verifier
    )
    keys = KeySet.import_key_set(wire.get(found["jwks_uri"]).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=found["id_token_signing_alg_values_supported"])
    options = {
        "iss": {"essential": True, "value": found["issuer"]},
        "aud": {"essential": True, "value": shop.client_id},
    }
    CodeIDToken(claims.claims, claims.header, options, {"nonce": "n-1", "client_id": shop.client_id}).validate()
    user = wire.get(found["userinfo_endpoint"], authorization=f"Bearer {token['access_token']}").json()
    assert user["sub"] == claims.claims["sub"] == mei_here.sub

    bye = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": AFTER, "state": "bye"}
    gone = mei.http.get(path_of(f"{found['end_session_endpoint']}?{urlencode(bye)}"))
    assert parse_qs(urlsplit(gone["Location"]).query) == {"state": ["bye"]}
    again = mei.http.get(path_of(url))
    assert again["Location"].startswith("/login?")


def test_what_discovery_says():
    """Contract tencent §1, and what the server does beyond it."""
    shop = make_shop()

    found = (
        Client(headers={"host": "localhost"})
        .get(f"/.well-known/openid-configuration?client_id={shop.client_id}")
        .json()
    )

    assert found["authorization_endpoint"].endswith("/oauth2/authorize")
    assert found["end_session_endpoint"].endswith("/logout")
    assert found["response_types_supported"] == ["code"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials", "refresh_token"]
    assert found["scopes_supported"] == ["openid"]
    assert set(found["prompt_values_supported"]) == {"none", "login", "consent", "create", "select_account"}
    assert found["ui_locales_supported"] == ["en", "zh-Hans", "tr"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert {"sub", "email", "auth_time", "nonce"} <= set(found["claims_supported"])
    assert found["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post", "none"]
