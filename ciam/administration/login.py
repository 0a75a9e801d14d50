"""Logging in to the admin: for staff alone, traced, and with a bound on guesses that fifty at once cannot pass."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest

from accounts.errors import HashingBusy
from accounts.passwords.turns import Turns
from ciam.client_address import source_of
from tenants import audit, authentication_failures, clock, refusals, second_factor, staff_failures
from tenants.authentication_failures import FAILURES_IN_WINDOW, WINDOW
from tenants.counters import Count
from tenants.models import AuditEntry, Staff

STAFF = "staff"  # where a client's failures have its client id
LOG_IN, WRONG_CODE = "staff.log_in", "staff.wrong_code"
HASHING = Turns(at_once=1, waiting=10, patience_seconds=2)  # staff are few, and do not wait behind end users


class StaffLoginForm(AdminAuthenticationForm):
    code = forms.CharField(
        label="Code of your authenticator app, if you have set one up",
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "wrong_code": "This is not the present code of your authenticator app.",
        "paused": "Too many wrong codes were sent for this account. Wait %(minutes)s minutes, then log in again.",
        "busy": "Too many log-ins are being checked at this moment. Please try again.",
        "locked": f"Too many failed log-ins from your network. Wait {int(WINDOW.total_seconds() // 60)} minutes.",
    }

    def clean(self) -> dict[str, Any]:
        """Count the attempt before it is judged, and no longer when it was right."""
        assert self.request is not None
        source, now = source_of(self.request), clock.now()
        failures = authentication_failures.record(STAFF, source, now)
        if failures > FAILURES_IN_WINDOW and settings.RATE_LIMITS:
            raise forms.ValidationError(self.error_messages["locked"], code="locked")
        try:
            with HASHING.turn():
                cleaned: dict[str, Any] = super().clean()
            self._check_code(self.request, now)
        except HashingBusy:  # it was not judged
            authentication_failures.give_back(STAFF, source, now)
            raise forms.ValidationError(self.error_messages["busy"], code="busy") from None
        except forms.ValidationError:
            refusals.tell(LOG_IN)
            if failures in (1, FAILURES_IN_WINDOW):  # how a window begins, and how it ends
                self._record(audit.Outcome.REFUSED, now, failures=failures)
            raise
        authentication_failures.give_back(STAFF, source, now)
        self._record(audit.Outcome.SUCCEEDED, now)
        return cleaned

    def _check_code(self, request: HttpRequest, now: datetime) -> None:
        """Only after the password, so that nobody learns who has an app."""
        staff, code = self.get_user(), self.cleaned_data.get("code", "")
        if not isinstance(staff, Staff) or not second_factor.is_set_up(staff):
            return
        if not code:  # forgotten, and no guess
            raise forms.ValidationError(self.error_messages["wrong_code"], code="wrong_code")
        earlier = staff_failures.find(staff, staff_failures.CODE, now)
        self._reserve_guess(staff, now)
        if not second_factor.verify(staff, code, now):
            subject, actor = _subject(staff), audit.UNKNOWN_STAFF
            audit.record(WRONG_CODE, audit.Outcome.REFUSED, tenant_id=None, now=now, actor=actor, subject=subject)
            raise forms.ValidationError(self.error_messages["wrong_code"], code="wrong_code")
        staff_failures.forget(staff, staff_failures.CODE)
        if earlier:
            messages.warning(request, _warning(staff, earlier))

    def _reserve_guess(self, staff: Staff, now: datetime) -> None:
        try:
            staff_failures.reserve(staff, staff_failures.CODE, now=now)
        except staff_failures.Paused as pause:
            minutes = -(-pause.retry_after_seconds // 60)
            params = {"minutes": minutes}
            raise forms.ValidationError(self.error_messages["paused"], code="paused", params=params) from None

    def _record(self, outcome: str, now: Any, **detail: int) -> None:
        """A name is told if it is one: what else was typed may be a password."""
        user = self.get_user() if outcome == audit.Outcome.SUCCEEDED else None
        actor = audit.staff_actor(user.get_username()) if user else audit.UNKNOWN_STAFF
        audit.record(LOG_IN, outcome, tenant_id=None, now=now, actor=actor, detail=detail)


def _warning(staff: Staff, failures: Count) -> str:
    """What the person reads at the next log-in about those who knew the password, but not the code."""
    codes = "1 wrong code was" if failures.number == 1 else f"{failures.number} wrong codes were"
    last = AuditEntry.objects.filter(event=WRONG_CODE, subject=_subject(staff)).order_by("-id").first()
    return (
        f"Since your last log-in, {codes} sent with your right password, last at "
        f"{staff_failures.last_at(failures):%Y-%m-%d %H:%M} UTC from {last.source if last else 'an unknown address'}. "
        "If it was not you, change your password now."
    )


def _subject(staff: Staff) -> str:
    return f"staff {staff.get_username()}"
