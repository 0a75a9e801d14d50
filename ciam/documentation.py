"""The API for programs and for people: `GET /openapi.json`, and Swagger UI at `GET /docs/`."""

import json
from functools import lru_cache
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ciam.needs import ANYBODY, declare
from ciam.reading import answer, read_only

_generating = Lock()  # the generator is not made for two threads


@declare(ANYBODY)
@read_only
def openapi(request: HttpRequest) -> HttpResponse:
    with _generating:
        body = _document()
    response = answer(request, body)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@lru_cache(maxsize=1)
def _document() -> bytes:
    from ciam.api_document import generate  # only a process that is asked for it pays for drf-spectacular

    return json.dumps(generate(), ensure_ascii=False).encode()


@declare(ANYBODY)
@read_only
def docs(request: HttpRequest) -> HttpResponse:
    page = render_to_string("docs/page.html").encode()
    return answer(request, page, content_type="text/html; charset=utf-8")
