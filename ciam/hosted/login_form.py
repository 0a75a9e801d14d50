"""What the log-in pages offer of an application: the ways in, in its order and in the reader's words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.codes import ATTRIBUTES
from accounts.third_party import providers as third_parties
from ciam.hosted import browsers, form
from ciam.hosted.browsers import SIGN_UP
from ciam.hosted.form import AUTOFILL, KINDS, Input, Password, Words
from signup.browser_sessions import Live
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel, IdentityProvider, LoginSource

NAMES = ("username", "email", "phone_number")
PASSWORD = "password"  # noqa: S105 - a way to log in
PROVIDER_NAMES: dict[str, str] = {IdentityProvider.Preset.GITHUB: "GitHub"}
NAMELESS = (IdentityProvider.Preset.OIDC, IdentityProvider.Preset.CUSTOM_OAUTH2)
SPOKEN = (
    "error_",
    "hint_country",
    "weak_",
    "strength",
    "send",
    "code_sent",
    "proving",
    "submitting",
    "mail_",
    "login_",
    "reset_",
)


@dataclass(frozen=True, slots=True)
class Way:
    """One form of the page; its `key` stands in the page's address after `#`."""

    key: str  # password, sms, email
    label: str
    name: Input  # what is typed to say who it is

    @property
    def is_by_password(self) -> bool:
        return self.key == PASSWORD


@dataclass(frozen=True, slots=True)
class ThirdParty:
    label: str  # of the button
    url: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """A forgotten password: the address to which a code goes, and the password that is chosen then."""

    name: Input
    password: Password


@dataclass(frozen=True, slots=True)
class LogInForm:
    onward: str  # where somebody goes who has logged in, in words
    ways: tuple[Way, ...]
    password: Password | None  # of the way by password
    recovery: Recovery | None
    providers: tuple[ThirdParty, ...]
    sign_up_url: str  # "" where nobody can sign up


def of_request(live: Live, *, language: str, words: Words, providers: Iterable[IdentityProvider]) -> LogInForm:
    """Of the `providers`, which are rows of the tenant, those that are on and have all that they need."""
    application = live.application
    has_password = application.login.password_source is not None
    can_sign_up = application.sign_up.enabled
    return LogInForm(
        onward=words["login_onward"].format(name=UNFIT_FOR_TEXT.sub(" ", application.name)),
        ways=tuple(_ways(application, language, words)),
        password=_current_password(words) if has_password else None,
        recovery=_recovery(application, language, words),
        providers=_third_parties(live, providers, words),
        sign_up_url=browsers.request_address(SIGN_UP, live, ui_locales=language) if can_sign_up else "",
    )


def page(
    live: Live,
    *,
    language: str,
    words: Words,
    providers: Iterable[IdentityProvider],
    login_hint: str = "",
    trouble: str = "",
) -> dict[str, Any]:
    """What `login/page.html` shows; `trouble` is said at its top, in words, unless it is that a mail is under way."""
    fields = of_request(live, language=language, words=words, providers=providers)
    is_mail_due = trouble == words["login_mail_text"]
    return {
        "form": fields,
        "trouble": "" if is_mail_due else trouble,
        "script": {
            "state": live.pending.state,
            "language": language,
            "region": form.region_of(live.application.tenant),
            "name": live.application.tenant.name,
            "client_id": live.application.client_id,
            "login_hint": login_hint,
            "is_mail_due": is_mail_due,
            "sign_up_url": fields.sign_up_url,
            "words": _spoken(words),
        },
    }


def consent(
    application: ApplicationConfiguration, claims: Sequence[str], *, state: str, language: str, words: Words
) -> dict[str, Any]:
    """What `login/consent.html` shows: the application's name and the claims that it asks for."""
    name = UNFIT_FOR_TEXT.sub(" ", application.name)
    return {
        "title": words["consent_title"].format(name=name),
        "text": words["consent_text"].format(name=name),
        "claims": tuple(_claim(application, identifier, words) for identifier in claims),
        "script": {
            "claims": list(claims),
            "state": state,
            "language": language,
            "name": application.tenant.name,
            "words": _spoken(words),
        },
    }


def log_out(
    application: ApplicationConfiguration, about: str, *, state: str, language: str, words: Words
) -> dict[str, Any]:
    """What `login/logout.html` shows, with the words `about` why it asks."""
    script = {"state": state, "language": language, "name": application.tenant.name, "words": _spoken(words)}
    return {"title": words[f"{about}_title"], "text": words[f"{about}_text"], "script": script}


