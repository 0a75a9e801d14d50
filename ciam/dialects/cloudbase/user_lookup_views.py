"""Reading only: other users, one's own sign-ins, and whether a name is taken."""

from typing import Any
from uuid import UUID

from django.http import JsonResponse
from rest_framework.request import Request

from accounts import disclosure
from accounts.models import EndUser
from accounts.usernames import comparable_username
from ciam.dialects.cloudbase import answers, fields, user_answers
from ciam.dialects.cloudbase.base import NAMED, CloudBaseView
from ciam.dialects.cloudbase.brakes import brake
from ciam.dialects.cloudbase.errors import InvalidArgument
from ciam.dialects.cloudbase.user_base import UserView
from otp.errors import MalformedAddress
from tenants import audit, call_limits
from tenants.configuration import ApplicationConfiguration, TenantSettings
from tenants.models import AuditEntry

LOOKUPS_IN_WINDOW = 60
MOST_LINES = 100


def find_by(application: ApplicationConfiguration, name: str, typed: str) -> EndUser | None:
    """The end user with this identifier, in any spelling, if the application may tell; an address must be proven."""
    if name != "id" and name not in disclosure.names_to_look_up(application):
        return None
    wanted = _wanted(application.tenant, name, typed)
    return EndUser.objects.filter(tenant_id=application.tenant.id, **wanted).first() if wanted else None


def _wanted(tenant: TenantSettings, name: str, typed: str) -> dict[str, Any]:
    try:
        if name == "id":
            return {"id": UUID(typed)}
        if name == "email":
            return {"email": fields.email(typed), "email_verified": True}
        if name == "phone_number":
            number = f"+{typed[1:]}" if typed.startswith(" ") else typed  # a plus that nobody escaped
            return {"phone_number": fields.phone(number, tenant), "phone_number_verified": True}
    except (MalformedAddress, ValueError):
        return {}
    username = comparable_username(typed)
    return {"username": username} if username else {}


class Query(UserView):
    """Whom somebody knows by name or address, he finds; nobody is listed, and no other address told.

    A private application finds nobody by address.
    """

    def get(self, request: Request) -> JsonResponse:
        asked = {name: request.GET.get(name, "") for name in ("id", "username", *disclosure.ADDRESSES)}
        given = [(name, typed) for name, typed in asked.items() if typed]
        if len(given) != 1 or "\x00" in given[0][1]:
            raise InvalidArgument("One of id, username, email and phone_number is needed.")
        call_limits.take(
            "user/query",
            client_id=self.application.client_id,
            source=self.end_user.sub,
            in_window=LOOKUPS_IN_WINDOW,
            now=self.now,
        )
        found = find_by(self.application, *given[0])
        data = [user_answers.public(found, knows=given[0][0])] if found else []
        return answers.success({"total": len(data), "data": data})


class CheckIfUserExist(CloudBaseView):
    """Any of the three identifiers that `signin` takes; an open door for guessing, so it turns slowly.

    A private application tells of user names alone.
    """

    needs = NAMED

    def get(self, request: Request) -> JsonResponse:
        typed = request.GET.get("username", "")
        if not typed or len(typed) > fields.LONGEST or "\x00" in typed:
            raise InvalidArgument("username is missing or malformed.")
        brake(self, "checkIfUserExist", in_window=LOOKUPS_IN_WINDOW)
        exist = any(find_by(self.application, name, typed) for name in disclosure.names_to_look_up(self.application))
        return answers.success({"exist": exist})


class SecurityHistory(UserView):
    """The user's own sign-ins from the trail, the newest first; of other changes nothing is told."""

    def get(self, request: Request) -> JsonResponse:
        limit, after = request.GET.get("limit", "20"), request.GET.get("page_token", "")
        if not (limit.isascii() and limit.isdigit() and len(limit) <= 4 and int(limit)):
            raise InvalidArgument("limit is malformed.")
        if request.GET.get("query[action]") != "USER_LOGIN":
            return answers.success({"total": 0, "data": []})
        count = min(int(limit), MOST_LINES)
        rows = list(self._rows(after)[: count + 1])
        body: dict[str, Any] = {"total": len(rows[:count]), "data": [_line(row) for row in rows[:count]]}
        if len(rows) > count:
            body["page_token"] = rows[count - 1].id.hex
        return answers.success(body)

    def _rows(self, after: str) -> Any:
        rows = AuditEntry.objects.filter(
            object_id=self.end_user.sub,
            tenant_id=self.application.tenant.id,
            event="sign_in",
            outcome=AuditEntry.Outcome.SUCCEEDED,
        )
        try:
            return rows.filter(id__lt=UUID(after)).order_by("-id") if after else rows.order_by("-id")
        except ValueError:
            raise InvalidArgument("page_token is malformed.") from None


def _line(row: AuditEntry) -> dict[str, Any]:
    return {
        "id": row.id.hex,
        "ip": row.source,
        "user_agent": "",
        "client_id": audit.client_id_of(row.actor),
        "device_id": "",
        "created_at": user_answers.moment(row.at),
        "meta": {"from": str(row.detail.get("way", ""))},
    }
