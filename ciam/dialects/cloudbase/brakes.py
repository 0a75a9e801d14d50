"""Calls that tell strangers something, or cost us something: so many from one place, and no more."""

from accounts.errors import CaptchaRequired
from ciam.client_address import source_of
from ciam.dialects.cloudbase.base import CloudBaseView
from tenants import call_limits


def brake(view: CloudBaseView, call: str, *, in_window: int) -> int:
    """Count the call; how many there were from there. Raises TooManyCalls.

    A back end that shows its secret speaks for many people from one place: it is not counted.
    """
    if view.has_secret:
        return 0
    return call_limits.take(
        call,
        client_id=view.application.client_id,
        source=source_of(view.request._request),
        in_window=in_window,
        now=view.now,
    )


def brake_or_captcha(view: CloudBaseView, call: str, *, free: int, in_window: int) -> None:
    """As `brake`; beyond the first `free` calls each one takes a captcha. Raises CaptchaRequired too (contract §3)."""
    if brake(view, call, in_window=in_window) > free and not view.redeem_captcha():
        raise CaptchaRequired
