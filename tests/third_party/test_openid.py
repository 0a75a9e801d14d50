"""An OpenID issuer: what proves who somebody is, and everything that does not."""

import base64
import json
import time
from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from accounts.errors import ProviderFailed
from accounts.third_party import exchange, providers
from accounts.third_party.exchange import Evidence
from accounts.third_party.profiles import Profile
from tenants import clock
from tests.factories import make_tenant
from tests.third_party.provider import CLIENT_ID, CLIENT_SECRET, CODE, KEY, OTHER_KEY, Reply
from tests.third_party.rows import REDIRECT_URI, make_openid_provider

pytestmark = pytest.mark.django_db
EVIDENCE = Evidence(code=CODE, redirect_uri=REDIRECT_URI)


def fetch(third_party, evidence: Evidence = EVIDENCE, **fields) -> Profile:
    row = make_openid_provider(make_tenant(), third_party, **fields)
    return exchange.fetch_profile(providers.get(row.tenant_id, row.key), evidence, clock.now())


def test_code_becomes_a_profile(third_party):
    third_party.claims |= {"email_verified": True, "picture": "https://img.example/mei.png", "locale": "zh-CN"}

    profile = fetch(third_party)

    assert profile == Profile(
        provider="partner",
        subject="mei-1",
        name="Mei",
        email="mei@example.com",
        email_verified=True,
        picture="https://img.example/mei.png",
        locale="zh-CN",
    )


def test_code_is_exchanged_with_the_clients_credentials(third_party):
    fetch(third_party, Evidence(code=CODE, redirect_uri=REDIRECT_URI, code_verifier="v" * 43))

    _, form, authorization = next(one for one in third_party.received if one[0] == "/token")
    pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert authorization == f"Basic {pair}"
    assert form == {
        "grant_type": ["authorization_code"],
        "code": [CODE],
        "redirect_uri": [REDIRECT_URI],
        "code_verifier": ["v" * 43],
    }


def test_id_token_alone_is_enough(third_party):
    profile = fetch(third_party, Evidence(id_token=third_party.make_id_token()))

    assert profile.subject == "mei-1"


def test_nonce_that_was_sent_comes_back(third_party):
    third_party.id_token_claims = {"nonce": "n-1"}

    assert fetch(third_party, Evidence(code=CODE, redirect_uri=REDIRECT_URI, nonce="n-1")).subject == "mei-1"


@pytest.mark.parametrize(
    ("in_token", "in_call"), [("n-1", ""), ("n-1", "n-2"), (None, "n-1"), ("", "n-1"), (["n-1"], "n-1"), (1, "")]
)
def test_nonce_of_the_token_is_that_of_the_call(third_party, in_token, in_call):
    third_party.id_token_claims = {"nonce": in_token}

    for evidence in (Evidence(id_token=third_party.make_id_token()), EVIDENCE):
        with pytest.raises(ProviderFailed, match="nonce"):
            fetch(third_party, replace(evidence, nonce=in_call))


def test_claims_may_have_other_names(third_party):
    third_party.claims = {"sub": "mei-1", "preferred_username": "mei", "mail": {"first": "mei@example.com"}}

    profile = fetch(third_party, claims={"name": "preferred_username", "email": "mail.first"})

    assert (profile.name, profile.email) == ("mei", "mei@example.com")


def test_userinfo_adds_what_the_id_token_leaves_out(third_party):
    third_party.claims = {"sub": "mei-1"}
    third_party.user_info = {"sub": "mei-1", "name": "Mei", "email": "mei@example.com"}

    assert fetch(third_party).name == "Mei"


def test_userinfo_about_another_subject_is_refused(third_party):
    third_party.claims = {"sub": "mei-1"}
    third_party.user_info = {"sub": "somebody-else", "name": "Mei"}

    with pytest.raises(ProviderFailed, match="another subject"):
        fetch(third_party)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": [CLIENT_ID, "another-client"]},  # without azp nobody knows for whom it was made
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"aud": None},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"exp": [4_000_000_000]},
        {"exp": int(time.time()) + 32 * 86_400},  # nobody remembers a used one for that long
        {"exp": 1e300},
        {"nbf": int(time.time()) + 3600},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "  "},
        {"sub": ["mei-1"]},
        {"sub": "mei\x00"},
        {"sub": "m" * 256},
    ],
)
def test_id_token_with_wrong_claims_is_refused(third_party, claims):
    third_party.id_token_claims = {"nonce": "n-1"} | claims

    with pytest.raises(ProviderFailed):
        fetch(third_party, Evidence(code=CODE, redirect_uri=REDIRECT_URI, nonce="n-1"))


