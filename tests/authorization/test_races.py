"""Requests that really run at once: one code is one session, one request is one code, one page is one log-in."""

from collections import Counter

import pytest

from signup.models import BrowserSession
from tenants.models import Application
from tests.authorization.visitors import EMAIL, PASSWORD, Visitor, exchange, make_shop, query_of
from tests.clients import last_code
from tests.dialects.tencent.logins import make_user
from tests.races import THREADS, at_once
from tokens.models import AuthorizationCode, Consent, Session

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_brakes(settings):
    """What holds here is held by the database alone."""
    settings.RATE_LIMITS = False


def make(**options):
    application = make_shop(**options)
    make_user(application)
    return application


def tally(answers) -> dict[str, int]:
    return dict(Counter(answer.json().get("error", "ok") for answer in answers))


def copies(visitor: Visitor) -> list[Visitor]:
    """As many tabs of one browser."""
    tabs = [Visitor(visitor.application) for _ in range(THREADS)]
    for tab in tabs:
        tab.http.cookies["session"], tab.state = visitor.cookie, visitor.state
    return tabs


@pytest.mark.parametrize("exchange_round", range(4))
def test_one_code_is_one_session(exchange_round):
    """S-27; whoever comes later ends it (RFC 6749 §10.5)."""
    shop = make()
    response = Visitor(shop).enter()

    answers = at_once([lambda: exchange(shop, response)] * THREADS)

    assert tally(answers) == {"ok": 1, "invalid_grant": THREADS - 1}
    assert Session.objects.get().revoked_at is not None


@pytest.mark.parametrize("answer_round", range(4))
def test_one_request_is_one_code(answer_round):
    mei = Visitor(make())
    mei.open_page()
    mei.log_in()

    answers = at_once([tab.proceed for tab in copies(mei)])

    assert Counter(answer.status_code for answer in answers) == {302: 1, 200: THREADS - 1}
    assert AuthorizationCode.objects.count() == 1


def test_one_page_is_one_log_in():
    """S-64."""
    mei = Visitor(make())
    mei.open_page()
    mei.post("/login/code", email=EMAIL)
    code = last_code(EMAIL)

    def log_in(tab: Visitor):
        return lambda: tab.post("/login/verify", email=EMAIL, code=code)

    answers = at_once([log_in(tab) for tab in copies(mei)])

    assert tally(answers)["ok"] == 1
    assert set(tally(answers)) <= {"ok", "code_expired", "invalid_session"}
    assert BrowserSession.objects.get().authenticated_at is not None


def test_one_page_is_one_log_in_by_password():
    """S-64."""
    mei = Visitor(make())
    mei.open_page()

    answers = at_once([lambda tab=tab: tab.log_in(password=PASSWORD) for tab in copies(mei)])

    assert tally(answers)["ok"] == 1
    assert set(tally(answers)) <= {
        "ok",
        "invalid_session",
        "captcha_required",
        "temporarily_unavailable",
        "invalid_credentials",
    }


def tabs_of(visitor: Visitor) -> list[Visitor]:
    """Tabs with a request each, and a cookie jar each, as answers that come at once find it."""
    opened = []
    for position in range(THREADS):
        visitor.open_page(state=str(position))
        opened.append(visitor.state)
    tabs = copies(visitor)
    for tab, state in zip(tabs, opened, strict=True):
        tab.state = state
    return tabs


def test_fifty_tabs_log_in_at_once():
    """One of them gets the browser's next cookie, and all of them go on with it."""
    mei = Visitor(make())
    tabs = tabs_of(mei)

    answers = at_once([lambda tab=tab: tab.log_in(password=PASSWORD) for tab in tabs])

    done = [answer for answer in answers if answer.status_code == 200]
    assert set(tally(answers)) <= {"ok", "captcha_required", "temporarily_unavailable", "invalid_session"}
    cookies = [answer.cookies["session"].value for answer in done if "session" in answer.cookies]
    assert len(cookies) == 1
    mei.http.cookies["session"] = cookies[0]
    states = [query_of(mei.http.get(answer.json()["location"]))["state"] for answer in done]
    assert len(set(states)) == len(done) > 1


@pytest.mark.parametrize("log_in_round", range(4))
def test_two_tabs_finish_at_once(log_in_round):
    mei = Visitor(make())
    tabs = tabs_of(mei)[:2]

    answers = at_once([lambda tab=tab: tab.log_in(password=PASSWORD) for tab in tabs])

    assert tally(answers) == {"ok": 2}
    (cookie,) = [answer.cookies["session"].value for answer in answers if "session" in answer.cookies]
    mei.http.cookies["session"] = cookie
    states = {query_of(mei.http.get(answer.json()["location"]))["state"] for answer in answers}
    assert len(states) == 2


@pytest.mark.parametrize("open_round", range(4))
def test_a_page_that_opens_while_another_tab_logs_in_takes_nobodys_log_in(open_round):
    """S-64: the cookie of the log-in is never the one of a page, whoever has opened it."""
    mei = Visitor(make())
    mei.open_page()
    log_in, page = copies(mei)[:2]

    done, opened = at_once([lambda: log_in.log_in(password=PASSWORD), page.authorize])

    if done.status_code == 200:
        assert is_logged_in(mei.application, done.cookies["session"].value)
    if "session" in opened.cookies:
        assert not is_logged_in(mei.application, opened.cookies["session"].value)


def is_logged_in(application: Application, cookie: str) -> bool:
    browser = Visitor(application)
    browser.http.cookies["session"] = cookie
    return "code" in query_of(browser.authorize(prompt="none"))


def test_one_answer_is_one_consent():
    mei = Visitor(make(consent=True))
    mei.open_page()
    mei.log_in()
    mei.read(mei.follow(mei.proceed()))

    answers = at_once([lambda tab=tab: tab.post("/login/consent", accepted=True) for tab in copies(mei)])

    assert tally(answers) == {"ok": 1, "invalid_session": THREADS - 1}
    assert Consent.objects.count() == AuthorizationCode.objects.count() == 1
