"""A provider token signs its subject in, or up."""

import pytest

from accounts.models import EndUser, Identity
from signup.contracts import publish
from tenants import clock
from tenants.models import Application, AuditEntry, LoginFlow
from tests.dialects.cloudbase.signed_in import Stranger, make_user, refusal
from tests.third_party.provider import CODE
from tests.third_party.rows import REDIRECT_URI, make_partner_application, make_token

pytestmark = pytest.mark.django_db
EXCHANGE = {"provider_id": "partner", "provider_code": CODE, "provider_redirect_uri": REDIRECT_URI}
BAD_TOKEN = (400, "invalid_grant", 4019)


def sign_in(application: Application, token: str, **body):
    return Stranger(application).post("signin/with/provider", {"provider_token": token, **body})


def test_first_sign_in_makes_the_user(application):
    token = Stranger(application).post("provider/token", EXCHANGE).json()["provider_token"]

    answer = sign_in(application, token).json()

    end_user = EndUser.objects.get()
    assert answer["sub"] == end_user.sub
    assert answer["scope"] == "user"
    assert answer["expires_in"] == 7200
    assert end_user.attributes["name"] == "Mei"
    assert Identity.objects.get().end_user == end_user


def test_second_sign_in_finds_the_user(application):
    first, second = sign_in(application, make_token(application)), sign_in(application, make_token(application))

    assert first.json()["sub"] == second.json()["sub"]
    assert EndUser.objects.count() == 1


def test_same_subject_elsewhere_is_somebody_else(application):
    other_tenant = make_partner_application()
    tokens = [
        (application, make_token(application)),
        (application, make_token(application, provider="another")),
        (other_tenant, make_token(other_tenant)),
    ]

    subs = {sign_in(one, token).json()["sub"] for one, token in tokens}

    assert len(subs) == 3


@pytest.mark.parametrize("token", ["", "x", None, 1])
def test_unknown_token_is_refused(application, token):
    answer = sign_in(application, token)

    assert refusal(answer) == (BAD_TOKEN if token == "x" else (400, "invalid_argument", 3))


def test_token_is_good_once(application):
    token = make_token(application)
    sign_in(application, token)

    assert refusal(sign_in(application, token)) == BAD_TOKEN


def test_token_expires_after_an_hour(application, pass_time):
    token = make_token(application)
    pass_time(3601)

    assert refusal(sign_in(application, token)) == BAD_TOKEN


def test_token_is_bound_to_device_and_application(application):
    elsewhere = make_token(application, device_id="f" * 32)
    of_sibling = make_token(make_partner_application(application.tenant))

    assert refusal(sign_in(application, elsewhere)) == BAD_TOKEN
    assert refusal(sign_in(application, of_sibling)) == BAD_TOKEN


def test_token_of_another_provider_is_refused(application):
    answer = sign_in(application, make_token(application), provider_id="another")

    assert refusal(answer) == BAD_TOKEN
    line = AuditEntry.objects.get(event="sign_in")
    assert (line.outcome, line.detail) == ("refused", {"way": "provider", "reason": "BadProviderToken"})


def test_sign_up_can_be_kept_out(application):
    token = make_token(application)

    assert refusal(sign_in(application, token, force_disable_sign_up=True)) == (404, "user_not_found", 5)
    assert sign_in(application, token).status_code == 200


def test_sign_up_that_is_off_makes_nobody():
    application = make_partner_application(sign_up=False)

    assert refusal(sign_in(application, make_token(application))) == (501, "login_type_disabled", 4045)
    assert not EndUser.objects.exists()


def test_required_attribute_may_come_from_the_profile():
    application = make_partner_application(required=("name",))

    assert refusal(sign_in(application, make_token(application, name=""))) == (400, "invalid_argument", 3)
    assert sign_in(application, make_token(application)).status_code == 200


def test_blocked_user_stays_out(application):
    sign_in(application, make_token(application))
    EndUser.objects.update(status="LOCK")

    assert refusal(sign_in(application, make_token(application))) == (403, "user_blocked", 7)
    EndUser.objects.update(blocked_until=clock.now())
    assert sign_in(application, make_token(application)).status_code == 200


def test_profile_is_kept_up_when_asked_for(application):
    sign_in(application, make_token(application))

    sign_in(application, make_token(application, name="Mei Li"))
    assert EndUser.objects.get().attributes["name"] == "Mei"

    sign_in(application, make_token(application, name="Mei Li"), sync_profile=True)
    assert EndUser.objects.get().attributes["name"] == "Mei Li"
    assert Identity.objects.get().profile["name"] == "Mei Li"


# With a user name and a password beside it


def sign_up(application: Application, token: str, **body):
    return Stranger(application).post("signup", {"provider_token": token, **body})


def test_sign_up_with_name_and_password(application):
    body = {"username": "mei_li", "password": "Correct-horse-7", "name": "Mei Li"}

    answer = sign_up(application, make_token(application), **body).json()

    end_user = EndUser.objects.get()
    assert (answer["sub"], answer["scope"]) == (end_user.sub, "user")
    assert (end_user.username, end_user.attributes["name"]) == ("mei_li", "Mei Li")
    by_password = Stranger(application).post("signin", {"username": "mei_li", "password": "Correct-horse-7"})
    assert by_password.json()["sub"] == end_user.sub


def test_known_identity_does_not_sign_up_again(application):
    sign_up(application, make_token(application))

    assert refusal(sign_up(application, make_token(application))) == (409, "already_exists", 6)


@pytest.mark.parametrize("username", ["four", "x" * 25, "12345", "me@example.com"])
def test_user_name_has_5_to_24_characters(application, username):
    assert refusal(sign_up(application, make_token(application), username=username)) == (400, "invalid_argument", 3)


def test_refused_sign_up_does_not_spend_the_token(application):
    make_user(application, username="mei_li")
    token = make_token(application)

    assert refusal(sign_up(application, token, username="mei_li")) == (409, "username_already_exists", 409)
    assert refusal(sign_up(application, token, password="short")) == (400, "invalid_argument", 3)
    assert sign_up(application, token).status_code == 200
    assert refusal(sign_up(application, token)) == BAD_TOKEN


def test_identity_and_address_exclude_each_other(application):
    body = {"email": "mei@example.com", "verification_token": "x"}

    assert refusal(sign_up(application, make_token(application), **body)) == (400, "invalid_argument", 3)


def test_whoever_has_seen_the_token_of_an_anonymous_user_does_not_get_the_account(application):
    LoginFlow.objects.filter(application=application).update(anonymous=True)
    publish(application)
    anonymous = Stranger(application, device_id="e" * 32).post("signin/anonymously", {}).json()

    stolen = sign_up(application, make_token(application), anonymous_token=anonymous["access_token"])

    assert refusal(stolen) == (401, "unauthenticated", 16)


def test_anonymous_user_becomes_the_one_with_the_identity(application):
    LoginFlow.objects.filter(application=application).update(anonymous=True)
    publish(application)
    anonymous = Stranger(application).post("signin/anonymously", {}).json()

    answer = sign_up(application, make_token(application), anonymous_token=anonymous["access_token"]).json()

    assert (answer["sub"], answer["scope"]) == (anonymous["sub"], "user")
    assert EndUser.objects.count() == 1
