"""How people can log in through an application, and what stands where they cannot."""

from collections.abc import Iterator

from accounts.codes import ATTRIBUTES
from accounts.third_party.providers import find_obstacle
from ciam.dialect_names import CLOUDBASE
from ciam.findings.finding import Finding, of_application
from ciam.findings.obstacles import DeadChannels
from ciam.findings.rows import asked_of, login_sources_of, sign_up_of
from tenants.models import Application, Channel


def warnings(application: Application, dead: DeadChannels) -> Iterator[Finding]:
    """Nobody uses a log-in who cannot sign up, so that alone is worth a word."""
    if application.enabled and sign_up_of(application):
        yield from no_log_in(application, dead)


def no_log_in(application: Application, dead: DeadChannels) -> Iterator[Finding]:
    """A machine logs in by its secret; everybody else needs one of the ways."""
    if application.type == Application.Type.M2M or has_log_in(application, dead):
        return
    yield of_application(
        application,
        "no-log-in",
        subject="log-in",
        message="Nobody can log in through it: it has no password source, no code source whose codes arrive, no "
        "identity provider, and no log-in without a name."
        + (" People can sign up, and then cannot come back." if sign_up_of(application) else ""),
        cure="Name a source in `login.preferred_auth_source` or `login.associated_auth_sources`. Leave it so if people "
        "log in through another application.",
    )


def has_log_in(application: Application, dead: DeadChannels) -> bool:
    flow = getattr(application, "login_flow", None)
    is_anonymous = bool(flow and flow.anonymous)
    return is_anonymous or _has_source(application, dead) or _has_provider(application)


def _has_source(application: Application, dead: DeadChannels) -> bool:
    sources = login_sources_of(application)
    if any(row.password_auth_source and row.password_auth_source.enabled for row in sources):
        return True
    channels = {row.otp_auth_source.channel for row in sources if row.otp_auth_source and row.otp_auth_source.enabled}
    if CLOUDBASE in application.dialects:  # its codes need no source
        channels |= set(Channel.values)
    return any(channel not in dead and _have_address(application, channel) for channel in channels)


def _have_address(application: Application, channel: str) -> bool:
    """Whether people are asked for an address of the channel; without a sign-up they have got theirs elsewhere."""
    asked = {row.attribute.identifier for row in asked_of(application) if row.attribute.enabled}
    return not sign_up_of(application) or ATTRIBUTES[Channel(channel)] in asked


def _has_provider(application: Application) -> bool:
    providers = application.tenant.identity_providers.all()
    return any(provider.enabled and not find_obstacle(provider) for provider in providers)
