"""`POST /signup`, where two dialects meet: the credential says who calls, once, before the body is read.

A credential that fails never makes its bearer another caller. `GET /signup` is the hosted page.
"""

from django.http import HttpRequest, HttpResponseBase

from ciam import answers
from ciam.dialects.plusauth import sessions
from ciam.dialects.plusauth.sign_up_views import SignUp as OfBrowser
from ciam.dialects.plusauth.user_views import CreateUser
from ciam.dialects.tencent import errors as tencent_errors
from ciam.dialects.tencent.views import SignUp as OfApplication
from ciam.hosted import browsers
from ciam.hosted.views import page
from ciam.needs import ANYBODY, Kind, Needs, declare

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
BY_SCHEME = {"basic": OfApplication.as_view(), "bearer": CreateUser.as_view()}
of_browser = OfBrowser.as_view()


@declare({"GET": ANYBODY, "POST": Needs(Kind.BY_CREDENTIAL)})
@browsers.answer_refusals
def sign_up(request: HttpRequest) -> HttpResponseBase:
    if request.method not in METHODS:
        return answers.error(405, "method_not_allowed", Allow=", ".join(METHODS))
    if request.method in ("GET", "HEAD"):
        return page(request)
    if request.method == "OPTIONS":
        return of_browser(request)
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    return _by_credential(request, authorization) if authorization else _without_credential(request)


# As the views of REST framework have them: what the call counts as, and where its description stands.
sign_up.cls, sign_up.initkwargs = OfApplication, {}  # type: ignore[attr-defined]


def _by_credential(request: HttpRequest, authorization: str) -> HttpResponseBase:
    view = BY_SCHEME.get(authorization.partition(" ")[0].lower())
    if view is None:
        return answers.error(*tencent_errors.row(tencent_errors.InvalidAuthorizationScheme))
    return view(request)


def _without_credential(request: HttpRequest) -> HttpResponseBase:
    """A browser with its session, or a script that had one; whoever else calls is asked for Basic credentials."""
    is_of_browser = sessions.find(request) is not None or sessions.is_from_script(request)
    return of_browser(request) if is_of_browser else BY_SCHEME["basic"](request)
