"""Why a code is not sent, or not accepted."""

from tenants.errors import Refusal


class AddressError(Refusal):
    """A refusal that each dialect names after the channel of its address."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.channel = channel


class MalformedAddress(AddressError):
    """The text is not a phone number, or not an e-mail address."""


class UndeliverableEmail(Refusal):
    """The address is well formed, but its domain takes no mail, or is on the blocklist."""


class QuotaUsedUp(AddressError):
    """The tenant has sent all the messages that its quota for the channel allows."""


class SendLimitReached(AddressError):
    """This address was sent a message too recently, or too many today; it may be tried again later.

    `expires_in` are the seconds for which a code is good that who asks was sent before; 0 where he has none.
    """

    def __init__(self, channel: str, retry_after_seconds: int) -> None:
        super().__init__(channel)
        self.retry_after_seconds = retry_after_seconds
        self.expires_in = 0


class SendingFailed(Refusal):
    """No sender took the message, or there is nobody to hand it to; nothing is charged."""


class BadToken(AddressError):
    """The otp_token is unknown, expired, spent, or was issued for something else."""

    is_guess = True


class MismatchedProof(Refusal):
    """The otp_token is good, but was issued for another address, source, usage or application."""


class BadCode(AddressError):
    """The code is wrong, or its own time is over."""

    is_of_somebody = True


class BadVerificationToken(Refusal):
    """The verification token is unknown, expired or spent, or was issued for another address or application."""

    is_guess = True