def test_foreign_signature_is_refused(third_party):
    third_party.key = OTHER_KEY

    with pytest.raises(ProviderFailed, match="BadSignature"):
        fetch(third_party)


def test_unknown_key_is_refused(third_party):
    third_party.header = {"alg": "RS256", "kid": "two"}

    with pytest.raises(ProviderFailed):
        fetch(third_party)


def test_unsigned_token_is_refused(third_party):
    third_party.make_id_token = third_party.unsigned

    with pytest.raises(ProviderFailed):
        fetch(third_party)


@pytest.mark.parametrize("key", [CLIENT_SECRET, KEY.as_pem(private=False).decode()], ids=["secret", "public key"])
def test_signature_with_what_everybody_may_know_is_refused(third_party, key):
    def sign() -> str:
        header = {"alg": "HS256", "kid": "one"}
        return jwt.encode(header, third_party.all_claims(), OctKey.import_key(key.replace("-----", "")))

    third_party.make_id_token = sign

    with pytest.raises(ProviderFailed):
        fetch(third_party)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "a" * 20_000])
def test_text_that_is_no_token_is_refused(third_party, token):
    third_party.make_id_token = lambda: token

    with pytest.raises(ProviderFailed):
        fetch(third_party)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [1],
        "one",
        None,
        [{"kty": "RSA", "kid": "one"}],
        [{"kty": "RSA", "kid": "one", "n": "AQ", "e": "AQ"}],
        [{"kty": "EC", "kid": "one", "crv": "P-256", "x": "AA", "y": "AA"}],
        [{"kty": "oct", "kid": "one", "k": "AAAA"}],
        [{"kty": "new", "kid": "one"}],
        [KEY.as_dict(private=False) | {"kid": ["one"]}],
    ],
)
def test_unusable_keys_are_refused(third_party, keys):
    third_party.replies["/jwks"] = Reply(body=json.dumps({"keys": keys}).encode())

    with pytest.raises(ProviderFailed):
        fetch(third_party)


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "new", "kid": "two"},
        {"kty": "EC", "kid": "two", "crv": "BP-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "kid": "two", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "kid": "two", "crv": "new", "x": "AA"},
        {"kty": "RSA", "kid": "two", "x5c": ["AAAA"]},
        {"kty": "RSA", "kid": "two", "n": "AQ", "e": "AQ"},
        {"kty": ["RSA"]},
        {},
        "two",
        None,
    ],
    ids=str,
)
def test_one_unusable_key_does_not_spoil_the_others(third_party, key):
    keys = [key, KEY.as_dict(private=False)]
    third_party.replies["/jwks"] = Reply(body=json.dumps({"keys": keys}).encode())

    assert fetch(third_party).subject == "mei-1"


def test_deep_claims_are_no_fault_of_ours(third_party):
    deep = "[" * 5_000 + "]" * 5_000
    parts = [b'{"alg":"RS256","kid":"one"}', f'{{"sub":"1","a":{deep}}}'.encode()]
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    third_party.make_id_token = lambda: f"{text}.AAAA"

    with pytest.raises(ProviderFailed):
        fetch(third_party)


def test_discovery_of_another_issuer_is_refused(third_party):
    document = third_party.answer("/.well-known/openid-configuration") | {"issuer": "https://other.example"}
    third_party.replies["/.well-known/openid-configuration"] = Reply(body=json.dumps(document).encode())

    with pytest.raises(ProviderFailed, match="another issuer"):
        fetch(third_party)


def test_wrong_code_is_refused(third_party):
    with pytest.raises(ProviderFailed, match="refused the code: invalid_grant"):
        fetch(third_party, Evidence(code="another", redirect_uri=REDIRECT_URI))
