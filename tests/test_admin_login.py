"""The admin is there, for staff alone, with cookies of its own names."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import EndUser
from tenants.models import Staff
from tests.factories import make_tenant

pytestmark = pytest.mark.django_db


def log_in(username: str, password: str) -> tuple[Client, HttpResponse]:
    """Through the form, as a browser does."""
    browser = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    form = browser.get("/admin/login/?next=/admin/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    body = {"csrfmiddlewaretoken": token, "username": username, "password": password, "next": "/admin/"}
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
