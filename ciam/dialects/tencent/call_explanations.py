"""The words beside the rows of `call_errors`: when each comes, and how to mend it."""

from typing import Any

from accounts import errors as accounts
from accounts.models import EndUser
from ciam.dialects.tencent import errors
from ciam.dialects.tencent.errors import Key, Row
from ciam.dialects.tencent.explanations import Words
from otp import errors as otp
from tenants.call_limits import TooManyCalls
from tokens import errors as tokens

PASSWORD = Words(
    "The user is unknown or has no password, or the password is wrong; or too many wrong ones came before: then the "
    "next is judged after 30 seconds, or when the source's lock ends.",
    "Let the person try again, log in by a code, or set a new password.",
)
OLD_PASSWORD = Words(
    "The old password is wrong, there is none, or too many wrong ones came before.",
    "Let the person try again after 30 seconds, or reset the password by a code.",
)
STATUS = Words(
    "An administrator has locked or frozen the user, or the tenant wants the e-mail address to be verified first.",
    "An administrator lets the user in again; a message tells how to verify the address.",
)
GONE = Words("The user was deleted, or nobody has the address.", "Let the person sign up.")
BLOCKED = Words("An administrator has locked or frozen the user.", "An administrator lets the user in again.")

WORDS: dict[type[Exception], Words] = {
    errors.UnsupportedGrantType: Words("The grant_type is none of those above.", "Send one of them, spelled exactly."),
    otp.BadToken: Words(
        "The otp_token is unknown, older than five minutes, spent or replaced by a newer one; or too many wrong codes "
        "were tried. Where the call has no error for it: it was sent for another address, application or usage.",
        "Send a new code.",
    ),
    otp.BadCode: Words("The code is wrong, or its time is over.", "Let the person try again, or send a new code."),
    otp.MismatchedProof: Words(
        "The otp_token is good, but was sent for another address, source, usage or application.",
        "Send the same client_id, auth_source_id and address as to /otp/send.",
    ),
    accounts.EndUserNotFound: GONE,
    accounts.EndUserGone: GONE,
    accounts.EndUserBlocked: BLOCKED,
    accounts.EmailNotVerified: STATUS,
    accounts.WrongPassword: PASSWORD,
    accounts.PasswordNotSet: PASSWORD,
    accounts.PasswordLocked: PASSWORD,
    accounts.CaptchaRequired: PASSWORD,
    errors.UnsupportedIdentifier: Words(
        "The username is a phone number, an e-mail address or a user name, and nobody logs in by that at the source.",
        "Let the person type another one, or add it to the source's log-in attributes.",
    ),
    tokens.InvalidGrant: Words(
        "The refresh token is unknown, used, expired, revoked or another client's, or its user may not go on.",
        "Log in again.",
    ),
    tokens.InvalidScope: Words("The application does not have the scope.", "Ask for less, or give it the scope."),
    TooManyCalls: Words("200 passwords from one network within five minutes.", "Wait for Retry-After seconds."),
    errors.BearerMissing: Words("There is no access token in the Authorization header.", "Send `Bearer ...`."),
    tokens.InvalidToken: Words(
        "The access token is no token of this tenant, expired or revoked, or its session has ended.",
        "Refresh, or log in again.",
    ),
    tokens.MissingScope: Words(
        "The access token is that of an application, or lacks the scope openid.", "Log the user in at /oauth2/token."
    ),
    accounts.RecentProofRequired: Words(
        "An address is to be changed, and the user authenticated for this session more than five minutes ago.",
        "Let the user log in again; or send a code to a proven address of the user's along, as its own pair of fields.",
    ),
    errors.UnsupportedAttributes: Words(
        "The user may not change the attribute: the user name, the password, or what the application does not ask for.",
        "Leave it out.",
    ),
    accounts.InvalidPassword: Words("The new password fails the policy.", "Show the contract's password.policy."),
    accounts.PasswordUsedBefore: Words(
        "It is one of the last passwords, which the source remembers.", "Let the person choose another one."
    ),
    accounts.SamePassword: Words("The new password is the old one.", "Let the person choose another one."),
    accounts.WrongOwnPassword: OLD_PASSWORD,
}
OF_CHANGE: dict[type[Exception], Words] = {
    accounts.PasswordNotSet: OLD_PASSWORD,
    accounts.PasswordLocked: OLD_PASSWORD,
    accounts.CaptchaRequired: OLD_PASSWORD,
}


def explain_own(own: dict[Key, Row]) -> list[dict[str, Any]]:
    """All rows of a call's own table, as documents tell them."""
    is_change = accounts.WrongOwnPassword in own
    found = []
    for key in own:
        kind, status = key if isinstance(key, tuple) else (key, "")
        words = (OF_CHANGE if is_change else {}).get(kind, WORDS[kind])
        if kind is accounts.EndUserBlocked and not status and (kind, EndUser.Status.LOCK) in own:
            continue  # each status has a row
        code, name, description = errors.row(kind, status=status, own=own)
        told = {"status": code, "error": name} | ({"error_description": description} if description else {})
        found.append(told | words._asdict())
    return found
