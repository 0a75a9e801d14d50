"""What a back end sends: a user, and the query of a list (contract §4, §7)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from accounts import user_documents
from accounts.profiles import InvalidField
from accounts.user_documents import PROFILE_CLAIMS, UserDocument
from ciam.dialects.plusauth.errors import EntityNotFound, InvalidQuery
from otp import addresses
from otp.errors import MalformedAddress
from tenants.configuration import ApplicationConfiguration

LIMIT, MOST = 25, 100
MOST_PAGES = 100_000
ORDERS = {"created_at.desc": "-id", "created_at.asc": "id", "created_at": "id"}  # an id tells when its row was made
LONGEST_Q = 256


@dataclass(frozen=True, slots=True)
class ListQuery:
    limit: int
    page: int
    order: str
    wanted: Q
    fields: frozenset[str]  # none: all


def read_user(body: Mapping[str, Any], application: ApplicationConfiguration, *, is_new: bool) -> UserDocument:
    """Raises InvalidField."""
    return user_documents.read(
        body,
        tenant=application.tenant,
        rules=application.attributes,
        may_be_nameless=not is_new,
        may_hold_data=True,
        may_hold_hash=True,
    )


def given(body: Mapping[str, Any], application: ApplicationConfiguration) -> frozenset[str]:
    """What the body names in its place, by its path with dots; a profile of null names all that a profile has."""
    profile, of_profile = body.get("profile", {}), {*PROFILE_CLAIMS, "addresses"}
    inner = of_profile.intersection(profile) if isinstance(profile, dict) else of_profile
    elsewhere = PROFILE_CLAIMS - application.attributes.keys()
    return frozenset(body) - {"profile"} - elsewhere | {f"profile.{name}" for name in inner}


def read_id(text: str) -> UUID:
    """A `sub`, with or without hyphens; raises EntityNotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise EntityNotFound from None


def read_list_query(query: QueryDict, application: ApplicationConfiguration) -> ListQuery:
    """Raises InvalidQuery."""
    order = ORDERS.get(query.get("sort_by", "created_at.desc"))
    if order is None:
        raise InvalidQuery("sort_by must be created_at.desc or created_at.asc.")
    return ListQuery(
        limit=_number(query, "limit", LIMIT, least=1, most=MOST),
        page=_number(query, "offset", 0, least=0, most=MOST_PAGES),
        order=order,
        wanted=_wanted(query.get("q", ""), application),
        fields=frozenset(query.get("fields", "").replace(" ", "").split(",")) - {""},
    )


def _number(query: QueryDict, name: str, default: int, *, least: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and least <= int(text) <= most):
        raise InvalidQuery(f"{name} must be a whole number from {least} to {most}.")
    return int(text)


def _wanted(q: str, application: ApplicationConfiguration) -> Q:
    """Who has exactly this user name, e-mail address or phone number, however it is spelled."""
    if not q:
        return Q()
    if len(q) > LONGEST_Q or "\x00" in q:
        raise InvalidQuery(
            f"q must be a user name, an e-mail address or a phone number of at most {LONGEST_Q} characters."
        )
    wanted = Q(pk=None)
    with suppress(MalformedAddress):
        wanted |= Q(email=addresses.canonical_email(q, may_be_dotless=True))  # as another dialect's sign-up accepts
    for name in ("username", "phone_number"):
        with suppress(InvalidField):
            document = user_documents.read({name: q}, tenant=application.tenant, rules={})
            wanted |= Q(**{name: getattr(document, name)})
    return wanted
