"""The fields of the calls about third parties, and how a profile is told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict

from accounts import usernames
from accounts.third_party.exchange import Evidence
from accounts.third_party.presets import PRESETS
from accounts.third_party.profiles import Profile
from ciam.dialects.cloudbase import fields, sign_in_fields
from ciam.dialects.cloudbase.errors import InvalidArgument
from signup.registrations import Registration
from tenants.configuration import ApplicationConfiguration

LONGEST_CODE = 4096
LONGEST_ID_TOKEN = 16_384
LONGEST_URI = 2000
LONGEST_STATE = 2000
OTHER_PARAMETERS = 20


def redirect_uri(values: Mapping[str, Any], name: str, application: ApplicationConfiguration) -> str:
    """One of the application's, letter by letter (S-69); raises InvalidArgument."""
    uri = fields.text(dict(values), name, longest=LONGEST_URI)
    if uri not in application.redirect_uris:
        raise InvalidArgument(f"{name} is none of the application's redirect URIs.")
    return uri


def other_parameters(query: QueryDict) -> dict[str, str]:
    """`other_params[name]=value`, as clients hand them through to the third party."""
    found = {}
    for key in query:
        prefix, bracket, rest = key.partition("[")
        if prefix == "other_params" and bracket and rest.endswith("]") and rest != "]":
            found[rest[:-1]] = fields.text(query.dict(), key, longest=LONGEST_STATE)
    if len(found) > OTHER_PARAMETERS:
        raise InvalidArgument("other_params has too many members.")
    return found


def evidence(body: dict[str, Any], preset: str, application: ApplicationConfiguration) -> Evidence:
    """A code with its redirect URI, or an ID token where the third party makes them; raises InvalidArgument."""
    if body.get("provider_access_token"):
        raise InvalidArgument(
            "provider_access_token is not accepted: it does not say for whom it was made; send provider_code."
        )
    code = fields.text(body, "provider_code", required=False, longest=LONGEST_CODE)
    id_token = fields.text(body, "provider_id_token", required=False, longest=LONGEST_ID_TOKEN)
    if bool(code) == bool(id_token):
        raise InvalidArgument("One of provider_code and provider_id_token is needed.")
    if id_token and not PRESETS[preset].takes_id_tokens:
        raise InvalidArgument("This provider makes no ID tokens; send provider_code.")
    more = parameters(body)
    return Evidence(
        code=code,
        redirect_uri=redirect_uri(body, "provider_redirect_uri", application) if code else "",
        id_token=id_token,
        nonce=fields.text(more, "nonce", required=False),
        code_verifier=fields.text(more, "code_verifier", required=False),
    )


def registration(
    body: dict[str, Any], application: ApplicationConfiguration, device_id: str, now: datetime
) -> Registration:
    """What somebody who signs up by an identity gives beside it; raises InvalidArgument."""
    if body.get("phone_number") or body.get("email"):
        raise InvalidArgument("provider_token excludes phone_number and email.")
    return Registration(
        names=frozenset(),
        username=fields.text(body, "username", required=False) or None,
        password=sign_in_fields.password(body),
        attributes=sign_in_fields.general_attributes(body, application),
        username_form=usernames.WIDE_BESIDE_EMAIL,
        asks_only_required=True,
        anonymous_id=sign_in_fields.anonymous_id(body, application, device_id, now),
    )


def parameters(body: dict[str, Any]) -> dict[str, Any]:
    value = body.get("provider_params")
    if value is not None and not isinstance(value, dict):
        raise InvalidArgument("provider_params is not an object.")
    return value or {}


def told(profile: Profile) -> dict[str, Any]:
    return {
        "provider_id": profile.provider,
        "sub": profile.subject,
        "name": profile.name,
        "picture": profile.picture,
        "email": profile.email,
        "phone_number": profile.phone_number,
        "gender": profile.gender,
        "locale": profile.locale,
        "url": profile.url,
        "groups": [],
        "meta": {},
    }
