"""`openid` reads user info; self-service is for applications of the tenant's own: those that ask nobody for consent."""

from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import EndUser
from signup.contracts import publish
from tenants.models import Application, LoginFlow
from tests.authorization.test_consented_claims import consent, consenting
from tests.authorization.visitors import make_shop
from tests.clients import last_code
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.cloudbase.signed_in import Stranger, refusal, send
from tests.dialects.tencent.logins import EMAIL, PASSWORD, Shop, error_of, make_user, payload
from tests.third_party.rows import make_token
from tokens.models import Session

pytestmark = pytest.mark.django_db

NO_SCOPE = (403, "permission_denied", 7)
CLOUDBASE: list[tuple[str, str, Any]] = [
    ("GET", "user/me", None),
    ("GET", "user/security/history?query[action]=USER_LOGIN", None),
    ("GET", "user/provider", None),
    ("GET", "user/query?username=mei", None),
    ("POST", "user/provider/bind", {"provider_token": "t"}),
    ("DELETE", "user/provider/google", None),
    ("POST", "user/basic/edit", {"phone": "+8613900000000"}),
    ("PATCH", "user/profile", {"name": "Eve"}),
    ("POST", "user/sudo", {"password": PASSWORD}),
    ("PATCH", "user/password", {"old_password": PASSWORD, "new_password": "Lake-under-7-Moons"}),
    ("PATCH", "user/contact", {"email": "eve@example.com"}),
    ("DELETE", "user/me", None),
    ("DELETE", "user/revoke/all", None),
    ("DELETE", "user/authorized/devices/device", None),
    ("POST", "verification", {"email": EMAIL, "target": "CUR_USER"}),
]
TENCENT: list[tuple[str, str, Any]] = [
    ("PATCH", "/userinfo", {"nickname": "Eve"}),
    ("POST", "/change_user_password", {"old_password": PASSWORD, "new_password": "Lake-under-7-Moons"}),
]


@pytest.fixture
def partner() -> Application:
    application = make_shop(consent=True, claims=["name"])
    make_user(application)
    return application


def set_consent(application: Application, *, asked: bool) -> None:
    LoginFlow.objects.filter(application=application).update(consent=asked)
    publish(application)


def call(application: Application, token: str, method: str, path: str, body: Any) -> HttpResponse:
    return send(Shop(application).http, method, path, body, {"authorization": f"Bearer {token}"})


@pytest.mark.parametrize(("method", "path", "body"), CLOUDBASE, ids=lambda value: str(value)[:30])
def test_a_partners_token_is_for_none_of_cloudbases_calls_of_a_user(partner, method, path, body):
    token = consent(consenting(partner))["access_token"]

    assert refusal(call(partner, token, method, path, body)) == NO_SCOPE


@pytest.mark.parametrize(("method", "path", "body"), TENCENT, ids=lambda value: str(value)[:30])
def test_a_partners_token_changes_nothing_at_tencents_calls(partner, method, path, body):
    token = consent(consenting(partner))["access_token"]

    answer = Shop(partner).bearer(token, method, path, body)

    assert error_of(answer)[:2] == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def test_a_partners_token_reads_the_claims(partner):
    issued = consent(consenting(partner))
    mei = EndUser.objects.get()

    assert (issued["scope"], payload(issued["access_token"])["scope"]) == ("openid", ["openid"])
    assert Shop(partner).bearer(issued["access_token"]).json() == {"sub": mei.sub, "name": "Mei Li"}


def test_a_code_that_a_partner_asks_for_is_nobodys(partner):
    """With the bearer it would let `basic/edit` of another application take the address."""
    token = consent(consenting(partner))["access_token"]

    sent = call(partner, token, "POST", "verification", {"email": "eve@example.com"}).json()

    mei = make_shop(partner.tenant)
    client = CloudBaseClient(mei)
    code = last_code("eve@example.com")
    CloudBaseClient(partner).post(
        "/verification/verify", verification_id=sent["verification_id"], verification_code=code
    )
    own = client.sign_in("mei", PASSWORD).json()["access_token"]
    assert client.bearer(own, "POST", "/user/basic/edit", {"email": "eve@example.com"}).status_code != 200
    assert EndUser.objects.get().email == EMAIL


