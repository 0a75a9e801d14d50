"""What ends sessions while others are being opened: nothing that is older outlives it, and nothing fails (S-65)."""

import copy
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from threading import Thread
from time import sleep

import pytest
from django.db import connection, transaction
from django.http import HttpResponse

from accounts import bulk_actions, end_users, statuses, trusted
from accounts.end_users import NewEndUser
from accounts.models import EndUser
from signup.contracts import publish
from tenants import clock
from tenants.models import Application, LoginFlow
from tests.authorization.visitors import PASSWORD, Visitor, code_of, exchange, make_shop, query_of
from tests.clients import Client
from tests.dialects.cloudbase.signed_in import SignedIn, Stranger
from tests.dialects.tencent.logins import EMAIL, make_user
from tests.factories import configuration_of, make_tenant
from tests.races import at_once
from tests.third_party.rows import make_token
from tokens import sessions

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

MANY = 24
NEW = "Kite-over-8-Hills"
Call = Callable[[], HttpResponse]


@pytest.fixture(autouse=True)
def _no_brakes(settings):
    """What holds here is held by the database alone."""
    settings.RATE_LIMITS = False


@pytest.fixture
def shop() -> Application:
    application = make_shop()
    make_user(application)
    return application


def own(shop: Application) -> SignedIn:
    return SignedIn(shop, EndUser.objects.get())


def change_password(shop: Application) -> object:
    answer = own(shop).patch("user/password", {"new_password": NEW})
    assert answer.status_code == 200, answer.content
    return answer


def sign_out_by_staff(shop: Application) -> None:
    sessions.sign_out(EndUser.objects.get(), clock.now())


def revoke_all(shop: Application) -> object:
    return own(shop).delete("user/revoke/all")


ENDS = [change_password, sign_out_by_staff, revoke_all]


def tabs(visitor: Visitor) -> list[Visitor]:
    """As many tabs of one browser."""
    found = [Visitor(visitor.application) for _ in range(MANY)]
    for tab in found:
        tab.http.cookies = copy.deepcopy(visitor.http.cookies)
    return found


def is_good(access_token: str) -> bool:
    http = Client(headers={"host": "localhost", "authorization": f"Bearer {access_token}"})
    return http.get("/userinfo").status_code == 200


@pytest.mark.parametrize("end", ENDS)
def test_no_code_of_a_browser_outlives_its_log_in(shop, end):
    mei = Visitor(shop)
    mei.enter()
    calls: list[Callable[[], object]] = [partial(tab.authorize, prompt="none") for tab in tabs(mei)]

    *answers, _ = at_once([*calls, partial(end, shop)])

    codes = [answer for answer in answers if "code" in query_of(answer)]
    assert {exchange(shop, answer).status_code for answer in codes} <= {400}
    assert "error" in query_of(mei.authorize(prompt="none"))


@pytest.mark.parametrize("end", ENDS)
def test_no_session_that_a_code_opens_outlives_the_log_in(shop, end):
    mei = Visitor(shop)
    mei.enter()
    answers = [mei.authorize(prompt="none") for _ in range(MANY)]
    assert all(map(code_of, answers))

    *exchanged, _ = at_once([*(partial(exchange, shop, one) for one in answers), partial(end, shop)])

    assert set(Counter(one.status_code for one in exchanged)) <= {200, 400}
    opened = [one.json()["access_token"] for one in exchanged if one.status_code == 200]
    assert not any(map(is_good, opened))


@pytest.mark.parametrize("block_round", range(3))
def test_no_log_in_from_before_a_block_is_good_after_it(shop, block_round):
    log_in = partial(Stranger(shop).post, "signin", {"username": "mei", "password": PASSWORD})

    def block() -> None:
        statuses.set_status(EndUser.objects.get(), EndUser.Status.LOCK, clock.now())

    *answers, _ = at_once([*[log_in] * MANY, block])
    statuses.set_status(EndUser.objects.get(), EndUser.Status.NORMAL, clock.now())

    opened = [one.json()["access_token"] for one in answers if one.status_code == 200]
    assert not any(map(is_good, opened))


