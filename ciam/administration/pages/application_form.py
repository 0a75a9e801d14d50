"""The form of an application, with its two flows."""

from typing import Any, cast

from django import forms
from django.utils.text import slugify

from ciam import dialect_names
from ciam.administration.configuration import ConfigurationForm
from ciam.administration.fields import ChosenField, LinesField, RowsField
from ciam.provisioning.reading.schema import SCOPES
from ciam.provisioning.rows import flows, sources
from tenants.models import Application, SignUpAttribute, SignUpFlow

REQUIRED = SignUpAttribute.Role.REQUIRED
ROLES = [
    (SignUpAttribute.Role.AUTHENTICATION.value, "Authentication"),
    (REQUIRED.value, "Required"),
    (SignUpAttribute.Role.OPTIONAL.value, "Optional"),
]
PREFERRED, ASSOCIATED = "preferred", "associated"
URI_HELP = "Complete addresses, one a line."


class ApplicationForm(ConfigurationForm):
    rows = "applications"
    name_field = "client_id"
    always = ("enabled", "sign_up_enabled", "type")
    paths = {
        "sign_up_enabled": "sign_up.enabled",
        "authentication": "sign_up.authentication",
        "default_group": "sign_up.default_group",
        "asked": "sign_up",
        "sources": "login",
        "claims": "login.claims",
        "anonymous": "login.anonymous",
        "consent": "login.consent",
        "access_ttl_seconds": "tokens.access_ttl_seconds",
        "refresh_ttl_seconds": "tokens.refresh_ttl_seconds",
        "sessions_per_user": "tokens.sessions_per_user",
    }

    client_id = forms.CharField(
        label="Client id",
        required=False,
        max_length=128,
        help_text="The id that the application sends. Blank: it is made from the names. It cannot be changed later.",
    )
    enabled = forms.BooleanField(
        label="Switched on",
        required=False,
        help_text="While it is off, calls get invalid_client. It cannot be switched on while a check finds an error.",
    )
    sign_up_enabled = forms.BooleanField(label="People can sign up", required=False, initial=True)
    asked = RowsField(
        label="Sign-up attributes",
        noun="attribute",
        roles=ROLES,
        help_text="An authentication attribute identifies a user (phone and e-mail are verified by a code); "
        "a required one must be given; an optional one may be left out.",
    )
    authentication = forms.ChoiceField(
        label="Of the authentication attributes, people give",
        choices=[("all", "all of them"), ("any", "at least one")],
        initial="all",
        widget=forms.RadioSelect,
    )
    default_group = forms.CharField(
        label="Group of new users", required=False, max_length=128, help_text="It is created if it does not exist."
    )
    sources = RowsField(
        label="Authentication sources",
        noun="source",
        roles=[(PREFERRED, "Preferred"), (ASSOCIATED, "Associated")],
        help_text="One may be preferred. The first password source sets the rules for passwords.",
    )
    claims = ChosenField(
        label="Claims", required=False, help_text="The attributes that the application gets of its users."
    )
    anonymous = forms.BooleanField(label="Anonymous log-in", required=False)
    consent = forms.BooleanField(
        label="Ask for consent",
        required=False,
        help_text="The hosted pages ask users once whether the application may have their claims.",
    )
    redirect_uris = LinesField(label="Redirect URIs", required=False, help_text=URI_HELP)
    logout_redirect_uris = LinesField(label="Log-out redirect URIs", required=False, help_text=URI_HELP)
    allowed_origins = LinesField(
        label="Allowed origins", required=False, help_text="For example https://shop.example, one a line, 10 at most."
    )
    scopes = ChosenField(
        label="Scopes",
        required=False,
        choices=[(scope, scope) for scope in SCOPES],
        help_text="Only for machine to machine.",
    )
    dialects = ChosenField(
        label="APIs",
        required=False,
        choices=[(name, name) for name in dialect_names.NAMES],
        help_text="The vendors' APIs that the application may call. OpenID Connect and the hosted pages are always on. "
        "If you choose none, a new application gets those of its type.",
    )

    class Meta:
        model = Application
        fields = (
            "name",
            "client_id",
            "type",
            "enabled",
            "answers",
            "redirect_uris",
            "logout_redirect_uris",
            "allowed_origins",
            "access_ttl_seconds",
            "refresh_ttl_seconds",
            "sessions_per_user",
            "scopes",
            "dialects",
        )
        labels = {
            "access_ttl_seconds": "Seconds that an access token is good for",
            "refresh_ttl_seconds": "Seconds that a refresh token is good for",
            "sessions_per_user": "Sessions of one user",
        }
        help_texts = {
            "type": "Web and machine to machine have a secret; single-page and mobile have none. "
            "Tencent's sign-up call is for web applications.",
            "answers": "Alike: a request for a code or a sign-up does not tell whether an address has an account; its "
            "owner gets a message instead.",
            "access_ttl_seconds": "60 to 86,400.",
            "refresh_ttl_seconds": "60 to 31,536,000.",
            "sessions_per_user": "1 to 1,000. Blank: no limit.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.tenant is None:
            return
        attributes = list(self.tenant.attributes.order_by("-enabled", "kind", "identifier"))
        labels = [(one.identifier, _label(one, one.label or one.identifier)) for one in attributes]
        self._rows("asked").offer([(name, label, name) for name, label in labels])
        cast(ChosenField, self.fields["claims"]).choices = labels
        rows = sources.by_key(self.tenant).values()
        self._rows("sources").offer([(one.key, _label(one, str(one)), str(one._meta.verbose_name)) for one in rows])
        self._read_flows()

    def _rows(self, name: str) -> RowsField:
        return cast(RowsField, self.fields[name])

    def _read_flows(self) -> None:
        """What the form shows at first; a new application has no flows yet."""
        if self.instance._state.adding:
            self.initial.update({"enabled": False, "asked": [], "sources": []})
            return
        sign_up = SignUpFlow.objects.filter(application=self.instance).select_related("default_group").first()
        self.initial["sign_up_enabled"] = bool(sign_up and sign_up.enabled)
        if sign_up:
            group = sign_up.default_group
            self.initial["authentication"] = sign_up.authentication
            self.initial["asked"] = flows.sign_up_attributes(sign_up)
            self.initial["default_group"] = group.name if group else ""
        self._read_login()

    def _read_login(self) -> None:
        login = getattr(self.instance, "login_flow", None)
        if login:
            preferred, associated = flows.login_sources(login)
            first = [(PREFERRED, preferred)] if preferred else []
            self.initial["sources"] = [*first, *((ASSOCIATED, key) for key in associated)]
            self.initial["claims"] = login.claims
            self.initial["anonymous"] = login.anonymous
            self.initial["consent"] = login.consent

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance._state.adding and not cleaned.get("client_id"):
            cleaned["client_id"] = slugify(f"{self.tenant.slug}-{cleaned.get('name', '')}").strip("-")
        if [role for role, _ in cleaned.get("sources") or []].count(PREFERRED) > 1:
            self.add_error("sources", "Only one source may be preferred.")
        return cleaned

    def entry(self) -> dict[str, Any]:
        """Rows go as the lists of the file; a group that is blank as null."""
        found = super().entry()
        sign_up, login = found.get("sign_up", {}), found.get("login", {})
        if "asked" in self.changed_data:
            for role, _ in ROLES:
                sign_up[f"{role}_attributes"] = [name for its, name in self.cleaned_data["asked"] if its == role]
        if "default_group" in sign_up:
            sign_up["default_group"] = sign_up["default_group"] or None
        if "sources" in self.changed_data:
            chosen = self.cleaned_data["sources"]
            login["preferred_auth_source"] = next((key for role, key in chosen if role == PREFERRED), None)
            login["associated_auth_sources"] = [key for role, key in chosen if role == ASSOCIATED]
        return found | ({"sign_up": sign_up} if sign_up else {}) | ({"login": login} if login else {})

    def _named_fields(self) -> list[str]:
        return [field for field in super()._named_fields() if field not in ("asked", "sources")]


def _label(row: Any, label: str) -> str:
    return label if row.enabled else f"{label} (off)"
