"""Values for each field of a sign-up, right ones and wrong ones: most of these stand at the edge of a rule."""

import re
from typing import Any

REGEXES = {
    "": ["anything", "é 中文 🎈", "x" * 255],
    "M[0-9]{6}": ["M123456", "M000000"],
    r"\w+( \w+)*": ["two words", "one", "a_1 b"],
    r"^[A-Z]{2}-\d+$": ["AB-1", "ZZ-99"],
    r"[^@\s]*": ["", "a", "中文"],
    r"(?=.*\d)(?=.*[a-z]).{8,}": ["abcdefg1", "1" * 8 + "z"],
    r"a{0,3}|[\u4e00-\u9fa5]{2,4}": ["", "aaa", "中文"],
}
STRENGTHS = ["none", "low", "fair", "good", "excellent", "nist"]
PASSWORD = "Qz7!vKp2" + "plum-Blossom 7 in Spring " * 6
EMAILS = [
    "{}@example.com", "{}+tag@Sub.Example.museum", "o'{}@a.bc", "{}@1.b", "!#$%&'*+/=?^_`{{|}}~-{}@example.com",
    "{}@bücher.example", "{}@XN--bcher-kva.example", "{}@axn--b.cd", "{}@a--b.cd", "{}@例子。中国", "{}@a.locals",
    "{}@a.1b",
]  # fmt: skip
NO_EMAILS = [
    "", " ", "a", "a@", "@b.cd", "a@b", "a@localhost", "a@b.LOCAL", "a@b.localhost", "a@b.12", "a@[127.0.0.1]",
    "a@@b.cd",
    "a@b@c.de", "a b@c.de", ".a@b.cd", "a.@b.cd", "a..b@c.de", "a@b..cd", "a@.b.cd", "a@b.cd.", "a@-b.cd", "a@b-.cd",
    "a@ab--c.de", "a@b.cd\n", "é@b.cd", '"a"@b.cd', "<a@b.cd>", "a@b_c.de", "a@xn--zz.de", "a@b.cd\u0000",
    "a\ud800@b.cd",
    f"{'x' * 65}@example.com", f"{'x' * 64}@example.com", f"a@{'b' * 64}.cd", f"a@{'b' * 63}.cd",
    f"{'x' * 64}@{('b' * 62 + '.') * 3}cd", f"{'x' * 62}@{('b' * 62 + '.') * 3}cd",
    f"{'x' * 60}@{('b' * 62 + '.') * 3}cd",
]  # fmt: skip
PHONES = ["13612345678", "19999999999", "13000000000"]
NO_PHONES = [
    "",
    "12612345678",
    "1361234567",
    "136123456789",
    "+8613612345678",
    "13612345678\n",
    " 13612345678",
    "１3612345678",
]
USERNAMES = ["a", "Mei_1", "x" * 32]
NO_USERNAMES = ["", "9a", "_a", "a-b", "x" * 33, "mei\n", "méi", "a b"]
LOCALES, NO_LOCALES = ["zh-CN", "en", "de_AT"], ["", "x", "zh-", "zh-CN\n", "en us"]
ZONES, NO_ZONES = ["Europe/Paris", "Asia/Shanghai", "UTC"], ["", "Europe/Nowhere", "europe/paris", "Europe/Paris\n"]
TEXTS = [
    "",
    "x" * 256,
    "a\nb",
    "a\u0000",
    "\u202eb",
    "\ud800",
    "\uffff",
    "\U0001fffe",
    "\U0010fffd",
    "\u2028",
    "a\t",
    "M1",
    "\u00a0",
    "AB1",
    "abcdefgh",
    "a  b",
    "@",
    "aaaa",
    "中",
]
INTEGERS = [0, -1, 42, 2**53 - 1, 1 - 2**53]
OTHERS = [None, True, False, 0, 7, 2**53, -(2**53), 1.5, 1e300, [], ["x"], {}, {"a": 1}, "1", "true"]
ADDRESSES = ("phone_number", "email")
PROOFS = [f"{name}_otp{part}" for name in ADDRESSES for part in ("_token", "")]


def right_values(rule: dict[str, str]) -> list[Any]:
    known = {
        "username": USERNAMES,
        "phone_number": PHONES,
        "email": [one.format("mei") for one in EMAILS],
        "zoneinfo": ZONES,
        "locale": [one for one in LOCALES if not rule["regex"] or re.fullmatch(rule["regex"], one)],
    }
    of_type = {"string": REGEXES.get(rule["regex"], []), "integer": INTEGERS, "boolean": [True, False]}
    return known.get(rule["identifier"], of_type[rule["type"]])


def wrong_values(name: str) -> list[Any]:
    """Some of them are right after all."""
    known = {
        "username": NO_USERNAMES,
        "phone_number": NO_PHONES,
        "email": NO_EMAILS,
        "zoneinfo": NO_ZONES,
        "locale": NO_LOCALES,
        "password": [PASSWORD[:length] for length in (0, 1, 7, 8, 9, 10, 14, 15, 128, 129)],
    }
    return [*known.get(name, TEXTS), *OTHERS]
