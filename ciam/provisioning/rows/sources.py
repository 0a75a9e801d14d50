"""Authentication sources of both kinds; within a tenant a key names one source, whatever its kind."""

from typing import TypeVar
from uuid import UUID

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.rows.work import Work
from tenants.models import Channel, OtpAuthSource, PasswordAuthSource, Tenant

Source = PasswordAuthSource | OtpAuthSource
Row = TypeVar("Row", PasswordAuthSource, OtpAuthSource)
LONGEST_SMS_CODE = 6
SAFE_CODE = 6
LOCKOUT = ("threshold", "window_hours", "unlock_minutes")


def by_key(tenant: Tenant) -> dict[str, Source]:
    rows: list[Source] = [*tenant.password_auth_sources.all(), *tenant.otp_auth_sources.all()]
    return {row.key: row for row in rows}


def apply_password_auth_sources(work: Work) -> None:
    for entry in work.entry.present("password_auth_sources"):
        row = _find_or_new(work, entry, PasswordAuthSource)
        columns = entry.pick("name", "enabled", "login_attributes", "strength", "history", "hash")
        columns |= _lockout(work, entry, row)
        if "captcha" in entry:
            columns["captcha_threshold"] = entry["captcha"] and entry["captcha"]["threshold"]
        work.save(f"password auth source {row.key}", row, columns)


def apply_otp_auth_sources(work: Work) -> None:
    for entry in work.entry.present("otp_auth_sources"):
        row = _find_or_new(work, entry, OtpAuthSource)
        if not row.channel and "channel" not in entry:
            work.refuse(entry.node, "channel is missing: the source is new")
        work.save(
            f"otp auth source {row.key}",
            row,
            entry.pick("name", "enabled", "channel", "code_length", "code_ttl_seconds"),
        )
        _check_code_length(work, entry, row)


def _find_or_new(work: Work, entry: Entry, model: type[Row]) -> Row:
    row = model._default_manager.filter(tenant=work.tenant, key=entry["key"]).first()
    wanted = UUID(entry["id"]) if "id" in entry else None
    if row:
        if wanted and wanted != row.id:
            work.refuse(entry.at("id"), "is not the id that this source has; an id does not change")
        return row
    if entry["key"] in by_key(work.tenant):
        work.refuse(entry.at("key"), "is the key of a source of the other kind")
    row = model(tenant=work.tenant, key=entry["key"])
    if wanted and _is_taken(wanted):
        work.refuse(entry.at("id"), "is the id of another source")
    elif wanted:
        row.id = wanted
    return row


def _is_taken(row_id: UUID) -> bool:
    return any(model.objects.filter(id=row_id).exists() for model in (PasswordAuthSource, OtpAuthSource))


def _lockout(work: Work, entry: Entry, row: PasswordAuthSource) -> dict[str, object]:
    """The columns of `lockout`, key by key; to switch it on takes all of them."""
    if "lockout" not in entry:
        return {}
    lockout: Entry | None = entry["lockout"]
    if lockout is None:
        return {f"lockout_{key}": None for key in LOCKOUT}
    for key in LOCKOUT:
        if key not in lockout and getattr(row, f"lockout_{key}") is None:
            work.refuse(entry.at("lockout"), f"{key} is missing")
    return lockout.pick(**{f"lockout_{key}": key for key in LOCKOUT})


def _check_code_length(work: Work, entry: Entry, row: OtpAuthSource) -> None:
    if row.channel == Channel.SMS and row.code_length > LONGEST_SMS_CODE:
        work.refuse(entry.at("code_length"), f"is a whole number from 1 to {LONGEST_SMS_CODE} for sms")
    elif row.code_length < SAFE_CODE:
        work.warn(entry.at("code_length"), f"codes shorter than {SAFE_CODE} digits are easier to guess")
