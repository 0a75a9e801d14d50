"""Where a member of staff sets an authenticator app up; in production nothing else is shown before that."""

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from tenants import clock, second_factor
from tenants.models import Staff


class CodeForm(forms.Form):
    code = forms.CharField(
        label="The six digits that it shows",
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def is_missing(staff: Any) -> bool:
    """Whether this person must set an app up before anything else."""
    return not settings.IS_TRIAL and isinstance(staff, Staff) and staff.is_staff and not second_factor.is_set_up(staff)


def show(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    staff = request.user
    assert isinstance(staff, Staff)
    if second_factor.is_set_up(staff):
        return TemplateResponse(request, "admin/second_factor.html", {**context, "is_set_up": True})
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if second_factor.confirm(staff, form.cleaned_data["code"], clock.now()):
            return HttpResponseRedirect(reverse("admin:index"))
        form.add_error("code", "This is not the code that the app shows now.")
    secret = second_factor.begin(staff)
    picture = segno.make(second_factor.address(staff, secret, "CIAM")).svg_data_uri(scale=5, border=3, light="#fff")
    context = {**context, "form": form, "secret": secret, "picture": picture}
    return TemplateResponse(request, "admin/second_factor.html", context, headers={"Cache-Control": "no-store"})
