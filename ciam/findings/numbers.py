"""Numbers of end users that are stored in another form than that in which they are read."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Length

from accounts.models import EndUser
from ciam.findings.finding import Finding, of_tenant
from otp import phone_numbers
from tenants.models import Tenant

MOST = 1000  # numbers that are looked at
# Argentinian ones without the 9 of mobiles, Brazilian ones with eight digits.
SUSPECTS = Q(phone_number__gt="+540", phone_number__lt="+549") | Q(
    phone_number__gt="+55", phone_number__lt="+56", digits=13
)


def count(tenants: Sequence[Tenant]) -> Counter[UUID]:
    """Return how many end users of each tenant have such a number."""
    numbers = EndUser.objects.annotate(digits=Length("phone_number")).filter(SUSPECTS, tenant__in=tenants)
    found = numbers.values_list("tenant_id", "phone_number")[:MOST]
    return Counter(tenant_id for tenant_id, number in found if number and _is_outdated(number))


def warnings(tenant: Tenant, counts: Mapping[UUID, int]) -> Iterator[Finding]:
    if tenant.pk in counts:
        yield of_tenant(
            tenant,
            "two-numbers",
            subject="phone numbers",
            message=f"Phone numbers in a form that is no longer read: {counts[tenant.pk]}. Another end user of the "
            "tenant has the same number in the form that is, so nobody can log in by these.",
            cure="`manage.py export_users` lists all numbers: see those with +54 or +55. Delete one of the two "
            "end users, or take the number off it.",
            row=tenant,
        )


def _is_outdated(number: str) -> bool:
    return phone_numbers.read(number, ()) not in (None, number)