def every_way(application: Application) -> dict[str, Any]:
    shop, client, stranger = Shop(application), CloudBaseClient(application, device_id=""), Stranger(application)

    def by_provider() -> dict[str, str]:
        return {"provider_token": make_token(application)}

    return {
        "password": lambda: shop.log_in_by_password("mei", PASSWORD),
        "code": shop.log_in,
        "cloudbase password": lambda: client.sign_in("mei", PASSWORD),
        "cloudbase code": lambda: client.post("/signin", verification_token=client.verification_token(email=EMAIL)),
        "cloudbase grant": lambda: client.post("/token", grant_type="password", username="mei", password=PASSWORD),
        "cloudbase sign-up": lambda: client.sign_up(email="new@example.com"),
        "cloudbase provider": lambda: stranger.post(
            "signin/with/provider", {"provider_token": make_token(application)}
        ),
        "cloudbase provider sign-up": lambda: stranger.post("signup", {"provider_token": make_token(application)}),
    }


WAYS = (
    *("password", "code", "cloudbase password", "cloudbase code", "cloudbase grant"),
    *("cloudbase sign-up", "cloudbase provider", "cloudbase provider sign-up"),
)


@pytest.mark.parametrize("way", WAYS)
def test_a_partner_gets_openid_by_every_way(partner, way):
    issued = every_way(partner)[way]().json()

    assert (issued["scope"], Session.objects.get().scope) == ("openid", "openid")
    assert refusal(call(partner, issued["access_token"], "GET", "user/me", None)) == NO_SCOPE
    assert Shop(partner).bearer(issued["access_token"]).status_code == 200


@pytest.mark.parametrize("way", WAYS)
def test_an_application_of_the_tenants_own_has_self_service_by_every_way(partner, way):
    set_consent(partner, asked=False)

    issued = every_way(partner)[way]().json()

    scope, changed = ("user", 403) if way.startswith("cloudbase") else ("openid", 200)
    assert issued["scope"] == scope
    assert call(partner, issued["access_token"], "GET", "user/me", None).status_code == 200
    answer = Shop(partner).bearer(issued["access_token"], "PATCH", "/userinfo", {"nickname": "M"})
    assert answer.status_code == changed  # contract tencent §7: with `openid` alone


@pytest.mark.parametrize("way", ["password", "cloudbase password"])
def test_self_service_ends_when_consent_is_asked_for(partner, way):
    set_consent(partner, asked=False)
    issued = every_way(partner)[way]().json()

    set_consent(partner, asked=True)

    assert refusal(call(partner, issued["access_token"], "GET", "user/me", None)) == NO_SCOPE
    renewed = CloudBaseClient(partner, device_id="").post(
        "/token",
        grant_type="refresh_token",
        refresh_token=issued["refresh_token"],
        client_secret=Shop(partner).credentials["client_secret"],
    )
    assert renewed.json()["scope"] == "openid"
    assert refusal(call(partner, renewed.json()["access_token"], "GET", "user/me", None)) == NO_SCOPE


def test_what_was_granted_with_consent_gains_nothing_without(partner):
    token = consent(consenting(partner))["access_token"]

    set_consent(partner, asked=False)

    assert refusal(call(partner, token, "GET", "user/me", None)) == NO_SCOPE
    assert Shop(partner).bearer(token).status_code == 200


def test_an_anonymous_session_has_no_self_service_at_a_partner(partner):
    LoginFlow.objects.update(anonymous=True)
    publish(partner)
    issued = CloudBaseClient(partner).post("/signin/anonymously").json()

    assert issued["scope"] == "anonymous"
    assert refusal(call(partner, issued["access_token"], "GET", "user/me", None)) == NO_SCOPE
    set_consent(partner, asked=False)
    assert call(partner, issued["access_token"], "GET", "user/me", None).status_code == 200
