"""The admin's site: our start page, our order of things, and a name in the trail for whoever acts."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import auth
from django.contrib.admin import AdminSite, site
from django.contrib.auth.views import PasswordChangeView
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ciam import findings
from ciam.administration import second_factor_page, staff_sessions, step_up
from ciam.administration.finding_words import field_of, plain
from ciam.administration.login import StaffLoginForm
from ciam.findings import Finding
from tenants import audit, clock
from tenants.models import Application, AuditEntry, Tenant

SECTIONS = {
    "Configuration": (
        "Tenant",
        "Application",
        "Attribute",
        "PasswordAuthSource",
        "OtpAuthSource",
        "IdentityProvider",
        "Sender",
    ),
    "People": ("EndUser", "BulkAction"),
    "Messages": ("Delivery", "OutboxMessage"),
    "Security": ("AuditEntry", "Staff"),
}
SHOWN = 20


class Site(AdminSite):
    site_title = "CIAM"
    site_header = "CIAM"
    index_title = "Start"
    site_url = None
    enable_nav_sidebar = True
    login_form = StaffLoginForm
    index_template = "admin/start.html"

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        inner = super().admin_view(view, cacheable)

        def traced(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not staff_sessions.use(request, clock.now()):
                auth.logout(request)
            with audit.acting_as(audit.staff_actor(request.user.get_username())):
                if second_factor_page.is_missing(request.user) and view not in (self.second_factor_view, self.logout):
                    return HttpResponseRedirect(reverse("admin:second_factor"))
                return inner(request, *args, **kwargs)

        return traced

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and isinstance(response, HttpResponseRedirect):
            staff_sessions.begin(request, clock.now())
        return response

    def get_urls(self) -> list[Any]:
        second_factor = path("second-factor/", self.admin_view(self.second_factor_view), name="second_factor")
        own = [second_factor, path("findings/", self.admin_view(self.findings_view), name="findings")]
        return own + super().get_urls()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"is_trial": settings.IS_TRIAL}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """All that this person may see, by what it is for and not by where its code stands."""
        if app_label:
            return super().get_app_list(request, app_label)
        models = {one["object_name"]: one for app in super().get_app_list(request) for one in app["models"]}
        sections = {name: [models[one] for one in names if one in models] for name, names in SECTIONS.items()}
        return [
            {"name": name, "app_label": name.lower(), "app_url": "", "has_module_perms": True, "models": found}
            for name, found in sections.items()
            if found
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What the member of staff may view of all that the pages show, and links to what they may add."""
        found = rendered(findings.find(), request)
        trail = AuditEntry.objects.exclude(event__in=AuditEntry.FREQUENT).order_by("-id")
        may_add_both = may_add(request, Tenant) and may_add(request, Application)
        context = {
            "may_view_applications": may_view(request, Application),
            "may_add_applications": may_add(request, Application),
            "may_add_tenants": may_add(request, Tenant),
            "findings": found[:5],
            "more_findings": len(found) - 5,
            "steps": _first_steps() if may_add_both else [],
        }
        if may_view(request, Tenant):
            context |= {"tenants": _tenants(), "more_tenants": Tenant.objects.count() - SHOWN}
        if may_view(request, AuditEntry):
            context |= {"may_view_trail": True, "trail": trail[:8]}
        return super().index(request, context)

    def second_factor_view(self, request: HttpRequest) -> HttpResponse:
        return step_up.demand(request) or second_factor_page.show(
            request, {**self.each_context(request), "title": "Authenticator app"}
        )

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's page, with a form that counts wrong old passwords."""
        view = PasswordChangeView.as_view(
            form_class=partial(step_up.OwnPasswordForm, request=request),
            success_url=reverse("admin:password_change_done"),
            extra_context=self.each_context(request) | (extra_context or {}),
        )
        response: HttpResponse = view(request)
        return response

    def findings_view(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.each_context(request),
            "title": "Findings",
            "findings": rendered(findings.find(publications=True), request),
        }
        return TemplateResponse(request, "admin/findings.html", context)


def rendered(found: list[Finding], request: HttpRequest) -> list[dict[str, Any]]:
    """Each finding that the member of staff may view, in the words of the pages, with the address of what mends it."""
    viewed = [finding for finding in found if _may_view_finding(request, finding)]
    return [
        {
            "finding": finding,
            "message": plain(finding.message, finding.model),
            "cure": plain(finding.cure, finding.model),
            "address": _address(request, finding),
        }
        for finding in viewed
    ]


def may_view(request: HttpRequest, model: type[Model]) -> bool:
    return bool(site._registry[model].has_view_permission(request))


def may_add(request: HttpRequest, model: type[Model]) -> bool:
    return bool(site._registry[model].has_add_permission(request))


def _may_view_finding(request: HttpRequest, finding: Finding) -> bool:
    """Whether they may view the row, and the application that the sentence names; of the server, with the tenants."""
    model = apps.get_model(finding.model) if finding.model else Tenant
    return may_view(request, model) and (not finding.application or may_view(request, Application))


def _address(request: HttpRequest, finding: Finding) -> str:
    if not finding.model or not (finding.object_id or may_add(request, apps.get_model(finding.model))):
        return ""
    name = f"admin:{finding.model.replace('.', '_')}"
    if finding.object_id:
        field = field_of(finding)
        return reverse(f"{name}_change", args=[finding.object_id]) + (f"#id_{field}" if field else "")
    return reverse(f"{name}_add") + (f"?tenant={finding.tenant}" if finding.tenant else "")


def _tenants() -> list[Tenant]:
    return list(Tenant.objects.order_by("name").prefetch_related("applications")[:SHOWN])


def _first_steps() -> list[dict[str, Any]]:
    """What an empty installation needs, in order; none of it once an application is on."""
    if Application.objects.filter(enabled=True).exists():
        return []
    tenant, application = Tenant.objects.order_by("id").first(), Application.objects.order_by("id").first()
    return [
        {"words": "Make a tenant: whose customers are these?", "address": "tenants_tenant_add", "done": bool(tenant)},
        {
            "words": "Make an application: what does it ask of the people who sign up?",
            "address": "tenants_application_add",
            "done": bool(application),
        },
        {"words": "Switch the application on.", "address": "tenants_application_changelist", "done": False},
    ]
