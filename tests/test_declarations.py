"""Every view declares what it needs of its callers, and whoever does not have that is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test.utils import CaptureQueriesContext
from django.urls import path
from rest_framework.views import APIView

from ciam.dialect_names import CLOUDBASE, NAMES, PLUSAUTH, TENCENT
from ciam.dialects.cloudbase.base import CloudBaseView
from ciam.dialects.plusauth.sign_up_views import SignUp as BrowserSignUp
from ciam.dialects.plusauth.user_views import CreateUser
from ciam.dialects.tencent.views import SignUp as TencentSignUp
from ciam.needs import Kind, Needs, find
from signup.contracts import publish
from tenants.models import Application
from tests import routes
from tests.authorization.visitors import CALLBACK, Visitor, code_of, make_shop
from tests.callers import Callers
from tests.clients import Client
from tests.dialects.tencent.logins import GRANTS, Shop, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

ROUTES = [route for route in routes.walk() if route.template != routes.ADMIN]
OF_CLIENT_ID = {"client id", "secret", "end user", "cloudbase's end user"}
MAY_CALL = {
    Kind.NAMED_CLIENT: OF_CLIENT_ID | {"back end"},  # a token names its client
    Kind.CLIENT: {"secret"},
    Kind.CONFIDENTIAL_CLIENT: {"secret"},
    Kind.END_USER: {"end user", "cloudbase's end user"},
    Kind.BACK_END: {"back end"},
    Kind.BROWSER_SESSION: {"browser", "member"},
}
CHOSEN = {"secret": TencentSignUp.needs, "browser": BrowserSignUp.needs, "back end": CreateUser.needs}

# The words for a caller who may not call, by dialect.
REFUSALS = {
    TENCENT: {"invalid_client", "invalid_token", "insufficient_scope", "invalid_request"},
    CLOUDBASE: {"unauthorized_client", "unauthenticated", "permission_denied"},
    PLUSAUTH: {"missing_token", "invalid_authorization_scheme", "invalid_audience", "invalid_token", "missing_scope"},
}
MEMBERS = {
    TENCENT: {"error"},
    CLOUDBASE: {"error", "error_code", "error_description"},
    PLUSAUTH: {"error", "error_description", "status"},
}
OF_SCOPE = {"insufficient_scope", "missing_scope", "permission_denied"}
CHANGES_A_WAY_IN = {
    "PATCH /userinfo",
    "POST /change_user_password",
    "POST /reset_user_password",
    "POST /login/reset",
    "POST /auth/v1/reset",
    "DELETE /auth/v1/user/me",
    "POST /auth/v1/user/basic/edit",
    "PATCH /auth/v1/user/password",
    "PATCH /auth/v1/user/contact",
    "POST /auth/v1/user/provider/bind",
    "DELETE /auth/v1/user/provider/{provider_id}",
}


def calls() -> Iterator[tuple[str, str, routes.Route, Needs]]:
    for route in ROUTES:
        for method in route.methods:
            needs = find(route.needs, method) if route.needs else None
            if needs:
                yield f"{method} {route.template}", method, route, needs


CALLS = list(calls())
WITH_CALLERS = [call for call in CALLS if call[3].caller in MAY_CALL]
WITH_SCOPES = [call for call in CALLS if call[3].scopes]
OF_DIALECTS = [call for call in CALLS if call[3].dialect]


def ids(found: list[Any]) -> list[str]:
    return [call[0] for call in found]


def is_about_the_caller(response: HttpResponse) -> bool:
    """Whether it says that this caller may not make the call, not that something else is wrong with it."""
    if response.status_code not in (400, 401, 403) or "json" not in response["Content-Type"]:
        return False
    body = response.json()
    about = body.get("error_description", "")
    if response.status_code == 400:
        return "Bearer token not found" in about
    return "sudo" not in about


# Everything is declared


def test_every_url_declares_what_it_needs():
    assert [route.template for route in ROUTES if not route.needs] == []


def test_every_method_declares_what_it_needs():
    served = {f"{method} {route.template}" for route in ROUTES for method in route.methods}

    assert served - {name for name, *_ in CALLS} == set()


def test_the_calls_of_a_dialect_declare_it():
    prefixes = {"/auth/v1": CLOUDBASE, "/api/v1": PLUSAUTH}

    wrong = [
        name
        for name, _, route, needs in CALLS
        for prefix, dialect in prefixes.items()
        if route.template.startswith(prefix) != (needs.dialect == dialect)
    ]

    assert wrong == []


def test_what_changes_how_somebody_logs_in_is_declared():
    assert {name for name, _, _, needs in CALLS if needs.fresh_proof} == CHANGES_A_WAY_IN


# What declares nothing is refused


def undeclared(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"secret": "told"})


class Undeclared(APIView):
    def get(self, request: Any) -> HttpResponse:
        return undeclared(request)


class HalfDeclared(CloudBaseView):
    needs = {"GET": Needs(Kind.ANYBODY)}

    def post(self, request: Any) -> HttpResponse:
        return undeclared(request)


urlpatterns = [
    path("undeclared", undeclared),
    path("undeclared/class", Undeclared.as_view()),
    path("undeclared/half", HalfDeclared.as_view()),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("place", ["/undeclared", "/undeclared/class"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_view_without_a_declaration_refuses_everybody(place, method):
    response = Client(headers={"host": "localhost"}).generic(method, place)

    assert (response.status_code, response.json()["error"]) == (403, "access_denied")


@pytest.mark.urls(__name__)
def test_a_method_without_a_declaration_is_none():
    response = Client(headers={"host": "localhost"}).generic("POST", "/undeclared/half", "{}")

    assert response.status_code == 405


# Who may call


@pytest.mark.parametrize(("name", "method", "route", "needs"), WITH_CALLERS, ids=ids(WITH_CALLERS))
def test_other_callers_are_refused(name, method, route, needs):
    callers = Callers()
    others = {who: of for who, of in callers.credentials.items() if who not in MAY_CALL[needs.caller]}

    for who, credentials in others.items():
        response = callers.call(method, route.path, credentials())

        assert 400 <= response.status_code < 405, (who, response.status_code, response.content)
        if needs.dialect:
            body = response.json()
            assert set(body) >= MEMBERS[needs.dialect], (who, body)
            assert body["error"] in REFUSALS[needs.dialect], (who, body)


@pytest.mark.parametrize(("name", "method", "route", "needs"), WITH_CALLERS, ids=ids(WITH_CALLERS))
def test_the_declared_caller_is_let_through(name, method, route, needs):
    known = [who for who in Callers().credentials if who in MAY_CALL[needs.caller]]

    answers = []
    for who in known:
        callers = Callers()  # a new end user each, as one call deletes him
        answers.append(callers.call(method, route.path, callers.credentials[who]()))

    assert not all(map(is_about_the_caller, answers)), [answer.content for answer in answers]


def test_metrics_are_for_operators():
    http = Client(headers={"host": "localhost"}, REMOTE_ADDR="203.0.113.9")

    assert http.get("/metrics").status_code == 404


# What the token may do


@pytest.mark.parametrize(("name", "method", "route", "needs"), WITH_SCOPES, ids=ids(WITH_SCOPES))
def test_a_token_without_a_scope_is_refused(name, method, route, needs):
    """Every token that lacks one of them, of good callers of the right kind."""
    callers = Callers()
    if needs.caller is Kind.BACK_END:
        tokens = {scope: callers.own_token(scope) for scope in ("read:user", "write:user")}
    else:
        partner = make_shop(callers.application.tenant, consent=True)
        tokens = {
            "openid": callers.access_token("openid", application=partner),
            "user": callers.access_token("user"),
            "anonymous": callers.access_token("anonymous"),
        }
    implied = {"user": {"user", "anonymous"}}
    short = {scope: token for scope, token in tokens.items() if not set(needs.scopes) <= implied.get(scope, {scope})}

    assert short
    for scope, token in short.items():
        response = callers.call(method, route.path, {"authorization": f"Bearer {token}"})

        assert response.status_code in (401, 403), (scope, response.content)
        assert response.json()["error"] in OF_SCOPE, (scope, response.content)


# Whose calls an application makes


def set_dialects(*applications: Application, but: str) -> None:
    for application in applications:
        application.dialects = [name for name in NAMES if name != but]
        application.save()
        publish(application)


def written(captured: CaptureQueriesContext) -> list[str]:
    """All but what every refused call of a stranger leaves: a count, and the first one an entry of the audit log."""
    of_refusals = ("tenants_counter", "tenants_auditentry")
    statements = [one["sql"] for one in captured if not any(table in one["sql"] for table in of_refusals)]
    return [one for one in statements if not one.lstrip().startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK"))]


@pytest.mark.parametrize(("name", "method", "route", "needs"), OF_DIALECTS, ids=ids(OF_DIALECTS))
def test_a_dialect_that_is_off_is_not_spoken(name, method, route, needs):
    """As with an application that is off: nobody can tell them apart, and nothing is sent or charged."""
    callers = Callers()
    whoever = MAY_CALL.get(needs.caller, {"client id"})
    known = {who: of() for who, of in callers.credentials.items() if who in whoever}
    set_dialects(callers.application, callers.machine, but=needs.dialect)

    with CaptureQueriesContext(connection) as captured:
        answers = {who: callers.call(method, route.path, credentials) for who, credentials in known.items()}

    assert written(captured) == []
    for who, answer in answers.items():
        assert answer.status_code in (401, 404), (who, answer.content)
        assert set(answer.json()) >= (MEMBERS[needs.dialect] if answer.status_code == 401 else {"error"})
    if needs.caller is not Kind.ANYBODY:  # who can be told nothing of the client, as `revoke` by the token alone
        Application.objects.update(enabled=False)
        for application in (callers.application, callers.machine):
            application.refresh_from_db()
            publish(application)
        for who, credentials in known.items():
            unknown = callers.call(method, route.path, credentials)
            assert (unknown.status_code, unknown.content) == (answers[who].status_code, answers[who].content), who


@pytest.mark.parametrize(("who", "needs"), CHOSEN.items(), ids=CHOSEN)
def test_the_shared_sign_up_obeys_the_view_that_the_credential_chooses(who, needs):
    callers = Callers()
    credentials = callers.credentials[who]()
    assert not is_about_the_caller(callers.call("POST", "/signup", credentials))

    for dialect in NAMES:
        set_dialects(callers.application, callers.machine, but=dialect)
        is_refused = is_about_the_caller(callers.call("POST", "/signup", credentials))
        assert is_refused == (dialect == needs.dialect), dialect


@pytest.mark.parametrize("grant", ["password", *GRANTS.values()])
def test_a_grant_of_a_dialect_that_is_off(grant):
    application = make_shop(dialects=[CLOUDBASE, PLUSAUTH])
    shop = Shop(application)
    send = shop.form if grant == "password" else shop.json

    with CaptureQueriesContext(connection) as captured:
        answer = send("/oauth2/token", grant_type=grant, username="mei", password="p")

    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert written(captured) == []


def test_openid_connect_and_the_pages_are_always_on():
    application = make_shop(dialects=[])
    make_user(application)
    shop = Shop(application)

    code = code_of(Visitor(application).enter())
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    issued = shop.form("/oauth2/token", **form).json()
    renewed = shop.refresh(issued["refresh_token"]).json()

    assert shop.bearer(renewed["access_token"]).json()["name"] == "Mei Li"
    assert shop.form("/oauth2/revoke", token=renewed["refresh_token"]).status_code == 200
    assert shop.bearer(renewed["access_token"]).status_code == 401


def test_what_was_published_before_dialects_were_chosen_speaks_all():
    application = make_shop()
    publication = application.publication
    del publication.document["dialects"]
    publication.save()

    answer = Client(headers={"host": "localhost"}).get(f"/signup/contract?client_id={application.client_id}")

    assert answer.status_code == 200
