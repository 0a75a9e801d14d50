"""The page of an identity provider: what its preset leaves open, and a secret that is never shown."""

from typing import Any

from django import forms

from accounts.third_party.presets import URLS, Preset
from ciam.administration.base import TenantFilter
from ciam.administration.configuration import ConfigurationAdmin, ConfigurationForm
from ciam.administration.fields import LinesField, PairsField
from ciam.administration.step_up import ConfirmedChanges
from tenants.models import IdentityProvider

# Which presets leave an address open; the page shows it for these, and wherever it is filled in.
OPEN = {
    "issuer": (Preset.OIDC, Preset.MICROSOFT),
    "authorize_url": (Preset.CUSTOM_OAUTH2,),
    "token_url": (Preset.CUSTOM_OAUTH2,),
    "userinfo_url": (Preset.CUSTOM_OAUTH2,),
    "claims": (Preset.OIDC, Preset.CUSTOM_OAUTH2),
}


class IdentityProviderForm(ConfigurationForm):
    rows = "identity_providers"
    always = URLS  # so that what is missing is said beside its field

    client_secret = forms.CharField(
        label="Client secret",
        required=False,
        max_length=4096,
        help_text="Stored encrypted, and never shown again. Blank: it stays as it is. For apple a JSON object with "
        "team_id, key_id and private_key.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    scopes = LinesField(required=False, help_text="One a line. Blank: the scopes of the preset.")
    claims = PairsField(
        required=False,
        help_text="Where their names differ, one a line: ours, a colon, theirs; dots lead into objects. Ours are "
        "sub, name, picture, email, email_verified, phone_number, gender, locale, url.",
    )

    class Meta:
        model = IdentityProvider
        fields = (
            "key",
            "enabled",
            "preset",
            "client_id",
            "issuer",
            "authorize_url",
            "token_url",
            "userinfo_url",
            "scopes",
            "claims",
        )
        labels = {
            "client_id": "Client id",
            "authorize_url": "Authorize URL",
            "token_url": "Token URL",
            "userinfo_url": "Userinfo URL",
        }
        help_texts = {
            "key": "The short name in files, which clients send as provider_id: letters, digits, hyphens, "
            "underscores. It cannot be changed later.",
            "client_id": "The id that the provider gave you.",
            "issuer": "An https URL; discovery finds the rest. Leave it blank for microsoft, unless one directory "
            "alone may sign in.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in OPEN.keys() & self.fields.keys():  # none of them for who may only view
            self.fields[name].widget.attrs |= {"data-presets": " ".join(OPEN[name])}

    def entry(self) -> dict[str, Any]:
        """A secret that is not typed stays as it is; an address that is blank is none."""
        found = {name: None if value == "" else value for name, value in super().entry().items()}
        if found.get("client_secret") is None:
            found.pop("client_secret", None)
        return found


class IdentityProviderAdmin(ConfirmedChanges, ConfigurationAdmin):
    form = IdentityProviderForm
    list_display = ("key", "preset", "client_id", "enabled", "tenant")
    list_filter = (TenantFilter, "preset")
    list_select_related = ("tenant",)
    search_fields = ("key",)
    search_help_text = "Part of the key"
    ordering = ("tenant__name", "key")
    fixed_fields = ("key",)
    fieldsets = (
        (None, {"fields": ("key", "enabled", "preset", "client_id", "client_secret")}),
        ("Addresses", {"fields": ("issuer", "authorize_url", "token_url", "userinfo_url")}),
        ("What is asked for", {"fields": ("scopes", "claims")}),
    )
