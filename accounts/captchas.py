"""Captchas: an image is made, tried once, and whoever read it may pass once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import captcha_images
from accounts.errors import BadCaptchaPass, CaptchaExpired, WrongCaptchaAnswer
from accounts.models import Captcha
from otp import codes
from tenants import sealing, sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id

PURPOSE = "captcha"
IMAGE_LIFETIME = timedelta(seconds=300)
PASS_LIFETIME = timedelta(seconds=300)


@dataclass(frozen=True, slots=True)
class Puzzle:
    """What is shown: the GIF, and the token with which its letters come back."""

    image: bytes
    token: str


def issue(*, application: ApplicationConfiguration, now: datetime) -> Puzzle:
    token, letters, captcha_id = codes.new_token(), captcha_images.new_letters(), new_id()
    row = Captcha(
        id=captcha_id,
        tenant_id=application.tenant.id,
        application_id=application.id,
        token_hash=codes.hash_token(token),
        answer_hash=sealing.keyed_hash(PURPOSE, f"{captcha_id.hex}:{letters}"),
        expires_at=now + IMAGE_LIFETIME,
    )
    sql.insert(row)
    return Puzzle(captcha_images.draw(letters), token)


def answer(*, application: ApplicationConfiguration, token: str, letters: str, now: datetime) -> str:
    """The pass for the right letters, in any case; raises CaptchaExpired or WrongCaptchaAnswer. One try an image."""
    row = _try(application, token, now)
    if not sealing.matches(PURPOSE, f"{row.id.hex}:{letters.strip().upper()}", row.answer_hash):
        raise WrongCaptchaAnswer
    captcha_pass = codes.new_token()
    Captcha.objects.filter(pk=row.pk).update(pass_hash=codes.hash_token(captcha_pass), expires_at=now + PASS_LIFETIME)
    return captcha_pass


def redeem(*, application: ApplicationConfiguration, captcha_pass: str, now: datetime) -> None:
    """Let one request pass; raises BadCaptchaPass if it was used, or was given to another application."""
    spent = sql.change(
        """UPDATE accounts_captcha SET redeemed_at = %(now)s
           WHERE pass_hash = %(hash)s AND application_id = %(application)s
             AND expires_at > %(now)s AND redeemed_at IS NULL""",
        {"hash": codes.hash_token(captcha_pass), "application": application.id, "now": now},
    )
    if not spent:
        raise BadCaptchaPass


def _try(application: ApplicationConfiguration, token: str, now: datetime) -> Captcha:
    """Use the image's one try up."""
    parameters = {"hash": codes.hash_token(token), "application": application.id, "now": now}
    row = sql.change_one(
        Captcha,
        """UPDATE accounts_captcha SET tried_at = %(now)s
           WHERE token_hash = %(hash)s AND application_id = %(application)s
             AND expires_at > %(now)s AND tried_at IS NULL""",
        parameters,
    )
    if row is not None:
        return row
    was_tried = Captcha.objects.filter(token_hash=parameters["hash"], tried_at__isnull=False, expires_at__gt=now)
    raise WrongCaptchaAnswer if was_tried.exists() else CaptchaExpired
