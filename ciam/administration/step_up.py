"""The password once more, before what would let a thief of an open session stay: secrets, staff, ways to log in."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from ciam.administration import staff_sessions
from ciam.client_address import source_of
from tenants import audit, clock, staff_failures
from tenants.models import Staff, StaffFailures

TITLE = "Your password once more"
OWN_FIELDS = ("csrfmiddlewaretoken", "confirming_password")


class PasswordForm(forms.Form):
    confirming_password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request

    def clean_confirming_password(self) -> None:
        """Count the guess before it is judged, and no longer when it was right."""
        staff, proof, now = self.request.user, StaffFailures.Proof.PASSWORD, clock.now()
        assert isinstance(staff, Staff)
        try:
            staff_failures.reserve(staff, proof, source=source_of(self.request), now=now)
        except staff_failures.Paused as pause:
            minutes = -(-pause.retry_after_seconds // 60)
            raise forms.ValidationError(f"Too many wrong passwords. Wait {minutes} minutes.") from None
        if not staff.check_password(self.cleaned_data["confirming_password"]):
            subject = f"staff {staff.get_username()}"
            audit.record("staff.wrong_password", audit.Outcome.REFUSED, tenant_id=None, now=now, subject=subject)
            raise forms.ValidationError("This is not your password.")
        staff_failures.forget(staff, proof)


def demand(request: HttpRequest) -> HttpResponse | None:
    """Return the page that asks for the password, or None where a change may go on.

    The page sends what the request brought once more, so nothing that was typed is lost.
    """
    if request.method != "POST" or staff_sessions.is_confirmed(request, clock.now()):
        return None
    form = PasswordForm(request.POST if "confirming_password" in request.POST else None, request=request)
    if form.is_bound and form.is_valid():
        staff_sessions.confirm(request, clock.now())
        return None
    brought = [(name, value) for name, values in request.POST.lists() for value in values if name not in OWN_FIELDS]
    context = {**admin.site.each_context(request), "title": TITLE, "form": form, "brought": brought}
    return TemplateResponse(request, "admin/step_up.html", context, headers={"Cache-Control": "no-store"})


class ConfirmedChanges:
    """An admin page that adds, changes and deletes only for who gave the password lately."""

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        return demand(request) or super().changeform_view(request, *args, **options)

    def delete_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        return demand(request) or super().delete_view(request, *args, **options)

    def changelist_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """The list, whose actions are changes too."""
        return demand(request) or super().changelist_view(request, *args, **options)
