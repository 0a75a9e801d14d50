"""The rows that only one kind of call has, before those of `errors.ERRORS` (contract §4-§8)."""

from accounts import errors as accounts
from accounts.models import EndUser
from ciam.dialects.tencent import errors
from ciam.dialects.tencent.errors import Key, Row
from otp import errors as otp
from tenants.call_limits import TooManyCalls
from tokens import errors as tokens

WRONG_PASSWORD: Row = (400, "invalid_grant", "Wrong username or password")
ABNORMAL: Row = (400, "invalid_grant", "Abnormal user status")
WRONG_OLD: Row = (400, "wrong_old_password", None)

# A lock by too many wrong passwords, and the pause before the next one, look like a wrong password (S-54).
TOKEN: dict[Key, Row] = {
    errors.UnsupportedGrantType: errors.BAD_GRANT_TYPE,
    otp.BadToken: (400, "invalid_grant", "Unknown or expired otp_token"),
    otp.BadCode: (400, "invalid_grant", "Unknown or expired OTP"),
    otp.MismatchedProof: (400, "invalid_request", "Mismatched OTP token and OTP sending parameters"),
    accounts.EndUserNotFound: (400, "invalid_grant", "User not found"),
    accounts.EndUserBlocked: ABNORMAL,
    accounts.EmailNotVerified: ABNORMAL,
    accounts.WrongPassword: WRONG_PASSWORD,
    accounts.PasswordNotSet: WRONG_PASSWORD,
    accounts.PasswordLocked: WRONG_PASSWORD,
    accounts.CaptchaRequired: WRONG_PASSWORD,
    errors.UnsupportedIdentifier: (400, "invalid_grant", "Unsupported username identifier"),
    tokens.InvalidGrant: errors.INVALID_GRANT,
    tokens.InvalidScope: (400, "invalid_scope", None),
    TooManyCalls: errors.TOO_MANY,
}
BEARER: dict[Key, Row] = {
    errors.BearerMissing: errors.NO_BEARER,
    tokens.InvalidToken: errors.BAD_BEARER,
    tokens.MissingScope: errors.NO_SCOPE,
}
USER_INFO: dict[Key, Row] = BEARER | {
    accounts.EndUserNotFound: (404, "user_not_found", None),
    accounts.EndUserGone: (404, "user_not_found", None),
    accounts.EndUserBlocked: errors.BAD_BEARER,
    accounts.RecentProofRequired: errors.NO_SCOPE,
    errors.UnsupportedAttributes: (400, "invalid_request", "Unsupported user attribute(s) found."),
}
# The vendor has no such call, so a missing token is what RFC 6750 makes of it.
POSTED_USER_INFO: dict[Key, Row] = USER_INFO | {errors.BearerMissing: (401, "invalid_token", errors.NO_BEARER[2])}
NEW_PASSWORD: dict[Key, Row] = {
    accounts.InvalidPassword: (400, "invalid_new_password", None),
    accounts.PasswordUsedBefore: (400, "recurrent_password", None),
    accounts.EndUserNotFound: (400, "user_not_found", None),
    accounts.EndUserGone: (400, "user_not_found", None),
    (accounts.EndUserBlocked, EndUser.Status.FREEZE): (400, "abnormal_user_status", "User is frozen."),
    (accounts.EndUserBlocked, EndUser.Status.LOCK): (400, "abnormal_user_status", "User is locked."),
    accounts.EndUserBlocked: (400, "abnormal_user_status", None),
}
CHANGE_PASSWORD: dict[Key, Row] = (
    BEARER
    | NEW_PASSWORD
    | {
        accounts.WrongOwnPassword: WRONG_OLD,
        accounts.PasswordNotSet: WRONG_OLD,
        accounts.PasswordLocked: WRONG_OLD,
        accounts.CaptchaRequired: WRONG_OLD,
        accounts.SamePassword: (400, "duplicate_password", None),
    }
)
