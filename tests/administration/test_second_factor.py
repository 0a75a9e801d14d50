"""Staff log in with a password and the code of an app: in production always, in a trial if they have set one up."""

import pyotp
import pytest
from django.core.management import CommandError, call_command

from tenants import clock, second_factor
from tenants.models import AuditEntry, SecondFactor, Staff
from tests.administration.pages import PASSWORD, StaffBrowser
from tests.races import at_once
from tests.test_admin_login import log_in


def set_up(browser: StaffBrowser) -> pyotp.TOTP:
    totp = pyotp.TOTP(browser.get("/admin/second-factor/").context["secret"])
    answer = browser.post("/admin/second-factor/", {"code": totp.at(clock.now())})
    assert answer.status_code == 302
    return totp


@pytest.mark.django_db
def test_in_production_nothing_is_shown_before_the_app_is_set_up(settings):
    settings.IS_TRIAL = False
    browser = StaffBrowser()

    assert browser.get("/admin/")["Location"] == "/admin/second-factor/"
    assert browser.post("/admin/tenants/tenant/add/")["Location"] == "/admin/second-factor/"
    set_up(browser)
    assert browser.get("/admin/").status_code == 200


@pytest.mark.django_db
def test_who_sets_no_app_up_may_leave(settings):
    settings.IS_TRIAL = False
    browser = StaffBrowser()

    assert browser.post("/admin/logout/").status_code == 200
    assert browser.get("/admin/")["Location"].startswith("/admin/login/")


@pytest.mark.django_db
def test_a_log_in_takes_a_code_that_is_right_and_not_spent(pass_time):
    totp = set_up(StaffBrowser())
    spent = totp.at(clock.now())

    assert "not the present code" in log_in("root", PASSWORD)[1].content.decode()
    assert "not the present code" in log_in("root", PASSWORD, code=spent)[1].content.decode()
    pass_time(60)
    assert log_in("root", PASSWORD, code=totp.at(clock.now()))[1].status_code == 302


@pytest.mark.django_db
def test_a_wrong_password_says_nothing_of_the_app():
    set_up(StaffBrowser())

    assert "authenticator app.<" not in log_in("root", "wrong")[1].content.decode()


@pytest.mark.django_db
def test_the_secret_is_sealed_and_shown_no_more():
    browser = StaffBrowser()
    totp = set_up(browser)

    assert totp.secret not in SecondFactor.objects.get().sealed_secret
    assert totp.secret not in browser.get("/admin/second-factor/").content.decode()
    assert browser.post("/admin/second-factor/", {"code": totp.at(clock.now())}).status_code == 200


@pytest.mark.django_db
def test_a_wrong_first_code_sets_nothing_up():
    browser = StaffBrowser()
    secret = browser.get("/admin/second-factor/").context["secret"]

    answer = browser.post("/admin/second-factor/", {"code": "000000"})

    assert "not the code that the app shows" in answer.content.decode()
    assert answer.context["secret"] == secret
    assert not second_factor.is_set_up(browser.staff)


@pytest.mark.django_db
def test_an_operator_forgets_a_lost_app(capsys):
    set_up(StaffBrowser())

    call_command("reset_second_factor", "root")

    assert log_in("root", PASSWORD)[1].status_code == 302
    assert AuditEntry.objects.filter(event="staff.second_factor_removed").count() == 1
    with pytest.raises(CommandError, match="no member of staff"):
        call_command("reset_second_factor", "nobody")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_spend_a_code_once():
    staff, now = Staff.objects.create_superuser("root"), clock.now()
    code = pyotp.TOTP(second_factor.begin(staff)).at(now)

    assert at_once([lambda: second_factor.verify(staff, code, now)] * 50).count(True) == 1
