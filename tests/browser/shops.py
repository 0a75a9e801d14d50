"""A tenant that is ready for use, and its customers."""

import json
from typing import Any

from tests.browser.servers import TrialServer

TENANT, NAME = "books", "Books"
CLIENT_ID, SECRET = "books-shop", "a-client-secret-for-tests"
PASSWORD = "plum-Blossom 7"
DOCUMENT = {
    "tenants": [
        {
            "slug": TENANT,
            "name": NAME,
            "limits": {"sms_per_number": {"interval_seconds": 0}, "email_per_address": {"interval_seconds": 0}},
            "attributes": [
                {"identifier": "member_no", "label": "Member number", "regex": "M[0-9]{6}"},
                {"identifier": "city", "label": "City"},
            ],
            "senders": [{"key": "trial-sms", "channel": "sms", "vendor": "outbox"}],
            "otp_auth_sources": [{"key": "sms-code", "name": "Code by SMS", "channel": "sms"}],
            "password_auth_sources": [{"key": "password", "name": "Password"}],
            "applications": [
                {
                    "client_id": CLIENT_ID,
                    "name": "Shop",
                    "client_secret": SECRET,
                    "redirect_uris": ["https://shop.example/back"],
                    "sign_up": {
                        "authentication_attributes": ["phone_number"],
                        "optional_attributes": ["username", "nickname", "city"],
                    },
                    "login": {"preferred_auth_source": "password"},
                },
                {
                    "client_id": "books-stall",
                    "name": "Stall",
                    "sign_up": {
                        "authentication_attributes": ["phone_number"],
                        "optional_attributes": ["nickname", "city"],
                    },
                },
                {"client_id": "books-draft", "name": "Draft", "enabled": False},
            ],
        },
        {"slug": "paper", "name": "Paper"},
    ]
}


def sign_up(server: TrialServer, number: str, **fields: Any) -> str:
    """The `sub` of a new customer; the code comes from the outbox."""
    token = _post(server, "/otp/send", {"usage": "signup", "phone_number": number})["otp_token"]
    code = json.loads(server.manage("outbox", "--to", number, "--latest", "--json"))["code"]
    proof = {"phone_number": number, "phone_number_otp_token": token, "phone_number_otp": code}
    answer = _post(server, "/signup", proof | fields)
    assert "sub" in answer, answer
    return str(answer["sub"])


def _post(server: TrialServer, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return server.post(path, body, CLIENT_ID, SECRET)
