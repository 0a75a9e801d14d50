"""Hypothesis strategies for tenant files: every section, each key of it present or not, all of them valid."""

from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from tests.provisioning.files import SECRET

Document = dict[str, Any]
Keys = Mapping[str, st.SearchStrategy[Any]]

ENVIRONMENT = {"FIRST_SECRET": "first-value-of-the-environment", "SECOND_SECRET": "second-value-of-the-environment"}
ATTRIBUTES = ("age", "city", "team")
CHANNELS = {"phone_number": "sms", "email": "email"}

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
blank_texts = st.none() | texts | st.just("")
counts = st.none() | st.integers(0, 9)
seconds = st.integers(60, 300)
urls = st.sampled_from(["https://a.example/path?x=1", "http://b.example:8080/", "https://[2001:db8::1]/"])
variables = st.sampled_from([*ENVIRONMENT, "MISSING_SECRET"])
secrets = st.sampled_from(["a secret", "秘密 with: signs #", SECRET])


def some(*values: str, least: int = 0) -> st.SearchStrategy[list[str]]:
    """Return a strategy for lists of the values, in any order."""
    return st.permutations(values).flatmap(
        lambda all_: st.integers(least, len(all_)).map(lambda size: list(all_)[:size])
    )


@st.composite
def objects(draw: st.DrawFn, required: Keys, optional: Keys) -> Document:
    """Draw an object with its required keys and some of the others, or with all of them."""
    has_all = draw(st.booleans())
    chosen = [name for name in optional if has_all or draw(st.booleans())]
    return {name: draw(strategy) for name, strategy in required.items()} | {
        name: draw(optional[name]) for name in draw(st.permutations(chosen))
    }


def _logo(kind: str) -> str:
    written = BytesIO()
    Image.new("RGB", (600, 90), "#0a7c66").save(written, kind)
    return b64encode(written.getvalue()).decode()


