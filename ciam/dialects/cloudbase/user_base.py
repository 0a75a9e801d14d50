"""What the calls of a signed-in user share."""

from dataclasses import replace

from accounts.models import EndUser
from accounts.self_service import password
from accounts.self_service.presence import Presence
from ciam.dialect_names import CLOUDBASE
from ciam.dialects.cloudbase import fields
from ciam.dialects.cloudbase.base import CloudBaseView
from ciam.needs import Declaration, Kind, Needs
from tokens import self_service
from tokens.models import Session
from tokens.scopes import ANONYMOUS, USER

OWN = Needs(Kind.END_USER, scopes=(USER,), dialect=CLOUDBASE)
OWN_EVEN_ANONYMOUS = Needs(Kind.END_USER, scopes=(ANONYMOUS,), dialect=CLOUDBASE)
PROVEN = replace(OWN, fresh_proof=True)


class UserView(CloudBaseView):
    """A call with the bearer of a user; one without a name makes it only where the class says so."""

    needs: Declaration = OWN

    @property
    def session(self) -> Session:
        session = self.user_bearer.session
        assert session is not None
        return session

    @property
    def end_user(self) -> EndUser:
        return self.session.end_user

    @property
    def sudo_token(self) -> str:
        """The documents say the query, the clients send the body."""
        return fields.text(self.body, "sudo_token", required=False) or self.request.GET.get("sudo_token", "")

    def check_password(self, typed: str) -> None:
        """Raises WrongOwnPassword, PasswordNotSet, CaptchaRequired or PasswordLocked."""
        password.check_own(
            application=self.application,
            end_user=self.end_user,
            password=typed,
            captcha=lambda _: self.redeem_captcha(),
            now=self.now,
        )

    def presence(self, *, password: str = "") -> Presence:
        """What the call has to show that its user is there."""
        return self_service.presence_of(
            self.session, sudo_token=self.sudo_token, password=password, captcha=lambda _: self.redeem_captcha()
        )
