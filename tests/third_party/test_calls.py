"""To a provider and back, as the published clients call for it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import ProviderToken
from tests.dialects.cloudbase.signed_in import Stranger, refusal
from tests.factories import make_tenant
from tests.third_party.provider import CLIENT_ID, CODE
from tests.third_party.rows import DEVICE, REDIRECT_URI, make_oauth2_provider, make_openid_provider, make_token

pytestmark = pytest.mark.django_db
EXCHANGE = {"provider_id": "partner", "provider_code": CODE, "provider_redirect_uri": REDIRECT_URI}


# The way out


def test_uri_sends_the_browser_to_the_provider(application, third_party):
    query = f"provider_id=partner&redirect_uri={REDIRECT_URI}&state=s%26t&other_params[nonce]=n-1"

    answer = Stranger(application).get(f"provider/uri?{query}")

    address = urlsplit(answer.json()["uri"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{third_party.url}/authorize"
    assert parse_qs(address.query) == {
        "response_type": ["code"],
        "client_id": [CLIENT_ID],
        "redirect_uri": [REDIRECT_URI],
        "scope": ["openid email profile"],
        "state": ["s&t"],
        "nonce": ["n-1"],
    }


@pytest.mark.parametrize(
    "uri",
    [
        "",
        f"{REDIRECT_URI}/",
        f"{REDIRECT_URI}?a=1",
        f"{REDIRECT_URI}%23x",
        "https://evil.example",
        REDIRECT_URI.upper(),
    ],
)
def test_uri_refuses_another_redirect_uri(application, uri):
    answer = Stranger(application).get(f"provider/uri?provider_id=partner&redirect_uri={uri}")

    assert refusal(answer) == (400, "invalid_argument", 3)


@pytest.mark.parametrize("name", ["redirect_uri", "client_id", "response_type", "state", "scope", "uri"])
def test_other_parameters_replace_none_of_ours(application, name):
    query = f"provider_id=partner&redirect_uri={REDIRECT_URI}&other_params[{name}]=evil"

    answer = Stranger(application).get(f"provider/uri?{query}")

    assert "evil" not in answer.json()["uri"]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("nobody", (404, "provider_not_found", 4019)),
        ("off", (404, "provider_not_found", 4019)),
        ("partner%00", (400, "invalid_argument", 3)),
    ],
)
def test_unknown_provider(application, third_party, key, answer):
    make_openid_provider(application.tenant, third_party, key="off", enabled=False)

    response = Stranger(application).get(f"provider/uri?provider_id={key}&redirect_uri={REDIRECT_URI}")

    assert refusal(response) == answer


def test_provider_of_another_tenant_is_unknown(application, third_party):
    make_openid_provider(make_tenant(), third_party, key="theirs")

    answer = Stranger(application).post("provider/token", EXCHANGE | {"provider_id": "theirs"})

    assert refusal(answer) == (404, "provider_not_found", 4019)


# The way back


def test_code_becomes_a_provider_token(application):
    answer = Stranger(application).post("provider/token", EXCHANGE).json()

    assert answer["expires_in"] == 3600
    assert answer["provider_profile"]["provider_id"] == "partner"
    assert answer["provider_profile"]["sub"] == "mei-1"
    assert answer["provider_profile"]["email"] == "mei@example.com"
    row = ProviderToken.objects.get()
    assert (row.subject, row.device_id) == ("mei-1", DEVICE)
    assert answer["provider_token"] not in str(vars(row))


def test_provider_token_needs_a_device(application):
    answer = Stranger(application, device_id="").post("provider/token", EXCHANGE)

    assert refusal(answer) == (400, "invalid_argument", 3)


@pytest.mark.parametrize(
    "change",
    [
        {"provider_code": ""},
        {"provider_code": 1},
        {"provider_redirect_uri": "https://evil.example"},
        {"provider_redirect_uri": None},
        {"provider_id_token": "x"},
        {"provider_access_token": "x"},
        {"provider_params": []},
        {"provider_params": {"nonce": 1}},
    ],
    ids=str,
)
def test_malformed_exchange_is_refused(application, third_party, change):
    answer = Stranger(application).post("provider/token", EXCHANGE | change)

    assert refusal(answer) == (400, "invalid_argument", 3)
    assert third_party.received == []


def test_wrong_code_is_an_error_of_the_provider(application):
    answer = Stranger(application).post("provider/token", EXCHANGE | {"provider_code": "wrong"})

    assert refusal(answer) == (400, "provider_error", 4019)


def test_nonce_is_compared(application, third_party):
    third_party.id_token_claims = {"nonce": "n-1"}

    answer = Stranger(application).post("provider/token", EXCHANGE | {"provider_params": {"nonce": "n-2"}})

    assert refusal(answer) == (400, "provider_error", 4019)


def test_id_token_is_not_taken_from_plain_oauth2(application, third_party):
    make_oauth2_provider(application.tenant, third_party, key="plain")
    body = {"provider_id": "plain", "provider_id_token": third_party.make_id_token()}

    assert refusal(Stranger(application).post("provider/token", body)) == (400, "invalid_argument", 3)


def test_provider_token_can_be_looked_at(application, pass_time):
    token = make_token(application)
    pass_time(600)

    answer = Stranger(application).call("PATCH", "provider/token", {"provider_token": token, "provider_params": {}})

    assert answer.json()["provider_token"] == token
    assert 2990 <= answer.json()["expires_in"] <= 3000
    assert answer.json()["provider_profile"]["sub"] == "mei-1"
