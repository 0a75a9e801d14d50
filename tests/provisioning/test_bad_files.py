import pytest

from ciam.provisioning import InvalidFile, provision
from tenants.models import Tenant
from tests.provisioning.files import application, tenant

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

HEAD = "tenants:\n  - slug: acme\n"
SIGN_UP = "        sign_up:\n          authentication_attributes: [email]\n          "

BAD = [
    # the form of the file
    ("", 1, "is empty"),
    ("tenants: [", 1, "is not YAML"),
    ("- a", 1, "is a mapping of keys to values"),
    ("tenants: {}", 1, "tenants: is a list"),
    ("tenant: []", 1, "tenants is missing"),
    ("tenants: []\n---\ntenants: []", 2, "is not YAML: but found another document"),
    (HEAD + "    name: &a Acme\n    time_zone: *a\n", 4, "has an alias"),
    (HEAD + "    name: !!python/name:os.system ''\n", 3, "has a tag"),
    (HEAD + '    name: "a\\0b"\n', 3, "tenants[0].name: has a control character"),
    (HEAD + "    name: a\x07b\n", 3, "has a character that YAML does not allow"),
    (HEAD + "    name: Acme\n    name: Acme\n", 4, "tenants[0].name: stands here twice"),
    ("a: " + "[" * 30 + "]" * 30, 1, "nests too deeply"),
    (HEAD + "    1: x\n", 3, "tenants[0]: has a key that is not a text"),
    # the tenant
    (HEAD, 2, "tenants[0]: name is missing"),
    ("tenants:\n  - name: Acme\n", 2, "slug is missing"),
    (tenant(slug="Acme"), 2, "has lower-case letters, digits and hyphens"),
    (tenant(name="12"), 3, "tenants[0].name: is a text"),
    (tenant("    state: gone\n"), 4, "tenants[0].state: is present or absent"),
    (tenant("    domains: [acme.example:8000]\n"), 4, "tenants[0].domains[0]: is a host name"),
    (tenant("    domains: [127.0.0.1]\n"), 4, "is a host name"),
    (tenant("    domains: acme.example\n"), 4, "is a list of 0 to 100 values"),
    (tenant("    domains:\n      - a.example\n      - a.example\n"), 6, "stands in this list twice"),
    (tenant("    phone_regions: [UK]\n"), 4, "is an ISO region"),
    (tenant("    quotas: {sms: -1}\n"), 4, "quotas.sms: is a whole number from 0 to 2147483647"),
    (tenant("    quotas: {sms: true}\n"), 4, "is a whole number"),
    (tenant("    quotas: {sms: 99999999999999999999}\n"), 4, "is too large a number"),
    (tenant("    limits: {sms_per_number: {per_day: 1.5}}\n"), 4, "sms_per_number.per_day: is a whole number"),
    (tenant("    limits: {email_per_address: {interval_seconds: 86401}}\n"), 4, "from 0 to 86400"),
    (tenant('    force_email_verification: "true"\n'), 4, "is true or false"),
    (tenant("    login_url: javascript:alert(1)\n"), 4, "is a complete http or https URL"),
    (tenant("    branding: {color: red}\n"), 4, "branding.color: is a colour as #0a7c66"),
    (tenant("    branding: {logo: bm8gaW1hZ2U=}\n"), 4, "is a PNG, JPEG, WebP or GIF image"),
    (tenant("    branding: {logo: 'not base64'}\n"), 4, "is an image as base64"),
    (tenant(f"    branding: {{logo: {'A' * 1_500_000}}}\n"), 4, "is larger than 1 MB"),
    (tenant("    imported_pbkdf2: {digest: md5}\n"), 4, "is sha1, sha256 or sha512"),
    (tenant("    imported_pbkdf2: {rounds: 2600001}\n"), 4, "is a whole number from 1 to 2600000"),
    # attributes
    (tenant("    attributes: [{identifier: 1st}]\n"), 4, "is a letter"),
    (tenant("    attributes: [{identifier: password}]\n"), 4, "is a name with a meaning of its own"),
    (tenant("    attributes: [{identifier: age, type: number}]\n"), 4, "is string, integer or boolean"),
    (
        tenant("    attributes: [{identifier: age, type: integer, regex: a}]\n"),
        4,
        "is for attributes of the type string",
    ),
    (tenant("    attributes: [{identifier: no, regex: '(a+)+'}]\n"), 4, "attributes[0].regex: repeats without end"),
    (
        tenant("    attributes: [{identifier: email, regex: a}]\n"),
        4,
        "email is built-in, and only its label may be set",
    ),
    (tenant("    attributes: [{identifier: name, type: integer}]\n"), 4, "attributes[0].type: does not change"),
    (tenant("    attributes: [{identifier: locale, state: absent}]\n"), 4, "every tenant has this attribute"),
    # senders and providers
    (tenant("    senders: [{key: a}]\n"), 4, "senders[0]: channel is missing"),
    (tenant("    senders: [{key: a b}]\n"), 4, "has letters, digits, hyphens and underscores"),
    (tenant("    senders: [{key: a, channel: sms, vendor: smtp}]\n"), 4, "does not send over the channel sms"),
    (tenant("    senders: [{key: a, channel: email, vendor: smtp}]\n"), 4, "senders[0].settings.host: is missing"),
    (
        tenant(
            "    senders:\n      - key: a\n        channel: sms\n        vendor: custom\n        settings:\n"
            "          url: https://a.example\n"
        ),
        7,
        "needs a secret: secret_env is missing",
    ),
    (
        tenant("    senders:\n      - {key: a, channel: sms, vendor: outbox, settings: {\n          url: a}}\n"),
        6,
        "settings.url: is not a key here",
    ),
    (tenant("    identity_providers: [{key: a, preset: oidc, client_id: a}]\n"), 4, "issuer is missing"),
    (tenant("    identity_providers: [{key: a, preset: custom-oauth2, client_id: a}]\n"), 4, "token_url is missing"),
    (tenant("    identity_providers: [{key: a, preset: google}]\n"), 4, "client_id is missing"),
    (tenant("    identity_providers: [{key: a, issuer: login.example}]\n"), 4, "is a complete http or https URL"),
    # sources
    (tenant("    password_auth_sources: [{key: a, id: 12ab}]\n"), 4, "is a UUID or 32 hex digits"),
    (tenant("    password_auth_sources: [{key: a, history: 129}]\n"), 4, "is a whole number from 0 to 128"),
    (
        tenant("    password_auth_sources: [{key: a, login_attributes: [name]}]\n"),
        4,
        "is username, phone_number or email",
    ),
    (tenant("    password_auth_sources: [{key: a, lockout: {threshold: 3}}]\n"), 4, "unlock_minutes is missing"),
    (tenant("    otp_auth_sources: [{key: a, channel: sms, code_length: 7}]\n"), 4, "from 1 to 6 for sms"),
    (tenant("    otp_auth_sources: [{key: a, channel: email, code_ttl_seconds: 301}]\n"), 4, "from 1 to 300"),
    (tenant("    otp_auth_sources: [{key: a}]\n"), 4, "channel is missing"),
    (
        tenant("    password_auth_sources: [{key: a}]\n    otp_auth_sources:\n      - {key: a, channel: sms}\n"),
        6,
        "is the key of a source of the other kind",
    ),
    # applications
    (tenant("    applications:\n      - name: Shop\n"), 5, "tenants[0].applications[0]: client_id is missing"),
    (application(kind="desktop"), 6, "tenants[0].applications[0].type: is web, spa, mobile or m2m"),
    (application("        answers: secret\n"), 7, "is contract or private"),
    (application("        scopes: [read:user]\n"), 7, "scopes are for applications of the type m2m"),
    (application("        dialects: [soap]\n"), 7, "dialects[0]: is tencent, cloudbase or plusauth"),
    (application("        scopes: [admin]\n", kind="m2m"), 7, "scopes[0]: is read:user or write:user"),
    (application("        redirect_uris: ['https://a.example/#x']\n"), 7, "is a complete http or https URL"),
    (application("        redirect_uris: ['example.app:/back']\n"), 7, "has a scheme of its own"),
    (application("        redirect_uris: ['javascript:alert(1)']\n", kind="mobile"), 7, "is a complete http"),
    (application("        allowed_origins: ['https://a.example/']\n"), 7, "is scheme://host"),
    (application("        tokens: {access_ttl_seconds: 59}\n"), 7, "is a whole number from 60 to 86400"),
    (application(SIGN_UP + "required_attributes: [shoe_size]\n"), 9, "required_attributes[0]: is no attribute"),
    (application(SIGN_UP + "optional_attributes: [email]\n"), 9, "has a role already: authentication"),
    (application("        sign_up: {authentication_attributes: [name]}\n"), 7, "is username, phone_number or email"),
    (application("        login: {preferred_auth_source: a}\n"), 7, "is the key of no auth source of this tenant"),
    (application("        login:\n          associated_auth_sources: [b]\n"), 8, "is the key of no auth source"),
    (application("        login: {claims: [shoe_size]}\n"), 7, "claims[0]: is no attribute of this tenant"),
]


