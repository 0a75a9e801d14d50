"""One thing that is wrong or doubtful, with what mends it; its code alone decides how bad it is."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from tenants.models import Application, Tenant

ERROR, WARNING = "error", "warning"
ERRORS = ("no-usable-sender", "attribute-off", "source-off", "unknown-claim", "no-authentication")
WARNINGS = (
    "no-sender",
    "unusable-sender",
    "trial-sender",
    "failing-sender",
    "no-verification-mail",
    "unusable-provider",
    "unusable-hash-key",
    "quota-used-up",
    "quota-low",
    "sends-growth",
    "claim-off",
    "no-log-in",
    "half-lockout",
    "short-code",
    "code-outlives-token",
    "no-dialect",
    "public-calls",
    "no-client-secret",
    "no-redirect-uri",
    "plain-redirect-uri",
    "shared-domain",
    "no-application",
    "mixed-answers",
    "two-numbers",
    "missing-publication",
    "stale-publication",
    "no-tenant",
    "public-trial",
    "no-statement-timeout",
    "no-row-security",
)
# Where a file has the rows of a model, and what tells them apart there.
LISTS = {
    "tenants.application": ("applications", "client_id"),
    "tenants.attribute": ("attributes", "identifier"),
    "tenants.sender": ("senders", "key"),
    "tenants.identityprovider": ("identity_providers", "key"),
    "tenants.passwordauthsource": ("password_auth_sources", "key"),
    "tenants.otpauthsource": ("otp_auth_sources", "key"),
}
KEY = re.compile(r"`([a-z_]+(?:\.[a-z_]+)*)(?:: ([^`]+))?`")  # a key of a file in a sentence, with its value, if any
LEVELS = dict.fromkeys(ERRORS, ERROR) | dict.fromkeys(WARNINGS, WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`model` and `object_id` name the row to change; a model without an id, one to add; neither, no row at all."""

    code: str
    tenant: str | None  # its slug
    application: str | None  # its client id
    subject: str
    message: str
    cure: str
    model: str | None
    object_id: str | None
    path: str  # where a file for `provision` has it; "" for what no file has

    @property
    def level(self) -> str:
        return LEVELS[self.code]

    @property
    def is_error(self) -> bool:
        return self.level == ERROR

    @property
    def place(self) -> tuple[str, str]:
        """Sorts by tenant, then by application, what belongs to neither first."""
        return self.tenant or "", self.application or ""


def of_server(code: str, *, subject: str, message: str, cure: str, row: type[Model] | None = None) -> Finding:
    return _finding(code, None, None, subject=subject, message=message, cure=cure, row=row)


def of_tenant(tenant: Tenant, code: str, *, subject: str, message: str, cure: str, row: Model | type[Model]) -> Finding:
    return _finding(code, tenant.slug, None, subject=subject, message=message, cure=cure, row=row)


def of_application(
    application: Application,
    code: str,
    *,
    subject: str,
    message: str,
    cure: str,
    row: Model | type[Model] | None = None,
) -> Finding:
    """About the application's own row unless told."""
    if not application.enabled:
        message = f"{message.removesuffix('.')}; the application itself is off."
    slug, client_id = application.tenant.slug, application.client_id
    return _finding(code, slug, client_id, subject=subject, message=message, cure=cure, row=row or application)


def _finding(
    code: str, tenant: str | None, application: str | None, *, row: Model | type[Model] | None, **words: Any
) -> Finding:
    return Finding(
        code=code,
        tenant=tenant,
        application=application,
        model=row._meta.label_lower if row else None,
        object_id=row.pk.hex if isinstance(row, Model) else None,
        path=_path(tenant, row, words["cure"]),
        **words,
    )


def _path(tenant: str | None, row: Model | type[Model] | None, cure: str) -> str:
    """Return the way to the first key that the cure names."""
    if row is None or not tenant:
        return ""
    rows, name = LISTS.get(row._meta.label_lower, ("", ""))
    steps = [f"tenants[slug={tenant}]"]
    if rows:
        steps.append(f"{rows}[{name}={getattr(row, name)}]" if isinstance(row, Model) else rows)
    named = KEY.search(cure) if isinstance(row, Model) else None
    return ".".join([*steps, *([named[1]] if named else [])])
