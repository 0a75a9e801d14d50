"""Pages of configuration: what a form changed goes to `provision` as a file would, and comes back with its words."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import conditional_escape

from ciam import provisioning
from ciam.administration import finding_words
from ciam.administration.base import PageAdmin
from ciam.administration.history import ConfigurationHistory
from ciam.provisioning.reading.problems import Problem
from tenants.models import AuditEntry, Tenant

STALE = "Somebody else has changed this since you opened it. Open it again, so that their change is not lost."
PLACE = re.compile(r"^(?P<path>.*?)(\[(?P<number>[0-9]+)\])?$")


class ConfigurationForm(forms.ModelForm):
    """A row of one tenant; `is_valid` applies what has changed, so it runs in the transaction of the page."""

    rows = ""  # the list of the tenant's file that names such rows
    name_field = "key"  # what tells them apart there
    paths: Mapping[str, str] = {}  # where the file has a field in another place than under its own name
    always: tuple[str, ...] = ()  # fields that a new row names even when they are as they were offered
    tenant: Tenant
    report: provisioning.Report
    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # the row's last change, when the page was opened

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():  # which pages take for HTML
            field.help_text = conditional_escape(field.help_text)
        self.initial["seen"] = self._last_change()

    def _last_change(self) -> str:
        if self.instance._state.adding:
            return ""
        lines = AuditEntry.objects.filter(object_id=self.instance.pk.hex, event__startswith="configuration.")
        newest = lines.order_by("-id").values_list("id", flat=True).first()
        return newest.hex if newest else ""

    def clean_seen(self) -> str:
        seen = self.cleaned_data["seen"]
        if seen != self.initial["seen"]:
            raise forms.ValidationError("seen")
        return str(seen)

    def entry(self) -> dict[str, Any]:
        """What the file would say of this row: its name, and the fields that have changed."""
        found: dict[str, Any] = {self.name_field: self.name()}
        for field in self._named_fields():
            _put(found, self.paths.get(field, field), self.cleaned_data[field])
        return found

    def name(self) -> Any:
        new = self.cleaned_data.get(self.name_field)
        return new if self.instance._state.adding else getattr(self.instance, self.name_field)

    def document(self) -> dict[str, Any]:
        return {"tenants": [{"slug": self.tenant.slug, self.rows: [self.entry()]}]}

    def place(self) -> str:
        """Where the row stands in the document."""
        return f"tenants[0].{self.rows}[0]"

    def saved_row(self) -> Any:
        return self._meta.model._default_manager.get(tenant=self.tenant, **{self.name_field: self.name()})

    def _is_taken(self) -> bool:
        """Whether adding the row would change one that is there: a file means that, somebody who adds does not."""
        if self.errors or not self.instance._state.adding:
            return False
        try:
            return bool(self.saved_row())
        except self._meta.model.DoesNotExist:
            return False

    def _named_fields(self) -> list[str]:
        changed = [*self.changed_data, *(self.always if self.instance._state.adding else ())]
        return [field for field in dict.fromkeys(changed) if field in self.cleaned_data and field != self.name_field]

    def _post_clean(self) -> None:
        """Instead of the model's own checks: those that a file meets."""
        if self.errors.pop("seen", None):
            self.add_error(None, STALE)
        if self._is_taken():
            self.add_error(self.name_field, "There is one of this name already. Open that one, or choose another name.")
        if self.errors:
            return
        try:
            self.report = provisioning.configure(self.document())
        except provisioning.InvalidFile as refusal:
            for problem in refusal.problems:
                self._tell(problem)

    def _tell(self, problem: Problem) -> None:
        """Put the problem beside the field that it is about."""
        path = problem.path.removeprefix(self.place()).lstrip(".")
        field = self._field_at(path)
        if field is None:
            is_ours = problem.path.startswith(self.place()) and problem.path != self.place()
            reason = finding_words.plain(problem.reason)
            self.add_error(None, f"{problem.path}: {reason}" if is_ours else _sentence(reason))
            return
        number = PLACE.match(path)
        line = f", line {int(number['number']) + 1}" if number and number["number"] else ""
        reason = finding_words.plain(problem.reason, self._meta.model._meta.label_lower)
        self.add_error(field, f"{self[field].label}{line}: {reason}.".replace("..", "."))

    def _field_at(self, path: str) -> str | None:
        places = {place: field for field, place in self.paths.items()} | {
            field: field for field in self.fields if field not in self.paths
        }
        fitting = [place for place in places if path == place or re.match(rf"{re.escape(place)}[.\[]", path)]
        return places[max(fitting, key=len)] if fitting else None


def _put(found: dict[str, Any], path: str, value: Any) -> None:
    *outer, last = path.split(".")
    for key in outer:
        found = found.setdefault(key, {})
    found[last] = value


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}.".replace("..", ".")


class ConfigurationAdmin(ConfigurationHistory, PageAdmin):
    """Lists and forms of rows that belong to a tenant, which is chosen before anything else."""

    form: type[ConfigurationForm]
    actions = None
    fixed_fields: tuple[str, ...] = ()  # what cannot change once the row is there

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form = super().get_form(request, obj, change=change, **options)
        return type(form.__name__, (form,), {"tenant": self.tenant_of(request, obj)})

    def tenant_of(self, request: HttpRequest, obj: Any) -> Tenant | None:
        if obj:
            return obj.tenant  # type: ignore[no-any-return]
        return Tenant.objects.filter(slug=request.GET.get("tenant", "")).first()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, *(self.fixed_fields if obj else ()))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form; without a tenant in the address, the choice of one."""
        if self.tenant_of(request, None) or not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        tenants = list(Tenant.objects.order_by("name")[:500])
        if len(tenants) == 1:
            return HttpResponseRedirect(f"{request.path}?tenant={tenants[0].slug}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Add {self.opts.verbose_name}: for which tenant?",
            "tenants": tenants,
        }
        return TemplateResponse(request, "admin/choose_tenant.html", context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        """Under the title, what it is and whose."""
        row = options.get("obj")
        tenant = self.tenant_of(request, row)
        names = [str(row) if row else "", tenant.name if tenant and tenant != row else ""]
        context["subtitle"] = " · ".join(filter(None, names))
        return super().render_change_form(request, context, *args, **options)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.saved_row()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form did it; what is left is to pass its warnings on."""
        for warning in form.report.warnings:
            messages.warning(request, _sentence(f"{warning.path.rpartition('.')[2]} {warning.reason}"))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """There is nothing beside the row that the form did not do."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        entry = {self.form.name_field: getattr(obj, self.form.name_field), "state": "absent"}
        provisioning.configure({"tenants": [{"slug": obj.tenant.slug, self.form.rows: [entry]}]})

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except provisioning.InvalidFile as refusal:
            for problem in refusal.problems:
                messages.error(request, _sentence(finding_words.plain(problem.reason)))
            return HttpResponseRedirect(self.change_address(object_id))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with the row, said in a sentence: listing it could take for ever."""
        return [str(obj) for obj in objs], {}, set(), []

    def change_address(self, object_id: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])


def row_or_none(admin: Any, request: HttpRequest, object_id: str | None) -> Model | None:
    return admin.get_object(request, object_id) if object_id else None
