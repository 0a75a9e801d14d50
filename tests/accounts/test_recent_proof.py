"""A stolen access token alone changes no way to log in: that needs a proof of the last minutes (S-116)."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts.models import EndUser, Identity, ProviderToken
from accounts.self_service import basics, contact, deletion, update
from otp.models import Challenge
from signup import third_party
from tenants.models import Application
from tests.authorization.visitors import CALLBACK, Visitor, exchange
from tests.dialects.cloudbase.signed_in import PASSWORD, SignedIn, Stranger, make_user, refusal, verification_token
from tests.dialects.tencent.logins import Shop, error_of, make_login_application
from tests.factories import make_tenant
from tests.third_party.rows import make_token
from tokens import self_service

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
FIVE_MINUTES = 301
NEW_PASSWORD = "Other-horse-8"
ATTACKER = "attacker@example.com"
ATTACKER_PHONE = "13900000000"
CLOUDBASE_REFUSED = (403, "permission_denied", 7)
PRIVILEGES = "The request requires higher privileges than provided by the access token."


@pytest.fixture
def application() -> Application:
    return make_login_application(make_tenant(sms_interval_seconds=0), redirect_uris=[CALLBACK])


@dataclass
class Thief:
    """Somebody with an access token of a session, and with what it takes otherwise: addresses, identities, codes."""

    application: Application
    session: SignedIn

    def proof_of(self, address: str) -> str:
        return verification_token(self.application, address, asked_by=self.session.end_user)

    def edit(self, **body: str) -> HttpResponse:
        return self.session.post("user/basic/edit", body)

    def edit_address(self, name: str, address: str, canonical: str) -> HttpResponse:
        self.proof_of(canonical)
        return self.edit(**{name: address})

    def contact(self) -> HttpResponse:
        body = {"email": ATTACKER, "verification_token": self.proof_of(ATTACKER)}
        return self.session.patch("user/contact", body)

    def bind(self) -> HttpResponse:
        return self.session.post(
            "user/provider/bind", {"provider_token": make_token(self.application, provider="another", subject="thief")}
        )

    def patch_user_info(self, **address: str) -> HttpResponse:
        (name,) = address
        shop = Shop(self.application)
        sent = shop.send("update_userinfo", **address)
        body = address | {f"{name}_otp_token": sent["otp_token"], f"{name}_otp": sent["otp"]}
        return shop.bearer(self.session.tokens.access_token, "PATCH", body=body)


Call = Callable[[Thief], HttpResponse]
CLOUDBASE: dict[str, Call] = {
    "bind": Thief.bind,
    "unbind": lambda thief: thief.session.delete("user/provider/partner"),
    "edit phone": lambda thief: thief.edit_address("phone", ATTACKER_PHONE, f"+86{ATTACKER_PHONE}"),
    "edit email": lambda thief: thief.edit_address("email", ATTACKER, ATTACKER),
    "edit user name": lambda thief: thief.edit(username="attacker"),
    "edit user name and nickname": lambda thief: thief.edit(username="attacker", nickname="Attacker"),
    "contact": Thief.contact,
    "password": lambda thief: thief.session.patch("user/password", {"new_password": NEW_PASSWORD}),
    "delete": lambda thief: thief.session.delete("user/me"),
}
TENCENT: dict[str, Call] = {
    "PATCH userinfo, phone": lambda thief: thief.patch_user_info(phone_number=ATTACKER_PHONE),
    "PATCH userinfo, email": lambda thief: thief.patch_user_info(email=ATTACKER),
}


@pytest.fixture
def thief(application) -> Callable[..., Thief]:
    def make(**options: Any) -> Thief:
        end_user = make_user(application, password=PASSWORD)
        session = SignedIn(application, end_user, **options)
        bound = session.post("user/provider/bind", {"provider_token": make_token(application)})
        assert bound.status_code == (200 if options.get("scope") != "openid" else bound.status_code)
        return Thief(application, session)

    return make


def state() -> tuple[list[Any], ...]:
    """What changes a way to log in, and what it takes."""
    return (
        list(EndUser.objects.values()),
        list(Identity.objects.values_list("provider", "subject")),
        list(Challenge.objects.filter(redeemed_at__isnull=False)),
        list(ProviderToken.objects.filter(spent_at__isnull=False, subject="thief")),
        list(Challenge.objects.filter(usage="update_userinfo").exclude(guesses=0)),
    )


@pytest.mark.parametrize("call", CLOUDBASE)
def test_an_older_session_alone_changes_nothing(thief, pass_time, call):
    someone = thief()
    pass_time(FIVE_MINUTES)
    before = state()

    answer = CLOUDBASE[call](someone)

    assert refusal(answer) == CLOUDBASE_REFUSED
    assert state() == before


@pytest.mark.parametrize("call", TENCENT)
def test_an_older_session_alone_changes_nothing_at_userinfo(thief, pass_time, call):
    someone = thief(scope="openid")
    pass_time(FIVE_MINUTES)
    before = state()

    answer = TENCENT[call](someone)

    assert error_of(answer) == (403, "insufficient_scope", PRIVILEGES)
    assert answer["WWW-Authenticate"].startswith('Bearer error="insufficient_scope"')
    assert state() == before


@pytest.mark.parametrize("call", CLOUDBASE)
def test_a_refresh_makes_no_session_young(application, thief, pass_time, call):
    someone = thief()
    pass_time(FIVE_MINUTES)
    body = {"grant_type": "refresh_token", "refresh_token": someone.session.tokens.refresh_token}
    fresh = Stranger(application).post("token", body).json()
    someone.session.tokens = type("Tokens", (), {"access_token": fresh["access_token"]})()

    assert refusal(CLOUDBASE[call](someone)) == CLOUDBASE_REFUSED


@pytest.mark.parametrize("call", CLOUDBASE)
def test_right_after_the_log_in_no_more_is_asked_for(thief, call):
    """The vendor's clients send no sudo token with most of these calls."""
    assert CLOUDBASE[call](thief()).status_code == 200


