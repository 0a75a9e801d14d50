"""What the signed-in user does behind a proof: sudo, password, contact; and what ends his sessions."""

from dataclasses import replace

from django.http import JsonResponse
from rest_framework.request import Request

from accounts.self_service import contact, recovery, sudo
from accounts.self_service.contact import NewContact
from ciam.dialects.cloudbase import answers, fields
from ciam.dialects.cloudbase.base import DEVICE_ID, NAMED, CloudBaseView
from ciam.dialects.cloudbase.errors import InvalidArgument, Unimplemented
from ciam.dialects.cloudbase.user_base import OWN_EVEN_ANONYMOUS, PROVEN, UserView
from otp import verifications
from tokens import self_service, sessions

LONGEST_PASSWORD = 1024  # what the policy refuses it refuses by name


class Sudo(UserView):
    def post(self, request: Request) -> JsonResponse:
        password = fields.text(self.body, "password", required=False, longest=LONGEST_PASSWORD)
        code = fields.text(self.body, "verification_token", required=False)
        if bool(password) == bool(code):
            raise InvalidArgument("Either password or verification_token is needed.")
        token = self._by_password(password) if password else self._by_code(code)
        return answers.success({"sudo_token": token, "expires_in": int(sudo.LIFETIME.total_seconds())})

    def _by_password(self, password: str) -> str:
        self.check_password(password)
        return sudo.grant(end_user=self.end_user, session_id=self.session.id, now=self.now)

    def _by_code(self, verification_token: str) -> str:
        return sudo.grant_by_code(
            application=self.application,
            end_user=self.end_user,
            session_id=self.session.id,
            verification_token=verification_token,
            now=self.now,
        )


class Password(UserView):
    needs = PROVEN

    def patch(self, request: Request) -> JsonResponse:
        new_password = fields.text(self.body, "new_password", longest=LONGEST_PASSWORD)
        again = fields.text(self.body, "confirm_password", required=False, longest=LONGEST_PASSWORD)
        if again and again != new_password:
            raise InvalidArgument("confirm_password is not new_password.")
        old = fields.text(self.body, "old_password", required=False, longest=LONGEST_PASSWORD)
        self_service.change_password(
            application=self.application,
            session=self.session,
            new_password=new_password,
            presence=self.presence(password=old),
            now=self.now,
        )
        return answers.done()


class Contact(UserView):
    needs = PROVEN

    def patch(self, request: Request) -> JsonResponse:
        found = fields.one_address(self.body, self.application.tenant)
        if found is None:
            raise InvalidArgument("phone_number or email is missing.")
        if fields.text(self.body, "conflict_resolution", required=False) not in ("", "DEFAULT"):
            raise Unimplemented("An address of another user is not transferred.")
        proof = verifications.find_for(
            application=self.application,
            token=fields.text(self.body, "verification_token"),
            channel=found[0],
            address=found[1],
            now=self.now,
        )
        typed = fields.text(self.body, "email", required=False, longest=320).strip()
        contact.change(
            application=self.application,
            end_user=self.end_user,
            contacts=[NewContact(proof, typed)],
            presence=self.presence(),
            now=self.now,
        )
        return answers.done()


class Reset(CloudBaseView):
    """Without a session: the code alone proves who somebody is."""

    needs = replace(NAMED, fresh_proof=True)

    def post(self, request: Request) -> JsonResponse:
        found = fields.one_address(self.body, self.application.tenant)
        if found is None:
            raise InvalidArgument("phone_number or email is missing.")
        new_password = fields.text(self.body, "new_password", longest=LONGEST_PASSWORD)
        proof = verifications.find_for(
            application=self.application,
            token=fields.text(self.body, "verification_token"),
            channel=found[0],
            address=found[1],
            now=self.now,
        )
        recovery.reset(application=self.application, proof=proof, new_password=new_password, now=self.now)
        return answers.done()


class RevokeAll(UserView):
    needs = OWN_EVEN_ANONYMOUS

    def delete(self, request: Request) -> JsonResponse:
        sessions.end_all(self.end_user.id, self.now)
        return answers.done()


class Device(UserView):
    needs = OWN_EVEN_ANONYMOUS

    def delete(self, request: Request, device_id: str) -> JsonResponse:
        if not DEVICE_ID.fullmatch(device_id):
            raise InvalidArgument("The device's id is malformed.")
        sessions.end_on_device(self.end_user.id, device_id, self.now)
        return answers.done()
