"""`POST /signup/strength`: how strong a password is that somebody types, before it is sent to be kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from zxcvbn_rs_py import zxcvbn

from accounts.errors import InvalidPassword, NoPasswordSource
from accounts.passwords import hashing, policy
from ciam.dialects.plusauth import answers, sign_up_fields
from ciam.dialects.plusauth.sessions import SessionView
from ciam.hosted import browsers
from signup.browser_sessions import Live
from signup.flows import context_words
from signup.registrations import AddressEntry, Registration
from tenants.configuration import ApplicationConfiguration, PasswordSource

JUDGED_FROM_ONE_PLACE = 600
JUDGED_IN_ONE_SESSION = 120
LONGEST_NAME = 320
LONGEST_TYPED = 1024
# What follows only makes it stronger; a long one of hostile patterns takes the estimate a second.
LONGEST_SCORED = 32
STRONGEST_REFUSED = 1


class Strength(SessionView):
    counted_as = "password_strength"

    def find(self, request: HttpRequest) -> Live | None:
        return browsers.find_waiting(request)

    def post(self, request: Request) -> HttpResponse:
        self.check_state()
        self.brake("strength", from_one_place=JUDGED_FROM_ONE_PLACE, in_one_session=JUDGED_IN_ONE_SESSION)
        source = self.live.application.login.password_source
        if source is None:
            raise NoPasswordSource
        password = sign_up_fields.text(self.body, "password", LONGEST_TYPED)
        return answers.success(_judge(password, source, _context(self.live.application, self.body)))


def _context(application: ApplicationConfiguration, body: dict[str, Any]) -> list[str]:
    names = {name: sign_up_fields.text(body, name, LONGEST_NAME) for name in ("username", "email", "phone_number")}
    registration = Registration(
        names=frozenset(names),
        username=names["username"],
        email=AddressEntry(typed=names["email"]),
        phone_number=AddressEntry(typed=names["phone_number"]),
    )
    return context_words(application, registration)


def _judge(password: str, source: PasswordSource, context: list[str]) -> dict[str, Any]:
    """`score` from 0 to 4, whether the password is `accepted`, and if not, the `rule` against it with its `bound`."""
    score = int(zxcvbn(password[:LONGEST_SCORED], [word for word in context if word]).score)
    try:
        policy.check(password, strength=source.strength, context=context)
        hashing.check_length(password, algorithm=source.hash)
    except InvalidPassword as refusal:
        bound = {} if refusal.bound is None else {"bound": refusal.bound}
        return {"score": min(score, STRONGEST_REFUSED), "accepted": False, "rule": refusal.rule} | bound
    return {"score": score, "accepted": True}
