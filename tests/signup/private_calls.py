"""Every public call that takes an address, made for one; the address is of an account or of nobody."""

from collections.abc import Callable

from django.http import HttpResponse

from accounts.models import EndUser
from tenants.models import Application
from tests.authorization.visitors import CALLBACK, Visitor
from tests.clients import TencentClient
from tests.dialects.cloudbase.signed_in import SignedIn, Stranger
from tests.dialects.plusauth.clients import Browser
from tests.dialects.tencent.logins import GRANTS, Shop, make_login_application
from tests.third_party.rows import make_token

WRONG = "0000000"  # a code has six digits
PASSWORD = "Kite-over-9-Hills"
TARGETS = ("ANY", "USER", "NOT_USER", "CUR_USER")


class Caller:
    """Somebody who asks about `address`, with an account of their own for the calls that need one."""

    def __init__(self, application: Application, address: str) -> None:
        self.application, self.address = application, address
        self.name = "email" if "@" in address else "phone_number"
        self.field = {self.name: address}
        self.tencent, self.shop = TencentClient(application), Shop(application)
        self.stranger = Stranger(application)

    def signed_in(self, scope: str = "user") -> SignedIn:
        own = EndUser.objects.create(tenant=self.application.tenant, username_typed="asks")
        return SignedIn(self.application, own, scope=scope)

    # Tencent

    def send(self, usage: str) -> HttpResponse:
        source = {"auth_source_id": self.shop.source(self.name)} if usage == "login" else {}
        return self.tencent.send(usage=usage, **source, **self.field)

    def proof(self, usage: str) -> dict[str, str]:
        token = self.send(usage).json()["otp_token"]
        return self.field | {f"{self.name}_otp_token": token, f"{self.name}_otp": WRONG}

    def otp_grant(self, **more: object) -> HttpResponse:
        body = {"grant_type": GRANTS[self.name], "auth_source_id": self.shop.source(self.name), **self.field, **more}
        return self.shop.json("/oauth2/token", **body, otp_token=self.send("login").json()["otp_token"], otp=WRONG)

    def patch_user_info(self) -> HttpResponse:
        token = self.signed_in("openid").tokens.access_token
        return self.shop.bearer(token, "PATCH", body=self.proof("update_userinfo"))

    # CloudBase

    def verification(self, target: str) -> HttpResponse:
        return self.stranger.post("verification", self.field | {"target": target})

    def verify(self, target: str) -> HttpResponse:
        sent = self.verification(target).json()
        return self.stranger.post(
            "verification/verify", {"verification_id": sent["verification_id"], "verification_code": WRONG}
        )

    def sign_in(self, path: str = "signin", **more: str) -> HttpResponse:
        return self.stranger.post(path, {"username": self.address, "password": "wrong", **more})

    def basic_edit(self) -> HttpResponse:
        return self.signed_in().post("user/basic/edit", {"email" if self.name == "email" else "phone": self.address})

    def by_identity(self, path: str) -> list[HttpResponse]:
        """The third party tells of the address; then who signed up looks at what was made of it."""
        token = make_token(self.application, subject=self.address, email=self.address)
        answer = self.stranger.post(path, {"provider_token": token})
        bearer = {"authorization": f"Bearer {answer.json().get('access_token')}"}
        return [answer, self.stranger.call("GET", "user/me", **bearer)]

    # PlusAuth and hosted pages

    def hosted_sign_up(self, *, is_code_asked: bool, **more: str) -> list[HttpResponse]:
        browser = Browser(self.application)
        asked = [browser.ask_code(**self.field)] if is_code_asked else []
        return [*asked, browser.sign_up(**self.field, password=PASSWORD, **more)]

    def hosted_log_in(self, *calls: tuple[str, dict[str, str]]) -> list[HttpResponse]:
        visitor = Visitor(self.application)
        visitor.open_page()
        return [visitor.post(path, **body) for path, body in calls]

    def login_hint(self) -> HttpResponse:
        return Visitor(self.application).authorize(login_hint=self.address, prompt="none")