@pytest.mark.parametrize(("text", "line", "reason"), BAD, ids=[reason for _, _, reason in BAD])
def test_a_bad_file_is_refused_with_the_line_and_changes_nothing(text, line, reason):
    with pytest.raises(InvalidFile) as refusal:
        provision(text)

    assert [problem for problem in refusal.value.problems if problem.line == line and reason in str(problem)]
    assert not Tenant.objects.exists()


def test_a_domain_and_a_client_id_belong_to_one_tenant():
    provision(tenant("    domains: [a.example]\n    applications: [{client_id: shop}]\n"))

    with pytest.raises(InvalidFile) as refusal:
        provision(tenant("    domains: [a.example]\n    applications: [{client_id: shop}]\n", slug="b", name="B"))

    assert [str(problem) for problem in refusal.value.problems] == [
        "line 4: tenants[0].domains[0]: belongs to another tenant",
        "line 5: tenants[0].applications[0].client_id: belongs to an application of another tenant",
    ]


def test_an_attribute_that_has_another_role_already_is_refused():
    provision(application("        sign_up: {enabled: false, optional_attributes: [name]}\n"))

    with pytest.raises(InvalidFile, match=r"line 7: .*has a role already: optional"):
        provision(application("        sign_up: {required_attributes: [name]}\n"))


def test_norway_is_a_region_and_a_number_in_quotes_a_text():
    provision(tenant("    phone_regions: [NO]\n", name='"12"'))

    assert (Tenant.objects.get().phone_regions, Tenant.objects.get().name) == (["NO"], "12")
