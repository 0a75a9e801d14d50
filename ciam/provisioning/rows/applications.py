"""Applications: their own rows and their secrets; `flows` has what they ask of people."""

from ciam import dialect_names
from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.reading.web_addresses import is_web_url
from ciam.provisioning.rows import environment
from ciam.provisioning.rows.flows import apply_login, apply_sign_up
from ciam.provisioning.rows.work import Work
from tenants import client_secrets
from tenants.models import Application

COLUMNS = (
    "name",
    "type",
    "enabled",
    "answers",
    "redirect_uris",
    "logout_redirect_uris",
    "allowed_origins",
    "scopes",
    "dialects",
)


def apply_applications(work: Work) -> None:
    for entry in work.entry.present("applications"):
        row = Application.objects.filter(client_id=entry["client_id"]).first()
        if row and row.tenant_id != work.tenant.id:
            work.refuse(entry.at("client_id"), "belongs to an application of another tenant")
        else:
            _apply(work, entry, row or _new(work, entry))


def _new(work: Work, entry: Entry) -> Application:
    client_id = entry["client_id"]
    return Application(tenant=work.tenant, client_id=client_id, name=client_id, type=Application.Type.WEB)


def _apply(work: Work, entry: Entry, row: Application) -> None:
    columns = entry.pick(*COLUMNS)
    if row._state.adding and "dialects" not in entry:
        columns["dialects"] = list(dialect_names.OF_TYPE[columns.get("type", row.type)])
    if tokens := entry.get("tokens"):
        columns |= tokens.pick("access_ttl_seconds", "refresh_ttl_seconds", "sessions_per_user")
    work.save(f"application {row.client_id}", row, columns)
    _check(work, entry, row)
    _apply_secret(work, entry, row)
    if "sign_up" in entry:
        apply_sign_up(work, entry["sign_up"], row)
    if "login" in entry:
        apply_login(work, entry["login"], row)


def _check(work: Work, entry: Entry, row: Application) -> None:
    if row.scopes and row.type != Application.Type.M2M:
        work.refuse(entry.at("scopes" if "scopes" in entry else "type"), "scopes are for applications of the type m2m")
    for key in ("redirect_uris", "logout_redirect_uris"):
        has_own_scheme = not all(map(is_web_url, getattr(row, key)))
        if has_own_scheme and row.type != Application.Type.MOBILE:
            work.refuse(entry.at(key), "has a scheme of its own, which is for applications of the type mobile")


def _apply_secret(work: Work, entry: Entry, row: Application) -> None:
    """Store the secret that is given; make one for a confidential client that has none; a public one has none."""
    given = _given_secret(work, entry, row)
    if not row.is_confidential:
        if row.secrets.exists():
            client_secrets.set_secrets(row, [])
            work.say(f"application {row.client_id}:", "secrets removed", about=row)
    elif given and not client_secrets.has_secret(row, given):
        client_secrets.set_secrets(row, [given])
        work.say(f"application {row.client_id}:", "secret stored", about=row)
    elif not given and not row.secrets.exists():
        made = client_secrets.new_secret()
        client_secrets.set_secrets(row, [made])
        work.report.secrets.append((row.client_id, made))
        work.say(f"application {row.client_id}:", "secret made", about=row)


def _given_secret(work: Work, entry: Entry, row: Application) -> str | None:
    keys = [key for key in ("client_secret", "client_secret_env") if key in entry]
    if not keys:
        return None
    if len(keys) == 2:
        work.refuse(entry.at("client_secret_env"), "stands beside client_secret: one of them is enough")
    if not row.is_confidential:
        work.refuse(entry.at(keys[0]), f"is for web and m2m applications; one of the type {row.type} keeps no secret")
    return str(entry["client_secret"]) if "client_secret" in entry else _secret_of_environment(work, entry)


def _secret_of_environment(work: Work, entry: Entry) -> str | None:
    at = entry.at("client_secret_env")
    value = environment.find(entry["client_secret_env"])
    if value is None:
        work.warn(at, "names a variable that is not set, as if no secret were given")
    elif len(value) < client_secrets.SHORTEST:
        work.refuse(at, f"names a variable whose value has fewer than {client_secrets.SHORTEST} characters")
    return value
