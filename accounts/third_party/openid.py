"""OpenID Connect: where an issuer answers, and what makes an ID token of it credible (Core §3.1.3.7)."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidClaimError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from accounts.errors import ProviderFailed
from accounts.third_party.calls import Session, text_of
from accounts.third_party.presets import Endpoints
from accounts.third_party.providers import Provider

DISCOVERY = "/.well-known/openid-configuration"
DISCOVERED = {
    "authorize_url": "authorization_endpoint",
    "token_url": "token_endpoint",
    "userinfo_url": "userinfo_endpoint",
    "jwks_url": "jwks_uri",
}
# Signatures that only the issuer can make: neither none, nor one whose key every client has.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 60
LONGEST_TOKEN = 16_384
LONGEST_LIFETIME = timedelta(days=31)  # used tokens are remembered for as long
logger = logging.getLogger(__name__)
ANY_TENANT = "{tenantid}"  # as Microsoft's discovery names the issuer that differs with the claim `tid`


def discover(provider: Provider, session: Session) -> Provider:
    """The provider with all its endpoints; asks the issuer for those that nobody has said."""
    known = provider.endpoints
    if not known.issuer or (known.authorize_url and known.token_url and known.jwks_url):
        return provider
    document = session.get_json(known.issuer.rstrip("/") + DISCOVERY)
    if document.get("issuer") != known.issuer:
        raise ProviderFailed("The provider's discovery document names another issuer.")
    found: dict[str, Any] = {
        ours: text_of(document, theirs) for ours, theirs in DISCOVERED.items() if not getattr(known, ours)
    }
    complete = replace(known, **found, authentication=known.authentication or _authentication(document))
    if not (complete.authorize_url and complete.token_url and complete.jwks_url):
        raise ProviderFailed("The provider's discovery document is incomplete.")
    return replace(provider, endpoints=complete)


def read_id_token(
    provider: Provider, token: str, session: Session, *, nonce: str, access_token: str, now: datetime
) -> dict[str, Any]:
    """The claims of an ID token that this issuer made for this client, and that is still good; else ProviderFailed."""
    if len(token) > LONGEST_TOKEN:
        raise ProviderFailed("The provider's ID token is too long.")
    try:
        keys = list(_usable_keys(session.get_json(provider.endpoints.jwks_url)["keys"]))
        found = jwt.decode(token, KeySet(keys), algorithms=ALGORITHMS)
        claims = found.claims
        options = {
            "iss": {"essential": True, "value": _issuer(provider.endpoints, claims)},
            "aud": {"essential": True, "value": provider.client_id},
            "sub": {"essential": True},
        }
        known = {"client_id": provider.client_id, "access_token": access_token}
        checked = CodeIDToken(claims, found.header, options, known)
        checked.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        if claims["exp"] > (now + LONGEST_LIFETIME).timestamp():
            raise InvalidClaimError("exp")
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ProviderFailed(f"The provider's ID token is not credible: {type(error).__name__}.") from error
    if (claims.get("nonce") or "") != nonce:
        raise ProviderFailed("The nonce of the provider's ID token is not the one that the client sent.")
    return dict(claims)


def expiry_of(claims: dict[str, Any]) -> datetime:
    """Return the time from which on the ID token with these claims is refused."""
    return datetime.fromtimestamp(claims["exp"] + LEEWAY_SECONDS + 1, UTC)


def _usable_keys(documents: list[Any]) -> Iterator[Key]:
    """Leave out those that cannot be read: a key of a kind that is new does not stop the others (RFC 7517 §5)."""
    for document in documents:
        try:
            yield JWKRegistry.import_key(document)
        except Exception as error:  # noqa: BLE001 - the library raises whatever it stumbles over
            logger.info("A key of a provider is not usable: %s", type(error).__name__)


def _issuer(endpoints: Endpoints, claims: dict[str, Any]) -> str:
    return endpoints.issuer.replace(ANY_TENANT, str(claims.get("tid", "")))


def _authentication(document: dict[str, Any]) -> str:
    """How the client proves itself at the token endpoint: in the header, unless they take it in the body alone."""
    supported = document.get("token_endpoint_auth_methods_supported")
    is_post_alone = (
        isinstance(supported, list) and "client_secret_post" in supported and "client_secret_basic" not in supported
    )
    return "client_secret_post" if is_post_alone else "client_secret_basic"