def block(shop: Application) -> None:
    statuses.set_status(EndUser.objects.get(), EndUser.Status.LOCK, clock.now())


def block_by_a_mass_action(shop: Application) -> None:
    about = {"verb": "block", "tenant_id": shop.tenant_id, "count": 1, "now": clock.now()}
    bulk_actions.work(bulk_actions.start(EndUser.objects.all(), **about).pk, seconds=1)


def prove_the_address_of(shop: Application) -> None:
    with transaction.atomic():
        end_users.take_claims_over(shop.tenant_id, NewEndUser(email=EMAIL), frozenset({"email"}))


@pytest.mark.parametrize("end", [block, block_by_a_mass_action, prove_the_address_of])
def test_sessions_end_that_were_opened_while_their_end_waited(shop, end):
    EndUser.objects.update(email_verified=False)
    with transaction.atomic():
        EndUser.objects.select_for_update().get()  # as a log-in does
        waiting = Thread(target=copy_context().run, args=[partial(ended, end, shop)])
        waiting.start()
        sleep(0.3)
        opened_at = clock.now()
    waiting.join()

    assert EndUser.objects.get().sessions_valid_from > opened_at


def ended(end: Callable[[Application], None], shop: Application) -> None:
    try:
        end(shop)
    finally:
        connection.close()


def refresh(shop: Application) -> Call:
    tokens = own(shop).tokens
    body = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    return lambda: Stranger(shop).post("token", body)


def ask_for_sudo(shop: Application) -> Call:
    user = own(shop)
    return lambda: user.post("user/sudo", {"password": PASSWORD})


def bind(shop: Application) -> Call:
    user = own(shop)
    return lambda: user.post("user/provider/bind", {"provider_token": make_token(shop)})


def authorize(shop: Application) -> Call:
    mei = Visitor(shop)
    mei.enter()
    waiting = tabs(mei)
    return lambda: waiting.pop().authorize(prompt="none")


def use_code(shop: Application) -> Call:
    mei = Visitor(shop)
    mei.enter()
    codes = [mei.authorize(prompt="none") for _ in range(MANY)]
    return lambda: exchange(shop, codes.pop())


def log_in(shop: Application) -> Call:
    return lambda: Stranger(shop).post("signin", {"username": "mei", "password": PASSWORD})


@pytest.mark.parametrize("make_call", [refresh, ask_for_sudo, bind, authorize, use_code, log_in])
def test_whoever_is_deleted_meanwhile_is_refused_and_nothing_fails(shop, make_call):
    call, leaver = make_call(shop), own(shop)

    *answers, left = at_once([*[call] * MANY, lambda: leaver.delete("user/me")])

    assert left.status_code == 200
    assert [one.content for one in answers if one.status_code >= 500] == []


def test_a_device_whose_user_without_a_name_is_deleted_meanwhile_signs_in_as_another(shop):
    LoginFlow.objects.filter(application=shop).update(anonymous=True)
    publish(shop)
    device = Stranger(shop)
    token = device.post("signin/anonymously", {}).json()["access_token"]
    leave = partial(device.call, "DELETE", "user/me", authorization=f"Bearer {token}")

    *answers, left = at_once([*[partial(device.post, "signin/anonymously", {})] * MANY, leave])

    assert left.status_code == 200
    assert set(Counter(one.status_code for one in answers)) <= {200, 404}


def test_whoever_is_deleted_before_the_address_is_verified_is_refused_and_nothing_fails():
    shop = make_shop(make_tenant(force_email_verification=True))
    end_user = make_user(shop)
    EndUser.objects.update(email_verified=False)
    visitors = [Visitor(shop, address=f"192.0.2.{number}") for number in range(MANY)]
    for one in visitors:
        one.open_page()

    def delete() -> None:
        trusted.delete(application=configuration_of(shop), end_user_id=end_user.id, now=clock.now())

    *answers, _ = at_once([*(one.log_in for one in visitors), delete])

    assert [one.content for one in answers if one.status_code >= 500] == []
