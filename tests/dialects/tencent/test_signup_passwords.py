import base64
import unicodedata

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from accounts.models import EndUser, PasswordHistory
from accounts.passwords.hashing import HASHING
from otp.models import Challenge
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

EMAIL = "mock_username@example.com"
INVALID = {"error": "invalid_password"}


def make_client(strength: str = "low", **fields) -> TencentClient:
    source = {"strength": strength} | fields.pop("password_source", {})
    return TencentClient(make_application(password_source=source, **{"authentication": ("username",)} | fields))


def answer_to(password: str, **options) -> dict[str, str]:
    return make_client(**options).sign_up(username="somebody", password=password).json()


def opens(password: str) -> bool:
    """Whether the stored hash of the only end user is this password's."""
    try:
        return PasswordHasher().verify(EndUser.objects.get().password, password)
    except VerifyMismatchError:
        return False


def test_spaces_and_case_are_part_of_the_password():
    """S-40."""
    assert "sub" in answer_to("  Pass tQzvk  ")

    assert opens("  Pass tQzvk  ")
    assert not opens("Pass tQzvk")
    assert not opens("  pass tqzvk  ")


def test_no_character_of_a_long_password_is_cut_off():
    """S-40."""
    assert "sub" in answer_to("tqzvkwpx" * 16)

    assert opens("tqzvkwpx" * 16)
    assert not opens("tqzvkwpx" * 15 + "tqzvkwpy")


@pytest.mark.parametrize("length", [129, 10_000, 60_000])
def test_a_password_of_more_than_128_characters_is_refused(length):
    """S-40."""
    assert answer_to("x" * length) == INVALID
    assert not EndUser.objects.exists()


def test_a_password_of_a_megabyte_is_not_even_read():
    """S-02, S-40."""
    response = make_client().sign_up(username="somebody", password="x" * 2**20)

    assert response.status_code == 413


@pytest.mark.parametrize("strength", ["none", "low", "fair", "good", "excellent", "nist"])
def test_a_password_of_less_than_eight_characters_is_refused_at_every_strength(strength):
    """S-40, S-41."""
    client = make_client(strength)

    for password in ("", "x", "tqzvkwp", "🌵🐙🚲🍋🔑🧊😀"):
        assert client.sign_up(username="somebody", password=password).json() == INVALID


def test_eight_characters_outside_the_basic_plane_are_eight():
    """S-41."""
    assert "sub" in answer_to("🌵🐙🚲🍋🔑🧊😀🎈")


@pytest.mark.parametrize(
    ("strength", "weak", "strong"),
    [
        ("low", "tqzvkwp", "tqzvkwpx"),
        ("fair", "tqzvkwp7", "tQzvkwp7"),
        ("good", "tqzvkwp7", "tqzvkw7!"),
        ("excellent", "tqzvkppp7!", "tqzvkpxp7!"),
        ("nist", "tqzvkwpx mnbrh", "tqzvkwpx mnbrhg"),
    ],
)
def test_the_policy_is_that_of_the_applications_source(strength, weak, strong):
    client = make_client(strength)

    assert client.sign_up(username="somebody", password=weak).json() == INVALID
    assert client.sign_up(username="somebody", password=strong).status_code == 200


@pytest.mark.parametrize("password", ["password1", "Password@123", "qwerty123", "QWERTY123", "iloveyou", "12345678"])
def test_common_passwords_are_refused_without_a_reason(password):
    """S-42."""
    assert answer_to(password) == INVALID


@pytest.mark.parametrize(
    "password", ["Somebody2026", "99wonder-shoes!", "shoppers-gate", "wonder_shoes", "1.Shop.Desk"]
)
def test_names_of_the_user_the_tenant_and_the_application_are_refused(password):
    """S-42."""
    tenant = make_tenant(name="Wonder Shoes", slug="shoppers-gate")
    client = TencentClient(
        make_application(tenant, name="Shop Desk", authentication=("username",), password_source={"strength": "low"})
    )

    assert client.sign_up(username="somebody", password=password).json() == INVALID


def test_the_own_address_and_number_are_refused():
    """S-42."""
    client = make_client(authentication=("email", "phone_number"))
    proofs = client.email_proof("tqzvkwpx@example.com") | client.phone_proof("13612345678")

    assert client.sign_up(**proofs, password="tqzvkwpx").json() == INVALID
    assert client.sign_up(**proofs, password="+13612345678").json() == INVALID
    assert client.sign_up(**proofs, password="tqzvkwpxm").status_code == 200


@pytest.mark.parametrize("point", [0x00, 0x0A, 0x1F, 0x7F, 0x85, 0x9F, 0xD800, 0xDFFF, 0xFDD0, 0xFFFE, 0xFFFF, 0x1FFFE])
def test_control_characters_are_refused(point):
    """S-06."""
    assert answer_to(f"tqzv{chr(point)}kwpx") == INVALID


def test_a_composed_letter_is_the_decomposed_one():
    """S-43."""
    decomposed = unicodedata.normalize("NFD", "tqzvkwpé")
    assert len(decomposed) == 9

    assert "sub" in answer_to(decomposed)

    assert opens("tqzvkwpé")


@pytest.mark.usefixtures("full_hash_costs")
@pytest.mark.parametrize(
    ("algorithm", "prefix"),
    [("argon2", "$argon2id$v=19$m=19456,t=2,p=1$"), ("bcrypt", "$2b$12$"), ("pbkdf2", "$pbkdf2-sha256$i=600000$")],
)
def test_the_hash_is_the_one_that_the_source_names(algorithm, prefix):
    """S-44."""
    assert "sub" in answer_to("tqzvkwpx", password_source={"hash": algorithm})

    stored = EndUser.objects.get().password
    assert stored.startswith(prefix)
    assert PasswordHistory.objects.get().password == stored
    assert all(form not in stored for form in ("tqzvkwpx", base64.b64encode(b"tqzvkwpx").decode().rstrip("=")))


def test_without_a_password_there_is_no_hash():
    """S-51."""
    client = make_client()

    assert client.sign_up(username="somebody", password=None).status_code == 200
    assert EndUser.objects.get().password == ""


def test_nothing_is_hashed_before_the_code_is_right(hashing_calls):
    """S-28."""
    client = make_client(authentication=("email",))
    proof = client.email_proof(EMAIL)

    response = client.sign_up(**proof | {"email_otp": "wrong"}, password="tqzvkwpx")

    assert response.json() == {"error": "bad_email_otp"}
    assert hashing_calls == []


def test_a_sign_up_that_waits_too_long_for_its_hash_may_be_tried_again():
    """S-53."""
    client = make_client(authentication=("email",))
    proof = client.email_proof(EMAIL)

    with HASHING.turn():
        busy = client.sign_up(**proof, password="tqzvkwpx")

    assert (busy.status_code, busy.json()) == (503, {"error": "temporarily_unavailable"})
    assert busy["Retry-After"] == "2"
    assert Challenge.objects.get().redeemed_at is None
    assert client.sign_up(**proof, password="tqzvkwpx").status_code == 200
