"""Sessions of staff end after half an hour without use, and twelve hours after the log-in."""

import pytest

from tests.administration.pages import StaffBrowser

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600


def is_logged_in(browser: StaffBrowser) -> bool:
    answer = browser.get("/admin/tenants/tenant/")
    assert answer.status_code == 200 or answer["Location"].startswith("/admin/login/?next=/admin/tenants/tenant/")
    return answer.status_code == 200


def test_a_session_that_is_not_used_ends(pass_time):
    browser = StaffBrowser()

    pass_time(29 * MINUTE)
    assert is_logged_in(browser)
    pass_time(29 * MINUTE)
    assert is_logged_in(browser)
    pass_time(31 * MINUTE)
    assert not is_logged_in(browser)
    assert not is_logged_in(browser)


def test_a_session_that_is_used_ends_twelve_hours_after_the_log_in(pass_time):
    browser = StaffBrowser()

    for _ in range(36):
        pass_time(20 * MINUTE - 1)
        assert is_logged_in(browser)
    pass_time(10 * MINUTE)

    assert not is_logged_in(browser)


def test_an_ended_session_takes_no_change(pass_time):
    browser = StaffBrowser()
    pass_time(31 * MINUTE)

    answer = browser.post("/admin/tenants/tenant/add/", {"name": "Acme", "slug": "acme"})

    assert answer["Location"].startswith("/admin/login/")
    assert browser.get("/admin/login/").status_code == 200  # nobody is logged in any more
