"""Keys of imported password hashes that cannot be decrypted, so that those passwords are wrong ones."""

from collections.abc import Iterator

from accounts.models import HashKey
from accounts.passwords import hash_keys
from ciam.findings.finding import Finding, of_tenant
from tenants.models import Tenant


def warnings(tenant: Tenant, keys: list[HashKey]) -> Iterator[Finding]:
    for key in keys:
        if key.tenant_id == tenant.id and not hash_keys.is_usable(key):
            yield of_tenant(
                tenant,
                "unusable-hash-key",
                subject=f"hash key {key.name}",
                message=f"The key {key.name} of imported password hashes cannot be decrypted, so users with one "
                "cannot log in by password.",
                cure="Add the older key to SECRET_KEY_FALLBACKS, or import a file again with `--hash-key` and "
                f"`--hash-key-name {key.name}`.",
                row=tenant,
            )
