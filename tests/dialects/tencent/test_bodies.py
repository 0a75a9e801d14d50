import json
from io import BytesIO

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge
from tests.clients import Client, TencentClient
from tests.factories import make_application

pytestmark = pytest.mark.django_db

INVALID = {"error": "invalid_request"}
TOO_LARGE = {"error": "invalid_request", "error_description": "The body is too large."}
UNKNOWN = {"error": "invalid_request", "error_description": "Unknown attribute(s) found."}
GOOD = {"/signup": b'{"username": "somebody"}', "/otp/send": b'{"usage": "signup", "phone_number": "13612345678"}'}
KIB = 1024


@pytest.fixture
def client() -> TencentClient:
    return TencentClient(make_application(authentication=("username",), optional=("phone_number", "nickname")))


def without_length(client: TencentClient, path: str, body: bytes):
    """A request whose length is not known in advance, as in chunked transfer."""
    environ = {"wsgi.input": BytesIO(body), "CONTENT_TYPE": "application/json", "HTTP_TRANSFER_ENCODING": "chunked"}
    return client.http.generic("POST", path, b"", **environ)


def assert_nothing_happened() -> None:
    for model in (EndUser, Challenge, OutboxMessage):
        assert not model.objects.exists()


def assert_refused(response, status: int = 400, body: dict[str, str] = INVALID) -> None:
    assert (response.status_code, response.json()) == (status, body)
    assert response["Content-Type"] == "application/json;charset=UTF-8"
    assert_nothing_happened()


@pytest.mark.parametrize("post", [TencentClient.post, without_length], ids=["length", "chunked"])
@pytest.mark.parametrize("path", GOOD)
def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not(client, path, post):
    """S-02."""
    padded = GOOD[path].ljust(64 * KIB)

    assert_refused(post(client, path, padded + b" "), 413, TOO_LARGE)
    assert_refused(post(client, path, b"{" * 5_000 * KIB), 413, TOO_LARGE)
    assert post(client, path, padded).status_code == 200


@pytest.mark.parametrize(
    ("length", "status", "error"),
    [
        ("65537", 413, TOO_LARGE),
        ("50000000", 413, TOO_LARGE),
        ("-1", 400, INVALID),
        ("1e3", 400, INVALID),
        ("9" * 5_000, 400, INVALID),
    ],
)
def test_a_length_that_is_too_large_or_none_is_refused_before_reading(client, length, status, error):
    """S-02."""
    sent = BytesIO(GOOD["/signup"])
    environ = {"wsgi.input": sent, "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": length}

    assert_refused(client.http.generic("POST", "/signup", b"", **environ), status, error)
    assert sent.tell() == 0


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"token=t&client_id=nobody&client_secret=secret", 401, "invalid_client"),
        (b"token=" + b"t" * 16 * KIB, 413, "invalid_request"),
        (b"a&" * 1_001, 400, "invalid_request"),
        (b"token=t&token=t", 400, "invalid_request"),
    ],
    ids=["good", "too large", "too many fields", "twice"],
)
@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
def test_forms_are_bounded_chunked_or_not(caplog, is_chunked, body, status, error):
    environ = {"wsgi.input": BytesIO(body), "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"} if is_chunked else {"CONTENT_LENGTH": str(len(body))}

    response = Client(headers={"host": "localhost"}).generic("POST", "/oauth2/revoke", b"", **environ)

    assert (response.status_code, response.json()["error"]) == (status, error)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def nested(depth: int, opening: str, innermost: str, closing: str) -> str:
    """An object for /signup with containers of this depth, itself among them."""
    return '{"username": "somebody", "x": ' + opening * (depth - 1) + innermost + closing * (depth - 1) + "}"


@pytest.mark.parametrize(("opening", "innermost", "closing"), [("[", "", "]"), ("[", "1", "]"), ('{"a":', "1", "}")])
def test_thirty_two_levels_are_read_and_one_more_is_not(client, opening, innermost, closing):
    """S-03."""
    deep, deeper = (nested(depth, opening, innermost, closing) for depth in (32, 33))

    assert_refused(client.post("/signup", deep), 400, UNKNOWN)
    assert_refused(client.post("/signup", deeper))


@pytest.mark.parametrize("path", GOOD)
def test_tens_of_thousands_of_levels_are_refused(client, path):
    """S-03."""
    for body in ("[" * 60_000, '{"a":' * 10_000, "[" * 30_000 + "]" * 30_000, '{"a":' + "[" * 60_000):
        assert_refused(client.post(path, body))


