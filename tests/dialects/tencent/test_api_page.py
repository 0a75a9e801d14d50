"""The page for people, docs/api/tencent.md, knows every error."""

import re
from pathlib import Path

from ciam.dialects.tencent import call_errors
from ciam.dialects.tencent.errors import ERRORS, OF_CHANNEL, row
from otp.errors import AddressError
from tenants.models import Channel

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api" / "tencent.md"
ROW = re.compile(
    r'^\| (?P<status>[0-9]{3}) (?P<names>`[a-z_]+`(?:, `[a-z_]+`)*)(?: "(?P<description>[^"]*)")?', re.MULTILINE
)


def test_every_row_of_the_error_table_is_in_the_page():
    told = {
        (int(found["status"]), name, found["description"])
        for found in ROW.finditer(PAGE.read_text("utf-8"))
        for name in re.findall("`([a-z_]+)`", found["names"])
    }

    channels = {kind: Channel.values if issubclass(kind, AddressError) else [""] for kind in ERRORS}
    rows = [
        row(kind, channel=channel) for kind in ERRORS for channel in channels[kind] if (kind, channel) not in OF_CHANNEL
    ]
    rows += [row(kind, channel=channel) for kind, channel in OF_CHANNEL]
    for own in (call_errors.TOKEN, call_errors.USER_INFO, call_errors.CHANGE_PASSWORD, call_errors.NEW_PASSWORD):
        rows += [told for told in own.values() if told[1:] != ("abnormal_user_status", None)]
    assert {(status, name, description or None) for status, name, description in rows} - told == set()
