"""What CloudBase's clients read: they judge by the body, so a success never has a top-level `error` or `code`."""

from typing import Any
from uuid import UUID

from django.http import JsonResponse

from accounts.end_users import group_names
from tokens.sessions import Tokens

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1


def done() -> JsonResponse:
    """Where there is nothing to say: an empty body would make the client send its request again."""
    return JsonResponse({}, headers=NO_STORE)


def success(body: dict[str, Any]) -> JsonResponse:
    assert not {"code", "error"} & set(body)
    return JsonResponse(body, headers=NO_STORE)


def tokens(issued: Tokens) -> JsonResponse:
    """The same answer for everything that signs somebody in."""
    return success(
        {
            "token_type": "Bearer",
            "access_token": issued.access_token,
            "refresh_token": issued.refresh_token,
            "expires_in": issued.expires_in,
            "sub": issued.sub,
            "scope": issued.scope,
            "groups": group_names(UUID(issued.sub)),
        }
    )


def error(status: int, name: str, code: int, description: str) -> JsonResponse:
    body = {"error": name, "error_code": code, "error_description": description}
    answer = JsonResponse(body, status=status, headers=NO_STORE)
    answer.outcome = name  # type: ignore[attr-defined] # for logs and metrics
    return answer
