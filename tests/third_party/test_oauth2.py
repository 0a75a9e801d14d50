"""Plain OAuth 2: whom the access token belongs to is what userinfo says, in its own names."""

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from accounts.errors import ProviderFailed
from accounts.third_party import apple, exchange, profiles, providers
from accounts.third_party.exchange import Evidence
from accounts.third_party.presets import PRESETS
from tenants import clock, sealing
from tests.factories import make_tenant
from tests.third_party.provider import CLIENT_ID, CLIENT_SECRET, CODE, Reply
from tests.third_party.rows import REDIRECT_URI, make_oauth2_provider, make_provider

pytestmark = pytest.mark.django_db
EVIDENCE = Evidence(code=CODE, redirect_uri=REDIRECT_URI)


def fetch(row):
    return exchange.fetch_profile(providers.get(row.tenant_id, row.key), EVIDENCE, clock.now())


def test_code_becomes_a_profile(third_party):
    third_party.user_info = {"uid": 4711, "display": "Mei", "avatar": {"large": "https://img.example/mei.png"}}
    claims = {"sub": "uid", "name": "display", "picture": "avatar.large"}

    profile = fetch(make_oauth2_provider(make_tenant(), third_party, claims=claims))

    assert (profile.subject, profile.name, profile.picture) == ("4711", "Mei", "https://img.example/mei.png")


def test_github_preset_reads_githubs_names(third_party):
    third_party.user_info = {"id": 583231, "login": "octocat", "name": "Mei", "avatar_url": "https://img.example/1"}
    urls = {"token_url": f"{third_party.url}/token", "userinfo_url": f"{third_party.url}/userinfo"}

    profile = fetch(make_provider(make_tenant(), preset="github", **urls))

    _, form, authorization = next(one for one in third_party.received if one[0] == "/token")
    assert (profile.subject, profile.name, profile.picture) == ("583231", "Mei", "https://img.example/1")
    assert (form["client_id"], form["client_secret"], authorization) == ([CLIENT_ID], [CLIENT_SECRET], "")


@pytest.mark.parametrize("subject", [None, "", " ", True, 1.5, [], {}, "a\x00b", "a" * 256, "\ud800"])
def test_answer_without_a_usable_subject_is_refused(subject):
    with pytest.raises(ProviderFailed):
        profiles.read("partner", {"sub": subject}, {"sub": "sub"})


def test_unfit_values_are_left_out():
    claims = {"sub": "1", "name": "a\x00", "picture": "javascript:alert(1)", "email": ["x"], "email_verified": "true"}

    profile = profiles.read("partner", claims, PRESETS["oidc"].claims)

    assert (profile.name, profile.picture, profile.email, profile.email_verified) == ("", "", "", False)


def test_error_in_a_success_is_refused(third_party):
    """As GitHub answers a wrong code."""
    third_party.replies["/token"] = Reply(body=b'{"error": "bad_verification_code"}')

    with pytest.raises(ProviderFailed, match="bad_verification_code"):
        fetch(make_oauth2_provider(make_tenant(), third_party))


def test_error_is_told_without_its_odd_signs(third_party):
    third_party.replies["/token"] = Reply(400, b'{"error": "a\\u0000<b>"}')

    with pytest.raises(ProviderFailed, match=r"refused the code: ab\.$"):
        fetch(make_oauth2_provider(make_tenant(), third_party))


def test_public_client_shows_no_secret(third_party):
    fetch(make_oauth2_provider(make_tenant(), third_party, secret=""))

    _, form, authorization = next(one for one in third_party.received if one[0] == "/token")
    assert (form["client_id"], "client_secret" in form, authorization) == ([CLIENT_ID], False, "")


def test_secret_of_basic_credentials_is_the_rows(third_party):
    fetch(make_oauth2_provider(make_tenant(), third_party))

    authorization = next(one[2] for one in third_party.received if one[0] == "/token")
    assert base64.b64decode(authorization.removeprefix("Basic ")).decode() == f"{CLIENT_ID}:{CLIENT_SECRET}"


def test_apple_gets_a_secret_that_the_key_signed():
    key = ECKey.generate_key("P-256")
    stored = {"team_id": "TEAM", "key_id": "KEY", "private_key": key.as_pem(private=True).decode()}
    row = make_provider(make_tenant(), preset="apple", secret=json.dumps(stored))
    now = clock.now()

    token = jwt.decode(apple.client_secret(providers.get(row.tenant_id, row.key), now), key, algorithms=["ES256"])

    assert token.header == {"alg": "ES256", "kid": "KEY", "typ": "JWT"}
    assert token.claims == {
        "iss": "TEAM",
        "sub": CLIENT_ID,
        "aud": "https://appleid.apple.com",
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 300,
    }


@pytest.mark.parametrize("fields", [{"issuer": "", "preset": "oidc"}, {"client_id": ""}, {"secret": ""}])
def test_incomplete_provider_is_not_used(fields):
    row = make_provider(make_tenant(), **fields)

    with pytest.raises(ProviderFailed, match="not set up"):
        providers.get(row.tenant_id, row.key)


def test_secret_that_does_not_open_is_not_used():
    row = make_provider(make_tenant())
    row.sealed_client_secret = sealing.seal("x")[:-8] + "AAAAAAA="
    row.save()

    with pytest.raises(ProviderFailed, match="not set up"):
        providers.get(row.tenant_id, row.key)