@pytest.mark.parametrize("call", TENCENT)
def test_right_after_the_log_in_no_more_is_asked_for_at_userinfo(thief, call):
    assert TENCENT[call](thief(scope="openid")).status_code == 200


@pytest.mark.parametrize("proof", ["password", "code"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "user/basic/edit", {"username": "lan"}),
        ("PATCH", "user/password", {"new_password": NEW_PASSWORD}),
        ("DELETE", "user/provider/partner", {}),
        ("DELETE", "user/me", {}),
    ],
)
def test_sudo_opens_what_an_older_session_does_not(application, thief, pass_time, proof, method, path, body):
    someone = thief().session
    pass_time(FIVE_MINUTES)
    own = {"verification_token": verification_token(application, "mei@example.com")} if proof == "code" else {}
    sudo = someone.post("user/sudo", own or {"password": PASSWORD}).json()["sudo_token"]

    assert someone.call(method, path, body | {"sudo_token": sudo}).status_code == 200


@pytest.mark.parametrize("call", ["user/provider/bind", "user/basic/edit"])
def test_a_wrong_sudo_token_is_refused_in_a_young_session_too(application, thief, call):
    body = {"provider_token": make_token(application, subject="thief"), "username": "lan", "sudo_token": "wrong"}

    assert refusal(thief().session.post(call, body)) == CLOUDBASE_REFUSED


def test_a_profile_is_edited_without_a_proof(thief, pass_time):
    someone = thief()
    pass_time(FIVE_MINUTES)

    assert someone.edit(nickname="Mei Li").status_code == 200
    assert someone.session.patch("user/profile", {"name": "Mei"}).status_code == 200


def test_the_present_user_name_and_addresses_are_no_change(thief, pass_time):
    """Clients send the whole profile back."""
    someone = thief()
    pass_time(FIVE_MINUTES)

    assert (
        someone.edit(nickname="Mei", username="mei", phone="+86 13000000000", email="mei@example.com").status_code
        == 200
    )


def test_a_code_to_a_proven_address_goes_along_with_a_new_one(application, thief, pass_time):
    """Tencent's call takes both addresses, so the code to the present number proves who changes the e-mail address."""
    someone = thief(scope="openid")
    pass_time(FIVE_MINUTES)
    shop, body = Shop(application), {}
    for name, address in (("phone_number", "13000000000"), ("email", "new@example.com")):
        sent = shop.send("update_userinfo", **{name: address})
        body |= {name: address, f"{name}_otp_token": sent["otp_token"], f"{name}_otp": sent["otp"]}

    assert shop.bearer(someone.session.tokens.access_token, "PATCH", body=body).status_code == 200
    assert EndUser.objects.get().email == "new@example.com"