@pytest.mark.parametrize("path", GOOD)
def test_a_hundred_thousand_brackets_are_refused(client, path):
    """S-02, S-03."""
    assert_refused(client.post(path, "[" * 100_000), 413, TOO_LARGE)


def test_a_thousand_members_are_read_and_one_more_is_not(client):
    """S-03."""
    most = {"username": "somebody"} | {f"x{number}": 0 for number in range(999)}

    assert_refused(client.post("/signup", most), 400, UNKNOWN)
    assert_refused(client.post("/signup", most | {"y": 0}))
    assert_refused(client.post("/signup", {"username": "somebody", "x": [0] * 999}))


@pytest.mark.parametrize(
    "body",
    [
        '{"username": "somebody", "username": "somebody"}',
        '{"username": "somebody", "\\u0075sername": "another"}',
        '{"username": "somebody", "x": {"a": 1, "a": 1}}',
        '{"username": "somebody", "x": [[{"b": {"a": 1, "c": 2, "a": 3}}]]}',
    ],
)
def test_a_name_that_comes_twice_is_refused_at_any_depth(client, body):
    """S-04."""
    assert_refused(client.post("/signup", body))


def test_a_number_named_twice_spends_no_code():
    """S-04."""
    client = TencentClient(make_application())
    proof = client.phone_proof("13612345678")

    twice = json.dumps(proof).replace("{", '{"phone_number": "13912345678", ', 1)

    assert client.post("/signup", twice).json() == INVALID
    assert Challenge.objects.get().guesses == 0
    assert client.sign_up(**proof).status_code == 200


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9007199254740992", "-9007199254740992", "1" * 400, "01", ".5"],
)
def test_numbers_without_a_value_or_beyond_exactness_are_refused(client, number):
    """S-05."""
    assert_refused(client.post("/signup", f'{{"username": "somebody", "x": {number}}}'))
    assert_refused(client.post("/signup", f'{{"username": "somebody", "x": [{{"y": {number}}}]}}'))


@pytest.mark.parametrize("number", ["9007199254740991", "-9007199254740991", "1e300", "0.1", "-0"])
def test_other_numbers_are_read(client, number):
    """S-05."""
    assert_refused(client.post("/signup", f'{{"username": "somebody", "x": {number}}}'), 400, UNKNOWN)


@pytest.mark.parametrize(
    "body",
    [
        b"[]", b'[{"username": "somebody"}]', b'"username"', b"7", b"null", b"true", b"{", b"{} {}", b"{}x",
        b"{'a': 1}", b'{"a": 1,}', b'{"a": }', b"{a: 1}", b"username=somebody", b"<xml/>", b"\x00", b"   ", b"/**/{}",
        b'{"username": "some\nbody"}', b'{"username": "\\x41"}', b'{"username": "\\ud8"}',
    ],
)  # fmt: skip
def test_what_is_not_one_json_object_is_refused(client, body):
    for path in GOOD:
        assert_refused(client.post(path, body))


@pytest.mark.parametrize("path", GOOD)
def test_an_empty_body_is_refused(client, path):
    assert_refused(without_length(client, path, b""))


@pytest.mark.parametrize(
    "spoiled",
    [b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "é".encode("latin-1")],
    ids=repr,
)
def test_what_is_not_utf_8_is_refused(client, spoiled):
    """S-01, S-06."""
    assert_refused(client.post("/signup", b'{"username": "some' + spoiled + b'body"}'))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_other_encodings_of_json_are_refused(client, encoding):
    """S-01."""
    assert_refused(client.post("/signup", '{"username": "somebody"}'.encode(encoding)))


@pytest.mark.parametrize(
    "content_type",
    [
        "", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json",
        "application/json; charset=latin-1", "application/json;charset=utf-16", "application/jsonp", "*/*",
        "application/json, text/plain", "application/problem+json", "text/plain; x=application/json",
    ],
)  # fmt: skip
def test_other_content_types_are_refused(client, content_type):
    """S-01."""
    for path, body in GOOD.items():
        assert_refused(client.http.generic("POST", path, body, content_type=content_type))


@pytest.mark.parametrize("path", GOOD)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=UTF-8",
        'Application/JSON ; Charset="utf-8"',
        "application/json;v=1",
    ],
)
def test_json_in_utf_8_is_accepted_in_any_spelling(client, path, content_type):
    """S-01."""
    assert client.http.generic("POST", path, GOOD[path], content_type=content_type).status_code == 200


def test_a_refused_credential_is_told_before_the_body_is_read():
    response = Client(headers={"host": "localhost"}).post("/signup", "x" * 70_000, content_type="text/plain")

    assert (response.status_code, response.json()) == (401, {"error": "invalid_client"})
