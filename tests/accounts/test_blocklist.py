import gzip
from itertools import islice

import pytest

from accounts.errors import InvalidPassword
from accounts.passwords import make_blocklist, policy
from accounts.passwords.blocklist import FILE, folded, is_listed

TOP_100 = """
12345678 123456789 qwerty123 1234567890 password password1 iloveyou 11111111 123123123 qwertyuiop 00000000 target123
zag12wsx 1g2w3e4r gwerty123 1q2w3e4r5t 987654321 1q2w3e4r 1qaz2wsx abcd1234 asdfghjkl 88888888 Qwerty123! Qwerty1!
q1w2e3r4t5y6 football princess sunshine 147258369 Qwerty1234 Qwerty12 computer baseball superman dearbook 1234qwer
111222tianya 12345678910 1qaz2wsx3edc 123456789a P@ssw0rd qwer1234 Qwerty1? 789456123 Qwerty123? q1w2e3r4 asdf1234
12341234 michelle a123456789 liverpool password123 starwars pakistan 12qwaszx 1111111111 aa123456 jennifer 11223344
trustno1 jonathan basketball cambiami chocolate internet asdfasdf passw0rd blink182 whatever Indya123 samantha alexander
qazwsxedc minecraft changeme 87654321 jordan23 qq123456 1qazxsw2 1234567891 123456123 12344321 babygirl butterfly
123654789 aaaaaaaa benjamin myspace1 facebook hello123 letmein1 admin123 welcome1 monkey123 sunshine1 princess1
superman1 woaini1314 5201314520 dragon123
"""


@pytest.fixture(scope="module")
def entries() -> list[str]:
    return gzip.decompress(FILE.read_bytes()).decode().splitlines()


def is_kept_out_by_the_list_alone(password: str, strength: str) -> bool:
    try:
        policy.check(password, strength=strength)
    except InvalidPassword as refusal:
        return refusal.reason == "This password is too common."
    return False


def test_the_hundred_most_used_passwords_are_listed():
    """S-42."""
    passwords = TOP_100.split()

    assert len(passwords) == 100
    assert [password for password in passwords if not is_listed(password)] == []


@pytest.mark.parametrize("strength", policy.COMPOSITION)
def test_three_thousand_entries_would_pass_the_rest_of_each_policy(entries, strength):
    """S-42."""
    casings = ({entry, entry.title()} for entry in entries)
    matching = (forms for forms in casings if any(is_kept_out_by_the_list_alone(form, strength) for form in forms))

    assert len(list(islice(matching, 3_000))) == 3_000


def test_the_list_has_tens_of_thousands_of_each_length(entries):
    """S-42."""
    assert sum(len(entry) < 15 for entry in entries) >= 50_000
    assert sum(len(entry) >= 10 for entry in entries) >= 50_000
    assert sum(len(entry) >= 15 for entry in entries) >= 15_000


def test_the_file_is_small_sorted_unique_and_folded(entries):
    assert FILE.stat().st_size < 1_000_000
    assert entries == sorted(set(entries))
    assert all(entry == folded(entry) and 8 <= len(entry) <= 128 for entry in entries)


def test_every_entry_is_found(entries):
    assert all(map(is_listed, [entries[0], entries[-1], *entries[::500]]))


@pytest.mark.parametrize("password", ["", "!", "pass", "password ", " password", "correct horse battery", "~" * 128])
def test_only_the_whole_password_counts(password):
    assert not is_listed(password)


@pytest.mark.parametrize("password", ["\ud800password", "password\nbaseball", "\U0010ffff" * 8])
def test_what_no_text_holds_is_not_listed(password):
    assert not is_listed(password)


def test_case_and_composition_make_no_difference():
    assert is_listed("pAsSwOrD")
    assert folded("E\u0301") == folded("é") == "é"


def test_long_entries_are_kept_when_made_of_common_ones():
    ranked = ["dragon", "monkey", "it"]
    leaked = ["DragonMonkeyDragon", "dragonmonkeyitxx", "dragonmonkey", "xk2nf9dj3qpw8vbz"]

    chosen = make_blocklist.compound(leaked, pieces=set(ranked))

    assert list(chosen) == ["DragonMonkeyDragon"]


def test_words_are_listed_with_the_endings_that_people_give_them():
    chosen = make_blocklist.entries(["dragon"], ["Caf\u0301e2026 ", "short", "bad\ufffdbytes"], [])

    assert {"dragon123!", "dragon2026", "19861010", folded("Caf\u0301e2026 ")} <= chosen
    assert chosen.isdisjoint({"dragon", "short", "bad\ufffdbytes"})


def test_the_same_entries_give_the_same_file(tmp_path):
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"

    make_blocklist.write({"password", "baseball"}, first)
    make_blocklist.write({"baseball", "password"}, second)

    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()) == b"baseball\npassword\n"
