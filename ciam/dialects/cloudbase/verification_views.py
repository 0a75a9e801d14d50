"""Codes: sent to an address, and exchanged for a verification token."""

from django.http import HttpResponse
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from accounts.verifications import Target, VerificationRequest, request_verification
from ciam.dialects.cloudbase import answers, fields
from ciam.dialects.cloudbase.base import NAMED, CloudBaseView
from ciam.dialects.cloudbase.brakes import brake_codes
from ciam.dialects.cloudbase.errors import InvalidArgument
from ciam.dialects.cloudbase.user_base import OWN_EVEN_ANONYMOUS
from otp import verifications
from otp.models import Usage
from otp.sending import TTL_SECONDS

EXPIRES_IN = TTL_SECONDS[Usage.VERIFICATION]


class SendVerification(CloudBaseView):
    """js-sdk leaves `target` out, and sends usages of its own, which nothing depends on (contract §1)."""

    needs = NAMED
    counted_as = "code_request"

    def post(self, request: Request) -> HttpResponse:
        wanted = self._wanted()
        brake_codes(self)
        bind_contextvars(channel=str(wanted.channel))
        sent = request_verification(application=self.application, request=wanted, now=self.now)
        body = {"verification_id": sent.token, "expires_in": EXPIRES_IN, "is_user": sent.is_user}
        return answers.success(body)

    def _wanted(self) -> VerificationRequest:
        given = fields.one_address(self.body, self.application.tenant)
        if given is None:
            raise InvalidArgument("phone_number or email is missing.")
        target = self._target()
        is_signed_in = self.bearer is not None and OWN_EVEN_ANONYMOUS.allows(self.bearer)
        asked_by = self.demand(OWN_EVEN_ANONYMOUS).end_user if is_signed_in or target == Target.CURRENT_USER else None
        return VerificationRequest(
            *given,
            target=target,
            language=self.language,
            is_public=not self.has_secret,
            device_id=self.device_id,
            asked_by=asked_by,
        )

    def _target(self) -> Target:
        try:
            return Target(fields.text(self.body, "target", required=False) or Target.ANY)
        except ValueError:
            raise InvalidArgument("target is none of ANY, USER, NOT_USER, CUR_USER.") from None


class VerifyCode(CloudBaseView):
    needs = NAMED

    def post(self, request: Request) -> HttpResponse:
        token = verifications.verify(
            application=self.application,
            verification_id=fields.text(self.body, "verification_id", longest=1024),
            code=fields.text(self.body, "verification_code"),
            now=self.now,
        )
        lifetime = int(verifications.LIFETIME.total_seconds())
        return answers.success({"verification_token": token, "expires_in": lifetime})
