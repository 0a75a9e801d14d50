"""What `make run` says when the server is up: lines that can be pasted as they are."""

import base64
from pathlib import Path
from urllib.parse import quote_plus

BASE_DIR = Path(__file__).resolve().parent.parent.parent

WELCOME = """
The server is up: {base_url}

Admin:    {admin_url}   {admin_username} / {admin_password}
All this: {quickstart}
Requests: {requests_log}

Sign somebody up, in a second terminal, from {here}:

  # 1. Send a code to a new number. In trial mode messages go to the outbox instead of a phone.
  PHONE=136$(date +%s | tail -c 9)
  TOKEN=$(curl -s {base_url}/otp/send \\
    -H 'Authorization: Basic {credentials}' -H 'Content-Type: application/json' \\
    -d '{{"usage": "signup", "phone_number": "'$PHONE'"}}' | cut -d'"' -f4)

  # 2. Read it from the outbox.
  CODE=$({outbox} --to $PHONE --latest --json | sed 's/.*"code": "\\([0-9]*\\)".*/\\1/')
  echo "The otp_token is $TOKEN, the code $CODE."

  # 3. Sign up with both.
  curl -s {base_url}/signup \\
    -H 'Authorization: Basic {credentials}' -H 'Content-Type: application/json' \\
    -d '{{"phone_number": "'$PHONE'", "nickname": "Mei",
         "phone_number_otp_token": "'$TOKEN'", "phone_number_otp": "'$CODE'"}}'; echo

The code is good for 60 seconds. Ctrl-C stops the server; the data stays.
"""


def welcome(facts: dict[str, str], directory: Path, requests_log: Path) -> str:
    pair = f"{quote_plus(facts['client_id'])}:{quote_plus(facts['client_secret'])}"
    data = "" if directory == BASE_DIR / "var" else f"CIAM_DATA_DIR={directory} "
    return WELCOME.format(
        **facts,
        credentials=base64.b64encode(pair.encode()).decode(),
        quickstart=directory / "quickstart.json",
        requests_log=requests_log,
        outbox=f"{data}.venv/bin/python manage.py outbox",
        here=BASE_DIR,
    )
