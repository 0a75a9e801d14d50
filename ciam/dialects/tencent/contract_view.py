"""`GET /signup/contract?client_id=...`: what an application asks for, for everybody."""

import json

from django.http import HttpRequest, HttpResponse

from ciam import answers
from ciam.dialect_names import TENCENT
from ciam.dialects.tencent import contract
from ciam.needs import Kind, Needs, declare
from ciam.reading import answer, read_only
from tenants.callers import find_application

LONGEST_CLIENT_ID = 128


@declare(Needs(Kind.ANYBODY, dialect=TENCENT))
def sign_up_contract(request: HttpRequest) -> HttpResponse:
    response = _answer(request)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@read_only
def _answer(request: HttpRequest) -> HttpResponse:
    """An application that is unknown, switched off, or another tenant's than the Host's is not found, all alike."""
    client_ids = request.GET.getlist("client_id")
    if len(client_ids) != 1 or not 0 < len(client_ids[0]) <= LONGEST_CLIENT_ID:
        return answers.error(400, "invalid_request")
    tenant_id = request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
    application = find_application(client_id=client_ids[0], tenant_id=tenant_id)
    if application is None or not application.speaks(TENCENT):
        return answers.error(404, "not_found")
    return answer(request, json.dumps(contract.describe(application), ensure_ascii=False).encode())
