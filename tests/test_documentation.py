import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from ciam.dialects.cloudbase import errors as cloudbase_errors
from ciam.dialects.plusauth import errors as plusauth_errors
from ciam.dialects.tencent import call_errors, openapi
from ciam.dialects.tencent.errors import ERRORS, OF_CHANNEL, row
from otp.errors import AddressError
from tenants.models import Channel, Domain
from tests import routes
from tests.clients import Client
from tests.factories import make_tenant

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)\s]+)\)")
IMPORTED_AT_START = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
import ciam.wsgi, ciam.urls
print(sorted(name for name in sys.modules if name.split(".")[0] == "drf_spectacular"))
"""


# What the URLs serve besides, and why the document, which is of JSON calls, does not have it.
UNKNOWN_PATH = "Answers every path that is no call."
PAGE = "A page for people: docs/hosted-sign-up.md, docs/hosted-log-in.md."
NO_CALLS = {
    "/": "A page for people who open the server itself.",
    "/admin/": "Pages for staff.",
    "GET /docs/": "The document, as a page.",
    "GET /openapi.json": "The document itself.",
    "GET /metrics": "Text for Prometheus: docs/operations.md.",
    "GET /signup": PAGE,
    "GET /signup/logo": "An image on pages.",
    "GET /login": PAGE,
    "GET /login/consent": PAGE,
    "GET /login/with/{key}": "A link of the log-in page.",
    "GET /login/callback/{key}": "Where third parties send browsers.",
    "POST /login/callback/{key}": "Where third parties send browsers.",
    "GET /oauth2/auth": "PlusAuth's name for /oauth2/authorize.",
    "POST /oauth2/auth": "PlusAuth's name for /oauth2/authorize.",
    "GET /oauth2/continue": "Where our own pages send browsers.",
    "GET /account/verifyEmail": "A page for people: docs/email-verification.md.",
    "GET /api/v1/users/": "The same call as without the slash.",
    "POST /api/v1/users/": "The same call as without the slash.",
    "GET /api/v1/users/{user_id}/": "The same call as without the slash.",
    "PATCH /api/v1/users/{user_id}/": "The same call as without the slash.",
    "DELETE /api/v1/users/{user_id}/": "The same call as without the slash.",
    "/api/v1/{rest}": UNKNOWN_PATH,
    "/auth/v1": UNKNOWN_PATH,
    "/auth/v1/": UNKNOWN_PATH,
    "/auth/v1/{rest}": UNKNOWN_PATH,
}


def client(**headers: str) -> Client:
    return Client(headers={"host": "localhost"} | headers)


@pytest.fixture(scope="module")
def document():
    return client().get("/openapi.json").json()


def anchors(page: Path) -> set[str]:
    """Return the ids that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_broken(link: str, page: Path) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return not target.exists() or bool(anchor and anchor not in anchors(target))


def rows_of_the_table() -> set[tuple[int, str, str | None]]:
    channels = {kind: Channel.values if issubclass(kind, AddressError) else [""] for kind in ERRORS}
    rows = {row(kind, channel=channel, message=openapi.MESSAGE) for kind in ERRORS for channel in channels[kind]}
    return rows | {row(kind, channel=channel) for kind, channel in OF_CHANNEL}


