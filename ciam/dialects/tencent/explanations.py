"""What each refusal means and how to mend it, for those who call: the words beside the rows of `errors.ERRORS`."""

from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError
from rest_framework.exceptions import MethodNotAllowed

from accounts import errors as accounts
from ciam.dialects.tencent import errors
from ciam.json_bodies import BodyTooLarge, InvalidBody
from otp import errors as otp
from signup import errors as signup
from tenants.authentication_failures import TooManyFailures
from tenants.callers import InvalidClient
from tenants.errors import SignUpDisabled, UnconfiguredAttributes
from tenants.models import Channel


class Words(NamedTuple):
    when: str
    cure: str


DATABASE = Words("The server's database is away.", "Try again after Retry-After seconds.")
THINGS = {Channel.SMS: "phone number", Channel.EMAIL: "e-mail address"}

# {thing} is the phone number or the e-mail address, {address} the name of its field.
WORDS: dict[type[Exception], Words] = {
    MethodNotAllowed: Words("The method is not the one that the path has.", "Use the method in Allow."),
    InvalidClient: Words(
        "The client id or the secret is wrong or missing, the application is switched off, or it belongs to another "
        "tenant than the Host.",
        "Send both as HTTP Basic, each form-encoded before base64; `manage.py rotate_secret` makes a new secret.",
    ),
    errors.InvalidAuthorizationScheme: Words(
        "The Authorization header is neither Basic nor Bearer.", "Send `Authorization: Basic ...`."
    ),
    errors.UnauthorizedClient: Words(
        "Applications of this type may not make this call.",
        "Call as a web application; codes may be sent by m2m applications too.",
    ),
    errors.InvalidRequest: Words(
        "The Content-Type is not JSON in UTF-8, a field has another type than it should, or a text has control "
        "characters; or the fields do not go together.",
        "Send `Content-Type: application/json`, and each field as the schema says.",
    ),
    InvalidBody: Words(
        "The body is not one JSON object, names a field twice, nests more than 32 levels, has more than 1,000 members, "
        "or a number beyond 2^53-1.",
        "Send one plain object in UTF-8.",
    ),
    BodyTooLarge: Words("The body is larger than 64 KiB.", "Send less."),
    errors.InvalidAuthSource: Words(
        "The auth_source_id is not that of a source of this channel in the application's log-in.",
        "Take the id from `manage.py export_config`, and associate the source with the application.",
    ),
    SignUpDisabled: Words(
        "Nobody can sign up through the application at present.", "Switch the application's sign-up on."
    ),
    signup.MissingAttributes: Words(
        "A required attribute is absent, null or empty; or an address has no otp_token and code, or they no address.",
        "Send all that the contract's fields require; an address always together with its token and code.",
    ),
    UnconfiguredAttributes: Words(
        "The tenant has the attribute, but the application's sign-up does not ask for it; null counts too.",
        "Leave it out, or add it to the application's sign-up.",
    ),
    signup.UnknownAttributes: Words(
        "The tenant has no attribute of that name.", "Leave it out, or define the attribute."
    ),
    accounts.InvalidUsername: Words(
        "The user name is not a letter followed by up to 31 letters, digits or underscores, all ASCII.",
        "Let the person choose another one.",
    ),
    accounts.DuplicateUsername: Words(
        "Somebody of the tenant has this user name, whatever its case.", "Let the person choose another one."
    ),
    otp.MalformedAddress: Words("The {thing} is not of the accepted form.", "Let the person correct it."),
    accounts.DuplicatePhoneNumber: Words(
        "Somebody of the tenant has this phone number.", "Let the person log in instead."
    ),
    accounts.DuplicateEmail: Words("Somebody of the tenant has this e-mail address.", "Let the person log in instead."),
    otp.BadToken: Words(
        "The otp_token is unknown, older than five minutes, spent, replaced by a newer one, or was made for another "
        "{thing}, application or usage; or too many wrong codes were tried.",
        "Send a new code, and sign up with the otp_token of that answer.",
    ),
    otp.BadCode: Words(
        "The code is wrong, or its time is over (60 seconds).", "Let the person try again, or send a new code."
    ),
    accounts.IllegalAttributeValue: Words(
        "The value of an attribute fails the attribute's own rule; the description is what its admin wrote.",
        "Show the description to the person.",
    ),
    signup.NoPasswordSource: Words(
        "A password was sent, but nobody can log in to the application by password.",
        "Leave the password out, or associate a password source with the application's log-in.",
    ),
    accounts.InvalidPassword: Words(
        "The password fails the policy of the application's password source.", "Show the policy to the person."
    ),
    accounts.AddressInUse: Words(
        "A code to sign up was asked for, and somebody of the tenant has this {thing}.",
        "Let the person log in instead.",
    ),
    otp.UndeliverableEmail: Words(
        "The domain takes no mail, or is on the list of throw-away domains.",
        "Let the person give another address.",
    ),
    otp.QuotaUsedUp: Words(
        "The tenant has sent all the messages of this channel that its quota allows.", "Raise the tenant's quota."
    ),
    otp.SendLimitReached: Words(
        "This {thing} was sent a message too recently, or too many today.",
        "Wait: by default 30 seconds between two messages; a phone gets 50 a day, an e-mail address 10.",
    ),
    otp.SendingFailed: Words(
        "No sender took the message, or no worker could be told; nothing was charged.",
        "Try again after Retry-After seconds; the tenant's senders tell why.",
    ),
    accounts.HashingBusy: Words("Too many passwords wait to be hashed.", "Try again after Retry-After seconds."),
    TooManyFailures: Words(
        "Within five minutes 20 calls from this network address failed to authenticate as this client, or 100 calls "
        "without a right secret were refused.",
        "Mend the credentials, and wait for Retry-After seconds.",
    ),
    OperationalError: DATABASE,
    InterfaceError: DATABASE,
}


def explain(kind: type[Exception], *, channel: str = "", message: str = "") -> dict[str, Any]:
    """The row of a refusal as a document tells it: status, error, its description if any, when, cure."""
    status, name, description = errors.row(kind, channel=channel, message=message)
    thing = THINGS[Channel(channel)] if channel else ""
    told = {"status": status, "error": name} | ({"error_description": description} if description else {})
    return told | {part: text.format(thing=thing) for part, text in WORDS[kind]._asdict().items()}


def merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, with those that the caller cannot tell apart made one."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        known = found.setdefault((row["status"], row["error"], row.get("error_description")), row)
        for part in ("when", "cure"):
            if row[part] not in known[part]:
                known[part] += f" {row[part]}"
    return list(found.values())
