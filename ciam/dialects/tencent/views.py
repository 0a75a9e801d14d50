"""Tencent CIAM's `POST /otp/send` and `POST /signup`: parse, one call, render."""

from collections.abc import Callable
from typing import Any

from django.http import JsonResponse
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView
from structlog.contextvars import bind_contextvars

from accounts import codes
from ciam import json_bodies
from ciam.dialects.tencent import errors, serializers
from ciam.dialects.tencent.authentication import BasicClient, SignUpCaller
from otp.delivery.messages import choose_language
from signup import flows
from tenants.callers import Caller
from tenants.models import Application

MAX_BODY_BYTES = 64 * 1024


def _caller(request: Request) -> Caller:
    caller: Caller = request.auth  # type: ignore[assignment]
    return caller


class TencentView(APIView):
    """A JSON call of a confidential client: method, credentials, type of the application, body, in this order."""

    authentication_classes = [BasicClient]
    http_method_names = ["post"]
    application_types: tuple[str, ...]
    counted_as: str  # by ciam.metrics

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "POST":
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.answer

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """Answers are JSON whatever the Accept header says."""
        return self.get_renderers()[0], "application/json"

    def check_permissions(self, request: Request) -> None:
        if _caller(request).application.type not in self.application_types:
            raise errors.UnauthorizedClient

    def read_body(self, request: Request) -> dict[str, Any]:
        if not json_bodies.is_json(request.META.get("CONTENT_TYPE", "")):
            raise errors.InvalidRequest
        return json_bodies.read_object(request._request, max_bytes=MAX_BODY_BYTES)


class SendOtp(TencentView):
    application_types = (Application.Type.WEB, Application.Type.M2M)
    counted_as = "code_request"

    def post(self, request: Request) -> JsonResponse:
        caller = _caller(request)
        language = choose_language(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
        code_request = serializers.read_code_request(self.read_body(request), caller.application, language)
        bind_contextvars(channel=str(code_request.channel))
        token = codes.request_code(application=caller.application, request=code_request, now=caller.now)
        return JsonResponse({"otp_token": token}, headers={"Cache-Control": "no-store"})


class SignUp(TencentView):
    authentication_classes = [SignUpCaller]
    application_types = (Application.Type.WEB,)
    counted_as = "sign_up"

    def post(self, request: Request) -> JsonResponse:
        caller = _caller(request)
        registration = serializers.read_registration(self.read_body(request), caller.application)
        end_user = flows.register(application=caller.application, registration=registration, now=caller.now)
        return JsonResponse({"sub": end_user.sub}, headers={"Cache-Control": "no-store"})