Call = Callable[[Caller], HttpResponse | list[HttpResponse]]

TENCENT: dict[str, Call] = {
    **{
        f"otp/send {usage}": lambda caller, usage=usage: caller.send(usage)
        for usage in ("login", "signup", "update_userinfo", "reset_password")
    },
    "signup, wrong code": lambda caller: caller.tencent.sign_up(**caller.proof("signup")),
    "signup, unknown token": lambda caller: caller.tencent.sign_up(
        **caller.field, **{f"{caller.name}_otp_token": "x", f"{caller.name}_otp": WRONG}
    ),
    "token by code": lambda caller: caller.otp_grant(),
    "token by code, auto_signup": lambda caller: caller.otp_grant(auto_signup=True),
    "token by password": lambda caller: [caller.shop.log_in_by_password(caller.address, "wrong") for _ in range(2)],
    "reset_user_password": lambda caller: caller.shop.json(
        "/reset_user_password", password=PASSWORD, **caller.proof("reset_password")
    ),
    "PATCH userinfo": Caller.patch_user_info,
}
CLOUDBASE: dict[str, Call] = {
    **{f"verification {target}": lambda caller, target=target: caller.verification(target) for target in TARGETS},
    **{f"verify {target}": lambda caller, target=target: caller.verify(target) for target in TARGETS[:3]},
    "verification CUR_USER, signed in": lambda caller: caller.signed_in().post(
        "verification", caller.field | {"target": "CUR_USER"}
    ),
    "signup": lambda caller: caller.stranger.post("signup", caller.field | {"verification_token": "x"}),
    "signin by password": Caller.sign_in,
    "signin by password, until a captcha is wanted": lambda caller: [caller.sign_in() for _ in range(7)],
    "token by password": lambda caller: caller.sign_in("token", grant_type="password"),
    "signin by code": lambda caller: caller.sign_in(verification_token="x"),
    "reset": lambda caller: caller.stranger.post(
        "reset", caller.field | {"new_password": PASSWORD, "verification_token": "x"}
    ),
    "checkIfUserExist": lambda caller: caller.stranger.get(f"checkIfUserExist?username={caller.address}"),
    "user/query": lambda caller: caller.signed_in().get(f"user/query?{caller.name}={caller.address}"),
    "user/contact": lambda caller: caller.signed_in().patch("user/contact", caller.field | {"verification_token": "x"}),
    "user/basic/edit": Caller.basic_edit,
    "signin/with/provider": lambda caller: caller.by_identity("signin/with/provider"),
    "signup by an identity": lambda caller: caller.by_identity("signup"),
}
HOSTED: dict[str, Call] = {
    "signup without a code": lambda caller: caller.hosted_sign_up(is_code_asked=False),
    "signup with a wrong code": lambda caller: caller.hosted_sign_up(
        is_code_asked=True, **{f"{caller.name}_code": WRONG}
    ),
    "login by password": lambda caller: caller.hosted_log_in(
        *[("/login", {"username": caller.address, "password": "wrong"})] * 7
    ),
    "login by code": lambda caller: caller.hosted_log_in(
        ("/login/code", caller.field), ("/login/verify", caller.field | {"code": WRONG})
    ),
    "reset": lambda caller: caller.hosted_log_in(
        ("/login/reset/code", caller.field), ("/login/reset", caller.field | {"code": WRONG, "password": PASSWORD})
    ),
    "login_hint": Caller.login_hint,
    "another verification mail": lambda caller: Browser(caller.application).post(
        "/account/verifyEmail/resend", {**caller.field}
    ),
}
CALLS: dict[str, Call] = {
    f"{surface}: {name}": call
    for surface, calls in (("tencent", TENCENT), ("cloudbase", CLOUDBASE), ("hosted", HOSTED))
    for name, call in calls.items()
}


def make_private_application(**options: object) -> Application:
    defaults = {"answers": "private", "redirect_uris": [CALLBACK], "authentication": ("phone_number", "email")}
    return make_login_application(**(defaults | options))
