"""`POST captcha/data` and `captcha/data/verify`: an image, one try, one pass."""

import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from accounts import captcha_images, captchas
from accounts.models import Captcha
from otp.delivery.models import OutboxMessage
from tenants import clock
from tenants.models import Application
from tests.dialects.cloudbase.signed_in import (
    PASSWORD,
    SignedIn,
    Stranger,
    make_cloudbase_application,
    make_user,
    refusal,
)
from tests.factories import configuration_of
from tests.races import at_once, outcome_of

pytestmark = pytest.mark.django_db

STATE = {"state": "POST:/v1/signin", "redirect_uri": ""}


@pytest.fixture
def application() -> Application:
    return make_cloudbase_application()


@pytest.fixture
def letters(monkeypatch) -> str:
    """The generator's next letters, whatever they are."""
    monkeypatch.setattr("secrets.choice", lambda _: "K")
    return "KKKK"


def passed(stranger: Stranger, letters: str) -> str:
    token = stranger.post("captcha/data", STATE).json()["token"]
    return str(stranger.post("captcha/data/verify", {"token": token, "key": letters}).json()["captcha_token"])


def test_an_image_is_a_bare_data_uri_of_a_gif(application):
    response = Stranger(application).post("captcha/data", STATE)

    body = response.json()
    assert set(body) == {"data", "type", "token", "expires_in"}
    assert (body["type"], body["expires_in"]) == ("image", 300)
    head, _, data = body["data"].partition(",")
    assert head == "data:image/gif;base64"
    with Image.open(BytesIO(base64.b64decode(data))) as image:
        assert (image.format, image.size) == ("GIF", captcha_images.SIZE)
    assert response["Cache-Control"] == "no-store"


def test_letters_are_four_that_nobody_confuses():
    drawn = {letter for _ in range(200) for letter in captcha_images.new_letters()}

    assert drawn.isdisjoint("IOQL01")
    assert len(captcha_images.new_letters()) == 4
    assert captcha_images.draw("ABCD") != captcha_images.draw("ABCD")


def test_the_letters_are_neither_stored_nor_logged(application, letters, capfd):
    body = Stranger(application).post("captcha/data", STATE).json()

    captured = capfd.readouterr()
    row = str(Captcha.objects.values().get())
    assert letters not in row + captured.out + captured.err + body["token"]
    assert body["token"] not in row + captured.out + captured.err


@pytest.mark.parametrize("typed", ["KKKK", "kkkk", " kKkK "])
def test_the_right_letters_give_a_pass(application, letters, typed):
    stranger = Stranger(application)
    token = stranger.post("captcha/data", STATE).json()["token"]

    body = stranger.post("captcha/data/verify", {"token": token, "key": typed}).json()

    assert set(body) == {"captcha_token", "expires_in"}
    assert body["expires_in"] == 300
    assert body["captcha_token"] not in str(Captcha.objects.values().get())


def test_an_image_is_tried_once(application, letters):
    stranger = Stranger(application)
    token = stranger.post("captcha/data", STATE).json()["token"]

    for typed in ("ABCD", letters):
        response = stranger.post("captcha/data/verify", {"token": token, "key": typed})
        assert refusal(response) == (400, "invalid_captcha", 4002)


@pytest.mark.parametrize("case", ["unknown", "old", "of another application"])
def test_an_image_that_is_not_good_is_refused(application, letters, pass_time, case):
    token = Stranger(application).post("captcha/data", STATE).json()["token"]
    stranger = Stranger(make_cloudbase_application() if case == "of another application" else application)
    pass_time(301 if case == "old" else 0)

    response = stranger.post("captcha/data/verify", {"token": "x" if case == "unknown" else token, "key": letters})

    assert refusal(response) == (400, "captcha_expired", 4002)


@pytest.mark.parametrize("body", [{}, {"token": "x"}, {"key": "ABCD"}, {"token": 1, "key": "ABCD"}])
def test_a_field_that_is_missing_is_named(application, body):
    assert refusal(Stranger(application).post("captcha/data/verify", body)) == (400, "invalid_argument", 3)


