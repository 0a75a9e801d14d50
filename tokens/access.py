"""Access tokens: JWTs of the profile of RFC 9068, signed by the tenant's key (S-57, S-59)."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tenants.configuration import ApplicationConfiguration
from tokens import keys, scopes
from tokens.errors import InvalidToken
from tokens.models import Session, SigningKey

TYPE = "at+jwt"  # an ID token, which the same key signs, is none (RFC 9068 §4)
LONGEST = 4096
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says, before anybody asked whether its session still lives."""

    tenant_id: UUID
    issuer: str
    jti: str
    sub: str
    client_id: str
    scope: str  # with spaces between, however the token has it
    session_id: UUID | None  # None: the client speaks for itself
    expires_at: datetime
    issued_at: datetime


def issue_for_session(application: ApplicationConfiguration, session: Session, now: datetime) -> str:
    """A token of the end user whose session it is.

    In an OpenID session its scopes are a list, and nothing is added (contract tencent §6).
    """
    lifetime = timedelta(seconds=application.tokens.access_ttl_seconds)
    scope = scopes.printed(application, session)
    if scope == scopes.OPENID:
        own = {"sub": session.end_user_id.hex, "sid": session.id.hex, "scope": [scope]}
        return _sign(application, own, lifetime, now)
    claims = {
        "sub": session.end_user_id.hex,
        "sid": session.id.hex,
        "scope": scope,
        "provider_type": session.provider_type,
        "user_type": "external",
        "meta": {},
    }
    if scope == scopes.ANONYMOUS:
        claims |= {"name": "Anonymous", "nonce": secrets.token_urlsafe(16)}
    return _sign(application, claims, lifetime, now)


def issue_for_client(application: ApplicationConfiguration, scope: str, lifetime: timedelta, now: datetime) -> str:
    """A token of the application itself (RFC 6749 §4.4)."""
    return _sign(application, {"sub": application.client_id, "scope": scope}, lifetime, now)


def read(token: str, now: datetime) -> Claims:
    """The claims of a token that we signed and that has not expired; raises InvalidToken for every other text.

    Whether its issuer, client and session are those that it may be used for is the caller's next question.
    """
    if len(token) > LONGEST:
        raise InvalidToken
    key = _key_of(token)
    claims = _verified(token, key, now)
    if claims["aud"] != claims["client_id"]:
        raise InvalidToken
    return Claims(
        tenant_id=key.tenant_id,
        issuer=claims["iss"],
        jti=claims["jti"],
        sub=claims["sub"],
        client_id=claims["client_id"],
        scope=_scope(claims.get("scope", "")),
        session_id=_uuid(claims["sid"]) if "sid" in claims else None,
        expires_at=datetime.fromtimestamp(claims["exp"], now.tzinfo),
        issued_at=datetime.fromtimestamp(claims["iat"], now.tzinfo),
    )


def session_of(token: str) -> UUID | None:
    """The session of a token that we signed, however long ago; raises InvalidToken for every other text."""
    if len(token) > LONGEST:
        raise InvalidToken
    claims = _verified(token, _key_of(token), None)
    return _uuid(claims["sid"]) if "sid" in claims else None


def audience_of(token: str) -> str:
    """The client that the token names, or "": to look its application up by, and believed only after `read`."""
    try:
        claims = json.loads(jws.extract_compact(token.encode("ascii")).payload) if len(token) <= LONGEST else {}
    except (JoseError, ValueError, RecursionError):
        return ""
    audience = claims.get("aud") if isinstance(claims, dict) else None
    return audience if isinstance(audience, str) else ""


def _sign(application: ApplicationConfiguration, claims: dict[str, Any], lifetime: timedelta, now: datetime) -> str:
    pair, issued, jti = keys.present(application.tenant.id, now), int(now.timestamp()), secrets.token_hex(16)
    common = {
        "iss": application.tenant.issuer,
        "aud": application.client_id,
        "client_id": application.client_id,
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(lifetime.total_seconds()),
        "jti": jti,
        "at_hash": _half_hash(jti),
        "project_id": application.tenant.slug,
    }
    header = {"alg": pair.algorithm, "kid": pair.kid, "typ": TYPE}
    return jwt.encode(header, common | claims, pair.private, algorithms=[pair.algorithm])


def _half_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


def _key_of(token: str) -> SigningKey:
    """The key that the header names: ours, found by a name that is only looked up, never fetched."""
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError):
        raise InvalidToken from None
    kid = header.get("kid")
    key = keys.find_public(kid) if isinstance(kid, str) and set(header) <= {"alg", "kid", "typ"} else None
    if key is None or header.get("typ") != TYPE:
        raise InvalidToken
    return key


def _verified(token: str, key: SigningKey, now: datetime | None) -> dict[str, Any]:
    """Without `now` its times do not matter."""
    public = (RSAKey if key.algorithm == "RS256" else ECKey).import_key(key.public_jwk)
    try:
        claims = jwt.decode(token, public, algorithms=[key.algorithm]).claims
    except (JoseError, ValueError):
        raise InvalidToken from None
    texts = all(isinstance(claims.get(name), str) for name in REQUIRED if name not in ("exp", "iat"))
    moments = all(type(claims.get(name)) is int for name in ("exp", "iat", "nbf"))
    if not (texts and moments) or not (now is None or claims["nbf"] <= now.timestamp() < claims["exp"]):
        raise InvalidToken
    return claims


def _scope(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise InvalidToken from None
