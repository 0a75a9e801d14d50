"""The link that verifies an address: the worker makes it from the challenge's id, so its token is kept nowhere."""

import re
from uuid import UUID

from tenants import configuration, sealing

PATH = "/account/verifyEmail"
PURPOSE = "verification-link"
TOKEN = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})", re.ASCII)


def link(challenge_id: UUID, *, domain: str) -> str:
    """Where the tenant with this first domain, or none, verifies the address; from configuration alone (S-71)."""
    return f"{configuration.base_url(domain)}{PATH}?token={token(challenge_id)}"


def token(challenge_id: UUID) -> str:
    return f"{challenge_id.hex}.{sealing.keyed_hash(PURPOSE, challenge_id.hex)}"


def find_challenge_id(token: str) -> UUID | None:
    """The challenge that the token names, if it is one of ours."""
    match = TOKEN.fullmatch(token)
    if match is None or not sealing.matches(PURPOSE, match[1], match[2]):
        return None
    return UUID(match[1])
