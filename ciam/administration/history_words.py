"""Entries of the audit log as sentences: what happened, how, and why it was refused, without names of the code."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from accounts.models import EndUser
from tenants.errors import Refusal
from tenants.models import AuditEntry

NOUNS = {
    "sign_in": "Log-in",
    "sign_up": "Sign-up",
    "code.request": "Code requested",
    "code.delivery": "Delivery of a message",
    "end_user.anonymous": "Anonymous sign-in for the first time",
    "end_user.change": "Changed by an application",
    "end_user.create": "Created by an application",
    "end_user.delete": "Deleted",
    "end_user.cleared": "Older ways to log in removed",
    "end_user.contact": "Phone number or e-mail address changed",
    "end_user.email_verified": "E-mail address verified",
    "end_user.password": "Password set",
    "end_user.profile": "Profile changed",
    "end_user.released": "Address passed to the user who verified it",
    "end_user.sudo": "Proof of identity before a change",
    "end_user.upgrade": "Anonymous user signed up",
    "identity.link": "Identity linked",
    "identity.unlink": "Identity unlinked",
    "session.end_all": "Signed out everywhere",
    "staff.log_in": "Log-in to the admin",
    "client.authentication": "Log-in of an application",
}
FACTS = {  # which say themselves how they ended
    "session.reuse": "Refresh token used again: session ended",
    "staff.wrong_code": "Wrong code of the authenticator app",
    "staff.wrong_password": "Wrong password",
    "address.lock": "Too many failed calls from one network address",
    "client.lock": "Too many failed calls of one application",
}
STATUS_EVENTS = {
    (EndUser.Status.NORMAL, EndUser.Status.LOCK): "Blocked",
    (EndUser.Status.NORMAL, EndUser.Status.FREEZE): "Frozen",
    (EndUser.Status.LOCK, EndUser.Status.NORMAL): "Unblocked",
    (EndUser.Status.FREEZE, EndUser.Status.NORMAL): "Unfrozen",
}
OUTCOMES = {"succeeded": "", "refused": " refused", "failed": " failed"}
WAYS = {
    "password": "by password",
    "phone": "by a code to the phone",
    "sms": "by a code to the phone",
    "email": "by a code by e-mail",
    "authorization_code": "on the log-in page",
    "anonymous": "without a name",
    "log-in": "by logging in for the first time",
}
USAGES = {
    "signup": "for signing up",
    "login": "for logging in",
    "reset_password": "for a new password",
    "update_userinfo": "for a new address",
    "verify_email": "for verifying the address",
}
CHANNELS = {"sms": "by SMS", "email": "by e-mail"}
REASONS = {
    "EmailNotVerified": "the e-mail address is not verified yet",
    "EndUserBlocked": "the end user is blocked or frozen",
    "SendLimitReached": "this address was sent a code too recently, or too many today",
    "CaptchaRequired": "after too many wrong passwords a captcha is asked for",
    "PasswordLocked": "too many wrong passwords in a row",
    "BadToken": "the code is not known, has expired or was used",
}
FOLDED = ("way", "usage", "channel", "reason", "mass_action")


def sentence(line: AuditEntry) -> str:
    """Return what happened, as one sentence without a full stop."""
    detail = line.detail
    told = [_told(name, detail[name]) for name in FOLDED if isinstance(detail.get(name), str) and detail[name]]
    return f"{_head(line)}{': ' if told else ''}{', '.join(told)}"


def reason(name: str) -> str:
    """Return the sentence for the class of a refusal; a reason that is one already stays."""
    return REASONS.get(name) or _sentences().get(name, name)


def value(name: str, given: Any) -> Any:
    """Return a value as the pages show it."""
    if name == "status" and given in EndUser.Status.values:
        return EndUser.Status(given).label
    if name == "until" and isinstance(given, str) and given:
        return datetime.fromisoformat(given).strftime("%Y-%m-%d %H:%M")
    return reason(given) if name == "reason" and isinstance(given, str) else given


def _head(line: AuditEntry) -> str:
    if line.event == "end_user.status":
        return _status_event(line.detail)
    return FACTS.get(line.event) or f"{_noun(line.event)}{OUTCOMES.get(line.outcome, '')}"


def _status_event(detail: dict[str, Any]) -> str:
    change = tuple(detail.get(side, {}).get("status") for side in ("before", "after"))
    return STATUS_EVENTS.get(change, f"Status changed to {value('status', change[1])}")


def _noun(event: str) -> str:
    words = re.sub(r"[._]", " ", event)
    return NOUNS.get(event, f"{words[:1].upper()}{words[1:]}")


def _told(name: str, given: str) -> str:
    if name == "way":
        return WAYS.get(given, f"with {given}")
    if name == "mass_action":
        return f"by the mass action “{given}”"
    return reason(given) if name == "reason" else {**USAGES, **CHANNELS}.get(given, given)


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    """Of each refusal the first sentence of its documentation."""
    return {kind.__name__: _first_sentence(kind.__doc__ or kind.__name__) for kind in _kinds(Refusal)}


def _first_sentence(text: str) -> str:
    words = re.split(r"[;.:](?:\s|$)", " ".join(text.split()))[0].replace("`", "")
    return f"{words[:1].lower()}{words[1:]}"


def _kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)