def test_each_link_between_pages_has_a_target():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/*/*.md"), *ROOT.glob("bench/*.md")]
    links = [(page, link) for page in pages for link in LINK.findall(page.read_text()) if "://" not in link]

    assert [f"{page.relative_to(ROOT)}: {link}" for page, link in links if is_broken(link, page)] == []


def test_the_document_has_the_calls_that_the_urls_serve(document):
    """By the URL configuration: what is served is described or exempt, and nothing else is either."""
    described = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }
    served = {f"{method} {route.template}".strip() for route in routes.walk() for method in route.methods or ("",)}

    assert described - served == set()
    assert served - described == set(NO_CALLS)


def test_credentials_are_described(document):
    assert document["components"]["securitySchemes"]["application"]["scheme"] == "basic"
    of_sign_up = [{"application": []}, {"session": []}, {"back_end": []}]
    assert document["paths"]["/signup"]["post"]["security"] == of_sign_up
    assert document["paths"]["/signup/contract"]["get"]["security"] == []


def test_each_row_of_cloudbases_errors_is_described(document):
    examples = document["paths"]["/auth/v1/signup"]["post"]["responses"]["default"]["content"]["application/json"]
    told = {example["value"]["error"] for example in examples["examples"].values()}
    assert told >= {row.error for row in cloudbase_errors.ERRORS.values()}


def test_each_row_of_plusauths_errors_is_described(document):
    for path in ("/signup", "/signup/code", "/api/v1/users", "/login", "/signup/strength", "/account/verifyEmail"):
        content = document["paths"][path]["post"]["responses"]["default"]["content"]["application/json"]
        told = {(one["value"]["status"], one["value"]["error"]) for one in content["examples"].values()}
        assert told >= {(row.status, row.error) for row in plusauth_errors.ERRORS.values()}


def test_the_document_is_valid_and_drawn_without_a_warning(capsys):
    from drf_spectacular.management.commands.spectacular import Command

    options = ["--validate", "--fail-on-warn", "--format", "openapi-json"]
    call_command(Command(), *options, "--generator-class", "ciam.api_document.Generator")

    assert json.loads(capsys.readouterr().out)["openapi"].startswith("3.1")


def test_every_row_of_the_error_table_is_in_the_document(document):
    found = set()
    for path in ("/otp/send", "/signup"):
        for status, response in document["paths"][path]["post"]["responses"].items():
            if not status.isdecimal():  # the other dialects'
                continue
            for one in response["content"]["application/json"].get("examples", {}).values():
                found.add((int(status), one["value"].get("error"), one["value"].get("error_description")))
                assert one["description"]

    assert rows_of_the_table() == found


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/oauth2/token", call_errors.TOKEN),
        ("/userinfo", call_errors.USER_INFO),
        ("/change_user_password", call_errors.CHANGE_PASSWORD),
        ("/reset_user_password", call_errors.NEW_PASSWORD),
    ],
)
def test_every_row_of_a_calls_own_table_is_in_the_document(document, path, own):
    found = {
        (int(status), one["value"]["error"], one["value"].get("error_description"))
        for item in document["paths"][path].values()
        for status, response in item["responses"].items()
        for one in response.get("content", {}).get("application/json", {}).get("examples", {}).values()
    }

    assert {told for told in own.values() if told[1:] != ("abnormal_user_status", None)} <= found


def test_drawing_the_document_leaves_the_views_as_they_are(document):
    from ciam.dialects.tencent import views

    assert not hasattr(views.SignUp.post, "kwargs")
    assert "drf_spectacular" not in type(views.SignUp.__dict__.get("schema")).__module__


def test_the_document_has_an_etag():
    first = client().get("/openapi.json")

    again = client(**{"if-none-match": first["ETag"]}).get("/openapi.json")

    assert (first.status_code, first["Content-Type"], first["Cache-Control"]) == (200, "application/json", "no-cache")
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/openapi.json", "/docs/"])
def test_documentation_is_only_read(path):
    response = client().post(path)

    assert (response.status_code, response.json(), response["Allow"]) == (
        405,
        {"error": "method_not_allowed"},
        "GET, HEAD",
    )
    assert client().head(path).status_code == 200


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere():
    response = client().get("/docs/")

    page = response.content.decode()
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.count("<script") == page.count('<script src="/static/')
    assert "<style" not in page
    assert "style=" not in page
    assert "//" not in page.replace("<!DOCTYPE", "")


@pytest.mark.parametrize("path", ["/docs", "/docs/index.html", "/openapi.json/"])
def test_other_paths_are_a_json_404(path):
    response = client().get(path)

    assert (response.status_code, response.json()) == (404, {"error": "not_found"})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/openapi.json", "/docs/"])
def test_documentation_is_on_a_tenants_domain_in_a_trial_alone(settings, path):
    """S-112."""
    Domain.objects.create(tenant=make_tenant(), name="shop.example")
    settings.SHARED_HOSTS = ["localhost"]

    assert client(host="shop.example").get(path).status_code == 200
    settings.IS_TRIAL = False
    refused = client(host="shop.example").get(path)
    assert (refused.status_code, refused.json()) == (404, {"error": "not_found"})
    assert client().get(path).status_code == 200


def test_a_server_that_is_not_asked_for_it_does_not_load_the_generator():
    run = subprocess.run(
        [sys.executable, "-c", IMPORTED_AT_START], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert run.stdout.strip() == "[]"
