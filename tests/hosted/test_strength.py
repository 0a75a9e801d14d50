"""`POST /signup/strength`: how strong a password is, by our policy and by an estimate, in a session alone."""

import json
import logging

import pytest

from accounts.passwords import policy
from ciam.hosted import languages, strength
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
        self.state = json.loads(page.one("script", id="page").text)["state"]

    def ask(self, password, **more):
        body = {"state": self.state, "password": password} | more
        return self.http.post("/signup/strength", body, content_type="application/json")


def test_a_good_password_is_accepted_with_a_score() -> None:
    answer = Page().ask("plum-Blossom 7 hills")

    assert answer.status_code == 200
    assert answer.json() == {"score": 4, "accepted": True}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("level", "password", "told"),
    [
        ("good", "", {"rule": "too_short", "bound": 8}),
        ("good", "aB3", {"rule": "too_short", "bound": 8}),
        ("good", "aB3 " * 40, {"rule": "too_long", "bound": 128}),
        ("good", "plumblossoms", {"rule": "three_classes"}),
        ("fair", "plumblossoms", {"rule": "letters_and_digit"}),
        ("excellent", "plum-Blosssom 7", {"rule": "no_runs"}),
        ("good", "Anka-Kitap-1", {"rule": "not_yours"}),
        ("low", "password1", {"rule": "common"}),
    ],
)
def test_a_refused_password_is_told_its_rule(level, password, told) -> None:
    found = Page(strength=level).ask(password).json()

    assert found.pop("score") <= 1
    assert found == {"accepted": False} | told


def test_a_password_of_the_persons_own_name_is_refused() -> None:
    page = Page()

    assert page.ask("Meiling.Wang-1").json()["accepted"]
    assert page.ask("Meiling.Wang-1", email="meiling.wang@example.com").json()["rule"] == "not_yours"


def test_a_password_that_bcrypt_would_cut_is_refused() -> None:
    found = Page(hash="bcrypt").ask("Wir-7-" + "ü" * 40).json()

    assert (found["accepted"], found["rule"], found["bound"]) == (False, "too_many_bytes", 72)


def test_long_ones_are_estimated_by_their_beginning(monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(strength, "zxcvbn", lambda text, _: seen.append(text) or strength_of_nothing())

    Page().ask("4@8({[<369&#!1/|0$5+7%2/4" * 5)

    assert [len(text) for text in seen] == [32]


def strength_of_nothing():
    return type("Estimate", (), {"score": 0})()


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


def test_asking_has_an_end(monkeypatch) -> None:
    monkeypatch.setattr(strength, "JUDGED_IN_ONE_SESSION", 2)
    page = Page()
    assert [page.ask("plum").status_code for _ in range(2)] == [200, 200]

    answer = page.ask("plum")

    assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (429, "too_many_requests", "300")


# S-105
def test_the_password_is_in_no_log(caplog, capfd) -> None:
    with caplog.at_level(logging.DEBUG):
        Page().ask("canary-Passw0rd-4711")

    assert "canary-Passw0rd-4711" not in caplog.text + "".join(capfd.readouterr())


def test_every_rule_has_words_for_the_reader() -> None:
    told = {name.removeprefix("weak_") for name in languages.words("en") if name.startswith("weak_")}

    others = {"too_short", "too_long", "too_many_bytes", "control_characters", "common"}
    assert told == set(policy.IN_WORDS) | others
