"""From what a client brings back from a third party to who that is there: the protocol, in five seconds at most."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri

from accounts.errors import ProviderFailed
from accounts.third_party import apple, openid, profiles, used_id_tokens
from accounts.third_party.calls import Session, text_of
from accounts.third_party.presets import Preset
from accounts.third_party.profiles import Profile
from accounts.third_party.providers import Provider
from tenants import request_threads
from tenants.deadline import Deadline

SECONDS = 5.0
MOST_AT_ONCE = 16  # of one process
_waiting = threading.BoundedSemaphore(MOST_AT_ONCE)
# Of an authorization request, and `uri`, which Authlib calls the address itself.
OURS = frozenset({"response_type", "client_id", "redirect_uri", "scope", "state", "uri"})
NOT_IN_ERRORS = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the third party gave to the client: a code with the address that it went to, or an ID token."""

    code: str = ""
    redirect_uri: str = ""
    id_token: str = ""
    nonce: str = ""  # what the client sent along, if it did
    code_verifier: str = ""


def authorization_address(
    provider: Provider, *, redirect_uri: str, state: str, scope: str, extra: Mapping[str, str]
) -> str:
    """Where the end user's browser goes; raises ProviderFailed."""
    with _session() as session:
        provider = openid.discover(provider, session)
    parameters = {**provider.endpoints.parameters, **{name: extra[name] for name in extra if name not in OURS}}
    return str(
        prepare_grant_uri(
            provider.endpoints.authorize_url,
            provider.client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=scope or " ".join(provider.endpoints.scopes),
            state=state,
            **parameters,
        )
    )


def fetch_profile(provider: Provider, evidence: Evidence, now: datetime) -> Profile:
    """Who the evidence is about; raises ProviderFailed if it proves nothing."""
    with _session() as session:
        claims = _claims(openid.discover(provider, session), evidence, session, now)
    return profiles.read(provider.key, claims, provider.endpoints.claims)


@contextmanager
def _session() -> Iterator[Session]:
    """A few wait for third parties at a time, and hold up no other request."""
    if not _waiting.acquire(blocking=False):
        raise ProviderFailed("Too many wait for providers at this moment. Please try again later.")
    request_threads.replace()
    try:
        yield Session(Deadline.after(SECONDS))
    finally:
        _waiting.release()


def _claims(provider: Provider, evidence: Evidence, session: Session, now: datetime) -> dict[str, Any]:
    token = {"id_token": evidence.id_token} if evidence.id_token else _fetch_token(provider, evidence, session, now)
    access_token = text_of(token, "access_token")
    if not provider.is_openid:
        return _ask_user_info(provider, access_token, session)
    claims = openid.read_id_token(
        provider, text_of(token, "id_token"), session, nonce=evidence.nonce, access_token=access_token, now=now
    )
    is_new = used_id_tokens.remember(provider, token["id_token"], openid.expiry_of(claims))
    if evidence.id_token and not is_new:  # what came for a code is bound by that
        raise ProviderFailed("The provider's ID token was used before.")
    return claims | _more_claims(provider, access_token, claims, session)


def _fetch_token(provider: Provider, evidence: Evidence, session: Session, now: datetime) -> dict[str, Any]:
    client = OAuth2Client(
        session,
        client_id=provider.client_id,
        client_secret=apple.client_secret(provider, now) if provider.preset == Preset.APPLE else provider.client_secret,
        token_endpoint_auth_method=provider.endpoints.authentication if provider.client_secret else "none",
    )
    more = {"code_verifier": evidence.code_verifier} if evidence.code_verifier else {}
    try:
        return dict(
            client.fetch_token(
                provider.endpoints.token_url,
                grant_type="authorization_code",
                code=evidence.code,
                redirect_uri=evidence.redirect_uri,
                **more,
            )
        )
    except AuthlibBaseError as error:
        raise ProviderFailed(
            f"The provider refused the code: {NOT_IN_ERRORS.sub('', str(error.error))[:64]}."
        ) from error
    except (ValueError, TypeError) as error:
        raise ProviderFailed("The provider's token answer is malformed.") from error


def _ask_user_info(provider: Provider, access_token: str, session: Session) -> dict[str, Any]:
    if not access_token:
        raise ProviderFailed("The provider's token answer has no access token.")
    return session.get_json(provider.endpoints.userinfo_url, access_token=access_token)


def _more_claims(provider: Provider, access_token: str, claims: Mapping[str, Any], session: Session) -> dict[str, Any]:
    """What the ID token leaves to the userinfo endpoint, which must speak of the same subject (Core §5.3.2)."""
    names, url = provider.endpoints.claims, provider.endpoints.userinfo_url
    is_whole = all(names.get(name) in claims for name in ("name", "email"))
    if is_whole or not url or not access_token:
        return {}
    found = _ask_user_info(provider, access_token, session)
    if found.get("sub") != claims.get("sub"):
        raise ProviderFailed("The provider's userinfo is about another subject.")
    return {name: value for name, value in found.items() if name not in claims}
