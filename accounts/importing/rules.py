"""What every row of a run is read by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from accounts.importing import lines
from accounts.passwords.imported import KeyParameters
from tenants.configuration import AttributeRule, TenantSettings


@dataclass(frozen=True)
class Rules:
    tenant: TenantSettings
    attributes: Mapping[str, AttributeRule]
    now: datetime
    is_dry: bool = False  # nothing is hashed then, but for a test password
    has_new_subs: bool = False  # each user gets a new one, whatever the file says
    key: KeyParameters | None = None  # of this file's hashes
    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # all of the tenant, that one included

    @cached_property
    def tenant_hex(self) -> str:
        return self.tenant.id.hex

    @cached_property
    def written_now(self) -> str:
        return lines.written(self.now)
