"""What an application may ask for when it sends a browser to log somebody in (RFC 6749 §4.1, OpenID Core §3.1.2)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from accounts.models import EndUser
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal
from tenants.models import Application
from tokens import identity
from tokens.errors import InvalidToken
from tokens.scopes import OPENID

TYPES = (Application.Type.WEB, Application.Type.SPA, Application.Type.MOBILE)
PROMPTS = frozenset({"none", "login", "consent", "create", "select_account"})
ANEW = frozenset({"login", "create", "select_account"})  # prompts that no earlier log-in answers
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
LONGEST = {"state": 1024, "nonce": 255, "login_hint": 320, "ui_locales": 255, "connection": 64}
MOST_AGE = 10**9  # thirty years
LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?((?:[/?].*)?)", re.ASCII)
HIGHEST_PORT = 65535


class InvalidRedirectUri(Refusal):
    """The redirect URI is not one of the application's: nobody is sent there (S-69)."""


class AuthorizationError(Refusal):
    """The request is refused, and the application is told at its redirect URI (RFC 6749 §4.1.2.1)."""

    def __init__(self, error: str, description: str, location: str) -> None:
        super().__init__(description)
        self.error = error
        self.location = location


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that may be answered; JSON values alone, so that it can wait in a browser's session."""

    redirect_uri: str
    scope: str = OPENID
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    prompts: tuple[str, ...] = ()
    log_in_since: str = ""  # ISO 8601: no log-in before it answers the request
    login_hint: str = ""
    ui_locales: str = ""
    connection: str = ""  # the third party to go to, as PlusAuth names one
    subject: str = ""  # of the `id_token_hint`: the request is answered for this end user alone

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        """What `dump` has made, by this version or another one."""
        known = {field.name: document[field.name] for field in fields(cls) if field.name in document}
        return cls(**known | {"prompts": tuple(document["prompts"])})

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    def is_answered_by(self, authenticated_at: datetime) -> bool:
        """Whether somebody who logged in then need not do it again."""
        return not self.log_in_since or authenticated_at >= datetime.fromisoformat(self.log_in_since)

    def is_for(self, end_user: EndUser) -> bool:
        return self.subject in ("", end_user.sub)

    def answered(self, issuer: str, **parameters: str) -> str:
        """The redirect URI with these parameters, the state and who answers (RFC 9207)."""
        given = {**parameters, **({"state": self.state} if self.state else {}), "iss": issuer}
        separator = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{separator}{urlencode(given)}"


def read(parameters: Mapping[str, str], application: ApplicationConfiguration, now: datetime) -> AuthorizationRequest:
    """Raises InvalidRedirectUri, or AuthorizationError for all that the application can be told."""
    redirect_uri = parameters.get("redirect_uri", "")
    if not is_registered(redirect_uri, application):
        raise InvalidRedirectUri
    state = parameters.get("state", "")
    request = AuthorizationRequest(redirect_uri=redirect_uri, state=state if _is_fit("state", state) else "")

    def refuse(error: str, description: str) -> AuthorizationError:
        location = request.answered(application.tenant.issuer, error=error, error_description=description)
        return AuthorizationError(error, description, location)

    for error, description in _faults(parameters, application):
        raise refuse(error, description)
    subject = _subject(parameters.get("id_token_hint", ""), application)
    if subject is None:
        raise refuse("invalid_request", "OAuth 2.0 Parameter: id_token_hint")
    prompts = tuple(parameters.get("prompt", "").split())
    return AuthorizationRequest(
        redirect_uri=redirect_uri,
        state=state,
        nonce=parameters.get("nonce", ""),
        code_challenge=parameters.get("code_challenge", ""),
        prompts=prompts,
        log_in_since=_log_in_since(prompts, parameters.get("max_age", ""), now),
        login_hint=parameters.get("login_hint", ""),
        ui_locales=parameters.get("ui_locales", ""),
        connection=parameters.get("connection", ""),
        subject=subject,
    )


