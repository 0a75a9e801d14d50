"""What an application asks for and cannot get: attributes, sources and ways out that are missing or off."""

from collections.abc import Iterator

from accounts.codes import ATTRIBUTES
from ciam.findings.finding import Finding, of_application
from ciam.findings.obstacles import DeadChannels, cure_of, row_of, why_dead
from ciam.findings.rows import asked_of, claims_of, login_sources_of, sign_up_of
from tenants.models import Application, LoginSource, SignUpAttribute, SignUpFlow

CHANNELS = {identifier: channel for channel, identifier in ATTRIBUTES.items()}
AUTHENTICATION = SignUpAttribute.Role.AUTHENTICATION


def errors(application: Application, dead: DeadChannels) -> Iterator[Finding]:
    yield from _sign_up(application, dead)
    yield from _sources_off(application)
    yield from _claims(application)


def no_sign_up(application: Application, dead: DeadChannels) -> Iterator[Finding]:
    """What keeps everybody from signing up; nothing where one of several addresses is enough, and can be reached."""
    flow = sign_up_of(application)
    channels = [CHANNELS.get(row.attribute.identifier) for row in _authentication(application)]
    is_enough = flow and flow.authentication == SignUpFlow.Authentication.ANY
    if not (is_enough and any(channel not in dead for channel in channels)):
        yield from _authentication_errors(application, dead)


def _sign_up(application: Application, dead: DeadChannels) -> Iterator[Finding]:
    for row in asked_of(application):
        if not row.attribute.enabled:
            yield _attribute_off(application, row)
    yield from _authentication_errors(application, dead)


def _authentication(application: Application) -> list[SignUpAttribute]:
    return [row for row in asked_of(application) if row.attribute.enabled and row.role == AUTHENTICATION]


def _authentication_errors(application: Application, dead: DeadChannels) -> Iterator[Finding]:
    authentication = _authentication(application)
    for row in authentication:
        channel = CHANNELS.get(row.attribute.identifier)
        if channel in dead:
            yield _no_usable_sender(application, row.attribute.identifier, channel, dead)
    if sign_up_of(application) and not authentication:
        yield of_application(
            application,
            "no-authentication",
            subject="sign-up",
            message="Sign-up is on without an authentication attribute: Tencent's call refuses everybody, and our page "
            "makes accounts by any name, without a proof.",
            cure="Name one in `sign_up.authentication_attributes`, or set `sign_up.enabled: false`.",
        )


def _attribute_off(application: Application, row: SignUpAttribute) -> Finding:
    identifier = row.attribute.identifier
    return of_application(
        application,
        "attribute-off",
        subject=f"sign-up attribute {identifier}",
        message=f"Sign-up names the {row.role} attribute {identifier}, which is off, so nobody is asked for it.",
        cure=f"Switch the attribute {identifier} on, or take it out of `sign_up.{row.role}_attributes`.",
        row=row.attribute,
    )


def _no_usable_sender(application: Application, identifier: str, channel: str, dead: DeadChannels) -> Finding:
    return of_application(
        application,
        "no-usable-sender",
        subject=f"sign-up attribute {identifier}",
        message=f"Sign-up asks for {identifier}, but no code can be sent to it: {why_dead(channel, dead)}.",
        cure=cure_of(channel, dead),
        row=row_of(channel, dead),
    )


def _sources_off(application: Application) -> Iterator[Finding]:
    for row in login_sources_of(application):
        source = row.password_auth_source or row.otp_auth_source
        if source and not source.enabled:
            yield of_application(
                application,
                "source-off",
                subject=f"log-in source {source.key}",
                message=f"The log-in flow names the source {source.key}, which is off, so nobody can log in by it.",
                cure=f"Switch the source {source.key} on, or take it out of `login.{_list_of(row)}`.",
                row=source,
            )


def _list_of(row: LoginSource) -> str:
    return "preferred_auth_source" if row.preferred else "associated_auth_sources"


def _claims(application: Application) -> Iterator[Finding]:
    known = {attribute.identifier for attribute in application.tenant.attributes.all()}
    for identifier in claims_of(application):
        if identifier not in known:
            yield of_application(
                application,
                "unknown-claim",
                subject=f"claim {identifier}",
                message=f"The log-in flow promises the claim {identifier}, which is no attribute of the tenant.",
                cure=f"Take {identifier} out of `login.claims`, or give the tenant such an attribute.",
            )
