"""The page of a sender: its vendor's settings, its secret, its place, and a test that really sends."""

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from ciam.administration.base import TenantFilter
from ciam.administration.configuration import ConfigurationAdmin, ConfigurationForm
from ciam.administration.step_up import ConfirmedChanges
from otp import addresses
from otp.delivery import trying
from otp.delivery.senders import VENDORS, DeliveryError
from otp.errors import MalformedAddress
from tenants.models import Sender

SETTINGS = {f"{vendor}_{key}": (vendor, key) for vendor, one in VENDORS.items() for key in one.settings}
SECRET_HELP = "Stored encrypted, and never shown again. Blank: it stays as it is."  # noqa: S105 - words


def _vendors(present: str) -> list[tuple[str, str]]:
    """Those that can be used in this mode, and the one that the sender has already."""
    names = [name for name, one in VENDORS.items() if settings.IS_TRIAL or not one.trial_only or name == present]
    return [(name, name) for name in names]


def _field(vendor: str, key: str) -> forms.Field:
    setting = VENDORS[vendor].settings[key]
    kind = forms.IntegerField if key == "port" else forms.CharField
    label = f"{setting.label} ({vendor})"
    return kind(label=label, required=False, help_text=setting.help_text, widget=_widget(key, vendor))


def _widget(key: str, vendor: str) -> forms.Widget:
    """The page shows those of the vendor that is chosen."""
    widget = forms.NumberInput if key == "port" else forms.TextInput
    return widget(attrs={"data-vendor": vendor, "class": "vTextField"})


SettingsForm: Any = type(
    "SettingsForm", (ConfigurationForm,), {name: _field(*place) for name, place in SETTINGS.items()}
)


class SenderForm(SettingsForm):
    rows = "senders"

    vendor = forms.ChoiceField()
    secret = forms.CharField(
        label="Secret",
        required=False,
        max_length=4096,
        help_text=f"Password of smtp, signing key of custom. {SECRET_HELP}",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    order = forms.IntegerField(label="Tried as number", min_value=1, required=False)

    class Meta:
        model = Sender
        fields = ("key", "enabled", "channel", "vendor")
        help_texts = {
            "key": "The short name in files: letters, digits, hyphens, underscores. It cannot be changed later.",
            "channel": "The kind of messages that it sends.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["vendor"].choices = _vendors(self.instance.vendor)
        stored = self.instance.settings if not self.instance._state.adding else {}
        for name, (vendor, key) in SETTINGS.items():
            is_own = vendor == self.instance.vendor
            self.initial[name] = stored.get(key) if is_own else None
        self.keys = list(self.tenant.senders.order_by("position", "key").values_list("key", flat=True))
        place = self.keys.index(self.instance.key) if self.instance.key in self.keys else len(self.keys)
        self.initial["order"] = place + 1
        self.fields["order"].help_text = (
            f"A message goes to the first sender of its channel, and to the next one if that fails. Present order: "
            f"{', '.join(self.keys) or 'none'}."
        )

    def entry(self) -> dict[str, Any]:
        changed = [name for name in ("enabled", "channel", "vendor") if name in self._named_fields()]
        found = {"key": self.name(), **{name: self.cleaned_data[name] for name in changed}}
        if "vendor" in self.changed_data or any(name in SETTINGS for name in self.changed_data):
            found["settings"] = self._settings()
        if self.cleaned_data["secret"]:
            found["secret"] = self.cleaned_data["secret"]
        return found

    def _settings(self) -> dict[str, Any]:
        vendor = self.cleaned_data["vendor"]
        values = {key: self.cleaned_data[name] for name, (owner, key) in SETTINGS.items() if owner == vendor}
        return {key: value for key, value in values.items() if value not in (None, "")}

    def document(self) -> dict[str, Any]:
        """All senders of the tenant, in the order in which they are to be tried."""
        others = [{"key": key} for key in self.keys if key != self.name()]
        place = min((self.cleaned_data["order"] or len(others) + 1) - 1, len(others))
        self.position = place
        return {"tenants": [{"slug": self.tenant.slug, "senders": [*others[:place], self.entry(), *others[place:]]}]}

    def place(self) -> str:
        return f"tenants[0].senders[{self.position}]"

    def _field_at(self, path: str) -> str | None:
        vendor = self.cleaned_data.get("vendor", "")
        key = path.removeprefix("settings.")
        if (name := f"{vendor}_{key}") in SETTINGS:
            return name
        return "vendor" if path.startswith("settings") else super()._field_at(path)


class SenderAdmin(ConfirmedChanges, ConfigurationAdmin):
    form = SenderForm
    list_display = ("key", "channel", "vendor", "enabled", "position", "tenant")
    list_filter = (TenantFilter, "channel")
    list_select_related = ("tenant",)
    ordering = ("tenant__name", "position", "key")
    fixed_fields = ("key",)
    change_form_template = "admin/sender_form.html"
    fieldsets = (
        (None, {"fields": ("key", "enabled", "channel", "vendor", "order")}),
        ("Settings", {"fields": (*SETTINGS, "secret")}),
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<path:object_id>/test/", view, name="tenants_sender_test"), *super().get_urls()]

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a message with a made-up code to an address that the admin types."""
        sender = self.get_object(request, object_id)
        if sender is None:
            raise Http404
        if not self.has_change_permission(request, sender):
            raise PermissionDenied
        form = TestForm(request.POST or None, channel=sender.channel)
        outcome = _try(sender, form.cleaned_data["to"]) if request.method == "POST" and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": sender,
            "title": f"Send a test with {sender.key}",
            "form": form,
            "outcome": outcome,
        }
        return TemplateResponse(request, "admin/test_send.html", context)


class TestForm(forms.Form):
    """An address of the sender's channel, in any spelling; it is cleaned to the canonical one."""

    to = forms.CharField(label="To")

    def __init__(self, *args: Any, channel: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.read = {
            "sms": partial(addresses.phone_of_regions, regions=()),
            "email": partial(addresses.canonical_email, may_be_dotless=True),
        }[channel]
        self.fields["to"].help_text = {"sms": "A phone number, as +90 532 000 00 00.", "email": "An e-mail address."}[
            channel
        ]

    def clean_to(self) -> str:
        try:
            return self.read(self.cleaned_data["to"].strip())
        except MalformedAddress:
            raise forms.ValidationError("This is no address that the sender's channel reaches.") from None


def _try(sender: Sender, to: str) -> dict[str, Any]:
    try:
        milliseconds = trying.send_test(sender, to)
    except DeliveryError as error:
        return {"sent": False, "words": str(error), "reply": error.reply}
    return {"sent": True, "words": f"The sender took it in {milliseconds} ms."}
