"""ID tokens: who has signed in, for the application alone; signed as access tokens are, and good for none (S-59)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tenants import isolation
from tenants.configuration import ApplicationConfiguration
from tokens import keys
from tokens.errors import InvalidToken
from tokens.models import Session

TYPE = "JWT"
LONGEST = 8192
LIFETIME = timedelta(seconds=1800)  # contract tencent §6


@dataclass(frozen=True, slots=True)
class Hint:
    """What an ID token that comes back as a hint says: for which client we made it, and of whom."""

    audience: str
    subject: str


def issue(
    *,
    application: ApplicationConfiguration,
    session: Session,
    claims: Mapping[str, Any],
    now: datetime,
    nonce: str = "",
    authenticated_at: datetime | None = None,
) -> str:
    """What the application may know of the session's end user.

    After an authorization request it says when that end user logged in, and the request's `nonce`, if it had one.
    """
    pair, issued = keys.present(application.tenant.id, now), int(now.timestamp())
    own = {
        "iss": application.tenant.issuer,
        "sub": session.end_user_id.hex,
        "aud": application.client_id,
        "azp": application.client_id,
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
        "jti": secrets.token_hex(16),
    }
    own |= {"nonce": nonce} if nonce else {}
    own |= {"auth_time": int(authenticated_at.timestamp())} if authenticated_at else {}
    header = {"alg": pair.algorithm, "kid": pair.kid, "typ": TYPE}
    return jwt.encode(header, {**claims, **own}, pair.private, algorithms=[pair.algorithm])


def read_hint(token: str) -> Hint:
    """The claims of an ID token that we made, however long ago; raises InvalidToken for every other text."""
    try:
        header = jws.extract_compact(token.encode("ascii")).headers() if len(token) <= LONGEST else {}
        kid = header.get("kid")
        with isolation.across_tenants():  # it may be all that tells which application asks
            key = keys.find_public(kid) if isinstance(kid, str) and header.get("typ") == TYPE else None
        if key is None or set(header) != {"alg", "kid", "typ"}:
            raise InvalidToken
        public = (RSAKey if key.algorithm == "RS256" else ECKey).import_key(key.public_jwk)
        claims = jwt.decode(token, public, algorithms=[key.algorithm]).claims
        return Hint(str(claims.get("aud", "")), str(claims.get("sub", "")))
    except (JoseError, ValueError, TypeError):
        raise InvalidToken from None
