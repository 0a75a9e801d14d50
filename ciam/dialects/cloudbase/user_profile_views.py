"""The signed-in user's own account: read, edit, delete; and what users see of each other."""

from dataclasses import replace

from django.http import JsonResponse
from rest_framework.request import Request

from accounts.self_service import basics, deletion, profile
from ciam.dialects.cloudbase import answers, user_answers, user_fields
from ciam.dialects.cloudbase.user_base import OWN_EVEN_ANONYMOUS, PROVEN, UserView


class Me(UserView):
    needs = {"GET": OWN_EVEN_ANONYMOUS, "DELETE": replace(OWN_EVEN_ANONYMOUS, fresh_proof=True)}

    def get(self, request: Request) -> JsonResponse:
        return answers.success(user_answers.whole(self.end_user, self.session, self.now))

    def delete(self, request: Request) -> JsonResponse:
        deletion.delete(application=self.application, end_user=self.end_user, presence=self.presence(), now=self.now)
        return answers.done()


class Profile(UserView):
    needs = OWN_EVEN_ANONYMOUS

    def patch(self, request: Request) -> JsonResponse:
        values = user_fields.read_profile(self.body, self.application)
        end_user = profile.change(application=self.application, end_user=self.end_user, values=values, now=self.now)
        return answers.success(user_answers.whole(end_user, self.session, self.now))


class BasicEdit(UserView):
    """How js-sdk changes a profile; an address without any token, after a code that this user asked for."""

    needs = PROVEN

    def post(self, request: Request) -> JsonResponse:
        basics.edit(
            application=self.application,
            end_user=self.end_user,
            changes=user_fields.read_basics(self.body, self.application, self.end_user, self.now),
            presence=self.presence(),
            now=self.now,
        )
        return answers.done()
