"""The formats of import files, one module each: whether a record is of it, and the entry that it makes.

A reader takes the members that it knows; what it leaves is unread (`accounts.importing.unread`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accounts.importing.entries import Entry
from accounts.importing.formats import (
    auth0,
    ciam,
    clerk,
    cognito,
    firebase,
    keycloak,
    logto,
    okta,
    plusauth,
    supabase,
    tencent,
    wordpress,
)
from accounts.importing.members import Members

READERS: dict[str, Callable[[Members], Entry]] = {
    "ciam": ciam.read,
    "plusauth": plusauth.read,
    "auth0": auth0.read,
    "tencent": tencent.read,
    "keycloak": keycloak.read,
    "supabase": supabase.read,
    "firebase": firebase.read,
    "cognito": cognito.read,
    "okta": okta.read,
    "logto": logto.read,
    "clerk": clerk.read,
    "wordpress": wordpress.read,
}
# In the order in which they are asked: who has the least common names comes first.
RECOGNISERS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "keycloak": keycloak.recognises,
    "cognito": cognito.recognises,
    "firebase": firebase.recognises,
    "okta": okta.recognises,
    "logto": logto.recognises,
    "clerk": clerk.recognises,
    "wordpress": wordpress.recognises,
    "plusauth": plusauth.recognises,
    "supabase": supabase.recognises,
    "auth0": auth0.recognises,
    "tencent": tencent.recognises,
}
TYPED = ("ciam", "plusauth")  # whose JSON has each value in its type


def detect(record: Mapping[str, Any]) -> str:
    """The name of the format that the first record of a file is of: ours, unless another one knows it."""
    return next((name for name, recognises in RECOGNISERS.items() if recognises(record)), "ciam")


def header_of(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, where the first line of a vendor's CSV has none; else empty."""
    return firebase.header_of(cells)
