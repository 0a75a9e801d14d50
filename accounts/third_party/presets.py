"""The third parties that are ready to be used: where they answer, and how they name things."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tenants.models import IdentityProvider

Preset = IdentityProvider.Preset
OPENID_SCOPES = ("openid", "email", "profile")
# Our names, and the names of OpenID Connect (Core §5.1).
OPENID_CLAIMS = {
    "sub": "sub",
    "name": "name",
    "picture": "picture",
    "email": "email",
    "email_verified": "email_verified",
    "phone_number": "phone_number",
    "gender": "gender",
    "locale": "locale",
    "url": "profile",
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What is the same for all clients of a third party; a blank is for the tenant's row to say, or for discovery.

    An issuer makes it an OpenID provider. `{tenantid}` in one stands for the claim `tid` of the ID token.
    """

    issuer: str = ""
    authorize_url: str = ""
    token_url: str = ""
    userinfo_url: str = ""
    jwks_url: str = ""
    scopes: tuple[str, ...] = OPENID_SCOPES
    claims: Mapping[str, str] = field(default_factory=lambda: OPENID_CLAIMS)  # dots lead into objects
    authentication: str = ""  # of the client at the token endpoint; blank: as discovery says
    parameters: Mapping[str, str] = field(default_factory=dict)  # of every authorization request
    homepage: str = ""
    takes_id_tokens: bool = True


PRESETS: dict[str, Endpoints] = {
    Preset.GOOGLE: Endpoints(
        issuer="https://accounts.google.com",
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        userinfo_url="https://openidconnect.googleapis.com/v1/userinfo",
        jwks_url="https://www.googleapis.com/oauth2/v3/certs",
        authentication="client_secret_post",
        homepage="https://www.google.com",
    ),
    Preset.MICROSOFT: Endpoints(
        issuer="https://login.microsoftonline.com/{tenantid}/v2.0",
        authorize_url="https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106 - an address
        userinfo_url="https://graph.microsoft.com/oidc/userinfo",
        jwks_url="https://login.microsoftonline.com/common/discovery/v2.0/keys",
        authentication="client_secret_post",
        homepage="https://www.microsoft.com",
    ),
    Preset.APPLE: Endpoints(
        issuer="https://appleid.apple.com",
        authorize_url="https://appleid.apple.com/auth/authorize",
        token_url="https://appleid.apple.com/auth/token",  # noqa: S106 - an address
        jwks_url="https://appleid.apple.com/auth/keys",
        scopes=("openid", "email", "name"),
        authentication="client_secret_post",
        parameters={"response_mode": "form_post"},  # they insist on it where a name or an address is asked for
        homepage="https://www.apple.com",
    ),
    Preset.GITHUB: Endpoints(
        authorize_url="https://github.com/login/oauth/authorize",
        token_url="https://github.com/login/oauth/access_token",  # noqa: S106 - an address
        userinfo_url="https://api.github.com/user",
        scopes=("read:user", "user:email"),
        claims={"sub": "id", "name": "name", "picture": "avatar_url", "email": "email", "url": "html_url"},
        authentication="client_secret_post",
        homepage="https://github.com",
        takes_id_tokens=False,
    ),
    Preset.FACEBOOK: Endpoints(
        authorize_url="https://www.facebook.com/v23.0/dialog/oauth",
        token_url="https://graph.facebook.com/v23.0/oauth/access_token",  # noqa: S106 - an address
        userinfo_url="https://graph.facebook.com/v23.0/me?fields=id,name,email,picture",
        scopes=("public_profile", "email"),
        claims={"sub": "id", "name": "name", "picture": "picture.data.url", "email": "email"},
        authentication="client_secret_post",
        homepage="https://www.facebook.com",
        takes_id_tokens=False,
    ),
    Preset.OIDC: Endpoints(),
    Preset.CUSTOM_OAUTH2: Endpoints(scopes=(), authentication="client_secret_basic", takes_id_tokens=False),
}
URLS = ("issuer", "authorize_url", "token_url", "userinfo_url")
REQUIRED_URLS: dict[str, tuple[str, ...]] = {
    Preset.OIDC: ("issuer",),
    Preset.CUSTOM_OAUTH2: ("authorize_url", "token_url", "userinfo_url"),
}
# Only a back channel that proves itself may say who somebody is.
NEEDS_SECRET = (Preset.GOOGLE, Preset.MICROSOFT, Preset.APPLE, Preset.GITHUB, Preset.FACEBOOK)
