"""Senders: what their vendors allow, their secrets, and the order in which they are tried."""

from typing import Any

from django.conf import settings

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.reading.problems import Node
from ciam.provisioning.rows import environment
from ciam.provisioning.rows.work import Work
from otp.delivery.senders import VENDORS, Vendor, sender_class
from tenants import sealing
from tenants.models import Sender


def apply_senders(work: Work) -> None:
    rows = {sender.key: sender for sender in work.tenant.senders.order_by("position", "key")}
    before = list(rows)
    for entry in work.entry.present("senders"):
        last = max((row.position for row in rows.values()), default=-1)
        row = rows.get(entry["key"]) or Sender(tenant=work.tenant, key=entry["key"], position=last + 1)
        if _is_complete(work, entry, row):
            rows[row.key] = row
            _apply(work, entry, row)
    _put_in_order(work, rows, before)


def _is_complete(work: Work, entry: Entry, row: Sender) -> bool:
    missing = [key for key in ("channel", "vendor") if not (key in entry or getattr(row, key))]
    for key in missing:
        work.refuse(entry.node, f"{key} is missing: the sender is new")
    return not missing


def _apply(work: Work, entry: Entry, row: Sender) -> None:
    what = f"sender {row.key}"
    columns = entry.pick("enabled", "channel", "vendor", "settings", "secret_env")
    if "secret" in entry:
        columns.setdefault("secret_env", "")
    work.save(what, row, columns, untold=("settings",))
    environment.seal_secret(work, entry, what, row, key="secret_env", column="sealed_secret")
    _check(work, entry, row, VENDORS[row.vendor])


def _check(work: Work, entry: Entry, row: Sender, vendor: Vendor) -> None:
    if row.channel not in vendor.channels:
        work.refuse(entry.at("vendor"), f"does not send over the channel {row.channel}")
    if vendor.needs_secret and not (row.secret_env or row.sealed_secret):
        work.refuse(entry.at("vendor"), "needs a secret: secret_env is missing")
    if vendor.trial_only and row.enabled and not settings.IS_TRIAL:
        work.warn(entry.at("vendor"), f"the {row.vendor} sender is for trial mode alone; here it sends nothing")
    at = entry.at("settings")
    missing = [key for key in vendor.required if key not in row.settings]
    for key in missing:
        work.refuse(Node(None, at.line, f"{entry.node.path}.settings.{key}"), "is missing")
    are_right = [_check_setting(work, entry, vendor, key, value) for key, value in row.settings.items()]
    if not missing and all(are_right):
        _check_secret(work, entry, row)


def _check_secret(work: Work, entry: Entry, row: Sender) -> None:
    """Make what will send: a vendor's file may refuse the secret in its own way, and what it says may hold it."""
    try:
        secret = sealing.unseal(row.sealed_secret) if row.sealed_secret else ""
        if secret:
            sender_class(row.vendor)(row.settings, secret)
    except sealing.InvalidToken:
        return
    except Exception:  # noqa: BLE001 - as above
        work.refuse(entry.at("secret"), "is no secret that this vendor can use")


def _check_setting(work: Work, entry: Entry, vendor: Vendor, key: str, value: Any) -> bool:
    """Refuse a key or a value that the vendor does not take; return whether it does."""
    at = entry.at("settings")
    at = at.value.get(key, at) if "settings" in entry else at
    if key not in vendor.settings:
        work.refuse(at, f"is not a key here; the keys are {', '.join(vendor.settings) or 'none'}")
        return False
    try:
        vendor.settings[key].check(value)
    except ValueError as error:
        work.refuse(at, str(error))
        return False
    return True


def _put_in_order(work: Work, rows: dict[str, Sender], before: list[str]) -> None:
    """Those of the file first, in its order; then the others, in theirs."""
    named = [entry["key"] for entry in work.entry.present("senders") if entry["key"] in rows]
    wanted = [*named, *(key for key in rows if key not in named)]
    if not named or wanted == list(rows):
        return
    for position, key in enumerate(wanted):
        rows[key].position = position
        rows[key].save(update_fields=["position"])
    if [key for key in wanted if key in before] != before:
        told = f"tried in another order: {', '.join(wanted)}"
        work.say("senders", f"are {told}", about=work.tenant, before={"order": before}, after={"order": wanted})