def _claim(application: ApplicationConfiguration, identifier: str, words: Words) -> str:
    rule = application.attributes.get(identifier)
    label = form.label(rule, words) if rule else identifier
    return words.get(f"consent_claim_{identifier}", label) if label == identifier else label


def _spoken(words: Words) -> Words:
    """The words that the scripts say; the others stand in the page."""
    return {name: text for name, text in words.items() if name.startswith(SPOKEN)}


def _ways(application: ApplicationConfiguration, language: str, words: Words) -> Iterator[Way]:
    for key in _keys(application):
        yield Way(key, words[f"login_by_{key}"], _name(application, key, language, words))


def _keys(application: ApplicationConfiguration) -> list[str]:
    """The kinds of the log-in flow's sources that are on, in the admin's order, the preferred one first."""
    offered = [source.channel for source in application.login.otp_sources]
    offered = [PASSWORD, *offered] if application.login.password_source else offered
    if len(set(offered)) < 2:
        return offered[:1]
    rows = LoginSource.objects.filter(flow_id=application.id).order_by("-preferred", "position")
    kinds = [channel or PASSWORD for channel in rows.values_list("otp_auth_source__channel", flat=True)]
    return [kind for kind in dict.fromkeys(kinds) if kind in offered]


def _name(application: ApplicationConfiguration, key: str, language: str, words: Words) -> Input:
    if key != PASSWORD:
        return _input(application, ATTRIBUTES[Channel(key)], language, words, needs_code=True)
    source = application.login.password_source
    assert source is not None
    names = [name for name in NAMES if name in source.login_attributes]
    return replace(_of_any(application, names, language, words), identifier="username", autofill="username")


def _of_any(application: ApplicationConfiguration, names: list[str], language: str, words: Words) -> Input:
    """One field in which any of these may be typed."""
    if len(names) == 1:
        return _input(application, names[0], language, words)
    field = _input(application, names[0], language, words)
    return replace(field, label=words[f"login_name_{'_'.join(names)}"], kind="name", hint="", region="", complaint="")


def _input(
    application: ApplicationConfiguration, identifier: str, language: str, words: Words, *, needs_code: bool = False
) -> Input:
    is_phone = identifier == "phone_number"
    return Input(
        identifier=identifier,
        label=form.label(application.attributes[identifier], words),
        kind=KINDS.get(identifier, "text"),
        is_mandatory=True,
        needs_code=needs_code,
        pattern="",
        complaint=words.get(f"error_invalid_{identifier}", ""),
        hint=form.phone_hint(application.tenant, language, words) if is_phone else "",
        region=form.told_region(application.tenant) if is_phone else "",
        autofill=AUTOFILL[identifier],
        choices=(),
    )


def _current_password(words: Words) -> Password:
    return Password(is_mandatory=True, label=words["label_password"], autofill="current-password")


def _recovery(application: ApplicationConfiguration, language: str, words: Words) -> Recovery | None:
    """Over the addresses by which people log in; where those are user names alone, over what the sign-up asks for."""
    source, chosen = application.login.password_source, form.new_password(application, words)
    if source is None or chosen is None:
        return None
    addresses = NAMES[1:]
    names = [name for name in addresses if name in source.login_attributes]
    names = names or [name for name in addresses if application.sign_up.accepts(name)]
    if not names:
        return None
    return Recovery(
        name=replace(
            _of_any(application, names, language, words), identifier="forgotten", autofill="username", needs_code=True
        ),
        password=replace(chosen, identifier="new_password", label=words["reset_new_password"], is_mandatory=True),
    )


def _third_parties(live: Live, rows: Iterable[IdentityProvider], words: Words) -> tuple[ThirdParty, ...]:
    usable = [row for row in rows if row.enabled and not third_parties.find_obstacle(row)]
    often = Counter(provider_name(row) for row in usable)
    names = {row.key: provider_name(row) if often[provider_name(row)] == 1 else row.key for row in usable}
    address = browsers.third_party_address
    return tuple(ThirdParty(words["login_with"].format(name=name), address(live, key)) for key, name in names.items())


def provider_name(row: IdentityProvider) -> str:
    """The vendor's; where there is none, the key as a reader may take it for a name."""
    if row.preset in NAMELESS:
        return row.key.replace("-", " ").replace("_", " ").strip().capitalize() or row.key
    return PROVIDER_NAMES.get(row.preset) or IdentityProvider.Preset(row.preset).label
