"""Small files for tests: a tenant `acme`, with what the test adds to it."""

from pathlib import Path

import ciam

EXAMPLE = (Path(ciam.__file__).parent.parent / "docs" / "examples" / "acme.yaml").read_text("utf-8")
SECRET = "sixteen-or-more-characters"

FULL = f"""
tenants:
  - slug: acme
    name: Acme
    domains: [one.example, two.example]
    phone_regions: [CN, "NO"]
    quotas: {{sms: 5, email: null}}
    attributes:
      - {{identifier: age, type: integer}}
      - {{identifier: nickname, label: 昵称, regex: "[a-z]+"}}
      - {{identifier: email, label: Mail}}
    senders:
      - {{key: second, channel: sms, vendor: outbox}}
      - {{key: first, channel: sms, vendor: console, enabled: false}}
    identity_providers:
      - {{key: login, preset: oidc, issuer: "https://a.example", client_id: us, scopes: [openid], claims: {{sub: id}}}}
    password_auth_sources:
      - {{key: accounts, lockout: {{threshold: 3, window_hours: 1, unlock_minutes: 5}}, captcha: {{threshold: 2}}}}
    otp_auth_sources:
      - {{key: mail, channel: email, code_length: 8}}
      - {{key: sms, channel: sms, id: 00000000-0000-7000-8000-000000000001}}
    applications:
      - client_id: shop
        client_secret: {SECRET}
        sign_up:
          authentication_attributes: [phone_number, email]
          authentication: any
          required_attributes: [nickname]
          optional_attributes: [name, age]
          default_group: buyers
        login: {{preferred_auth_source: accounts, associated_auth_sources: [sms, mail], claims: [name, age]}}
      - {{client_id: app, type: mobile, redirect_uris: ["example.app:/back"], login: {{anonymous: true}}}}
"""


def tenant(body: str = "", *, slug: str = "acme", name: str = "Acme") -> str:
    """A file with one tenant, whose other keys stand in `body`, indented by four spaces."""
    return f"tenants:\n  - slug: {slug}\n    name: {name}\n{body}"


def application(body: str = "", *, client_id: str = "shop", kind: str = "web") -> str:
    """A file with one application, whose other keys stand in `body`, indented by eight spaces; they begin at line 7."""
    return tenant(f"    applications:\n      - client_id: {client_id}\n        type: {kind}\n{body}")
