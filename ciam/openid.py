"""`/oauth2/jwks` and `/.well-known/openid-configuration`: how a tenant's tokens are verified."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from ciam import answers
from ciam.needs import ANYBODY, declare
from ciam.reading import read_only
from ciam.request_language import LANGUAGE_TAGS
from signup.contracts import tenant_settings
from tenants import clock, isolation
from tenants.attributes import LABELS
from tenants.callers import find_application
from tenants.models import Tenant
from tokens import authorization, keys
from tokens.scopes import OPENID

CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post"]
CLAIMS = ["sub", "iss", "aud", "azp", "exp", "iat", "auth_time", "nonce", *LABELS]  # and the tenant's own attributes
CACHE = {"Cache-Control": "public, max-age=600", "Access-Control-Allow-Origin": "*"}  # shorter than keys.OVERLAP


@declare(ANYBODY)
@read_only
def jwks(request: HttpRequest, slug: str = "") -> HttpResponse:
    tenant = _enter_tenant(request, slug)
    if tenant is None:
        return answers.error(404, "not_found")
    return JsonResponse({"keys": keys.published(tenant.id, clock.now())}, headers=CACHE)


@declare(ANYBODY)
@read_only
def discovery(request: HttpRequest, slug: str = "") -> HttpResponse:
    tenant = _enter_tenant(request, slug)
    return JsonResponse(_describe(tenant), headers=CACHE) if tenant else answers.error(404, "not_found")


def _enter_tenant(request: HttpRequest, slug: str) -> Tenant | None:
    """Find the tenant whose keys are asked for, and reach its rows."""
    tenant = _find_tenant(request, slug)
    if tenant:
        isolation.enter(tenant.id)
    return tenant


def _find_tenant(request: HttpRequest, slug: str) -> Tenant | None:
    """The one of the Host; on a shared host that of the path or of `client_id`."""
    tenant_id = request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
    if slug:
        found = Tenant.objects.filter(slug=slug).first()
        return found if found and tenant_id is None else None
    if tenant_id is None:
        application = find_application(client_id=request.GET.get("client_id", ""), tenant_id=None)
        tenant_id = application.tenant.id if application else None
    return Tenant.objects.filter(pk=tenant_id).first()


def _describe(tenant: Tenant) -> dict[str, Any]:
    issuer = tenant_settings(tenant).issuer
    base = settings.PUBLIC_URL if issuer.startswith(f"{settings.PUBLIC_URL}/t/") else issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{base}/oauth2/authorize",
        "end_session_endpoint": f"{base}/logout",
        "jwks_uri": f"{issuer}/oauth2/jwks",
        "token_endpoint": f"{base}/oauth2/token",
        "token_endpoint_auth_methods_supported": [*CLIENT_AUTHENTICATION, "none"],
        "revocation_endpoint": f"{base}/oauth2/revoke",
        "revocation_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
        "userinfo_endpoint": f"{base}/userinfo",
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "scopes_supported": [OPENID],
        "claims_supported": CLAIMS,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": sorted(authorization.PROMPTS),
        "ui_locales_supported": list(LANGUAGE_TAGS.values()),
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": sorted({key["alg"] for key in keys.published(tenant.id, clock.now())}),
    }
