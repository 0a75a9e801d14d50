"""A member of staff in front of the admin: gets a page's form, changes what matters, and sends it back."""

from typing import Any

from django.forms import FileField
from django.http import HttpResponse
from django.urls import reverse

from ciam.administration.fields import RowsField
from tenants.models import Staff
from tests.clients import Client

PASSWORD = "a-long-admin-password"


class StaffBrowser:
    """A browser in which a member of staff, whose password is PASSWORD, has just logged in."""

    def __init__(self, staff: Staff | None = None) -> None:
        self.staff = staff or Staff.objects.create_superuser("root", password=PASSWORD)
        self.http = Client(headers={"host": "localhost"})
        answer = self.http.post("/admin/login/", {"username": self.staff.username, "password": PASSWORD})
        assert answer.status_code == 302, answer.content

    def get(self, address: str) -> HttpResponse:
        return self.http.get(address)

    def post(self, address: str, data: dict[str, Any] | None = None) -> HttpResponse:
        return self.http.post(address, data or {})

    def add(self, model: str, tenant: Any = None, **values: Any) -> HttpResponse:
        address = reverse(f"admin:{model}_add") + (f"?tenant={tenant.slug}" if tenant else "")
        return self._submit(address, values)

    def change(self, row: Any, **values: Any) -> HttpResponse:
        return self._submit(address_of(row), values)

    def _submit(self, address: str, values: dict[str, Any]) -> HttpResponse:
        page = self.get(address)
        assert page.status_code == 200, page.content
        return self.post(address, filled_in(page, **values))


def address_of(row: Any, view: str = "change") -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_{view}", args=[row.pk])


def filled_in(page: HttpResponse, **values: Any) -> dict[str, Any]:
    """What a browser would send of the page's form, left as it is but for these values."""
    data: dict[str, Any] = {}
    for bound in page.context["adminform"].form:
        value = bound.value() if bound.name not in values else None
        if isinstance(bound.field, RowsField):
            data |= rows(bound.name, value or [])
        elif value is not None and value is not False and not isinstance(bound.field, FileField):
            data[bound.html_name] = "on" if value is True else value
    return data | posted(values)


def rows(name: str, pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The fields of a table of rows: (role, thing), in their order."""
    found = {}
    for place, (role, thing) in enumerate(pairs, start=1):
        found |= {f"{name}.{thing}.role": role, f"{name}.{thing}.place": str(place)}
    return found


def posted(values: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, value in values.items():
        is_rows = isinstance(value, list) and value and isinstance(value[0], tuple)
        data |= rows(name, value) if is_rows else {name: "\n".join(value) if isinstance(value, list) else value}
    return {name: value for name, value in data.items() if value is not False}


def errors(page: HttpResponse) -> dict[str, list[str]]:
    assert page.status_code == 200, (page.status_code, page.headers)
    return {name: list(texts) for name, texts in page.context["adminform"].form.errors.items()}
