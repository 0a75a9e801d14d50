import base64
from urllib.parse import quote, quote_plus

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from signup.contracts import publish
from tenants import sealing
from tenants.callers import SECRET_PURPOSE
from tenants.models import Application, ClientSecret, Publication
from tests.clients import Client, TencentClient, basic, headers_of
from tests.factories import SECRET, make_application

pytestmark = pytest.mark.django_db

BODIES = {"/signup": {"username": "somebody"}, "/otp/send": {"usage": "signup", "phone_number": "13612345678"}}
AWKWARD = "a:b%c+d&e=f/g é密?#%41"


def make(**fields) -> Application:
    return make_application(authentication=("username",), optional=("phone_number",), **fields)


def call(path: str, authorization: str | None):
    headers = {"host": "localhost"} | ({} if authorization is None else {"authorization": authorization})
    return Client(headers=headers).post(path, BODIES[path], content_type="application/json")


def encoded(pair: str | bytes) -> str:
    return f"Basic {base64.b64encode(pair if isinstance(pair, bytes) else pair.encode()).decode()}"


def assert_invalid_client(response) -> None:
    assert (response.status_code, response.json()) == (401, {"error": "invalid_client"})
    assert response["Content-Type"] == "application/json;charset=UTF-8"
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert response["Cache-Control"] == "no-store"
    assert not EndUser.objects.exists()
    assert not OutboxMessage.objects.exists()


def by_bytes(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


@pytest.mark.parametrize(
    "encode", [quote_plus, lambda text: quote(text, safe=""), by_bytes], ids=["form", "percent", "every byte"]
)
@pytest.mark.parametrize("path", BODIES)
def test_any_client_id_and_secret_come_through(path, encode):
    """S-55."""
    make(client_id=AWKWARD, secret=AWKWARD[::-1])

    assert call(path, encoded(f"{encode(AWKWARD)}:{encode(AWKWARD[::-1])}")).status_code == 200


def test_documented_header_is_accepted():
    make(client_id="TENANT_CLIENT_ID", secret="TENANT_CLIENT_SECRET")

    response = call("/signup", "Basic VEVOQU5UX0NMSUVOVF9JRDpURU5BTlRfQ0xJRU5UX1NFQ1JFVA==")

    assert response.status_code == 200


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
def test_the_scheme_is_read_in_any_case(scheme):
    header = basic(make().client_id).replace("Basic", scheme)

    assert call("/signup", header).status_code == 200


def test_the_first_colon_divides_and_later_ones_belong_to_the_secret():
    """S-55."""
    make(client_id="shop", secret="a:secret:with-colons")

    assert call("/signup", encoded("shop:a:secret:with-colons")).status_code == 200


def test_each_half_is_decoded_exactly_once():
    """S-55."""
    make(client_id="shop", secret="a-secret-of-100%2B")

    assert_invalid_client(call("/signup", encoded("shop:a-secret-of-100%2B")))
    assert call("/signup", encoded("shop:a-secret-of-100%252B")).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic    ",
        encoded(""),
        encoded(":"),
        encoded("store"),
        encoded("store:"),
        encoded(f":{SECRET}"),
        encoded(f"store%3A{SECRET}"),
        encoded(f"store:{SECRET}%zz"),
        encoded(f"store:{SECRET}%"),
        encoded(f"store:{SECRET}%4"),
        encoded(f"store:{SECRET}%00"),
        encoded(f"store:{SECRET}\n"),
        encoded(f"store:{SECRET} "),
        encoded(f"store :{SECRET}"),
        encoded(f"STORE:{SECRET}"),
        encoded(f"store:{SECRET}%ff"),
        encoded(f"store:{SECRET}".encode() + b"\xff"),
        encoded(f"store:{SECRET}").rstrip("="),
        encoded(f"store:{SECRET}") + "=",
        encoded(f"store:{SECRET}") + "x",
        encoded(f"store:{SECRET}").replace("Basic ", "Basic !"),
        encoded(f"store:{SECRET}").replace("Basic ", "Basic _-"),
        encoded(f"store:{SECRET}") + ", " + encoded(f"store:{SECRET}"),
        encoded(f"store:{SECRET}") + " " + encoded(f"store:{SECRET}"),
        f"Basic store:{SECRET}",
        "Basic ÿþ",
    ],
)
def test_a_header_that_is_not_of_the_documented_form_is_no_client(header):
    """S-55."""
    make(client_id="store")

    for path in BODIES:
        assert_invalid_client(call(path, header))


