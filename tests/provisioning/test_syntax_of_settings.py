"""Settings with a syntax are parsed when they are saved; what people write in another case is kept in ours."""

import pytest

from ciam.provisioning import InvalidFile, provision
from tenants.models import Application, Tenant
from tests.provisioning.files import application, tenant

pytestmark = pytest.mark.django_db


def test_colours_hosts_origins_and_regions_may_be_written_in_either_case():
    written = '    domains: [Shop.Example]\n    branding: {color: "#FFEE88"}\n    phone_regions: [cn, Tr]\n'
    provision(
        f"{tenant(written)}    applications: [{{client_id: shop, allowed_origins: ['HTTPS://Shop.Example:8443']}}]\n"
    )

    row = Tenant.objects.get()
    assert (row.color, row.phone_regions, row.domains.get().name) == ("#ffee88", ["CN", "TR"], "shop.example")
    assert Application.objects.get().allowed_origins == ["https://shop.example:8443"]
    assert provision(tenant(written)).lines == []


@pytest.mark.parametrize("key", ["redirect_uris", "logout_redirect_uris"])
@pytest.mark.parametrize("uri", ["https://shop.example/*", "https://*.shop.example/back", "https://shop.example/?a=*"])
def test_a_star_is_no_redirect_uri(key, uri):
    with pytest.raises(InvalidFile):
        provision(application(f"        {key}: ['{uri}']\n"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('    branding: {color: "#FFEE8"}\n', "is a colour"),
        ("    domains: ['shop_1.example']\n", "is a host name"),
        ("    phone_regions: [XX]\n", "is an ISO region"),
        ("    time_zone: Shanghai\n", "is a time zone"),
        ("    login_url: shop.example\n", "is a complete http or https URL"),
        ("    attributes: [{identifier: age, type: string, regex: '('}]\n", ""),
        ("    identity_providers: [{key: a, claims: {emial: mail}}]\n", "is for no claim of ours"),
    ],
)
def test_what_cannot_work_is_refused(text, reason):
    with pytest.raises(InvalidFile, match=reason):
        provision(tenant(text))
