"""Staff log in with a password and the code of an app: in production always, in a trial if they have set one up."""

import pyotp
import pytest
from django.core.management import CommandError, call_command

from tenants import clock, second_factor, staff_failures
from tenants.models import AuditEntry, SecondFactor, Staff
from tests.administration.pages import PASSWORD, StaffBrowser, address_of
from tests.clients import Client
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


def log_in_from(source: str, code: str) -> str:
    """The page that answers the right password with this code, from a network of its own; "" where it lets in."""
    browser = Client(REMOTE_ADDR=source, headers={"host": "localhost"})
    answer = browser.post("/admin/login/", {"username": "root", "password": PASSWORD, "code": code})
    return "" if answer.status_code == 302 else answer.content.decode()


@pytest.mark.django_db
def test_wrong_codes_are_bounded_for_the_account_from_any_number_of_networks(pass_time):
    totp = set_up(StaffBrowser())
    pass_time(60)

    pages = [log_in_from(f"203.0.113.{number}", "000000") for number in range(8)]

    assert ["not the present code" in page for page in pages] == [True] * 5 + [False] * 3
    assert "Too many wrong codes" in pages[5]
    assert "Too many wrong codes" in log_in_from("203.0.113.9", totp.at(clock.now()))


@pytest.mark.django_db
def test_each_wrong_code_more_makes_a_longer_pause(pass_time):
    totp = set_up(StaffBrowser())
    pass_time(60)
    for _ in range(5):
        log_in_from("203.0.113.1", "000000")

    pass_time(31)
    assert "not the present code" in log_in_from("203.0.113.2", "000000")
    pass_time(31)
    assert "Too many wrong codes" in log_in_from("203.0.113.2", "000000")
    pass_time(30)
    assert log_in_from("203.0.113.3", totp.at(clock.now())) == ""


@pytest.mark.django_db
def test_a_code_that_was_forgotten_is_no_guess(pass_time):
    totp = set_up(StaffBrowser())
    pass_time(60)
    for _ in range(6):
        assert "not the present code" in log_in_from("203.0.113.1", "")

    visitor, _ = log_in("root", PASSWORD, code=totp.at(clock.now()))

    assert "wrong code" not in visitor.get("/admin/").content.decode()


@pytest.mark.django_db
def test_a_right_code_ends_the_count(pass_time):
    totp = set_up(StaffBrowser())
    pass_time(60)
    for _ in range(4):
        log_in_from("203.0.113.1", "000000")
    assert log_in_from("203.0.113.2", totp.at(clock.now())) == ""

    pages = [log_in_from("203.0.113.1", "000000") for _ in range(5)]

    assert all("not the present code" in page for page in pages)


@pytest.mark.django_db
def test_wrong_codes_are_told_to_the_person_and_in_the_trail(pass_time):
    browser = StaffBrowser()
    totp = set_up(browser)
    pass_time(60)
    for source in ("203.0.113.1", "203.0.113.2"):
        log_in_from(source, "000000")

    visitor, _ = log_in("root", PASSWORD, code=totp.at(clock.now()))

    page = visitor.get("/admin/").content.decode()
    assert "2 wrong codes" in page
    assert "203.0.113.2" in page
    lines = AuditEntry.objects.filter(event="staff.wrong_code")
    assert set(lines.values_list("actor", "subject", "outcome", "source")) == {
        ("unknown staff", "staff root", "refused", "203.0.113.1"),
        ("unknown staff", "staff root", "refused", "203.0.113.2"),
    }
    assert "Wrong code of the authenticator app" in browser.get(address_of(browser.staff, "history")).content.decode()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_guess_five_times():
    staff, now = Staff.objects.create_superuser("root"), clock.now()

    def guess() -> bool:
        try:
            staff_failures.reserve(staff, "code", now=now)
        except staff_failures.Paused:
            return False
        return True

    assert at_once([guess] * 50).count(True) == 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_spend_a_code_once():
    staff, now = Staff.objects.create_superuser("root"), clock.now()
    code = pyotp.TOTP(second_factor.begin(staff)).at(now)

    assert at_once([lambda: second_factor.verify(staff, code, now)] * 50).count(True) == 1
