from accounts.models.bulk_action import BulkAction, BulkActionItem
from accounts.models.end_user import EndUser
from accounts.models.identity import Identity, ProviderToken, UsedIdToken
from accounts.models.import_run import ImportRun
from accounts.models.password import HashCost, HashKey, PasswordFailure, PasswordHistory
from accounts.models.presence import Captcha, KnownDevice, SudoToken

__all__ = [
    "BulkAction",
    "BulkActionItem",
    "Captcha",
    "EndUser",
    "HashCost",
    "HashKey",
    "Identity",
    "ImportRun",
    "KnownDevice",
    "PasswordFailure",
    "PasswordHistory",
    "ProviderToken",
    "SudoToken",
    "UsedIdToken",
]
