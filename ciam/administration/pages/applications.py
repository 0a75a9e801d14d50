"""The page of an application: what it asks of people, how they log in, and what its callers are told of it."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ciam import findings
from ciam.administration import preview
from ciam.administration.base import TenantFilter, as_id
from ciam.administration.configuration import ConfigurationAdmin
from ciam.administration.pages.application_form import ApplicationForm
from ciam.administration.site import may_add, rendered
from ciam.administration.step_up import demand
from signup.contracts import publish
from tenants import client_secrets
from tenants.models import Application, Attribute, ClientSecret


class ApplicationAdmin(ConfigurationAdmin):
    form = ApplicationForm
    list_display = ("name", "client_id", "type", "enabled", "tenant")
    list_filter = (TenantFilter, "type", "enabled")
    list_select_related = ("tenant",)
    search_fields = ("name", "client_id")
    search_help_text = "Part of the name or the client id"
    ordering = ("tenant__name", "name")
    fixed_fields = ("client_id",)
    change_form_template = "admin/application_form.html"
    fieldsets = (
        (None, {"fields": ("name", "client_id", "type", "dialects", "enabled")}),
        ("Sign-up", {"fields": ("sign_up_enabled", "asked", "authentication", "default_group", "answers")}),
        ("Log-in", {"fields": ("sources", "claims", "anonymous", "consent")}),
        ("Addresses", {"fields": ("redirect_uris", "logout_redirect_uris", "allowed_origins")}),
        ("Tokens", {"fields": ("access_ttl_seconds", "refresh_ttl_seconds", "sessions_per_user", "scopes")}),
    )

    def get_urls(self) -> list[Any]:
        site = self.admin_site
        return [
            path("preview/", site.admin_view(self.preview_view), name="tenants_application_preview_new"),
            path("<path:object_id>/preview/", site.admin_view(self.preview_view), name="tenants_application_preview"),
            path("<path:object_id>/secrets/", site.admin_view(self.secrets_view), name="tenants_application_secrets"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        application = options.get("obj")
        if application:
            context |= {
                "may_add_attributes": may_add(request, Attribute),
                "findings": rendered(findings.find(application=application), request),
                "panel": preview.of_saved(application),
                "preview_address": reverse("admin:tenants_application_preview", args=[application.pk]),
            }
        else:
            tenant = self.tenant_of(request, None)
            address = reverse("admin:tenants_application_preview_new")
            context |= {"preview_address": f"{address}?tenant={tenant.slug}" if tenant else ""}
        return super().render_change_form(request, context, *args, **options)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **options: Any) -> Any:
        """The form; adding an application, or saving one that has no secret, takes the password: it may make one."""
        row_id = as_id(unquote(object_id)) if object_id else None
        is_change = row_id is None or request.method == "POST"
        may_make_secret = is_change and not ClientSecret.objects.filter(application=row_id).exists()
        page = demand(request) if may_make_secret else None
        return page or super().changeform_view(request, object_id, *args, **options)

    def preview_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """The contract as the form stands, before anything is saved."""
        application = self._loaded(request, object_id) if object_id else None
        if not (application or self.has_add_permission(request)):
            raise PermissionDenied
        form = self.get_form(request, application, change=bool(application))(request.POST, instance=application)
        return TemplateResponse(request, "admin/contract_panel.html", {"panel": preview.of_form(form)})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """A secret that was made is shown in this one answer: it is kept nowhere, so it cannot be shown later."""
        if self.made_secrets(request):
            return self._show_secret(request, obj, self.made_secrets(request)[0][1])
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if self.made_secrets(request):
            return self._show_secret(request, obj, self.made_secrets(request)[0][1])
        return super().response_change(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        request.made_secrets = form.report.secrets  # type: ignore[attr-defined]

    def made_secrets(self, request: HttpRequest) -> list[tuple[str, str]]:
        return getattr(request, "made_secrets", [])

    def secrets_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How many secrets are live; a new one beside the last, or the last alone."""
        application = self._loaded(request, object_id)
        if page := demand(request):
            return page
        if request.method == "POST" and application.is_confidential:
            if "rotate" in request.POST:
                secret = client_secrets.rotate(application)
                publish(application)
                return self._show_secret(request, application, secret)
            client_secrets.retire_older(application)
            publish(application)
            messages.success(request, "Only the newest secret is good now.")
            return HttpResponseRedirect(request.path)
        context = self._context(request, application, f"Client secrets of {application}")
        context["secrets"] = list(application.secrets.order_by("-created_at"))
        return TemplateResponse(request, "admin/secrets.html", context)

    def _loaded(self, request: HttpRequest, object_id: str) -> Application:
        application: Application | None = self.get_object(request, object_id)
        if application is None:
            raise Http404
        if not self.has_change_permission(request, application):
            raise PermissionDenied
        return application

    def _show_secret(self, request: HttpRequest, application: Application, secret: str) -> HttpResponse:
        context = self._context(request, application, f"The client secret of {application}")
        context |= {"secret": secret, "next": self.change_address(application.pk)}
        return TemplateResponse(request, "admin/new_secret.html", context, headers={"Cache-Control": "no-store"})

    def _context(self, request: HttpRequest, application: Application, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": application,
            "title": title,
        }