def test_a_code_to_a_claimed_address_is_no_proof(thief, pass_time):
    someone = thief(scope="openid")
    EndUser.objects.update(email_verified=False)
    pass_time(FIVE_MINUTES)

    assert someone.patch_user_info(email="mei@example.com").status_code == 403


def test_other_attributes_need_no_proof_at_userinfo(application, thief, pass_time):
    token = thief(scope="openid").session.tokens.access_token
    pass_time(FIVE_MINUTES)

    assert Shop(application).bearer(token, "PATCH", body={"nickname": "Lan"}).status_code == 200


def test_tencents_new_password_takes_the_old_one_however_old_the_session(application, thief, pass_time):
    token = thief(scope="openid").session.tokens.access_token
    pass_time(FIVE_MINUTES)
    change = lambda old: Shop(application).bearer(  # noqa: E731
        token, "POST", "/change_user_password", {"old_password": old, "new_password": NEW_PASSWORD}
    )

    assert error_of(change("Wrong-horse-7"))[1] == "wrong_old_password"
    assert change(PASSWORD).status_code == 200


def test_a_session_of_an_authorization_is_as_old_as_the_log_in_behind_it(application, pass_time):
    """A browser that is logged in gives codes without asking, so a new code proves nobody's presence."""
    make_user(application, password="Kite-over-9-Hills")
    visitor = Visitor(application)
    young = exchange(application, visitor.enter()).json()["access_token"]
    change = lambda token, address: _patch(application, token, address)  # noqa: E731
    assert change(young, "first@example.com").status_code == 200
    pass_time(FIVE_MINUTES)
    answer = visitor.authorize()

    later = exchange(application, visitor.follow(answer) if "code=" not in answer["Location"] else answer)

    assert change(later.json()["access_token"], "second@example.com").status_code == 403


def test_when_a_session_began_is_read_with_the_session(application):
    make_user(application, password="Kite-over-9-Hills")
    token = exchange(application, Visitor(application).enter()).json()["access_token"]

    with CaptureQueriesContext(connection) as captured:
        assert Shop(application).bearer(token, "PATCH", body={"nickname": "Lan"}).status_code == 200

    assert [one["sql"] for one in captured if "tokens_authorizationcode" in one["sql"]] == []


def test_whoever_has_nothing_but_an_identity_logs_in_once_more(application, pass_time):
    """No password, no proven address: the third party proves it."""
    sign_in = {"provider_token": make_token(application)}
    first = Stranger(application).post("signin/with/provider", sign_in).json()
    pass_time(FIVE_MINUTES)
    body = {"username": "mei"}
    bearer = lambda token: {"authorization": f"Bearer {token}"}  # noqa: E731
    edit = lambda token: Stranger(application).call("POST", "user/basic/edit", body, **bearer(token))  # noqa: E731
    assert refusal(edit(first["access_token"])) == CLOUDBASE_REFUSED

    sign_in = {"provider_token": make_token(application)}
    again = Stranger(application).post("signin/with/provider", sign_in).json()

    assert edit(again["access_token"]).status_code == 200


def _patch(application: Application, token: str, email: str) -> HttpResponse:
    shop = Shop(application)
    sent = shop.send("update_userinfo", email=email)
    body = {"email": email, "email_otp_token": sent["otp_token"], "email_otp": sent["otp"]}
    return shop.bearer(token, "PATCH", body=body)


@pytest.mark.parametrize(
    "change",
    [
        contact.change,
        basics.edit,
        update.update,
        deletion.delete,
        third_party.bind,
        self_service.change_password,
        self_service.unbind,
    ],
    ids=lambda one: f"{one.__module__}.{one.__name__}",
)
def test_what_changes_a_way_in_cannot_be_called_without_a_proof(change):
    assert inspect.signature(change).parameters["presence"].default is inspect.Parameter.empty


def test_no_dialect_and_no_page_calls_what_asks_for_no_proof():
    unguarded = re.compile(r"\b(contact\.replace|profile\.replace|password\.store|identities\.(insert|link|unlink))\(")

    callers = [str(path) for path in (ROOT / "ciam").rglob("*.py") if unguarded.search(path.read_text())]

    assert callers == []
