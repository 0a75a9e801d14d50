"""Tencent CIAM's `POST /otp/send` and `POST /signup`: parse, one call, render."""

from django.http import JsonResponse
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from accounts import codes
from ciam.dialects.tencent import errors, serializers
from ciam.dialects.tencent.authentication import BasicClient
from ciam.dialects.tencent.base import Call
from ciam.request_language import choose_language
from signup import flows
from tenants.callers import Caller
from tenants.models import Application


def _caller(request: Request) -> Caller:
    caller: Caller = request.auth  # type: ignore[assignment]
    return caller


class TencentView(Call):
    """A JSON call of a confidential client: method, credentials, type of the application, body, in this order."""

    authentication_classes = [BasicClient]
    application_types: tuple[str, ...]
    counted_as: str  # by ciam.metrics

    def check_permissions(self, request: Request) -> None:
        if _caller(request).application.type not in self.application_types:
            raise errors.UnauthorizedClient


class SendOtp(TencentView):
    application_types = (Application.Type.WEB, Application.Type.M2M)
    counted_as = "code_request"

    def post(self, request: Request) -> JsonResponse:
        caller = _caller(request)
        language = choose_language(request._request)
        code_request = serializers.read_code_request(self.read_body(request), caller.application, language)
        bind_contextvars(channel=str(code_request.channel))
        token = codes.request_code(application=caller.application, request=code_request, now=caller.now)
        return JsonResponse({"otp_token": token}, headers={"Cache-Control": "no-store"})


class SignUp(TencentView):
    application_types = (Application.Type.WEB,)
    counted_as = "sign_up"

    def post(self, request: Request) -> JsonResponse:
        caller = _caller(request)
        registration = serializers.read_registration(self.read_body(request), caller.application)
        end_user = flows.register(application=caller.application, registration=registration, now=caller.now)
        return JsonResponse({"sub": end_user.sub}, headers={"Cache-Control": "no-store"})
