"""A bound on the whole of a delivery to somebody else's server."""

from collections.abc import Callable

from otp.delivery.senders import DeliveryError
from tenants import deadline


def within(seconds: float, work: Callable[[], None]) -> None:
    """Run the work; raises what it raises, or DeliveryError when it takes too long."""
    try:
        deadline.within(seconds, work)
    except deadline.TookTooLong:
        raise DeliveryError("The server took too long.") from None
