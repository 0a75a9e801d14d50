"""Tencent CIAM's `GET` and `PATCH /userinfo`, and `POST`, which OpenID Connect adds (Core §5.3.1)."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from rest_framework.request import Request

from accounts.models import EndUser
from accounts.self_service import update
from ciam.dialect_names import TENCENT
from ciam.dialects.tencent import call_errors, user_fields, user_info
from ciam.dialects.tencent.base import OpenCall
from ciam.needs import Kind, Needs
from tokens.scopes import OPENID, USER
from tokens.self_service import presence_of

READ = Needs(Kind.END_USER, scopes=(OPENID,))
CHANGE = Needs(Kind.END_USER, scopes=(OPENID, USER), dialect=TENCENT, fresh_proof=True)


class UserInfo(OpenCall):
    http_method_names = ["get", "head", "post", "patch", "options"]
    own_errors = call_errors.USER_INFO
    needs = {"GET": READ, "POST": READ, "PATCH": CHANGE}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method == "POST":
            self.own_errors = call_errors.POSTED_USER_INFO
        super().initial(request, *args, **kwargs)

    def get(self, request: Request) -> HttpResponse:
        return self._answer(self.session.end_user)

    def post(self, request: Request) -> HttpResponse:
        """As `get`; the body, where a token would be no better than in the query, is not read (S-68)."""
        return self._answer(self.session.end_user)

    def patch(self, request: Request) -> HttpResponse:
        contacts, values = user_fields.read_update(self.read_body(request), self.application)
        if not contacts and not values:
            return self._answer(self.session.end_user)
        end_user = update.update(
            application=self.application,
            end_user=self.session.end_user,
            contacts=contacts,
            values=values,
            presence=presence_of(self.session),
            now=self.now,
        )
        return self._answer(end_user)

    def _answer(self, end_user: EndUser) -> HttpResponse:
        body = user_info.describe(self.application, self.session, end_user)
        return JsonResponse(body, headers={"Cache-Control": "no-store"})
