"""Addresses as patterns that Python and ECMA-262 read alike, for schemas; what `otp.addresses` does is the truth."""

from otp.addresses import MAINLAND_MOBILE
from tenants.patterns import published

MAINLAND_MOBILE_PATTERN = published(MAINLAND_MOBILE.pattern)

ATOM = r"[A-Za-z0-9_!#$%&'*+\-\/=?^`\{\|\}~]+"
LOCAL_PART = rf"(?=[^@]{{1,64}}@){ATOM}(?:\.{ATOM})*"
LABEL = r"(?![A-Za-z0-9\-]{2}--)[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
NO_LAST_LABEL = r"(?:[Ll][Oo][Cc][Aa][Ll](?:[Hh][Oo][Ss][Tt])?|[0-9]+)$"
ASCII_DOMAIN = rf"(?:{LABEL}\.)+(?!{NO_LAST_LABEL}){LABEL}"
# With a letter beyond ASCII, or a label of which A-labels are made: only the server knows IDNA.
OTHER_DOMAIN = r"(?=(?:[^@]*\.)?[Xx][Nn]--|[^@]*[^\x00-\x7f])[^\x00-\x2c\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+"

EMAIL_PATTERN = f"^{LOCAL_PART}@(?:{ASCII_DOMAIN}|{OTHER_DOMAIN})$"
EMAIL_LONGEST = 254
EMAIL_DESCRIPTION = (
    "Exact for ASCII addresses. Of an internationalised domain (in letters beyond ASCII, or with an xn-- label) the "
    "pattern tells only the rough form: the server may still answer malformed_email."
)
