"""Why a sender would take no message here: what its file, its row or the server's mode refuses, told beforehand."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from otp.delivery.senders import VENDORS, Vendor, sender_class
from otp.delivery.senders.smtp import MAIL_PORTS
from tenants import sealing
from tenants.connections import may_reach
from tenants.models import Channel, Sender, Tenant


class Obstacle(NamedTuple):
    reason: str  # completes "takes no message, because"
    cure: str
    is_mode: bool = False  # the vendor is for trials, and this is none


DeadChannels = dict[str, list[tuple[Sender, Obstacle]]]


def dead_channels(tenant: Tenant) -> DeadChannels:
    """The channels over which the tenant can send nothing, each with its senders that are on and what stops them."""
    dead: DeadChannels = {}
    for channel in Channel.values:
        senders = [sender for sender in tenant.senders.all() if sender.enabled and sender.channel == channel]
        stopped = [(sender, obstacle) for sender in senders if (obstacle := find_obstacle(sender))]
        outbox_stands_in = settings.IS_TRIAL and not senders
        if len(stopped) == len(senders) and not outbox_stands_in:
            dead[channel] = stopped
    return dead


def why_dead(channel: str, dead: DeadChannels) -> str:
    label = Channel(channel).label
    reasons = [f"{sender.key} takes none, because {obstacle.reason}" for sender, obstacle in dead[channel]]
    return "; ".join(reasons) or f"the tenant has no {label} sender that is on"


def cure_of(channel: str, dead: DeadChannels) -> str:
    if dead[channel]:
        sender, obstacle = dead[channel][0]
        return f"Sender {sender.key}: {obstacle.cure}"
    return f"Add a sender for `channel: {channel}`, or switch one on; vendors: {vendors_for(channel)}."


def row_of(channel: str, dead: DeadChannels) -> Sender | type[Sender]:
    return dead[channel][0][0] if dead[channel] else Sender


def find_obstacle(sender: Sender) -> Obstacle | None:
    vendor = VENDORS.get(sender.vendor)
    if vendor is None or sender.channel not in vendor.channels:
        reason = f"{sender.vendor} is no vendor for {Channel(sender.channel).label}"
        return Obstacle(reason, f"Choose another `vendor`: {vendors_for(sender.channel)}.")
    if vendor.trial_only and not settings.IS_TRIAL:
        cure = f"Replace it by a sender of another vendor ({vendors_for(sender.channel)}), or switch it off."
        return Obstacle(f"the vendor {sender.vendor} is for trial mode alone", cure, is_mode=True)
    return _in_settings(sender, vendor) or _in_secret(sender, vendor) or _in_production(sender)


def vendors_for(channel: str) -> str:
    """Those that send over the channel in this mode."""
    usable = [
        name
        for name, vendor in VENDORS.items()
        if channel in vendor.channels and (settings.IS_TRIAL or not vendor.trial_only)
    ]
    return ", ".join(usable) or "none yet"


def _in_settings(sender: Sender, vendor: Vendor) -> Obstacle | None:
    own = sender.settings if isinstance(sender.settings, dict) else {}
    missing = [key for key in vendor.required if key not in own]
    if missing:
        return Obstacle(f"`{missing[0]}` is missing", f"Give it in the sender's `settings`: {', '.join(missing)}.")
    for key, setting in vendor.settings.items():
        try:
            if key in own:
                setting.check(own[key])
        except ValueError as error:
            return Obstacle(f"`{key}` is wrong", f"Change it in the sender's `settings`: `{key}` {error}.")
    return None


def _in_secret(sender: Sender, vendor: Vendor) -> Obstacle | None:
    if vendor.needs_secret and not sender.sealed_secret:
        return Obstacle("it has no secret", f"{_secret_again(sender)}.")
    try:
        secret = sealing.unseal(sender.sealed_secret) if sender.sealed_secret else ""
    except sealing.InvalidToken:
        cure = f"Add the older key to SECRET_KEY_FALLBACKS, or: {_secret_again(sender)}."
        return Obstacle("its secret was sealed under another SECRET_KEY", cure)
    try:
        sender_class(sender.vendor)(sender.settings, secret)
    except Exception:  # noqa: BLE001 - a vendor's file may refuse in its own way; what it says may hold the secret
        cure = f"Correct its `settings`, or: {_secret_again(sender)}."
        return Obstacle(f"the vendor {sender.vendor} refuses its settings or its secret", cure)
    return None


def _secret_again(sender: Sender) -> str:
    if sender.secret_env:
        return f"Set the variable {sender.secret_env} and run `manage.py provision` with the sender's file"
    return "Give its secret as `secret_env` or `secret` in a file for `manage.py provision`"


def _in_production(sender: Sender) -> Obstacle | None:
    """What the senders themselves refuse outside of trial mode."""
    check = IN_PRODUCTION.get(sender.vendor)
    return check(sender) if check and not settings.IS_TRIAL else None


def _unsafe_mail(sender: Sender) -> Obstacle | None:
    if sender.settings.get("security") == "none":
        return Obstacle("mail in clear text is for trial mode alone", "Set `security` to starttls or tls.")
    if sender.settings.get("port", MAIL_PORTS[0]) not in MAIL_PORTS:
        ports = ", ".join(map(str, MAIL_PORTS))
        return Obstacle("its `port` is none of mail servers", f"Set `port` to one of {ports}, or leave it out.")
    if is_inner(sender.settings["host"]):
        return Obstacle("its `host` is not on the public internet", "Set `host` to a public mail server.")
    return None


def _inner_gateway(sender: Sender) -> Obstacle | None:
    url = urlsplit(sender.settings["url"])
    if url.scheme != "https":
        return Obstacle("its `url` is not https", "Set `url` to an https address.")
    if is_inner(url.hostname or ""):
        return Obstacle("its `url` is not on the public internet", "Set `url` to a public address.")
    return None


def is_inner(host: str) -> bool:
    """Without asking the DNS: what a name stands for today may be another address tomorrow."""
    try:
        return not may_reach(host)
    except ValueError:
        return host == "localhost"


IN_PRODUCTION: dict[str, Callable[[Sender], Obstacle | None]] = {"smtp": _unsafe_mail, "custom": _inner_gateway}
