"""The password once more, before what would let a thief of an open session stay: secrets, staff, ways to log in."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from ciam.administration import staff_sessions
from tenants import audit, clock, staff_failures
from tenants.models import Staff

TITLE = "Your password once more"
OWN_FIELDS = ("csrfmiddlewaretoken", "confirming_password")
SECRET_FIELD = re.compile(r"(client_)?secret|(old_|new_)?password[12]?|code")  # no page sends its value back


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
        check_password(self.request, self.cleaned_data["confirming_password"])


class OwnPasswordForm(AdminPasswordChangeForm):
    """Changes the password of whoever is logged in; wrong old ones are counted as everywhere."""

    def __init__(self, *args: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        check_password(self.request, password)
        return password


def check_password(request: HttpRequest, password: str) -> None:
    """Count the guess before it is judged, and no longer when it was right; raises ValidationError."""
    staff, proof, now = request.user, staff_failures.PASSWORD, clock.now()
    assert isinstance(staff, Staff)
    try:
        staff_failures.reserve(staff, proof, now=now)
    except staff_failures.Paused as pause:
        minutes = -(-pause.retry_after_seconds // 60)
        raise forms.ValidationError(f"Too many wrong passwords. Wait {minutes} minutes.") from None
    if not staff.check_password(password):
        subject = f"staff {staff.get_username()}"
        audit.record("staff.wrong_password", audit.Outcome.REFUSED, tenant_id=None, now=now, subject=subject)
        raise forms.ValidationError("This is not your password.")
    staff_failures.forget(staff, proof)


def demand(request: HttpRequest) -> HttpResponse | None:
    """Return the page that asks for the password, or None for whoever gave it lately.

    It is asked for before a form is shown. Where a form was open for too long, the page sends what was typed there
    once more, but for secrets: they are to be typed again, in the page.
    """
    if staff_sessions.is_confirmed(request, clock.now()):
        return None
    form = PasswordForm(request.POST if "confirming_password" in request.POST else None, request=request)
    typed = {name: values for name, values in request.POST.lists() if name not in OWN_FIELDS}
    if form.is_bound and form.is_valid():
        staff_sessions.confirm(request, clock.now())
        return None if typed else HttpResponseRedirect(request.get_full_path())
    return _page(request, form, typed)


def _page(request: HttpRequest, form: PasswordForm, typed: dict[str, list[Any]]) -> HttpResponse:
    secret = [name for name in typed if SECRET_FIELD.fullmatch(name)]
    context = {
        **admin.site.each_context(request),
        "title": TITLE,
        "form": form,
        "typed": [(name, value) for name, values in typed.items() if name not in secret for value in values],
        "secrets": [(name, name.replace("_", " ")) for name in secret if any(typed[name])],
    }
    return TemplateResponse(request, "admin/step_up.html", context, headers={"Cache-Control": "no-store"})


class ConfirmedChanges(admin.ModelAdmin if TYPE_CHECKING else object):
    """An admin page that adds, changes and deletes only for who gave the password lately."""

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **options: Any) -> Any:
        """The form; whoever may only view it is asked for nothing."""
        may_save = self.has_change_permission(request) if object_id else self.has_add_permission(request)
        page = demand(request) if may_save else None
        return page or super().changeform_view(request, object_id, *args, **options)

    def delete_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        return demand(request) or super().delete_view(request, *args, **options)

    def changelist_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """The list, whose actions are changes too."""
        page = demand(request) if request.method == "POST" else None
        return page or super().changelist_view(request, *args, **options)
