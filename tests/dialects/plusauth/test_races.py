"""Requests that really run at once: a session signs one person up, an address is one's, a puzzle counts once."""

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from signup.models import BrowserSession
from tests.clients import Client
from tests.dialects.plusauth.clients import EMAIL, Browser, make_back_end
from tests.dialects.plusauth.test_codes import ask, solve, spend_free_codes
from tests.factories import make_application
from tests.races import THREADS, at_once, tally

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_brakes(settings):
    """What holds here is held by the database alone."""
    settings.RATE_LIMITS = False


def with_cookie(cookie: str) -> Client:
    http = Client(headers={"host": "localhost", "x-requested-with": "XMLHttpRequest"})
    http.cookies["session"] = cookie
    return http


def posting(cookie: str, path: str, body: dict):
    return lambda: with_cookie(cookie).post(path, body, content_type="application/json")


def test_fifty_sign_ups_in_one_session_are_one_user():
    cookie = Browser(make_application()).cookie

    answers = at_once([posting(cookie, "/signup", {"username": f"user{number}"}) for number in range(THREADS)])

    found = tally(answers)
    assert (found["ok"], found["ok"] + found.get("invalid_session", 0)) == (1, THREADS)
    (first,) = [answer for answer in answers if answer.status_code == 200]
    assert EndUser.objects.get().sub == first.json()["id"]
    assert BrowserSession.objects.get().end_user == EndUser.objects.get()


def test_fifty_sign_ups_with_one_address_are_one_user():
    application = make_application()
    cookies = [Browser(application).cookie for _ in range(THREADS)]
    spelled = ["mei@example.com", "MEI@example.com", "Mei@EXAMPLE.com"]

    answers = at_once([posting(one, "/signup", {"email": spelled[n % 3]}) for n, one in enumerate(cookies)])

    assert tally(answers) == {"ok": 1, "already_exists": THREADS - 1}
    assert EndUser.objects.count() == 1


def test_fifty_users_of_back_ends_with_one_address_are_one():
    back_end = make_back_end()
    identity = {"connection": "google", "provider": "google", "type": "social", "id": "1", "details": {}}

    def creating(number: int):
        body = {"email": EMAIL, "email_verified": bool(number % 2), "identities": [identity]}
        headers = {"authorization": f"Bearer {back_end.token}", "host": "localhost"}
        return lambda: Client(headers=headers).post("/api/v1/users", body, content_type="application/json")

    answers = at_once([creating(number) for number in range(THREADS)])

    assert set(tally(answers)) <= {"ok", "already_exists"}
    assert EndUser.objects.count() == 1


def test_one_solution_is_one_code():
    browser = Browser(make_application(authentication=("email",)))
    solution = solve(spend_free_codes(browser))

    bodies = [{"email": f"lan{number}@example.com", "altcha": solution} for number in range(THREADS)]
    answers = at_once([posting(browser.cookie, "/signup/code", body) for body in bodies])

    assert tally(answers)["ok"] == 1
    assert OutboxMessage.objects.count() == 4
    browser.row.refresh_from_db()
    assert browser.row.codes_sent == 4


def test_fifty_codes_at_once_in_one_session_are_the_three_free_ones():
    browser = Browser(make_application(authentication=("email",)))

    bodies = [{"email": f"lan{number}@example.com"} for number in range(THREADS)]
    answers = at_once([posting(browser.cookie, "/signup/code", body) for body in bodies])

    assert tally(answers)["ok"] == OutboxMessage.objects.count() == 3
    assert ask(browser, 1).status_code == 400
