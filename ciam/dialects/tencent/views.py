"""Tencent CIAM's `POST /otp/send` and `POST /signup`: parse, one call, render."""

from django.http import JsonResponse
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from accounts import codes
from ciam.dialect_names import TENCENT
from ciam.dialects.tencent import serializers
from ciam.dialects.tencent.base import Call
from ciam.needs import Kind, Needs
from ciam.request_language import choose_language
from signup import flows
from tenants.models import Application


class TencentView(Call):
    """A JSON call of a confidential client: method, credentials, type of the application, body, in this order."""

    needs = Needs(Kind.CONFIDENTIAL_CLIENT, dialect=TENCENT)
    counted_as: str  # by ciam.metrics


class SendOtp(TencentView):
    application_types = (Application.Type.WEB, Application.Type.M2M)
    counted_as = "code_request"

    def post(self, request: Request) -> JsonResponse:
        language = choose_language(request._request)
        code_request = serializers.read_code_request(self.read_body(request), self.application, language)
        bind_contextvars(channel=str(code_request.channel))
        token = codes.request_code(application=self.application, request=code_request, now=self.now)
        return JsonResponse({"otp_token": token}, headers={"Cache-Control": "no-store"})


class SignUp(TencentView):
    application_types = (Application.Type.WEB,)
    counted_as = "sign_up"

    def post(self, request: Request) -> JsonResponse:
        registration = serializers.read_registration(self.read_body(request), self.application)
        end_user = flows.register(application=self.application, registration=registration, now=self.now)
        return JsonResponse({"sub": end_user.sub}, headers={"Cache-Control": "no-store"})