@pytest.mark.parametrize("excess", ["=", "==", "===", "====", "A", "AA==", "!", "\t!"])
def test_nothing_may_follow_base64_that_needs_no_padding(excess):
    """S-55."""
    make(client_id="shop")
    header = encoded(f"shop:{SECRET}")
    assert not header.endswith("=")

    assert_invalid_client(call("/signup", header + excess))


@pytest.mark.parametrize("header", ["Digest username=x", "Basic2 c2hvcDp4", "Negotiate", "x" * 4_000])
def test_other_schemes_are_named_where_callers_of_several_schemes_meet(header):
    make()

    signing_up, sending = call("/signup", header), call("/otp/send", header)

    assert (signing_up.status_code, signing_up.json()) == (401, {"error": "invalid_authorization_scheme"})
    assert "WWW-Authenticate" not in signing_up
    assert_invalid_client(sending)


def test_an_unknown_client_and_a_wrong_secret_look_the_same():
    """S-55."""
    application = make()

    unknown, wrong = call("/signup", basic("nobody")), call("/signup", basic(application.client_id, "wrong-secret"))

    assert_invalid_client(unknown)
    assert unknown.content == wrong.content
    assert headers_of(unknown) == headers_of(wrong)


def test_a_disabled_application_is_no_client():
    """S-72."""
    assert_invalid_client(call("/signup", basic(make(enabled=False).client_id)))


def test_an_application_that_was_never_published_is_no_client():
    application = make()
    Publication.objects.all().delete()

    assert_invalid_client(call("/signup", basic(application.client_id)))


def test_an_application_without_a_secret_is_no_client():
    application = make()
    ClientSecret.objects.all().delete()
    publish(application)

    assert_invalid_client(call("/signup", basic(application.client_id)))
    assert_invalid_client(call("/signup", basic(application.client_id, "")))


@pytest.mark.parametrize("path", BODIES)
def test_credentials_are_read_from_the_header_alone(path):
    """S-68."""
    application = make()
    pair = f"client_id={application.client_id}&client_secret={SECRET}"

    response = Client(headers={"host": "localhost"}).post(
        f"{path}?{pair}",
        BODIES[path] | {"client_id": application.client_id, "client_secret": SECRET},
        "application/json",
    )

    assert_invalid_client(response)


@pytest.mark.parametrize(
    ("path", "kind", "may_call"),
    [
        ("/signup", "web", True),
        ("/signup", "spa", False),
        ("/signup", "mobile", False),
        ("/signup", "m2m", False),
        ("/otp/send", "web", True),
        ("/otp/send", "spa", False),
        ("/otp/send", "mobile", False),
        ("/otp/send", "m2m", True),
    ],
)
def test_each_call_is_for_the_documented_types_of_application(path, kind, may_call):
    response = call(path, basic(make(type=kind).client_id))

    if may_call:
        assert response.status_code == 200
    else:
        assert (response.status_code, response.json()) == (400, {"error": "unauthorized_client"})
        assert response["Content-Type"] == "application/json;charset=UTF-8"


def test_only_a_hash_of_the_secret_is_stored():
    """S-56."""
    application = make()

    stored = [ClientSecret.objects.get().hash, str(Publication.objects.get().document)]

    assert call("/signup", basic(application.client_id)).status_code == 200
    assert all(SECRET not in text and SECRET.encode().hex() not in text for text in stored)


def test_two_secrets_may_be_active_and_one_is_dead_as_soon_as_it_is_revoked():
    """S-56."""
    application = make()
    old = ClientSecret.objects.get()
    application.secrets.create(hash=sealing.keyed_hash(SECRET_PURPOSE, "the-new-client-secret"))
    publish(application)
    client = TencentClient(application)
    renewed = TencentClient(application, secret="the-new-client-secret")

    assert [one.sign_up(username=name).status_code for one, name in ((client, "a"), (renewed, "b"))] == [200, 200]
    old.delete()
    publish(application)
    assert [one.sign_up(username=name).status_code for one, name in ((client, "c"), (renewed, "d"))] == [401, 200]
