"""The pages of authentication sources: by password, and by code."""

from typing import Any

from django.contrib import admin

from ciam.administration.base import TenantFilter
from ciam.administration.configuration import ConfigurationAdmin, ConfigurationForm
from ciam.administration.fields import ChosenField
from tenants.attributes import BUILT_IN
from tenants.models import OtpAuthSource, PasswordAuthSource
from tenants.models.source import default_login_attributes

LOCKOUT = ("lockout_threshold", "lockout_window_hours", "lockout_unlock_minutes")
KEY_HELP = "Its short name in files: letters, digits, hyphens, underscores. It never changes."


class PasswordAuthSourceForm(ConfigurationForm):
    rows = "password_auth_sources"
    paths = {name: name.replace("_", ".", 1) for name in (*LOCKOUT, "captcha_threshold")}

    login_attributes = ChosenField(
        label="Log in with", choices=list(BUILT_IN.items()), initial=default_login_attributes
    )

    class Meta:
        model = PasswordAuthSource
        fields = (
            "key",
            "name",
            "enabled",
            "login_attributes",
            "strength",
            "history",
            "hash",
            *LOCKOUT,
            "captcha_threshold",
        )
        labels = {
            "history": "Passwords that may not come back",
            "hash": "Stored as",
            "lockout_threshold": "Wrong passwords until a lock",
            "lockout_window_hours": "Counted over hours",
            "lockout_unlock_minutes": "Unlocked after minutes",
            "captcha_threshold": "Wrong passwords until a captcha",
        }
        help_texts = {
            "key": KEY_HELP,
            "strength": "The rules for new passwords. Every level requires 8 to 128 characters.",
            "history": "The number of last passwords, from 0 to 128.",
            "hash": "Choose argon2id unless you need compatibility with another system.",
            "lockout_threshold": "1 to 999. Blank: no lock. Fill in all three fields or none.",
            "captcha_threshold": "1 to 999. Blank: never.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        missing = [name for name in LOCKOUT if cleaned.get(name) is None]
        for name in missing if len(missing) < len(LOCKOUT) else []:
            self.add_error(name, "The three numbers of a lock-out belong together.")
        return cleaned

    def entry(self) -> dict[str, Any]:
        """Lock-out and captcha are there or not, so they go as a whole."""
        found = super().entry()
        if "lockout" in found:
            values = {name: self.cleaned_data[name] for name in LOCKOUT}
            given = {name.removeprefix("lockout_"): value for name, value in values.items() if value is not None}
            found["lockout"] = given or None
        if "captcha" in found and self.cleaned_data["captcha_threshold"] is None:
            found["captcha"] = None
        return found


class OtpAuthSourceForm(ConfigurationForm):
    rows = "otp_auth_sources"

    class Meta:
        model = OtpAuthSource
        fields = ("key", "name", "enabled", "channel", "code_length", "code_ttl_seconds")
        labels = {"code_length": "Digits of a code", "code_ttl_seconds": "Seconds that a code is good for"}
        help_texts = {
            "key": KEY_HELP,
            "code_length": "1 to 6 for SMS, 1 to 128 for e-mail; fewer than 6 are easier to guess.",
            "code_ttl_seconds": "1 to 300.",
        }


class SourceAdmin(ConfigurationAdmin):
    list_filter = (TenantFilter,)
    list_select_related = ("tenant",)
    search_fields = ("key", "name")
    search_help_text = "Part of the key or the name"
    ordering = ("tenant__name", "key")
    fixed_fields = ("key", "client_auth_source_id")

    @admin.display(description="Id that clients send")
    def client_auth_source_id(self, source: PasswordAuthSource | OtpAuthSource) -> str:
        return source.id.hex

    def get_fields(self, request: Any, obj: Any = None) -> list[str]:
        fields = list(self.form._meta.fields or ())
        return ["client_auth_source_id", *fields] if obj else fields


class PasswordAuthSourceAdmin(SourceAdmin):
    form = PasswordAuthSourceForm
    list_display = ("key", "name", "strength", "hash", "enabled", "tenant")


class OtpAuthSourceAdmin(SourceAdmin):
    form = OtpAuthSourceForm
    list_display = ("key", "name", "channel", "code_length", "code_ttl_seconds", "enabled", "tenant")
