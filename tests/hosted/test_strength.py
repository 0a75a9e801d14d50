"""`POST /signup/strength`: how strong a password is, by our policy and by an estimate, in a session alone."""

import json
import logging

import pytest

from accounts.passwords import policy
from tenants.models import Counter
from tests.clients import Client
from tests.factories import make_application, make_tenant
from tests.hosted.readers import Reader, get

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


class Page:
    def __init__(self, **source) -> None:
        application = make_application(
            make_tenant(name="Anka Kitap"), authentication=("email",), password_source=source
        )
        self.http = Client(headers={"host": "localhost", "x-requested-with": "XMLHttpRequest"})
        page = Reader(get(application, self.http).content.decode())
        script = json.loads(page.one("script", id="page").text)
        self.state, self.words = script["state"], script["words"]

    def ask(self, password, **more):
        body = {"state": self.state, "password": password} | more
        return self.http.post("/signup/strength", body, content_type="application/json")


def test_a_good_password_is_accepted_with_a_score() -> None:
    answer = Page().ask("plum-Blossom 7 hills")

    assert answer.status_code == 200
    assert answer.json() == {"score": 4, "accepted": True}
    assert answer["Cache-Control"] == "no-store"


REFUSED = [
    ({"strength": "good"}, "", {"rule": "too_short", "bound": 8}),
    ({"strength": "good"}, "aB3", {"rule": "too_short", "bound": 8}),
    ({"strength": "good"}, "aB3 " * 40, {"rule": "too_long", "bound": 128}),
    ({"strength": "good"}, "plumblossoms", {"rule": "three_classes"}),
    ({"strength": "fair"}, "plumblossoms", {"rule": "letters_and_digit"}),
    ({"strength": "excellent"}, "plum-Blosssom 7", {"rule": "no_runs"}),
    ({"strength": "good"}, "Anka-Kitap-1", {"rule": "not_yours"}),
    ({"strength": "low"}, "password1", {"rule": "common"}),
    ({"hash": "bcrypt"}, "Wir-7-" + "ü" * 40, {"rule": "too_many_bytes", "bound": 72}),
]


@pytest.mark.parametrize(("source", "password", "told"), REFUSED)
def test_a_refused_password_is_told_its_rule(source, password, told) -> None:
    found = Page(**source).ask(password).json()

    assert found.pop("score") <= 1
    assert found == {"accepted": False} | told


def test_control_characters_are_a_rule_of_the_sign_up_alone() -> None:
    page, password = Page(), "plum\x85Blossom 7"

    answer = page.http.post("/signup", {"email": "mei@example.com", "password": password}, "application/json")

    assert answer.json()["rule"] == "control_characters"
    assert page.ask(password).json()["field"] == "password"


def test_the_page_has_words_for_every_rule() -> None:
    rules = {rule for strength in policy.COMPOSITION for rule in policy.rules(strength)}

    words = {name.removeprefix("weak_") for name in Page().words if name.startswith("weak_")}

    told_elsewhere = {"control_characters", "used_before"}  # the latter where a password is reset: test_logging_in
    assert rules <= words == {told["rule"] for _, _, told in REFUSED} | told_elsewhere


def test_a_password_of_the_persons_own_name_is_refused() -> None:
    page = Page()

    assert page.ask("Meiling.Wang-1").json()["accepted"]
    assert page.ask("Meiling.Wang-1", email="meiling.wang@example.com").json()["rule"] == "not_yours"


def test_long_ones_are_estimated_by_their_first_32_characters() -> None:
    page, strong = Page(), "plum-Blossom 7 hills"

    assert page.ask("a" * 32 + strong).json() == {"score": 0, "accepted": True}
    assert page.ask("a" * 12 + strong + "a" * 20).json() == {"score": 4, "accepted": True}


def test_nobody_is_told_without_a_session_or_with_another_state() -> None:
    page = Page()

    assert page.ask("plum", state="of-somebody-else").json()["error"] == "invalid_session"
    del page.http.cookies["session"]
    assert page.ask("plum").status_code == 401


# S-66
@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}])
def test_pages_of_others_are_not_told(headers) -> None:
    page = Page()

    answer = page.http.post("/signup/strength", {"password": "plum"}, content_type="application/json", headers=headers)

    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("password", [7, True, ["x"], {"a": 1}, "x" * 1025, "a\u0000b"])
def test_what_is_no_password_is_refused(password) -> None:
    answer = Page().ask(password)

    assert (answer.status_code, answer.json()["field"]) == (422, "password")


def test_asking_ends_after_120_passwords() -> None:
    page = Page()
    page.ask("plum")
    Counter.objects.update(count=119)
    assert page.ask("plum").status_code == 200

    answer = page.ask("plum")

    assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (429, "too_many_requests", "300")


# S-105
def test_the_password_is_in_no_log(caplog, capfd) -> None:
    with caplog.at_level(logging.DEBUG):
        Page().ask("canary-Passw0rd-4711")

    assert "canary-Passw0rd-4711" not in caplog.text + "".join(capfd.readouterr())
