"""The admin is there, for staff alone, with cookies of its own names, and guesses are bounded."""

import re

import pytest
from django.http import HttpResponse

from accounts.models import EndUser
from ciam.administration import login
from tenants import clock, counters
from tenants.models import AuditEntry, Staff
from tests.clients import Client
from tests.factories import make_tenant

pytestmark = pytest.mark.django_db


def log_in(username: str, password: str, **fields: str) -> tuple[Client, HttpResponse]:
    """Through the form, as a browser does."""
    browser = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    form = browser.get("/admin/login/?next=/admin/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    body = {"csrfmiddlewaretoken": token, "username": username, "password": password, "next": "/admin/", **fields}
    return browser, browser.post("/admin/login/", body)


def test_staff_logs_in_and_sees_the_start_page():
    Staff.objects.create_superuser("admin", password="a-long-admin-password")

    browser, answer = log_in("admin", "a-long-admin-password")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert browser.get("/admin/").status_code == 200
    assert set(browser.cookies) == {"ciam_admin", "ciam_csrf"}


def test_an_end_user_is_no_staff():
    EndUser.objects.create(tenant=make_tenant(), username="mallory", password="a-long-admin-password")

    browser, answer = log_in("mallory", "a-long-admin-password")

    assert answer.status_code == 200
    assert browser.get("/admin/").status_code == 302


def test_a_post_without_the_token_of_the_form_is_refused():
    browser = Client(enforce_csrf_checks=True, headers={"host": "localhost"})

    assert browser.post("/admin/login/", {"username": "admin", "password": "x"}).status_code == 403


def test_no_page_but_the_admins_sets_a_cookie():
    assert not Client(headers={"host": "localhost"}).get("/healthz").cookies


def test_log_ins_are_lines_of_the_trail_without_what_was_typed():
    Staff.objects.create_superuser("admin", password="a-long-admin-password")

    log_in("my-password-in-the-wrong-field", "wrong")
    log_in("admin", "a-long-admin-password")

    lines = AuditEntry.objects.filter(event="staff.log_in").order_by("id")
    assert list(lines.values_list("actor", "outcome", "source")) == [
        ("unknown staff", "refused", "127.0.0.1"),
        ("staff:admin", "succeeded", "127.0.0.1"),
    ]


def test_failed_log_ins_from_one_address_are_two_lines_of_the_trail():
    for _ in range(25):
        log_in("admin", "wrong")

    lines = AuditEntry.objects.order_by("id")
    assert list(lines.values_list("event", "detail")) == [
        ("staff.log_in", {"failures": 1}),
        ("staff.log_in", {"failures": 20}),
    ]


def test_log_in_behind_too_long_a_line_is_asked_for_again_and_not_counted(monkeypatch):
    """S-53: a hash is dear, and strangers can ask for many."""
    Staff.objects.create_superuser("admin", password="a-long-admin-password")
    monkeypatch.setattr(login.HASHING, "patience_seconds", 0.01)

    with login.HASHING.turn():
        _, answer = log_in("admin", "a-long-admin-password")

    assert "Too many log-ins are being checked" in answer.content.decode()
    assert counters.read("client", "127.0.0.1 staff", now=clock.now()) == 0
    assert not AuditEntry.objects.exists()


def test_guesses_are_bounded_and_a_success_forgives_none(pass_time):
    Staff.objects.create_superuser("admin", password="a-long-admin-password")
    for _ in range(19):
        log_in("admin", "wrong")
    assert log_in("admin", "a-long-admin-password")[1].status_code == 302
    log_in("admin", "wrong")

    _, refused = log_in("admin", "a-long-admin-password")

    assert refused.status_code == 200
    assert "Too many failed log-ins" in refused.content.decode()
    pass_time(301)
    assert log_in("admin", "a-long-admin-password")[1].status_code == 302


def test_a_forged_address_opens_no_new_window():
    for number in range(21):
        browser = Client(headers={"host": "localhost", "x-forwarded-for": f"203.0.113.{number}"})
        answer = browser.post("/admin/login/", {"username": "admin", "password": "wrong"})

    assert "Too many failed log-ins" in answer.content.decode()
