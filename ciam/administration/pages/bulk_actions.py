"""The pages of mass actions: how far each one is, how to stop it, and how to undo it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from accounts import bulk_actions
from accounts.bulk_actions import NotUndoable, OtherCount
from accounts.models import BulkAction, EndUser
from ciam.administration import actors
from ciam.administration.base import ReadOnlyAdmin, TenantFilter
from ciam.administration.bulk_confirmation import OTHER_COUNT, SAMPLE, CountForm, follow
from tenants import clock


class BulkActionAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "by", "state", "changed", "tenant", "created_at", "finished_at")
    list_filter = (TenantFilter,)
    list_select_related = ("tenant",)
    change_form_template = "admin/bulk_action.html"
    fields = ("by", "tenant", "reason", "until", "created_at", "finished_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change end users sees how that goes."""
        return bool(self.admin_site._registry[EndUser].has_change_permission(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields

    @admin.display(description="By")
    def by(self, action: BulkAction) -> str:
        return actors.words(action.actor)

    def get_urls(self) -> list[Any]:
        wrap, name = self.admin_site.admin_view, "accounts_bulkaction"
        return [
            path("<uuid:action_id>/progress/", wrap(self.progress_view), name=f"{name}_progress"),
            path("<uuid:action_id>/stop/", wrap(require_POST(self.stop_view)), name=f"{name}_stop"),
            path("<uuid:action_id>/undo/", wrap(self.undo_view), name=f"{name}_undo"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        action = options["obj"]
        context |= {"action": action, "may_be_undone": bulk_actions.may_be_undone(action, clock.now())}
        context["undone_by"] = BulkAction.objects.filter(undoes=action).first()
        return super().render_change_form(request, context, *args, **options)

    def progress_view(self, request: HttpRequest, action_id: Any) -> HttpResponse:
        """Return a part of the page, which asks for it once more every second while the job runs."""
        return TemplateResponse(request, "admin/bulk_progress.html", {"action": self._loaded(request, action_id)})

    def stop_view(self, request: HttpRequest, action_id: Any) -> HttpResponse:
        action = self._loaded(request, action_id)
        if bulk_actions.stop(action, clock.now()):
            messages.success(request, "Stopped. What was done until then can be undone.")
        else:
            messages.warning(request, "It had ended already.")
        return _back_to(action)

    def undo_view(self, request: HttpRequest, action_id: Any) -> HttpResponse:
        """Ask as before any mass action, then undo this one."""
        action, now = self._loaded(request, action_id), clock.now()
        if not bulk_actions.may_be_undone(action, now):
            messages.error(request, "This cannot be undone: it still runs, was undone before, or is too old.")
            return _back_to(action)
        left = bulk_actions.left_by(action)
        form = CountForm(request.POST or None, expected=left.count())
        if request.method == "POST" and form.is_valid():
            try:
                return follow(bulk_actions.undo(action, count=form.expected, now=now))
            except OtherCount:
                form.add_error("count", OTHER_COUNT.format(left.count()))
            except NotUndoable:
                form.add_error("count", "Somebody else has just undone it.")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": action,
            "title": f"Undo: {action}",
            "action": action,
            "count": form.expected,
            "others": action.changed - form.expected,
            "forms": [form],
            "sample": left.order_by("-pk")[:SAMPLE],
        }
        return TemplateResponse(request, "admin/bulk_undo.html", context)

    def _loaded(self, request: HttpRequest, action_id: Any) -> BulkAction:
        action = BulkAction.objects.select_related("tenant").filter(pk=action_id).first()
        if action is None:
            raise Http404
        if not self.has_view_permission(request, action):
            raise PermissionDenied
        return action


def _back_to(action: BulkAction) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:accounts_bulkaction_change", args=[action.pk]))
