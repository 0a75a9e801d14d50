import pytest

from accounts.errors import InvalidPassword
from accounts.passwords import policy

TOO_COMMON = "This password is too common."

GOOD = [
    ("none", "tqzvkwpx"),
    ("low", "tqzvkwpx"),
    ("fair", "tQzvkwp7"),
    ("good", "tqzvkw7!"),
    ("good", "tQzvkwp7"),
    ("excellent", "tqzvkpp7!x"),
    ("nist", "tqzvkwpx mnbrhg"),
    ("nist", "密" * 15),
]

BAD = [
    ("none", "tqzvkwp", "Use at least 8 characters."),
    ("none", "", "Use at least 8 characters."),
    ("low", "tqzvkwp", "Use at least 8 characters."),
    ("fair", "tqzvkwp7", "Use a lower-case letter, an upper-case letter and a digit."),
    ("fair", "TQZVKWP7", "Use a lower-case letter, an upper-case letter and a digit."),
    ("fair", "tQzvkwp!", "Use a lower-case letter, an upper-case letter and a digit."),
    ("good", "tQzvk7!", "Use at least 8 characters."),
    ("good", "tqzvkwp7", "Use three of these: lower-case letters, upper-case letters, digits, other characters."),
    ("excellent", "tqzvkwp7!", "Use at least 10 characters."),
    (
        "excellent",
        "tqzvkwpxm7",
        "Use three of these: lower-case letters, upper-case letters, digits, other characters.",
    ),
    ("excellent", "tqzvkppp7!", "Do not use the same character three times in a row."),
    ("nist", "tqzvkwpxmnbrhg", "Use at least 15 characters."),
]


def reason_against(password: str, *, strength: str = "none", context: tuple[str, ...] = ()) -> str:
    with pytest.raises(InvalidPassword) as refusal:
        policy.check(password, strength=strength, context=context)
    return refusal.value.reason


@pytest.mark.parametrize(("strength", "password"), GOOD)
def test_a_password_that_meets_its_strength_is_accepted(strength, password):
    policy.check(password, strength=strength)


@pytest.mark.parametrize(("strength", "password", "reason"), BAD)
def test_a_password_below_its_strength_is_refused_with_the_reason(strength, password, reason):
    assert reason_against(password, strength=strength) == reason


def test_length_is_counted_in_code_points():
    """S-41."""
    policy.check("😀🎈🌵🐙🚲🍋🔑🧊", strength="none")

    assert reason_against("😀🎈🌵🐙🚲🍋🔑") == "Use at least 8 characters."


def test_128_characters_are_accepted_and_129_refused():
    """S-40."""
    policy.check("xK7!" * 32, strength="excellent")

    assert reason_against("xK7!" * 32 + "x", strength="excellent") == "Use at most 128 characters."


def test_a_password_of_128_characters_is_accepted_however_many_bytes_they_have():
    """S-40."""
    policy.check("😀" * 128, strength="nist")


def test_a_megabyte_is_refused_for_its_length():
    """S-40: before anything reads it, and before any hashing, which comes after the policy."""
    assert reason_against("a" * 1_000_000, strength="good") == "Use at most 128 characters."


def test_nist_asks_for_no_composition():
    """S-41."""
    policy.check("aaaaaaaaaaaaaaab", strength="nist")


def test_spaces_count_and_are_not_trimmed():
    """S-40."""
    policy.check("   kw   ", strength="none")


@pytest.mark.parametrize("character", ["\x00", "\n", "\x1f", "\x7f", "\x80", "\x9f", "\ud800"])
def test_control_characters_and_lone_surrogates_are_refused(character):
    assert reason_against(f"tqzv{character}kwpx") == "Control characters are not allowed."


@pytest.mark.parametrize("strength", policy.COMPOSITION)
def test_a_common_password_is_refused_at_every_strength(strength):
    """S-42."""
    common = "123456789Qwerty" if strength == "nist" else "Password123!"

    assert reason_against(common, strength=strength) == TOO_COMMON


@pytest.mark.parametrize(
    ("word", "password"),
    [
        ("My Tenant Name", "MyTenantName2026"),
        ("My Tenant Name", "2026-my_tenant.NAME!!"),
        ("my-tenant-name", "My Tenant Name"),
        ("john.smith", "JohnSmith1980"),
        ("bob12345", "Bob12345!"),
        ("13678901234", "13678901234"),
        ("+86 136 7890 1234", "8613678901234!"),
        ("Straße", "STRASSE2026"),
    ],
)
def test_a_word_that_a_stranger_would_try_is_refused_whatever_stands_around_it(word, password):
    """S-42."""
    reason = reason_against(password, context=("Someone Else", word))

    assert reason == "Do not use your own name, address or number, or ours."


def test_a_word_inside_a_longer_password_is_accepted():
    policy.check("MyTenantName rocks 77", strength="good", context=["My Tenant Name"])


def test_a_word_of_three_letters_does_not_count():
    policy.check("zed90817264", strength="none", context=["Zed", ""])


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("acme\x00", "Use at least 8 characters."),
        ("acmecorp\x00", "Control characters are not allowed."),
        ("acmecorp", "Use three of these: lower-case letters, upper-case letters, digits, other characters."),
        ("Password123!", "Do not use your own name, address or number, or ours."),
    ],
)
def test_the_cheapest_check_speaks_first(password, reason):
    assert reason_against(password, strength="good", context=("Acme Corp", "password")) == reason
