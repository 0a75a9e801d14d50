"""What the OpenID Foundation's Basic OP and Config OP plans ask for, and no other test does: docs/api/openid.md."""

import re
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tenants.models import Application, Domain
from tests.authorization.visitors import CALLBACK, Visitor, code_of, exchange, make_shop, query_of
from tests.clients import Client, basic
from tests.dialects.tencent.logins import FORM, Shop, make_user, payload
from tests.factories import make_tenant

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = ROOT / "docs" / "api" / "openid.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (?!requirement |---)(.*) \|$", re.MULTILINE)
HOST = "login.shop.example"


@pytest.fixture
def shop() -> Application:
    tenant = make_tenant(sms_interval_seconds=0, signing_algorithm="RS256")
    Domain.objects.create(tenant=tenant, name=HOST)
    application = make_shop(tenant)
    make_user(application)
    return application


def test_each_row_of_the_table_has_an_answer_and_a_test_that_exists():
    rows = ROW.findall(TABLE.read_text())

    assert len(rows) > 100
    for row in rows:
        _, answer, _, test = re.split(r"(?<!\\) \| ", row)
        assert answer in ("yes", "no", "in part"), row
        for path, name in TEST.findall(test) or [("", "")]:
            assert path, f"no test: {row}"
            assert f"def {name}(" in (ROOT / path).read_text(), row


IGNORED = [
    {},
    {"display": "page"},
    {"display": "popup"},
    {"claims_locales": "se"},
    {"acr_values": "1 2"},
    {"claims": '{"userinfo": {"name": {"essential": true}}}'},
    {"registration": "{}"},
    {"extra": "foobar"},
    {"scope": "openid profile"},
    {"scope": "openid email"},
    {"scope": "openid address"},
    {"scope": "openid phone"},
    {"scope": "openid profile email address phone"},
    {"scope": "email openid"},
    {"scope": "openid offline_access"},
    {"scope": None},
]


@pytest.mark.django_db
@pytest.mark.parametrize("changes", IGNORED, ids=str)
def test_what_is_optional_does_not_stop_a_log_in(shop, changes):
    """Without a nonce, as the code flow allows it; the answer says which scope was granted."""
    body = exchange(shop, Visitor(shop, host=HOST).enter(**changes)).json()

    claims = payload(body["id_token"])
    assert (body["scope"], body["token_type"]) == ("openid", "Bearer")
    assert "nonce" not in claims
    assert Shop(shop, host=HOST).bearer(body["access_token"]).json()["sub"] == claims["sub"]


@pytest.mark.django_db
def test_scopes_choose_no_claims(shop):
    """The application's `claims` do, whatever it asks for."""
    mei = Visitor(shop, host=HOST)
    mei.enter()
    answers = [exchange(shop, mei.authorize(scope=scope)).json() for scope in ("openid", "openid profile email phone")]

    told = [Shop(shop, host=HOST).bearer(body["access_token"]).json() for body in answers]

    assert told[0] == told[1]
    assert {"name", "email", "phone_number"} <= set(told[0])
    assert not {"email_verified", "phone_number_verified"} & set(told[0])


@pytest.mark.django_db
def test_an_id_token_has_what_core_asks_for_and_a_signature_by_the_published_key(shop):
    token = exchange(shop, Visitor(shop, host=HOST).enter(nonce="n-1")).json()["id_token"]

    http = Client(headers={"host": HOST})
    keys = KeySet.import_key_set(http.get("/oauth2/jwks").json())
    found = jws.deserialize_compact(token, keys, algorithms=["RS256"])
    claims = payload(token)
    assert found.headers()["kid"] in {key["kid"] for key in http.get("/oauth2/jwks").json()["keys"]}
    assert claims["iss"] == http.get("/.well-known/openid-configuration").json()["issuer"]
    assert (claims["aud"], claims["azp"], claims["nonce"]) == (shop.client_id, shop.client_id, "n-1")
    assert claims["iat"] < claims["exp"]
    assert re.fullmatch("[0-9a-f]{32}", claims["sub"])
    assert not {"at_hash", "acr", "amr"} & set(claims)


