"""A third party that fails: at any of its addresses, in any way, and never for longer than five seconds."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.errors import ProviderFailed
from accounts.third_party import exchange, providers
from accounts.third_party.exchange import Evidence
from tenants import clock, request_threads
from tests.factories import make_tenant
from tests.servers import until
from tests.third_party.provider import CODE, Reply
from tests.third_party.rows import REDIRECT_URI, make_oauth2_provider, make_openid_provider

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
EVIDENCE = Evidence(code=CODE, redirect_uri=REDIRECT_URI)
PATHS = ["/.well-known/openid-configuration", "/token", "/jwks", "/userinfo"]
FAULTS = {
    "500": Reply(500, b'{"error": "server_error"}'),
    "404 page": Reply(404, b"<html>"),
    "not JSON": Reply(200, b"<html>"),
    "no object": Reply(200, b"[1]"),
    "null": Reply(200, b"null"),
    "deep": Reply(200, b"[" * 100_000),
    "huge": Reply(200, b'{"a": "' + b"a" * 300_000 + b'"}'),
    "empty": Reply(200, b""),
    "wrong types": Reply(200, b'{"issuer": 1, "keys": {"a": 1}, "access_token": 1, "id_token": [], "sub": {}}'),
    "no content": Reply(204, b""),
}


def fetch(make, third_party):
    third_party.claims = {"sub": "mei-1"}  # so that userinfo is asked too
    row = make(make_tenant(), third_party)
    return exchange.fetch_profile(providers.get(row.tenant_id, row.key), EVIDENCE, clock.now())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_is_refused(third_party, path, fault):
    third_party.replies[path] = fault

    with pytest.raises(ProviderFailed):
        fetch(make_openid_provider, third_party)


@pytest.mark.parametrize("path", ["/token", "/userinfo"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_of_plain_oauth2_is_refused(third_party, path, fault):
    third_party.replies[path] = fault

    with pytest.raises(ProviderFailed):
        fetch(make_oauth2_provider, third_party)


@pytest.mark.parametrize("token", ["é", "\ud800", "a\r\nb", "a b"])
def test_access_token_that_no_header_can_hold_is_refused(third_party, token):
    """RFC 6750 §2.1."""
    third_party.replies["/token"] = Reply(200, json.dumps({"access_token": token, "token_type": "Bearer"}).encode())

    with pytest.raises(ProviderFailed, match="no access token"):
        fetch(make_oauth2_provider, third_party)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("character", ["\ud800", "é", "\r\n", " "], ids=ascii)
def test_discovered_address_that_is_no_url_is_refused(third_party, name, character):
    path = "/.well-known/openid-configuration"
    document = third_party.answer(path) | {name: f"{third_party.url}/{character}"}
    third_party.replies[path] = Reply(200, json.dumps(document).encode())

    with pytest.raises(ProviderFailed, match="incomplete"):
        fetch(make_openid_provider, third_party)


@pytest.mark.parametrize("path", PATHS)
def test_redirect_is_not_followed(third_party, path):
    third_party.replies[path] = Reply(302, b"{}", {"Location": f"{third_party.url}/elsewhere"})

    with pytest.raises(ProviderFailed):
        fetch(make_openid_provider, third_party)

    assert "/elsewhere" not in [path for path, _, _ in third_party.received]


def test_silent_server_is_left_after_a_while(third_party, monkeypatch):
    monkeypatch.setattr(exchange, "SECONDS", 0.3)
    third_party.replies["/token"] = Reply(hangs=True)
    began_at = time.monotonic()

    with pytest.raises(ProviderFailed, match="too slow"):
        fetch(make_openid_provider, third_party)

    assert time.monotonic() - began_at < 3


def test_all_calls_together_have_one_time(third_party, monkeypatch):
    monkeypatch.setattr(exchange, "SECONDS", 0.5)
    third_party.delay_seconds = 0.2  # each call alone is in time

    with pytest.raises(ProviderFailed, match="too slow"):
        fetch(make_openid_provider, third_party)

    assert len(third_party.received) < len(PATHS)


def test_no_more_than_sixteen_wait_at_a_time(third_party):
    third_party.replies["/token"] = Reply(hangs=True)
    row = make_oauth2_provider(make_tenant(), third_party)
    provider, most = providers.get(row.tenant_id, row.key), exchange.MOST_AT_ONCE

    with ThreadPoolExecutor(most) as pool:
        waiting = [pool.submit(exchange.fetch_profile, provider, EVIDENCE, clock.now()) for _ in range(most)]
        until(lambda: len(third_party.received) == most, within=5)
        with pytest.raises(ProviderFailed, match="Too many"):
            exchange.fetch_profile(provider, EVIDENCE, clock.now())
        third_party.closing.set()  # which ends the others

    assert len(third_party.received) == most
    assert [type(one.exception()) for one in waiting] == [ProviderFailed] * most


def test_thread_that_waits_for_a_third_party_is_replaced(third_party):
    """S-89: so that a slow one holds up no other request."""
    row = make_oauth2_provider(make_tenant(), third_party)
    provider, now, started = providers.get(row.tenant_id, row.key), clock.now(), []

    def sign_in() -> bool:
        request_threads.register(lambda: started.append(True))
        exchange.fetch_profile(provider, EVIDENCE, now)
        return request_threads.is_replaced()

    with ThreadPoolExecutor(1) as pool:
        is_replaced = pool.submit(sign_in).result()

    assert (is_replaced, started) == (True, [True])


@pytest.mark.parametrize("make", [make_openid_provider, make_oauth2_provider])
def test_inner_address_is_not_called_in_production(third_party, settings, make):
    settings.IS_TRIAL = False

    with pytest.raises(ProviderFailed):
        fetch(make, third_party)

    assert third_party.received == []


def test_inner_address_of_a_row_is_not_called(third_party, settings):
    settings.IS_TRIAL = False
    row = make_oauth2_provider(make_tenant(), third_party, token_url="https://169.254.169.254/token")

    with pytest.raises(ProviderFailed, match="cannot be reached"):
        exchange.fetch_profile(providers.get(row.tenant_id, row.key), EVIDENCE, clock.now())
