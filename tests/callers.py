"""Everybody who may call: each kind of caller with good credentials, of one tenant."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse

from accounts.models import EndUser
from signup import browser_log_ins
from tenants import clock
from tenants.callers import Caller
from tenants.models import Application
from tests.authorization.visitors import CALLBACK, make_shop
from tests.clients import Client, basic
from tests.factories import configuration_of, make_application
from tokens import access, sessions

SCOPES = ["read:user", "write:user"]


@dataclass
class Callers:
    """`application` is what end users and browsers use, `machine` a back end beside it."""

    options: dict[str, Any] = field(default_factory=dict)  # of both applications

    def __post_init__(self) -> None:
        self.application = make_shop(**self.options)
        options = {"dialects": self.application.dialects}
        self.machine = make_application(self.application.tenant, type="m2m", scopes=SCOPES, **options)
        self.end_user = EndUser.objects.create(tenant=self.application.tenant, username="mei", username_typed="mei")

    def access_token(self, scope: str = "openid", *, application: Application | None = None) -> str:
        return sessions.sign_in(
            application=configuration_of(application or self.application),
            end_user=self.end_user,
            device_id="",
            scope=scope,
            provider_type="",
            client_authenticated=False,
            now=clock.now(),
        ).access_token

    def own_token(self, scope: str = " ".join(SCOPES)) -> str:
        """Of the back end."""
        now = clock.now()
        lifetime = clock.timedelta(seconds=60)
        return access.issue_for_client(configuration_of(self.machine), scope, lifetime, now)

    def cookie(self, *, is_logged_in: bool = False) -> str:
        caller = Caller(configuration_of(self.application), clock.now())
        live, cookie = browser_log_ins.open_request(caller=caller, browser=[])
        if not is_logged_in:
            return cookie
        with transaction.atomic():
            return browser_log_ins.log_in(live.row, live.pending, end_user_id=self.end_user.id, now=live.now)

    @property
    def credentials(self) -> dict[str, Callable[[], dict[str, str]]]:
        """The headers of each caller; `client_id` stands for a parameter of the query."""
        named = {"client_id": self.application.client_id}
        return {
            "nobody": dict,
            "client id": lambda: named,
            "secret": lambda: named | {"authorization": basic(self.application.client_id)},
            "end user": lambda: {"authorization": f"Bearer {self.access_token('openid')}"},
            "cloudbase's end user": lambda: {"authorization": f"Bearer {self.access_token('user')}"},
            "back end": lambda: {"authorization": f"Bearer {self.own_token()}"},
            "browser": lambda: {"cookie": f"session={self.cookie()}"},
            "member": lambda: {"cookie": f"session={self.cookie(is_logged_in=True)}"},
        }

    def call(self, method: str, path: str, headers: dict[str, str], body: str = "{}") -> HttpResponse:
        headers = {"host": "localhost", "accept": "application/json"} | headers
        query = urlencode({"client_id": headers.pop("client_id")} if "client_id" in headers else {})
        http = Client(raise_request_exception=False)
        return http.generic(method, f"{path}?{query}", body, content_type="application/json", headers=headers)


__all__ = ["CALLBACK", "Callers"]
