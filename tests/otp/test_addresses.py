import re
from functools import partial

import pytest
from hypothesis import example, given, provisional, settings
from hypothesis import strategies as st

from otp.addresses import (
    canonical_email,
    canonical_phone,
    check_deliverable,
    mainland_phone,
    mask,
    phone_of_regions,
)
from otp.errors import MalformedAddress, UndeliverableEmail

no_deadline = settings(deadline=None)  # the first look at the list of domains reads it
DOMAINS = st.one_of(provisional.domains(), st.text(max_size=20).map(lambda label: f"{label}.com"))
EMAIL_LIKE = st.one_of(
    st.text(max_size=300),
    st.emails(),
    st.builds("{}@{}".format, st.text(max_size=70), DOMAINS),
    st.emails().map(str.upper),
)
PHONE_LIKE = st.one_of(
    st.text(max_size=40),
    st.text("0123456789+-() ", max_size=20),
    st.from_regex(r"\+[0-9]{4,17}", fullmatch=True),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
)


def canonical(read, text: str) -> str | None:
    try:
        return read(text)
    except MalformedAddress:
        return None


@no_deadline
@given(EMAIL_LIKE)
def test_any_text_is_one_canonical_address_or_malformed(text):
    """S-11, S-12."""
    address = canonical(canonical_email, text)

    if address is not None:
        local, at, domain = address.partition("@")
        assert (at, domain.count("@")) == ("@", 0)
        assert address.isascii()
        assert address == address.lower() == canonical_email(address)
        assert re.fullmatch(r"[!-~]{1,64}", local)
        assert re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", domain)
        assert len(address) <= 254
        assert len(text) <= 254


@no_deadline
@given(st.emails())
def test_case_makes_no_other_address(text):
    """S-12."""
    assert canonical(canonical_email, text.upper()) == canonical(canonical_email, text.lower())


@no_deadline
@given(PHONE_LIKE)
@example("+35500000000")
def test_any_text_is_one_canonical_number_or_malformed(text):
    """S-10."""
    number = canonical(canonical_phone, text)

    if number is not None:
        assert re.fullmatch(r"\+[1-9][0-9]{3,14}", number)
        assert canonical_phone(number) == number


@no_deadline
@given(st.text("0123456789", max_size=14), st.sampled_from(["AU", "BR", "DE", "IT", "TR", "US"]))
@example("00302496899", "AU")
@example("00060475", "AT")
def test_a_number_of_a_region_is_the_same_with_and_without_its_country(text, region):
    """S-10."""
    number = canonical(partial(phone_of_regions, regions=[region]), text)

    if number is not None:
        assert phone_of_regions(number, [region]) == phone_of_regions(number, []) == number


@no_deadline
@given(PHONE_LIKE)
def test_the_documented_pattern_takes_eleven_ascii_digits_and_nothing_else(text):
    """S-10."""
    is_documented = len(text) == 11 and text.isascii() and text.isdecimal() and text[0] == "1" and text[1] in "3456789"

    assert canonical(mainland_phone, text) == (f"+86{text}" if is_documented else None)


@no_deadline
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mainland_number_is_the_same_with_and_without_its_country(number):
    """S-10."""
    assert mainland_phone(number) == canonical_phone(number) == f"+86{number}"
    assert canonical(canonical_phone, f"+86{number}") == f"+86{number}"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13612345678", "+8613612345678"),
        ("+86 136 1234 5678", "+8613612345678"),
        ("+86-136-1234-5678", "+8613612345678"),
        ("+44 20 7946 0018", "+442079460018"),
        ("+1 (415) 555-0132", "+14155550132"),
    ],
)
def test_spellings_of_one_number(typed, number):
    """S-10."""
    assert canonical_phone(typed) == number


@pytest.mark.parametrize(
    "typed", ["", "12345", "020 7946 0018", "+", "+0", "+999123456789", "+4420", "+86136123456789012", f"+49{'1' * 14}"]
)
def test_what_is_no_possible_number_is_malformed(typed):
    """S-10."""
    assert canonical(canonical_phone, typed) is None


def takes_mail(address: str) -> bool:
    try:
        check_deliverable(address)
    except UndeliverableEmail:
        return False
    return True


@pytest.mark.parametrize(
    "email", ["a@mailinator.com", "a@deep.er.mailinator.com", "a@b.test", "a@b.invalid", "a@b.onion"]
)
def test_dead_and_disposable_domains_take_no_mail(email):
    assert not takes_mail(canonical_email(email))


@pytest.mark.parametrize(
    "email",
    [
        *("a@example.com", "a@example.org", "a@mailinator.example", "a@mailinator.com.cn"),
        *("mailinator.com@example.com", "b.test@example.com"),
    ],
)
def test_other_domains_do(email):
    assert takes_mail(canonical_email(email))


@no_deadline
@given(EMAIL_LIKE)
def test_deliverability_is_the_domains_alone(text):
    address = canonical(canonical_email, text)

    if address is not None:
        assert takes_mail(address) == takes_mail(f"somebody.else@{address.rpartition('@')[2]}")


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("+8613812345678", "+86138****5678"),
        ("john@example.com", "j***@example.com"),
        ("j@example.com", "j***@example.com"),
        ("+12345", "****"),
    ],
)
def test_logs_show_a_masked_address(address, masked):
    """S-108."""
    assert mask(address) == masked
