"""Identity providers: third parties whose identities the tenant accepts."""

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.rows import environment
from ciam.provisioning.rows.work import Work
from tenants.models import IdentityProvider

URLS = ("issuer", "authorize_url", "token_url", "userinfo_url")
REQUIRED_URLS = {"oidc": ("issuer",), "custom-oauth2": ("authorize_url", "token_url", "userinfo_url")}


def apply_identity_providers(work: Work) -> None:
    rows = {provider.key: provider for provider in work.tenant.identity_providers.all()}
    for entry in work.entry.present("identity_providers"):
        row = rows.get(entry["key"]) or IdentityProvider(tenant=work.tenant, key=entry["key"])
        what = f"identity provider {row.key}"
        columns = entry.pick("enabled", "preset", *URLS, "client_id", "client_secret_env", "scopes", "claims")
        if "client_secret" in entry:
            columns.setdefault("client_secret_env", "")
        work.save(what, row, columns)
        environment.seal_secret(work, entry, what, row, key="client_secret_env", column="sealed_client_secret")
        _check_complete(work, entry, row)


def _check_complete(work: Work, entry: Entry, row: IdentityProvider) -> None:
    for key in ("preset", "client_id", *REQUIRED_URLS.get(row.preset, ())):
        if not getattr(row, key):
            work.refuse(entry.at(key), f"{key} is missing")
