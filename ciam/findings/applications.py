"""Doubts about an application that is on: what its callers would be refused, and what it leaves open."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from ciam.dialect_names import CLOUDBASE, TENCENT
from ciam.findings import flows
from ciam.findings.finding import Finding, of_application
from ciam.findings.hosts import is_local
from ciam.findings.obstacles import DeadChannels, cure_of, row_of, why_dead
from ciam.findings.rows import asked_of, claims_of, login_sources_of, texts
from tenants.models import Application, Channel

LOG_IN_BY_API = {CLOUDBASE, TENCENT}  # an application that speaks one of them may have no use for our pages


def warnings(application: Application, dead: DeadChannels) -> Iterator[Finding]:
    if application.enabled:
        yield from _dialects(application)
        yield from _secret(application)
        yield from _redirect_uris(application)
        yield from _claims(application)
        for channel in dead:
            yield from _no_sender(application, channel, dead)


def _dialects(application: Application) -> Iterator[Finding]:
    if not application.dialects:
        yield of_application(
            application,
            "no-dialect",
            subject="dialects",
            message="It speaks no dialect, so it can only use OpenID Connect and the hosted pages.",
            cure="Name what it calls in `dialects`; leave it so if that is all it uses.",
        )
    if application.is_confidential and CLOUDBASE in application.dialects and not settings.IS_TRIAL:
        yield of_application(
            application,
            "public-calls",
            subject=f"dialect {CLOUDBASE}",
            message=f"The {application.type} application has a secret, but CloudBase's calls send codes and log people "
            "in for everybody who knows its client id.",
            cure=f"Take {CLOUDBASE} out of `dialects`, or give pages and apps an application of their own.",
        )


def _secret(application: Application) -> Iterator[Finding]:
    if application.is_confidential and not application.secrets.all():
        yield of_application(
            application,
            "no-client-secret",
            subject="client secret",
            message=f"The {application.type} application has no client secret, so nobody can call as it.",
            cure="Name it in a file for `manage.py provision`: a secret is made and shown once.",
        )


def _redirect_uris(application: Application) -> Iterator[Finding]:
    uris = texts(application.redirect_uris)
    if not uris and application.type != Application.Type.M2M and not LOG_IN_BY_API & set(application.dialects):
        yield of_application(
            application,
            "no-redirect-uri",
            subject="redirect URIs",
            message="It has no redirect URI, so nobody can be sent back to it from a log-in in the browser.",
            cure="Give it one in `redirect_uris`.",
        )
    for uri in uris:
        if not settings.IS_TRIAL and _is_plain(uri):
            yield of_application(
                application,
                "plain-redirect-uri",
                subject=f"redirect URI {uri}",
                message=f"The redirect URI {uri} is plain http, so others on the way can read what it receives.",
                cure="Write it with https in `redirect_uris`.",
            )


def _is_plain(uri: str) -> bool:
    try:
        url = urlsplit(uri)
    except ValueError:  # no URL, so nobody is ever sent there
        return False
    return url.scheme == "http" and not is_local(url.hostname or "")


def _claims(application: Application) -> Iterator[Finding]:
    off = {
        attribute.identifier: attribute for attribute in application.tenant.attributes.all() if not attribute.enabled
    }
    for identifier in claims_of(application):
        if identifier in off:
            yield of_application(
                application,
                "claim-off",
                subject=f"claim {identifier}",
                message=f"The log-in flow promises the claim {identifier}, an attribute that is off.",
                cure=f"Switch the attribute {identifier} on, or take it out of `login.claims`.",
                row=off[identifier],
            )


def _no_sender(application: Application, channel: str, dead: DeadChannels) -> Iterator[Finding]:
    """Unless that is an error already."""
    asked = [row for row in asked_of(application) if row.attribute.enabled]
    asking = [row for row in asked if flows.CHANNELS.get(row.attribute.identifier) == channel]
    if any(row.role == flows.AUTHENTICATION for row in asking):
        return
    sources = [row.otp_auth_source for row in login_sources_of(application) if row.otp_auth_source]
    wanted = [f"{row.role} attribute {row.attribute.identifier}" for row in asking]
    wanted += [f"log-in source {one.key}" for one in sources if one.enabled and one.channel == channel]
    if wanted:
        yield of_application(
            application,
            "no-sender",
            subject=", ".join(wanted),
            message=f"No code can be sent over {Channel(channel).label} for {' and '.join(wanted)}: "
            f"{why_dead(channel, dead)}.",
            cure=cure_of(channel, dead),
            row=row_of(channel, dead),
        )
