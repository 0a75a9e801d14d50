"""Users as a back end keeps them: `/api/v1/users`, and `POST /signup` with a bearer token (contract §7, §8)."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from accounts import trusted
from accounts.models import EndUser
from ciam.dialects.plusauth import answers, user_answers, user_fields
from ciam.dialects.plusauth.back_ends import READ, WRITE, BackEndView
from ciam.dialects.plusauth.errors import EntityNotFound
from ciam.needs import Declaration
from signup import contracts

COUNTED = 100_000  # `total` goes no further: a page of a list must not wait until a million rows are counted


class CreateUser(BackEndView):
    http_method_names = ["post"]
    needs: Declaration = WRITE
    counted_as = "sign_up"

    def post(self, request: Request) -> HttpResponse:
        application = self.caller.application
        document = user_fields.read_user(self.body, application, is_new=True)
        contracts.note_hash(application.tenant.id, document.password_hash)
        end_user = trusted.create(application=application, document=document, now=self.caller.now)
        return answers.success(user_answers.whole([end_user], self.caller.now)[0], 201)


class Users(CreateUser):
    http_method_names = ["get", "post"]
    needs = {"GET": READ, "POST": WRITE}

    def get(self, request: Request) -> HttpResponse:
        application = self.caller.application
        query = user_fields.read_list_query(request.GET, application)
        found = EndUser.objects.filter(query.wanted, tenant_id=application.tenant.id)
        first = query.limit * query.page
        page = user_answers.whole(found.order_by(query.order)[first : first + query.limit], self.caller.now)
        results = [{name: value for name, value in one.items() if name in query.fields} for one in page]
        total = found.order_by()[:COUNTED].count()
        return answers.success({"total": total, "results": results if query.fields else page})


class User(BackEndView):
    http_method_names = ["get", "patch", "delete"]
    needs = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}

    def get(self, request: Request, user_id: str) -> HttpResponse:
        of_tenant = EndUser.objects.filter(tenant_id=self.caller.application.tenant.id)
        end_user = of_tenant.filter(pk=user_fields.read_id(user_id)).first()
        if end_user is None:
            raise EntityNotFound
        return self._answer(end_user)

    def patch(self, request: Request, user_id: str) -> HttpResponse:
        application, end_user_id = self.caller.application, user_fields.read_id(user_id)
        document = user_fields.read_user(self.body, application, is_new=False)
        contracts.note_hash(application.tenant.id, document.password_hash)
        changed = trusted.change(
            application=application,
            end_user_id=end_user_id,
            document=document,
            given=user_fields.given(self.body, application),
            now=self.caller.now,
        )
        return self._answer(changed)

    def delete(self, request: Request, user_id: str) -> HttpResponse:
        end_user_id = user_fields.read_id(user_id)
        trusted.delete(application=self.caller.application, end_user_id=end_user_id, now=self.caller.now)
        return answers.nothing()

    def _answer(self, end_user: EndUser) -> HttpResponse:
        body: dict[str, Any] = user_answers.whole([end_user], self.caller.now)[0]
        return answers.success(body)
