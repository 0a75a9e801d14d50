"""Signing in without a name: the device tells who somebody is."""

from django.http import JsonResponse
from rest_framework.request import Request

from ciam.dialects.cloudbase import answers
from ciam.dialects.cloudbase.base import NAMED, CloudBaseView
from ciam.dialects.cloudbase.brakes import brake
from ciam.dialects.cloudbase.errors import InvalidArgument
from tokens import self_service

SHORTEST_DEVICE_ID = 16  # what the clients keep has 16 to 48 characters; a shorter one could be guessed
SIGN_INS_IN_WINDOW = 200


class SignInAnonymously(CloudBaseView):
    """The answer has no refresh token: the clients sign in anew by themselves."""

    needs = NAMED

    def post(self, request: Request) -> JsonResponse:
        if len(self.device_id) < SHORTEST_DEVICE_ID:
            raise InvalidArgument("x-device-id is missing or too short.")
        brake(self, "signin/anonymously", in_window=SIGN_INS_IN_WINDOW)
        issued = self_service.sign_in_anonymously(
            application=self.application,
            device_id=self.device_id,
            client_authenticated=self.has_secret,
            now=self.now,
        )
        return answers.success(
            {
                "token_type": "Bearer",
                "access_token": issued.access_token,
                "expires_in": issued.expires_in,
                "sub": issued.sub,
                "scope": issued.scope,
            }
        )
