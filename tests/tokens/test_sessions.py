"""Sessions: refresh tokens used once, a lineage that dies when one comes back, and an end that counts at once."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts import statuses
from accounts.models import EndUser
from tenants import clock
from tenants.models import Application, AuditEntry
from tests.factories import configuration_of, make_application
from tests.races import at_once
from tokens import bearers, sessions
from tokens.errors import InvalidGrant, InvalidToken
from tokens.models import RefreshToken, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def application() -> Application:
    return make_application(refresh_ttl_seconds=3600)


def make_user(application: Application) -> EndUser:
    return EndUser.objects.create(tenant=application.tenant, username="mei", username_typed="mei")


def sign_in(application: Application, end_user: EndUser, device_id: str = "device") -> sessions.Tokens:
    return sessions.sign_in(
        application=configuration_of(application),
        end_user=end_user,
        device_id=device_id,
        scope="user",
        provider_type="",
        client_authenticated=False,
        now=clock.now(),
    )


def renew(application: Application, token: str, device_id: str = "device") -> sessions.Tokens:
    return sessions.renew(
        application=configuration_of(application),
        token=token,
        device_id=device_id,
        client_authenticated=False,
        now=clock.now(),
    )


def bearer_of(application: Application, token: str) -> bearers.Bearer:
    configuration = configuration_of(application)
    return bearers.authenticate(token, application=configuration, tenant_id=None, now=clock.now())


def test_an_access_token_speaks_for_its_user(application):
    end_user = make_user(application)

    tokens = sign_in(application, end_user)

    bearer = bearer_of(application, tokens.access_token)
    assert (bearer.end_user, bearer.claims.scope, tokens.sub) == (end_user, "user", end_user.sub)


def test_a_refresh_gives_a_new_token_and_the_old_one_is_spent(application, pass_time):
    first = sign_in(application, make_user(application)).refresh_token

    second = renew(application, first).refresh_token
    third = renew(application, second).refresh_token

    assert len({first, second, third}) == 3
    assert all(len(token) <= 128 and token.startswith("m.") for token in (first, second, third))
    assert RefreshToken.objects.filter(spent_at=None).count() == 1


def test_within_ten_seconds_the_predecessor_gives_the_same_successor(application, pass_time):
    first = sign_in(application, make_user(application)).refresh_token
    second = renew(application, first).refresh_token

    pass_time(9)

    assert renew(application, first).refresh_token == second


def test_a_spent_token_that_comes_back_later_ends_the_session(application, pass_time):
    """S-62."""
    first = sign_in(application, make_user(application)).refresh_token
    answer = renew(application, first)
    pass_time(61)

    for token in (first, answer.refresh_token):
        with pytest.raises(InvalidGrant):
            renew(application, token)

    with pytest.raises(InvalidToken):
        bearer_of(application, answer.access_token)
    assert AuditEntry.objects.filter(event="session.reuse").count() == 1


def test_the_grace_is_for_the_immediate_predecessor_alone(application):
    first = sign_in(application, make_user(application)).refresh_token
    second = renew(application, first).refresh_token
    renew(application, second)

    with pytest.raises(InvalidGrant):
        renew(application, first)


def test_answer_that_was_lost_in_an_outage_is_given_once_more(application, pass_time):
    first = sign_in(application, make_user(application)).refresh_token
    lost = renew(application, first).refresh_token
    pass_time(40)

    assert [renew(application, first).refresh_token for _ in range(20)] == [lost] * 20
    assert renew(application, lost)


@pytest.mark.parametrize("later", [11, 21])
def test_lost_answer_is_given_no_third_time(application, pass_time, later):
    first = sign_in(application, make_user(application)).refresh_token
    lost = renew(application, first).refresh_token
    pass_time(40)
    renew(application, first)
    pass_time(later)

    for token in (first, lost):
        with pytest.raises(InvalidGrant):
            renew(application, token)


@pytest.mark.parametrize("other", ["client", "device"])
def test_a_token_is_bound_to_its_client_and_its_device(application, other):
    """S-61; who has stolen it elsewhere does not end the session."""
    token = sign_in(application, make_user(application)).refresh_token
    stranger = make_application(application.tenant) if other == "client" else application

    with pytest.raises(InvalidGrant):
        renew(stranger, token, device_id="another" if other == "device" else "device")

    assert renew(application, token)


@pytest.mark.parametrize(("age", "is_good"), [(3599, True), (3601, False)])
def test_a_token_that_is_not_used_expires(application, pass_time, age, is_good):
    token = sign_in(application, make_user(application)).refresh_token
    pass_time(age)

    if is_good:
        assert renew(application, token)
    else:
        with pytest.raises(InvalidGrant):
            renew(application, token)


def test_a_session_ends_after_a_year_however_often_it_is_used(pass_time):
    application = make_application(refresh_ttl_seconds=31_536_000)
    token = sign_in(application, make_user(application)).refresh_token
    pass_time(31_535_000)
    token = renew(application, token).refresh_token
    pass_time(2_000)

    with pytest.raises(InvalidGrant):
        renew(application, token)


def test_one_session_too_many_ends_the_oldest(pass_time):
    application = make_application(sessions_per_user=2)
    end_user, tokens = make_user(application), []
    for number in range(3):
        pass_time(1)
        tokens.append(sign_in(application, end_user, device_id=f"device-{number}").refresh_token)

    with pytest.raises(InvalidGrant):
        renew(application, tokens[0], "device-0")
    assert renew(application, tokens[1], "device-1")
    assert Session.objects.filter(revoked_at=None).count() == 2


@pytest.mark.parametrize("status", ["LOCK", "FREEZE"])
def test_who_is_kept_out_is_out_at_once(application, status):
    """S-65."""
    end_user = make_user(application)
    tokens = sign_in(application, end_user)

    statuses.set_status(end_user, status, clock.now())

    with pytest.raises(InvalidGrant):
        renew(application, tokens.refresh_token)
    with pytest.raises(InvalidToken):
        bearer_of(application, tokens.access_token)


def test_a_user_who_is_let_in_again_signs_in_anew(application, pass_time):
    end_user = make_user(application)
    tokens = sign_in(application, end_user)
    pass_time(1)
    statuses.set_status(end_user, "LOCK", clock.now())
    statuses.set_status(end_user, "NORMAL", clock.now())

    with pytest.raises(InvalidGrant):
        renew(application, tokens.refresh_token)
    pass_time(1)
    assert renew(application, sign_in(application, end_user).refresh_token)


def test_no_refresh_token_is_stored(application):
    tokens = sign_in(application, make_user(application))

    row: dict[str, Any] = RefreshToken.objects.values().get()
    assert tokens.refresh_token not in str(row)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_leave_one_live_successor(application):
    """S-63."""
    token = sign_in(application, make_user(application)).refresh_token

    answers = set(at_once([lambda: renew(application, token).refresh_token] * 20))

    assert len(answers) == 1
    assert RefreshToken.objects.filter(spent_at=None).count() == 1
    assert RefreshToken.objects.count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_sign_ins_at_once_keep_the_limit_of_sessions():
    application = make_application(sessions_per_user=3)
    end_user = make_user(application)

    def signing_in(number: int) -> Callable[[], object]:
        return lambda: sign_in(application, end_user, device_id=f"device-{number}")

    signing_in(0)()  # makes the key
    at_once([signing_in(number) for number in range(1, 50)])

    assert Session.objects.filter(revoked_at=None).count() == 3