LIMIT = {"interval_seconds": st.integers(0, 600), "per_day": counts}
TENANT: Keys = {
    "domains": some("one.example", "two.example", "three.example"),
    "phone_regions": some("CN", "NO", "TR"),
    "time_zone": st.sampled_from(["Asia/Shanghai", "Europe/Oslo"]),
    "quotas": objects({}, {"sms": counts, "email": counts}),
    "limits": objects(
        {},
        {"sms_per_number": objects({}, LIMIT), "email_per_address": objects({}, LIMIT), "public_per_hour": counts},
    ),
    "force_email_verification": st.booleans(),
    "login_url": st.none() | urls,
    "branding": objects(
        {}, {"logo": st.sampled_from([None, _logo("PNG"), _logo("JPEG")]), "color": st.sampled_from([None, "#0a7c66"])}
    ),
    "imported_pbkdf2": objects(
        {}, {"digest": st.sampled_from(["sha1", "sha512"]), "rounds": st.none() | st.integers(1, 9999)}
    ),
    "signing_algorithm": st.just("ES256"),  # a new RSA key takes too long here
}
ATTRIBUTE: Keys = {
    "label": blank_texts,
    "regex": st.sampled_from([None, "", "[a-z]+", r"\d{6}"]),
    "error_message": blank_texts,
    "enabled": st.booleans(),
}
SENDER: Keys = {"enabled": st.booleans(), "secret": st.none() | secrets, "secret_env": st.none() | variables}
SENDER_SETTINGS = {
    "outbox": objects({}, {}),
    "console": objects({}, {}),
    "smtp": objects(
        {"host": st.just("mail.example"), "from": st.just("Acme <no-reply@acme.example>")},
        {"port": st.integers(1, 65535), "username": texts, "security": st.sampled_from(["starttls", "tls", "none"])},
    ),
    "custom": objects({"url": urls}, {}),
}
PROVIDER: Keys = {
    "enabled": st.booleans(),
    "issuer": urls,
    "authorize_url": urls,
    "token_url": urls,
    "userinfo_url": urls,
    "client_secret": st.none() | secrets,
    "client_secret_env": st.none() | variables,
    "scopes": some("openid", "email", "a:b"),
    "claims": st.dictionaries(st.sampled_from(["sub", "name"]), texts, max_size=2),
}
PASSWORD_SOURCE: Keys = {
    "id": st.just("0000000000007000800000000000000a"),
    "name": blank_texts,
    "enabled": st.booleans(),
    "login_attributes": some("username", "email", "phone_number", least=1),
    "strength": st.sampled_from(["none", "good", "nist"]),
    "history": st.integers(0, 5),
    "lockout": st.none() | objects({"threshold": seconds, "window_hours": seconds, "unlock_minutes": seconds}, {}),
    "captcha": st.none() | objects({"threshold": seconds}, {}),
    "hash": st.sampled_from(["argon2", "bcrypt", "pbkdf2"]),
}
OTP_SOURCE: Keys = {
    "id": st.just("00000000-0000-7000-8000-00000000000B"),
    "name": blank_texts,
    "enabled": st.booleans(),
    "code_length": st.integers(1, 6),
    "code_ttl_seconds": st.integers(1, 300),
}
APPLICATION: Keys = {
    "name": texts,
    "answers": st.sampled_from(["contract", "private"]),
    "redirect_uris": some("https://a.example/back", "http://localhost:3000/"),
    "logout_redirect_uris": some("https://a.example/", "https://b.example/"),
    "allowed_origins": some("https://a.example", "http://b.example:8080"),
    "tokens": objects(
        {}, {"access_ttl_seconds": seconds, "refresh_ttl_seconds": seconds, "sessions_per_user": st.none() | seconds}
    ),
    "dialects": some("tencent", "cloudbase", "plusauth"),
}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a file of one tenant, in which nothing is refused."""
    tenant = draw(objects({"slug": st.just("acme"), "name": texts}, TENANT))
    attributes, senders, passwords, codes = draw(_attributes()), draw(_senders()), draw(_passwords()), draw(_codes())
    sections = {
        "attributes": attributes,
        "senders": senders,
        "identity_providers": draw(_providers()),
        "password_auth_sources": passwords,
        "otp_auth_sources": codes,
        "applications": draw(_applications(attributes, _live_channels(senders), [*passwords, *codes])),
    }
    absent = {"attributes": "identifier", "applications": "client_id"}
    for name, entries in sections.items():
        if draw(st.booleans()):
            entries.append({absent.get(name, "key"): "gone", "state": "absent"})
    needed = {name for name, entries in sections.items() if entries or draw(st.booleans())}
    return {"tenants": [tenant | {name: entries for name, entries in sections.items() if name in needed}]}


@st.composite
def _attributes(draw: st.DrawFn) -> list[Document]:
    kinds = {"type": st.just("string"), "state": st.just("present")}
    own = [draw(objects({"identifier": st.just(name)}, ATTRIBUTE | kinds)) for name in draw(some(*ATTRIBUTES))]
    presets = [draw(objects({"identifier": st.just(name)}, ATTRIBUTE)) for name in draw(some("name", "locale"))]
    built_in = [{"identifier": name, "label": draw(blank_texts)} for name in draw(some("username", "email"))]
    whole = [{"identifier": "size", "type": draw(st.sampled_from(["integer", "boolean"]))}]
    return draw(st.permutations([*own, *presets, *built_in, *whole]))


@st.composite
def _senders(draw: st.DrawFn) -> list[Document]:
    return [draw(_sender(key)) for key in draw(some("first", "second", "third"))]


@st.composite
def _sender(draw: st.DrawFn, key: str) -> Document:
    vendor = draw(st.sampled_from(list(SENDER_SETTINGS)))
    channel = draw(st.sampled_from(["email"] if vendor == "smtp" else ["sms", "email"]))
    fixed = {"key": st.just(key), "channel": st.just(channel), "vendor": st.just(vendor)}
    drawn: Document = draw(objects(fixed | {"settings": SENDER_SETTINGS[vendor]}, SENDER))
    entry = _with_one_secret(drawn, "secret")
    if vendor == "custom" and not (entry.get("secret") or entry.get("secret_env") in ENVIRONMENT):
        entry = _with_one_secret(entry | {"secret": draw(secrets)}, "secret")
    return entry


@st.composite
def _providers(draw: st.DrawFn) -> list[Document]:
    presets = {
        "google": ("google", {}),
        "oidc": ("oidc", {"issuer": urls}),
        "plain": ("custom-oauth2", dict.fromkeys(("authorize_url", "token_url", "userinfo_url"), urls)),
    }
    entries = []
    for key in draw(some(*presets)):
        preset, required = presets[key]
        fixed = {"key": st.just(key), "preset": st.just(preset), "client_id": texts} | required
        optional = {name: strategy for name, strategy in PROVIDER.items() if name not in required}
        entries.append(_with_one_secret(draw(objects(fixed, optional)), "client_secret"))
    return entries


@st.composite
def _passwords(draw: st.DrawFn) -> list[Document]:
    return [draw(objects({"key": st.just(key)}, PASSWORD_SOURCE)) for key in draw(some("accounts"))]


@st.composite
def _codes(draw: st.DrawFn) -> list[Document]:
    fixed = {"channel": st.sampled_from(["sms", "email"])}
    return [draw(objects({"key": st.just(key)} | fixed, OTP_SOURCE)) for key in draw(some("codes"))]


@st.composite
def _applications(
    draw: st.DrawFn, attributes: list[Document], channels: set[str], sources: list[Document]
) -> list[Document]:
    """Draw applications; one that is enabled uses what is enabled alone."""
    names = [one["identifier"] for one in attributes if one.get("enabled", True)] + ["nickname", "zoneinfo"]
    keys = [one["key"] for one in sources if one.get("enabled", True)]
    may_prove = [name for name in ("phone_number", "email") if CHANNELS[name] in channels]
    entries = []
    for kind in draw(some("web", "spa", "mobile", "m2m")):
        is_enabled = draw(st.booleans())
        flows = {"sign_up": _sign_up(names, ["username", *may_prove]), "login": _login(names, keys)}
        fixed = {"client_id": st.just(f"my-{kind}"), "type": st.just(kind), "enabled": st.just(is_enabled)}
        entries.append(draw(objects(fixed, APPLICATION | flows | _of_kind(kind))))
    return [_with_one_secret(entry, "client_secret") for entry in entries]


def _of_kind(kind: str) -> Keys:
    if kind in ("spa", "mobile"):
        return {}
    long_variables = {"client_secret": st.just(SECRET), "client_secret_env": variables}
    return long_variables | ({"scopes": some("read:user", "write:user")} if kind == "m2m" else {})


@st.composite
def _sign_up(draw: st.DrawFn, names: list[str], authentication: list[str]) -> Document:
    asked = draw(some(*authentication, least=1))
    others = draw(some(*(name for name in names if name not in CHANNELS and name not in asked)))
    middle = draw(st.integers(0, len(others)))
    given = {
        "enabled": st.booleans(),
        "authentication": st.sampled_from(["all", "any"]),
        "required_attributes": st.just(others[:middle]),
        "optional_attributes": st.just(others[middle:]),
        "default_group": st.none() | texts,
    }
    return draw(objects({"authentication_attributes": st.just(asked)}, given))


@st.composite
def _login(draw: st.DrawFn, names: list[str], keys: list[str]) -> Document:
    preferred = draw(st.sampled_from([None, *keys]))
    associated = draw(some(*(key for key in keys if key != preferred)))
    fixed = {"preferred_auth_source": st.just(preferred), "associated_auth_sources": st.just(associated)}
    return draw(objects({}, fixed | {"claims": some(*names), "anonymous": st.booleans(), "consent": st.booleans()}))


def _live_channels(senders: list[Document]) -> set[str]:
    """Return the channels without a sender, which has the outbox in tests, and those with an enabled one."""
    named = {one["channel"] for one in senders}
    return {"sms", "email"} - named | {one["channel"] for one in senders if one.get("enabled", True)}


def _with_one_secret(entry: Document, name: str) -> Document:
    """Leave out the variable's name where the secret itself is given: a file has one of them."""
    return {key: value for key, value in entry.items() if key != f"{name}_env" or name not in entry}
