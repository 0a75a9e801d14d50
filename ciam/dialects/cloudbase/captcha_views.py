"""An image whose letters let one more request pass (contract §3, §5)."""

import base64

from django.http import JsonResponse
from rest_framework.request import Request

from accounts import captchas
from ciam.dialects.cloudbase import answers, fields
from ciam.dialects.cloudbase.base import NAMED, CloudBaseView
from ciam.dialects.cloudbase.brakes import brake

IMAGES_IN_WINDOW = 60


class CaptchaData(CloudBaseView):
    """The client puts `?state=...&token=...` behind `data`, so it is a bare data URI."""

    needs = NAMED

    def post(self, request: Request) -> JsonResponse:
        brake(self, "captcha", in_window=IMAGES_IN_WINDOW)
        puzzle = captchas.issue(application=self.application, now=self.now)
        return answers.success(
            {
                "data": f"data:image/gif;base64,{base64.b64encode(puzzle.image).decode()}",
                "type": "image",
                "token": puzzle.token,
                "expires_in": int(captchas.IMAGE_LIFETIME.total_seconds()),
            }
        )


class CaptchaVerify(CloudBaseView):
    needs = NAMED

    def post(self, request: Request) -> JsonResponse:
        captcha_pass = captchas.answer(
            application=self.application,
            token=fields.text(self.body, "token"),
            letters=fields.text(self.body, "key"),
            now=self.now,
        )
        expires_in = int(captchas.PASS_LIFETIME.total_seconds())
        return answers.success({"captcha_token": captcha_pass, "expires_in": expires_in})
