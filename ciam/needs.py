"""Declarations of who may make a call; each view has one, and its base class enforces it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from tokens.bearers import Bearer


class Kind(StrEnum):
    """Kind of caller."""

    ANYBODY = "anybody"
    NAMED_CLIENT = "named client"  # an application, which says who it is
    CLIENT = "client"  # an application, with its secret if it has one to keep
    CONFIDENTIAL_CLIENT = "confidential client"  # an application, with its secret
    END_USER = "end user"  # by an access token
    BACK_END = "back end"  # an application, by an access token of its own
    BROWSER_SESSION = "browser session"  # by a cookie
    OPERATOR = "operator"
    BY_CREDENTIAL = "by credential"  # the credential chooses a view, which has a declaration of its own


@dataclass(frozen=True, slots=True)
class Needs:
    """Requirements of one call, or of one method of it.

    `scopes`: the token has all of them. `dialect`: the application speaks it; one that does not is answered like an
    unknown one, before anything is counted or sent. `fresh_proof`: the call changes how somebody logs in, so it also
    takes a proof of the last minutes, which the domain checks.
    """

    caller: Kind
    scopes: tuple[str, ...] = ()
    dialect: str = ""
    fresh_proof: bool = False

    def allows(self, bearer: Bearer) -> bool:
        return bearer.scopes.issuperset(self.scopes)


ANYBODY = Needs(Kind.ANYBODY)
BROWSER_SESSION = Needs(Kind.BROWSER_SESSION)
Declaration = Needs | Mapping[str, Needs]  # the same for all methods, or by method


View = TypeVar("View", bound=Callable[..., Any])


def declare(declaration: Declaration) -> Callable[[View], View]:
    """Attach a declaration to a view that is a function, which enforces it itself."""

    def declared(view: View) -> View:
        view.needs = declaration  # type: ignore[attr-defined]
        return view

    return declared


def of_view(view: Callable[..., Any]) -> Declaration | None:
    """Return the declaration of a view of the URL configuration; None if it has none."""
    declaration: Declaration | None = getattr(view, "needs", None) or getattr(getattr(view, "cls", None), "needs", None)
    return declaration


def find(declaration: Declaration, method: str | None) -> Needs | None:
    """Return the declaration for one method; None if there is none, so that nobody may call it."""
    if isinstance(declaration, Needs):
        return declaration
    return declaration.get("GET" if method == "HEAD" else method or "")
