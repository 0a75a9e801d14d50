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


def brake_codes(view: CloudBaseView) -> None:
    """Count a request for a code, over all applications; beyond the first ones of a network each takes a captcha.

    Raises TooManyCalls or CaptchaRequired (contract §3).
    """
    if view.has_secret:
        return
    count = call_limits.take_code(source=source_of(view.request._request), now=view.now)
    if count > call_limits.FREE_CODES and not view.redeem_captcha():
        raise CaptchaRequired