@pytest.mark.django_db
def test_a_log_in_with_prompt_has_a_later_auth_time_and_one_with_a_high_max_age_the_same(shop, pass_time):
    mei = Visitor(shop, host=HOST)

    def auth_time(response) -> int:
        return payload(exchange(shop, response).json()["id_token"])["auth_time"]

    first = auth_time(mei.enter())
    pass_time(5)

    assert auth_time(mei.authorize(prompt="none")) == first
    assert auth_time(mei.authorize(max_age="10000")) == first
    assert auth_time(mei.enter(prompt="login")) >= first + 5


@pytest.mark.django_db
def test_a_refreshed_id_token_is_of_the_same_issuer_user_and_client(shop, pass_time):
    """OpenID Connect Core §12.2."""
    first = exchange(shop, Visitor(shop, host=HOST).enter(nonce="n-1")).json()
    pass_time(5)

    second = Shop(shop).refresh(first["refresh_token"]).json()

    before, after = payload(first["id_token"]), payload(second["id_token"])
    assert [after[name] for name in ("iss", "sub", "aud", "azp")] == [before[n] for n in ("iss", "sub", "aud", "azp")]
    assert after["iat"] > before["iat"]
    assert not {"nonce", "auth_time"} & set(after)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_client_authenticates_by_basic_or_in_the_body(shop, method):
    code = code_of(Visitor(shop, host=HOST).enter())
    body = f"grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&unknown=parameter"
    in_body = {"client_id": shop.client_id, "client_secret": Shop(shop).credentials["client_secret"]}
    more = "".join(f"&{name}={value}" for name, value in in_body.items()) if method == "client_secret_post" else ""
    headers = {"authorization": basic(shop.client_id)} if method == "client_secret_basic" else {}

    response = Client(headers={"host": HOST}).post("/oauth2/token", body + more, content_type=FORM, headers=headers)

    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/json")


@pytest.mark.django_db
@pytest.mark.parametrize("prompt", ["none", None])
def test_request_objects_are_refused_by_name(shop, prompt):
    """OpenID Connect Core §3.1.2.6."""
    visitor = Visitor(shop, host=HOST)

    by_value = query_of(visitor.authorize(request="eyJhbGciOiJub25lIn0.e30.", prompt=prompt))
    by_reference = query_of(visitor.authorize(request_uri="https://shop.example/request", prompt=prompt))

    assert (by_value["error"], by_reference["error"]) == ("request_not_supported", "request_uri_not_supported")


@pytest.mark.django_db
def test_discovery_has_what_the_config_plan_asks_for(shop):
    """OpenID Connect Discovery §3, and §4: the address is the issuer's."""
    response = Client(headers={"host": HOST}).get("/.well-known/openid-configuration")

    found = response.json()
    assert response["Content-Type"] == "application/json"
    assert f"://{HOST}" in found["issuer"]
    for name in ("authorization", "token", "userinfo", "end_session", "revocation"):
        assert found[f"{name}_endpoint"].startswith(f"{found['issuer']}/")
    assert found["jwks_uri"].startswith(f"{found['issuer']}/")
    assert "code" in found["response_types_supported"]
    assert found["subject_types_supported"] == ["public"]
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert "openid" in found["scopes_supported"]
    assert {"sub", "iss", "aud", "exp", "iat"} <= set(found["claims_supported"])
    for name in ("request", "request_uri", "claims"):
        assert found[f"{name}_parameter_supported"] is False


@pytest.mark.django_db
def test_the_published_keys_have_names_uses_and_no_private_parts(shop):
    keys = Client(headers={"host": HOST}).get("/oauth2/jwks").json()["keys"]

    assert all(key["kid"] and key["use"] == "sig" and key["alg"] == "RS256" for key in keys)
    assert not any({"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key) for key in keys)
