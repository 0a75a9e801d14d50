"""What can stand between a request and an end user's account."""

from accounts.models import EndUser
from otp.errors import AddressError
from tenants.errors import Refusal


class InvalidUsername(Refusal):
    """The user name does not have the documented form."""


class DuplicateUsername(Refusal):
    """Another end user of the tenant has this user name."""


class DuplicatePhoneNumber(Refusal):
    """Another end user of the tenant has proven this phone number."""


class DuplicateEmail(Refusal):
    """Another end user of the tenant has proven this e-mail address."""


class IllegalAttributeValue(Refusal):
    """An attribute's value fails the attribute's own rule; the message is the one that the admin wrote."""


class InvalidPassword(Refusal):
    """The password fails the policy; `reason` says why, for the dialects that tell.

    `rule` names the rule for programs, `bound` is its number of characters where it has one.
    """

    def __init__(self, reason: str, *, rule: str = "", bound: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rule = rule
        self.bound = bound


class PasswordUsedBefore(InvalidPassword):
    """It is one of the last passwords of the end user, which the source remembers."""


class HashingBusy(Refusal):
    """Too many passwords wait to be hashed; the client may try again in a few seconds."""


class AddressInUse(AddressError):
    """A code for signing up was asked for an address that an end user has proven."""


class NoPasswordSource(Refusal):
    """A password was sent, but the application's log-in flow has no password source."""


class WrongOwnPassword(Refusal):
    """A signed-in end user did not know his own password."""


class SamePassword(Refusal):
    """The new password is the present one."""


class BadSudoToken(Refusal):
    """The sudo token is unknown or expired, or was given to another session."""

    is_guess = True


class RecentProofRequired(Refusal):
    """What changes a way to log in needs a proof of the last minutes that the end user is there."""


class AnonymousDisabled(Refusal):
    """The application's log-in flow lets nobody in without a name."""


class NotAnonymous(Refusal):
    """The end user is no anonymous one, or not any more."""


class EndUserGone(Refusal):
    """The end user was deleted while the request ran."""


class WrongCaptchaAnswer(Refusal):
    """These are not the letters of the image, or it was tried before."""

    is_guess = True


class CaptchaExpired(Refusal):
    """The image is no longer good, or there never was one."""

    is_guess = True


class BadCaptchaPass(Refusal):
    """The captcha token is unknown, used or expired, or was given to another application."""

    is_guess = True


class ProviderNotFound(Refusal):
    """The tenant has no such third party that is on, or the end user no identity there."""


class ProviderFailed(Refusal):
    """The third party could not be asked, or its answer is no proof of who somebody is; the message says why."""


class BadProviderToken(Refusal):
    """The provider token is unknown, spent or expired, or was made for another application or device."""

    is_guess = True


class IdentityInUse(Refusal):
    """Another end user has this identity, or this end user another identity there."""


class LastWayIn(Refusal):
    """Without this identity the end user could not sign in any more."""


class EndUserNotFound(Refusal):
    """Nobody in the tenant has proven this address."""


class WrongPassword(Refusal):
    """There is no such user, or this is not the password."""


class PasswordNotSet(Refusal):
    """The end user has no password."""


class CaptchaRequired(Refusal):
    """The next one is judged only after a captcha: `failures_beyond` so many passwords were wrong in a row after those
    that need none.
    """

    def __init__(self, failures_beyond: int = 0) -> None:
        super().__init__()
        self.failures_beyond = failures_beyond


class PasswordLocked(Refusal):
    """Too many wrong passwords in a row: for a while none is judged, but on devices that logged in before."""


class EmailNotVerified(Refusal):
    """The tenant lets nobody in whose e-mail address is not verified, and that of `end_user` is not."""

    is_of_somebody = True

    def __init__(self, end_user: EndUser) -> None:
        super().__init__()
        self.end_user = end_user


class VerificationExpired(Refusal):
    """The code or the link that verifies an e-mail address is no longer good."""


class VerificationUsed(Refusal):
    """The code or the link that verifies an e-mail address has done so already."""


class EndUserBlocked(Refusal):
    """An administrator has locked or frozen the end user; `status` says which, where a dialect tells."""

    is_of_somebody = True

    def __init__(self, status: str = "") -> None:
        super().__init__(status)
        self.status = status
