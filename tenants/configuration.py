"""What a request knows of the application that makes it: frozen, and read from one published row."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings


def _known(kind: type, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document's members that the dataclass has; a row that an older or newer version wrote still loads."""
    return {field.name: document[field.name] for field in fields(kind) if field.name in document}


def base_url(domain: str) -> str:
    """Where the pages of a tenant with this domain are, or of one with none."""
    if not domain:
        return settings.PUBLIC_URL
    public = urlsplit(settings.PUBLIC_URL)
    port = f":{public.port}" if public.port else ""
    return f"{public.scheme}://{domain}{port}"


def origin_of(url: str) -> str:
    """Scheme, host and port of a web address, as browsers name them; "" of what is none."""
    try:
        parts = urlsplit(url)
    except (ValueError, AttributeError):  # the row was written beside us
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


LATER = (
    "public_per_hour",
    "force_email_verification",
    "login_url",
    "color",
    "has_logo",
    "pbkdf2_digest",
    "pbkdf2_rounds",
    "dearest_hash_milliseconds",
)


@dataclass(frozen=True, slots=True)
class SendLimits:
    """At most one message in `interval_seconds`, and `per_day` in a calendar day of the tenant (None: any number)."""

    interval_seconds: int
    per_day: int | None

    @property
    def public_per_day(self) -> int | None:
        """Half of the day's messages: what callers may use that show no client secret and no known device."""
        return None if self.per_day is None else (self.per_day + 1) // 2

    def is_used_up(self, sent: int, sent_publicly: int) -> bool:
        """Return whether a day with these messages has room for no more."""
        if self.per_day is None or self.public_per_day is None:
            return False
        return sent >= self.per_day or sent_publicly >= self.public_per_day


@dataclass(frozen=True, slots=True)
class TenantSettings:
    id: UUID
    slug: str
    name: str
    domain: str  # the first one, or ""
    phone_regions: tuple[str, ...]
    time_zone: str
    quotas: Mapping[str, int | None]  # by channel
    limits: Mapping[str, SendLimits]  # by channel
    public_per_hour: int | None = 1000  # messages that callers without a secret may ask for
    force_email_verification: bool = False
    login_url: str = ""
    color: str = ""
    has_logo: bool = False
    pbkdf2_digest: str = "sha256"  # of imported hashes that name neither digest nor rounds
    pbkdf2_rounds: int | None = None
    dearest_hash_milliseconds: int = 0  # of all password hashes of its users

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            id=UUID(document["id"]),
            slug=document["slug"],
            name=document["name"],
            domain=document.get("domain", ""),
            phone_regions=tuple(document["phone_regions"]),
            time_zone=document["time_zone"],
            quotas=document["quotas"],
            limits={
                channel: SendLimits(**_known(SendLimits, limits)) for channel, limits in document["limits"].items()
            },
            **{name: document[name] for name in LATER if name in document},
        )

    def with_region_first(self, region: str) -> Self:
        """Return the tenant that reads numbers without their country code by this region first, if it is one of its."""
        if region not in self.phone_regions:
            return self
        return replace(self, phone_regions=(region, *(one for one in self.phone_regions if one != region)))

    @property
    def issuer(self) -> str:
        """What its tokens name as `iss`: its own domain, else its path on the shared host."""
        return self.base_url if self.domain else f"{settings.PUBLIC_URL}/t/{self.slug}"

    @property
    def base_url(self) -> str:
        """Where its pages are: scheme, host and port, from configuration alone (S-71)."""
        return base_url(self.domain)


@dataclass(frozen=True, slots=True)
class AttributeRule:
    identifier: str
    kind: str
    type: str
    regex: str
    error_message: str
    label: str = ""  # rows that were published before it was kept have none

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        return cls(**_known(cls, document))


@dataclass(frozen=True, slots=True)
class SignUp:
    """The sign-up flow; `authentication_attributes` are all required, or with `authentication` "any" at least one."""

    enabled: bool
    authentication: str
    authentication_attributes: tuple[str, ...]
    required_attributes: tuple[str, ...]
    optional_attributes: tuple[str, ...]
    default_group_id: UUID | None

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        group = document["default_group_id"]
        return cls(
            enabled=document["enabled"],
            authentication=document["authentication"],
            authentication_attributes=tuple(document["authentication_attributes"]),
            required_attributes=tuple(document["required_attributes"]),
            optional_attributes=tuple(document["optional_attributes"]),
            default_group_id=UUID(group) if group else None,
        )

    def accepts(self, identifier: str) -> bool:
        return (
            identifier in self.authentication_attributes
            or identifier in self.required_attributes
            or identifier in self.optional_attributes
        )