def test_one_address_gets_so_many_images(application):
    stranger = Stranger(application)
    for _ in range(60):
        captchas_taken = stranger.post("captcha/data", STATE)
    assert captchas_taken.status_code == 200

    response = stranger.post("captcha/data", STATE)

    assert refusal(response) == (429, "resource_exhausted", 8)
    assert int(response["Retry-After"]) > 0


@pytest.mark.parametrize("place", ["header", "query"])
def test_a_pass_lets_one_sign_in_be_judged_after_five_wrong_ones(application, letters, place):
    """The client is told 4001, has an image answered, and repeats its call once."""
    make_user(application, password=PASSWORD)
    stranger = Stranger(application)
    right = {"username": "mei", "password": PASSWORD}
    for _ in range(5):
        stranger.post("signin", right | {"password": "Wrong-horse-7"})
    assert refusal(stranger.post("signin", right)) == (400, "captcha_required", 4001)
    token = passed(stranger, letters)

    if place == "header":
        response = stranger.post("signin", right, **{"x-captcha-token": token})
    else:
        response = stranger.post(f"signin?captcha_token={token}", right)

    assert response.status_code == 200


def test_a_pass_is_good_once(application, letters):
    make_user(application, password=PASSWORD)
    stranger = Stranger(application)
    wrong = {"username": "mei", "password": "Wrong-horse-7"}
    for _ in range(5):
        stranger.post("signin", wrong)
    path = f"signin?captcha_token={passed(stranger, letters)}"

    assert refusal(stranger.post(path, wrong)) == (400, "invalid_username_or_password", 4043)
    assert refusal(stranger.post(path, wrong)) == (400, "captcha_invalid", 4002)


@pytest.mark.parametrize("case", ["unknown", "old", "of another application"])
def test_a_pass_that_is_not_good_is_refused(application, letters, pass_time, case):
    user = SignedIn(application, make_user(application, password=PASSWORD))
    for _ in range(5):
        user.post("user/sudo", {"password": "Wrong-horse-7"})
    other = make_cloudbase_application(application.tenant)
    token = passed(Stranger(other if case == "of another application" else application), letters)
    pass_time(301 if case == "old" else 0)

    path = f"user/sudo?captcha_token={'x' if case == 'unknown' else token}"

    assert refusal(user.post(path, {"password": PASSWORD})) == (400, "captcha_invalid", 4002)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_one_pass_and_pass_once(application, letters):
    configuration = configuration_of(application)
    puzzle = captchas.issue(application=configuration, now=clock.now())

    def answer() -> str:
        return captchas.answer(application=configuration, token=puzzle.token, letters=letters, now=clock.now())

    passes = [one for one in at_once([outcome_of(answer)] * 20) if isinstance(one, str)]
    assert len(passes) == 1

    def redeem() -> None:
        captchas.redeem(application=configuration, captcha_pass=passes[0], now=clock.now())

    assert at_once([outcome_of(redeem)] * 20).count(None) == 1


def send_to(stranger: Stranger, number: int, captcha_token: str = "") -> Any:
    path = f"verification?captcha_token={captcha_token}" if captcha_token else "verification"
    return stranger.post(path, {"email": f"user{number}@example.com"})


def test_many_codes_from_one_network_take_a_captcha_each(application, letters):
    """S-83: nobody makes us send for nothing."""
    stranger = Stranger(application)
    assert {send_to(stranger, number).status_code for number in range(20)} == {200}

    refused = send_to(stranger, 20)
    allowed = send_to(stranger, 20, captcha_token=passed(stranger, letters))

    assert (refused.json()["error"], refused.json()["error_code"]) == ("captcha_required", 4001)
    assert allowed.status_code == 200
    assert send_to(stranger, 21).json()["error"] == "captcha_required"
    assert OutboxMessage.objects.count() == 21


def test_beyond_a_hundred_there_are_none(application, letters):
    stranger = Stranger(application)
    for number in range(100):
        send_to(stranger, number)

    refused = send_to(stranger, 100, captcha_token=passed(stranger, letters))

    assert (refused.status_code, refused.json()["error"]) == (429, "resource_exhausted")
    assert int(refused["Retry-After"]) > 0
