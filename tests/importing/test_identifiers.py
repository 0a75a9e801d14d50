"""The short ways of an import give what the long ways give (they are an optimisation, and nothing else)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.importing.identifiers import find_uuid, plain_email, plain_phone
from otp import addresses
from otp.errors import MalformedAddress

EMAIL_LIKE = st.from_regex(
    r"[A-Za-z0-9_+.-]{1,40}@[A-Za-z0-9.-]{1,30}(\.(com|test|local|museum|xn--p1ai|1|co\.uk))?", fullmatch=True
)
PHONE_LIKE = st.from_regex(r"\+(86|90|1|44|49|33|91|34|81|82)[0-9]{6,12}", fullmatch=True)
REGIONS = st.sampled_from([(), ("CN",), ("TR", "CN"), ("US",), ("TR",)])


def slow(read, *given):
    try:
        return read(*given)
    except MalformedAddress:
        return None


@given(st.one_of(EMAIL_LIKE, st.emails(), st.text(max_size=30)))
@settings(max_examples=600, deadline=None)
def test_a_plain_address_reads_as_the_parser_reads_it(text):
    short = plain_email(text)

    assert short is None or short == slow(addresses.canonical_email, text)


@given(PHONE_LIKE, REGIONS)
@settings(max_examples=1500, deadline=None)
def test_a_plain_number_reads_as_the_parser_reads_it(text, regions):
    short = plain_phone(text, regions)

    assert short is None or short == slow(addresses.phone_of_regions, text, regions)


@pytest.mark.parametrize("text", ["Mei.Li@Example.com", "a@b.co", "user+tag_1@mail.example.co.uk"])
def test_usual_addresses_take_the_short_way(text):
    assert plain_email(text) == text.lower() == addresses.canonical_email(text)


@pytest.mark.parametrize("text", ["+8613612345678", "+905321234567", "+14155552671", "+447911123456", "+919876543210"])
def test_usual_numbers_take_the_short_way(text):
    assert plain_phone(text, ()) == text == addresses.phone_of_regions(text, ())


@pytest.mark.parametrize("value", [None, 5, [], "", "a" * 10_000, "+86136", "@", "a@b", "a@" + "b." * 200 + "com"])
def test_all_else_is_left_to_the_long_way(value):
    assert plain_email(value) is None
    assert plain_phone(value, ()) is None
    assert find_uuid(value) is None


@given(st.uuids())
def test_a_uuid_is_read_in_both_spellings(value):
    assert find_uuid(str(value)) == find_uuid(value.hex.upper()) == value.hex
    assert re.fullmatch(r"[0-9a-f]{32}", find_uuid(str(value)) or "")