def is_registered(redirect_uri: str, application: ApplicationConfiguration) -> bool:
    """Whether it is one of the application's, letter by letter (S-69).

    A native application listens at whatever port of the loopback address is free (RFC 8252 §7.3).
    """
    if redirect_uri in application.redirect_uris:
        return True
    portless = _without_port(redirect_uri) if application.type == Application.Type.MOBILE else ""
    return bool(portless) and portless in map(_without_port, application.redirect_uris)


def refused(request: AuthorizationRequest, application: ApplicationConfiguration, error: str, description: str) -> str:
    """Where the browser goes with the news that nothing comes of the request."""
    return request.answered(application.tenant.issuer, error=error, error_description=description)


def _without_port(uri: str) -> str:
    """A loopback address without its port; "" for every other one."""
    match = LOOPBACK.fullmatch(uri)
    if not match or int(match[2] or 0) > HIGHEST_PORT:
        return ""
    return match[1] + match[3]


def _subject(hint: str, application: ApplicationConfiguration) -> str | None:
    """Of whom the ID token is; "" without one, and None for one that we did not make for this application."""
    if not hint:
        return ""
    try:
        found = identity.read_hint(hint)
    except InvalidToken:
        return None
    return found.subject if found.audience == application.client_id else None


def _log_in_since(prompts: tuple[str, ...], max_age: str, now: datetime) -> str:
    if not ANEW.isdisjoint(prompts):
        return now.isoformat()
    return (now - timedelta(seconds=int(max_age))).isoformat() if max_age else ""


def _faults(parameters: Mapping[str, str], application: ApplicationConfiguration) -> list[tuple[str, str]]:
    """What is wrong with the request, as OAuth names it; the first is told."""
    challenge, method = parameters.get("code_challenge", ""), parameters.get("code_challenge_method", "")
    prompts = set(parameters.get("prompt", "").split())
    age = parameters.get("max_age", "")
    is_public = application.type in (Application.Type.SPA, Application.Type.MOBILE)
    faults = [
        (application.type not in TYPES, "unauthorized_client", "Applications of this type have no users."),
        (not parameters.get("response_type"), "invalid_request", "OAuth 2.0 Parameter: response_type"),
        (parameters.get("response_type") != "code", "unsupported_response_type", "response_type is code."),
        (parameters.get("response_mode", "query") != "query", "invalid_request", "response_mode is query."),
        ("request" in parameters, "request_not_supported", "Request objects are not supported."),
        ("request_uri" in parameters, "request_uri_not_supported", "Request objects are not supported."),
        (not _is_openid(parameters), "invalid_scope", "scope has openid in it."),
        (is_public and not challenge, "invalid_request", "OAuth 2.0 Parameter: code_challenge"),
        (bool(method) and not challenge, "invalid_request", "OAuth 2.0 Parameter: code_challenge"),
        (bool(challenge) and method != "S256", "invalid_request", "OAuth 2.0 Parameter: code_challenge_method"),
        (bool(challenge) and not CHALLENGE.fullmatch(challenge), "invalid_request", "code_challenge is malformed."),
        (not prompts <= PROMPTS or {"none"} < prompts, "invalid_request", "OAuth 2.0 Parameter: prompt"),
        (bool(age) and not _is_age(age), "invalid_request", "OAuth 2.0 Parameter: max_age"),
        *(
            (not _is_fit(name, parameters.get(name, "")), "invalid_request", f"OAuth 2.0 Parameter: {name}")
            for name in LONGEST
        ),
    ]
    return [(error, description) for is_fault, error, description in faults if is_fault]


def _is_openid(parameters: Mapping[str, str]) -> bool:
    """Other scopes are heard and not granted; without any it is OpenID's."""
    scopes = parameters.get("scope", "").split()
    return not scopes or OPENID in scopes


def _is_age(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= MOST_AGE


def _is_fit(name: str, text: str) -> bool:
    return len(text) <= LONGEST[name] and not UNFIT_FOR_TEXT.search(text)
