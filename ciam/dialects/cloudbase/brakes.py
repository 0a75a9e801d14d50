"""Calls that tell strangers something, or cost us something: so many from one place, and no more."""

from ciam.client_address import source_of
from ciam.dialects.cloudbase.base import CloudBaseView
from tenants import call_limits


def brake(view: CloudBaseView, call: str, *, in_window: int) -> None:
    """Count the call; raises TooManyCalls. A back end that shows its secret speaks for many people from one place."""
    if view.has_secret:
        return
    call_limits.take(
        call,
        client_id=view.application.client_id,
        source=source_of(view.request._request),
        in_window=in_window,
        now=view.now,
    )
