"""Tenants and applications as tests need them: a valid default, and what matters to the test as an argument."""

import itertools
from typing import Any

from ciam.dialect_names import NAMES
from signup.contracts import publish
from tenants import sealing
from tenants.attributes import ensure_standard
from tenants.callers import SECRET_PURPOSE
from tenants.configuration import ApplicationConfiguration
from tenants.models import (
    Application,
    ClientSecret,
    Group,
    LoginFlow,
    LoginSource,
    OtpAuthSource,
    PasswordAuthSource,
    Publication,
    SignUpAttribute,
    SignUpFlow,
    Tenant,
)

SECRET = "a-client-secret-for-tests"
ES256 = Tenant.SigningAlgorithm.ES256  # an RSA key pair, the default, takes a tenth of a second to make
_numbers = itertools.count(1)


def make_tenant(**fields: Any) -> Tenant:
    """A tenant whose e-mails may follow each other at once, unless told."""
    number = next(_numbers)
    defaults = {"slug": f"tenant-{number}", "name": f"Tenant {number}", "signing_algorithm": ES256}
    defaults |= {"email_interval_seconds": 0, "email_per_day": None}
    tenant = Tenant.objects.create(**(defaults | fields))
    ensure_standard(tenant)
    return tenant


def make_application(
    tenant: Tenant | None = None,
    *,
    authentication: tuple[str, ...] = ("phone_number",),
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    any_of: bool = False,
    sign_up: bool = True,
    group: Group | None = None,
    password_source: dict[str, Any] | None = None,
    otp_sources: tuple[OtpAuthSource, ...] = (),
    secret: str = SECRET,
    **fields: Any,
) -> Application:
    """A published application, a web one with every dialect unless told.

    `password_source` {} makes one with its defaults.
    """
    tenant = tenant or make_tenant()
    number = next(_numbers)
    defaults = {
        "name": f"Application {number}",
        "type": "web",
        "client_id": f"client-{number}",
        "dialects": list(NAMES),
    }
    application = Application.objects.create(tenant=tenant, **(defaults | fields))
    ClientSecret.objects.create(application=application, hash=sealing.keyed_hash(SECRET_PURPOSE, secret))
    flow = SignUpFlow.objects.create(
        application=application, enabled=sign_up, authentication="any" if any_of else "all", default_group=group
    )
    roles = [("authentication", authentication), ("required", required), ("optional", optional)]
    entries = [(role, identifier) for role, identifiers in roles for identifier in identifiers]
    for position, (role, identifier) in enumerate(entries):
        attribute, _ = tenant.attributes.get_or_create(identifier=identifier)
        SignUpAttribute.objects.create(flow=flow, attribute=attribute, role=role, position=position)
    login = LoginFlow.objects.create(application=application)
    if password_source is not None:
        source = PasswordAuthSource.objects.create(tenant=tenant, **({"key": f"password-{number}"} | password_source))
        LoginSource.objects.create(flow=login, password_auth_source=source, preferred=True)
    for position, otp_source in enumerate(otp_sources, start=1):
        LoginSource.objects.create(flow=login, otp_auth_source=otp_source, position=position)
    publish(application)
    return application


def configuration_of(application: Application) -> ApplicationConfiguration:
    return ApplicationConfiguration.load(Publication.objects.get(application=application).document)