@dataclass(frozen=True, slots=True)
class PasswordSource:
    id: UUID
    strength: str
    hash: str
    history: int = 0  # rows that were published before it was kept have none, nor what follows
    login_attributes: tuple[str, ...] = ("username", "email", "phone_number")
    lockout_threshold: int | None = None
    lockout_window_hours: int | None = None
    lockout_unlock_minutes: int | None = None
    captcha_threshold: int | None = None


@dataclass(frozen=True, slots=True)
class OtpSource:
    id: UUID
    channel: str
    code_length: int
    code_ttl_seconds: int


@dataclass(frozen=True, slots=True)
class Login:
    """The enabled sources of the log-in flow, the preferred one first."""

    password_sources: tuple[PasswordSource, ...]
    otp_sources: tuple[OtpSource, ...]
    anonymous: bool = False
    claims: tuple[str, ...] = ()  # what the application is told of its users, by identifier
    consent: bool = False  # people are asked before it is told anything

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            password_sources=tuple(
                PasswordSource(**_known(PasswordSource, source) | {"id": UUID(source["id"])})
                for source in document["password_sources"]
            ),
            otp_sources=tuple(
                OtpSource(**_known(OtpSource, source) | {"id": UUID(source["id"])})
                for source in document["otp_sources"]
            ),
            anonymous=document.get("anonymous", False),
            claims=tuple(document.get("claims", ())),
            consent=document.get("consent", False),
        )

    @property
    def password_source(self) -> PasswordSource | None:
        """The source whose policy binds passwords: the preferred one if it is for passwords, else the first."""
        return self.password_sources[0] if self.password_sources else None

    def find_otp_source(self, source_id: str, channel: str) -> OtpSource | None:
        """The associated source with this id, with or without hyphens, if it sends over the channel."""
        wanted = source_id.replace("-", "").lower()
        return next((one for one in self.otp_sources if one.id.hex == wanted and one.channel == channel), None)

    def find_password_source(self, source_id: str) -> PasswordSource | None:
        """The associated source with this id, with or without hyphens."""
        wanted = source_id.replace("-", "").lower()
        return next((one for one in self.password_sources if one.id.hex == wanted), None)


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """How long tokens are good for, and how many sessions one user may have (None: any number)."""

    access_ttl_seconds: int
    refresh_ttl_seconds: int
    sessions_per_user: int | None

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            access_ttl_seconds=document.get("access_ttl_seconds", 600),
            refresh_ttl_seconds=document.get("refresh_ttl_seconds", 86_400),
            sessions_per_user=document.get("sessions_per_user"),
        )


@dataclass(frozen=True, slots=True)
class ApplicationConfiguration:
    id: UUID
    client_id: str
    name: str
    type: str
    enabled: bool
    secret_hashes: tuple[str, ...]
    tenant: TenantSettings
    attributes: Mapping[str, AttributeRule]  # all that the tenant knows, by identifier
    sign_up: SignUp
    login: Login
    tokens: TokenSettings
    scopes: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    logout_redirect_uris: tuple[str, ...]
    is_private: bool = False  # known and unknown addresses are answered alike
    dialects: tuple[str, ...] | None = None  # None: published before they were chosen, so all of them

    @property
    def origins(self) -> frozenset[str]:
        """Where its pages are: those that it lists, and those of its redirect URIs (contract tencent §10.2)."""
        return frozenset(self.allowed_origins) | {origin_of(uri) for uri in self.redirect_uris} - {""}

    def with_region_first(self, region: str) -> Self:
        return replace(self, tenant=self.tenant.with_region_first(region))

    def speaks(self, dialect: str) -> bool:
        """Return whether the application may use the dialect; "" stands for calls that every application may make."""
        return not dialect or self.dialects is None or dialect in self.dialects

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        """The configuration that `signup.contracts.compile_document` wrote."""
        return cls(
            id=UUID(document["id"]),
            client_id=document["client_id"],
            name=document["name"],
            type=document["type"],
            enabled=document["enabled"],
            secret_hashes=tuple(document["secret_hashes"]),
            tenant=TenantSettings.load(document["tenant"]),
            attributes={rule["identifier"]: AttributeRule.load(rule) for rule in document["attributes"]},
            sign_up=SignUp.load(document["sign_up"]),
            login=Login.load(document["login"]),
            tokens=TokenSettings.load(document.get("tokens", {})),
            scopes=tuple(document.get("scopes", ())),
            allowed_origins=tuple(document.get("allowed_origins", ())),
            redirect_uris=tuple(document.get("redirect_uris", ())),
            logout_redirect_uris=tuple(document.get("logout_redirect_uris", ())),
            is_private=document.get("is_private", False),
            dialects=tuple(document["dialects"]) if "dialects" in document else None,
        )
