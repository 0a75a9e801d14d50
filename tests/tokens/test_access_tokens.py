"""Access tokens: ours alone, unforgeable, and no longer good than they say (S-57..S-60)."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tenants import clock, sealing
from tenants.models import Application, Domain, Tenant
from tests.factories import configuration_of, make_application, make_tenant
from tokens import access, keys
from tokens.errors import InvalidToken
from tokens.models import SigningKey

pytestmark = pytest.mark.django_db


def issue(application: Application, lifetime: int = 600) -> str:
    configuration = configuration_of(application)
    return access.issue_for_client(configuration, "read:user", timedelta(seconds=lifetime), clock.now())


def decoded(part: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_published_key_verifies_what_the_tenant_signed(algorithm):
    application = make_application(make_tenant(signing_algorithm=algorithm))
    token = issue(application)

    published = KeySet.import_key_set({"keys": keys.published(application.tenant_id, clock.now())})

    assert jwt.decode(token, published, algorithms=[algorithm]).claims["client_id"] == application.client_id
    assert decoded(token.split(".")[0])["typ"] == "at+jwt"


def test_a_tenant_signs_with_rs256_unless_it_says_otherwise():
    application = make_application(Tenant.objects.create(slug="acme", name="Acme"))

    assert decoded(issue(application).split(".")[0])["alg"] == "RS256"


def test_the_claims_are_those_of_the_profile():
    application = make_application()

    claims = decoded(issue(application, 7200).split(".")[1])

    assert claims["iss"] == f"http://localhost:8000/t/{application.tenant.slug}"
    assert claims["aud"] == claims["client_id"] == claims["sub"] == application.client_id
    assert claims["exp"] - claims["iat"] == 7200
    assert {"jti", "nbf", "at_hash", "project_id", "scope"} <= set(claims)


def test_a_domain_is_the_issuer():
    tenant = make_tenant()
    Domain.objects.create(tenant=tenant, name="login.shop.example")

    assert decoded(issue(make_application(tenant)).split(".")[1])["iss"] == "http://login.shop.example:8000"


@pytest.mark.parametrize(("age", "is_good"), [(0, True), (598, True), (601, False), (-5, False)])
def test_a_token_is_good_from_its_first_second_to_its_last(pass_time, age, is_good):
    token = issue(make_application())
    pass_time(age)

    if is_good:
        assert access.read(token, clock.now())
    else:
        with pytest.raises(InvalidToken):
            access.read(token, clock.now())


FORGED_HEADERS = [
    {"alg": "none"},
    {"alg": "HS256"},
    {"alg": "RS512"},
    {"alg": "ES256"},
    {"kid": "unknown"},
    {"kid": None},
    {"kid": 7},
    {"typ": None},
    {"typ": "jwt+at"},
    {"crit": ["exp"]},
    {"jku": "https://evil.example/jwks"},
    {"x5u": "https://evil.example/x5u"},
    {"jwk": {"kty": "oct", "k": "AAAA"}},
    {"b64": False},
]


@pytest.mark.parametrize("forged", FORGED_HEADERS, ids=str)
def test_a_header_that_is_not_ours_is_refused(forged):
    header, payload, signature = issue(make_application()).split(".")

    for tail in (signature, ""):
        with pytest.raises(InvalidToken):
            access.read(f"{encoded(decoded(header) | forged)}.{payload}.{tail}", clock.now())


@pytest.mark.parametrize(
    "change",
    [
        {"sub": "another"},
        {"exp": 99999999999},
        {"aud": ["a", "b"]},
        {"sub": 7},
        {"exp": None},
        {"iss": None},
        {"jti": None},
    ],
    ids=str,
)
def test_claims_are_refused_when_changed_and_when_signed_wrongly(change):
    """Changed by a stranger, and signed by our own key, as if we had a fault."""
    application = make_application()
    header, payload, signature = issue(application).split(".")
    claims = {name: value for name, value in (decoded(payload) | change).items() if value is not None}

    with pytest.raises(InvalidToken):
        access.read(f"{header}.{encoded(claims)}.{signature}", clock.now())
    if change in ({"sub": "another"}, {"exp": 99999999999}):
        return
    pair = keys.present(application.tenant_id, clock.now())
    token = jwt.encode(decoded(header), claims, pair.private, algorithms=[pair.algorithm])
    with pytest.raises(InvalidToken):
        access.read(token, clock.now())


def test_a_public_key_is_no_shared_secret():
    """The confusion of algorithms: signed with HMAC under the published key."""
    application = make_application(make_tenant(signing_algorithm="RS256"))
    header, payload, _ = issue(application).split(".")
    public = RSAKey.import_key(keys.published(application.tenant_id, clock.now())[0]).as_pem(private=False)
    signed = f"{encoded(decoded(header) | {'alg': 'HS256'})}.{payload}"
    signature = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).rstrip(b"=").decode()

    with pytest.raises(InvalidToken):
        access.read(f"{signed}.{signature}", clock.now())


@pytest.mark.parametrize("text", ["", ".", "a.b", "a.b.c", "a.b.c.d", "é.é.é", "x" * 5000, "e30.e30.e30", "\x00"])
def test_what_is_no_token_is_refused(text):
    with pytest.raises(InvalidToken):
        access.read(text, clock.now())


def test_private_keys_are_sealed():
    issue(make_application())

    row = SigningKey.objects.get()
    private = json.loads(sealing.unseal(row.sealed_private_jwk))
    assert private["d"] not in json.dumps(row.public_jwk) + row.sealed_private_jwk


def test_rotation_overlaps(pass_time, capsys):
    """S-60."""
    application = make_application()
    old = issue(application, 86_400)

    call_command("rotate_keys", "--tenant", application.tenant.slug)

    kids = [decoded(issue(application).split(".")[0])["kid"]]
    assert len(keys.published(application.tenant_id, clock.now())) == 2
    pass_time(3601)
    kids.append(decoded(issue(application).split(".")[0])["kid"])
    assert len(set(kids)) == 2
    assert access.read(old, clock.now())
    pass_time(5 * 86_400 + 1)
    call_command("rotate_keys")
    assert len(keys.published(application.tenant_id, clock.now())) == 2
    assert "1 older dropped" in capsys.readouterr().out


def test_a_key_that_no_secret_key_opens_is_replaced():
    application = make_application()
    old = issue(application)
    SigningKey.objects.update(sealed_private_jwk="sealed under a SECRET_KEY that nobody has any more")

    new = issue(application)

    assert decoded(new.split(".")[0])["kid"] != decoded(old.split(".")[0])["kid"]
    assert access.read(old, clock.now())
    assert access.read(new, clock.now())
    assert decoded(issue(application).split(".")[0])["kid"] == decoded(new.split(".")[0])["kid"]
