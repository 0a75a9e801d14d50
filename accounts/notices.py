"""What the end user is told of a change to the ways to log in: at every address that was proven before it."""

from datetime import datetime

from accounts.codes import ATTRIBUTES
from accounts.models import EndUser
from otp import notices
from otp.delivery import messages
from otp.models import Usage
from tenants.configuration import ApplicationConfiguration


def tell(*, application: ApplicationConfiguration, before: EndUser, usage: Usage, now: datetime) -> None:
    """Send the notice in the language of the end user's locale, in the caller's transaction.

    `before` is the end user as it was before the change, so that an address that is replaced is told too.
    """
    language = messages.language_of(before.attributes.get("locale"))
    for channel, name in ATTRIBUTES.items():
        address = getattr(before, name)
        if address and getattr(before, f"{name}_verified"):
            notices.send(
                tenant=application.tenant,
                about=before.id,
                usage=usage,
                channel=channel,
                address=address,
                language=language,
                now=now,
            )
