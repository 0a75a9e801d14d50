"""The OpenAPI document: the views, and what each dialect says of them. It loads drf-spectacular, so import it late."""

from typing import Any

from drf_spectacular.generators import SchemaGenerator

from ciam.dialects.cloudbase import openapi as cloudbase
from ciam.dialects.plusauth import openapi as plusauth
from ciam.dialects.tencent import openapi as tencent
from ciam.hosted import openapi as hosted

DIALECTS = (tencent, cloudbase, plusauth, hosted)
SERVER = "Server"
TOKENS = "Tokens"
BEARER = {"type": "http", "scheme": "bearer", "description": "An access token of an end user whose session lives."}


def _error(description: str, name: str) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Error"}, "example": {"error": name}}
    return {"description": description, "content": {"application/json": content}}


def _state(operation_id: str, summary: str, body: dict[str, Any], *statuses: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}, "example": body}}
    answers = {status: {"description": summary, "content": content} for status in statuses}
    return {
        "get": {
            "operationId": operation_id,
            "summary": summary,
            "tags": [SERVER],
            "security": [],
            "responses": answers | {"405": {"$ref": "#/components/responses/MethodNotAllowed"}},
        }
    }


ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    "required": ["error"],
}
RESPONSES = {
    "InvalidRequest": _error("A parameter is missing, or there are several.", "invalid_request"),
    "NotFound": _error("There is no such thing, or not for this Host.", "not_found"),
    "MethodNotAllowed": _error("The path has another method.", "method_not_allowed"),
    "TooManyRequests": _error("Too much came from this address: wait for Retry-After seconds.", "too_many_requests"),
}
READY = {"database": "ok", "broker": "ok", "worker": "ok"}


def _of_tenant(operation_id: str, summary: str, example: dict[str, Any]) -> dict[str, Any]:
    """A document of one tenant, which the Host names, or on a shared host a client id."""
    item = _state(operation_id, summary, example, "200")
    client = {"name": "client_id", "in": "query", "description": "On a shared host.", "schema": {"type": "string"}}
    item["get"] |= {"tags": [TOKENS], "parameters": [client]}
    item["get"]["responses"]["404"] = {"$ref": "#/components/responses/NotFound"}
    return item


def _of_slug(operation_id: str, summary: str, example: dict[str, Any]) -> dict[str, Any]:
    """The same where the issuer is a path of a shared host, which the tenant's slug ends."""
    item = _of_tenant(operation_id, summary, example)
    slug = {"name": "slug", "in": "path", "required": True, "description": "The tenant.", "schema": {"type": "string"}}
    item["get"]["parameters"] = [slug]
    return item


KEYS: dict[str, Any] = {"keys": []}
PATHS = {
    "/oauth2/jwks": _of_tenant("jwks", "The tenant's public keys (RFC 7517)", KEYS),
    "/.well-known/openid-configuration": _of_tenant(
        "discovery", "OpenID Connect discovery", {"issuer": "https://login.shop.example"}
    ),
    "/t/{slug}/oauth2/jwks": _of_slug("jwks_of_slug", "The tenant's public keys, on a shared host", KEYS),
    "/t/{slug}/.well-known/openid-configuration": _of_slug(
        "discovery_of_slug", "OpenID Connect discovery, on a shared host", {"issuer": "https://ciam.example/t/shop"}
    ),
    "/healthz": _state("healthz", "Whether the process lives", {"status": "ok"}, "200"),
    "/readyz": _state("readyz", "Whether database, broker and worker answer", READY, "200", "503"),
}


class Generator(SchemaGenerator):
    """Adds what is no view of Django REST framework."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        document: dict[str, Any] = super().get_schema(request, public)  # type: ignore[no-untyped-call] # drf-spectacular has no types here
        tags = [{"name": dialect.TAG, "description": dialect.TAG_DESCRIPTION} for dialect in DIALECTS]
        document["tags"] = [
            *tags,
            {"name": TOKENS, "description": "Of a tenant."},
            {"name": SERVER, "description": "For load balancers and monitoring."},
        ]
        schemas = {"Error": ERROR}
        for dialect in DIALECTS:
            document["paths"] |= dialect.PATHS
            schemas |= dialect.SCHEMAS
        plusauth.join(document["paths"]["/signup"]["post"])
        document["paths"] |= PATHS
        document["components"] |= {"schemas": schemas, "responses": RESPONSES}
        document["components"]["securitySchemes"] |= {"bearer": BEARER, **plusauth.SECURITY}
        return document


def generate() -> dict[str, Any]:
    return Generator().get_schema(public=True)  # type: ignore[no-untyped-call] # as above
