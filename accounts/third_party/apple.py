"""Apple's client secret: a token that the tenant's key signs anew for each exchange.

https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
"""

import json
from datetime import datetime

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from accounts.errors import ProviderFailed
from accounts.third_party.providers import Provider

LIFETIME_SECONDS = 300


def client_secret(provider: Provider, now: datetime) -> str:
    """Made of the stored JSON object with `team_id`, `key_id` and `private_key`; raises ProviderFailed."""
    issued, stored = int(now.timestamp()), json.loads(provider.client_secret)
    claims = {
        "iss": stored["team_id"],
        "sub": provider.client_id,
        "aud": provider.endpoints.issuer,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
    }
    try:
        key = ECKey.import_key(stored["private_key"])
        return jwt.encode({"alg": "ES256", "kid": stored["key_id"]}, claims, key, algorithms=["ES256"])
    except (JoseError, ValueError, TypeError):
        raise ProviderFailed("The provider's private key does not sign.") from None
