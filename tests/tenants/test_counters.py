"""Counters with a window: each count has one number, also when many come at once."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from tenants import clock, counters
from tenants.models import Counter
from tests.clients import TencentClient
from tests.factories import make_application
from tests.query_work import Work, count_work
from tests.races import at_once

MINUTE = timedelta(minutes=1)


def take(key: str = "somebody", *, kind: str = "test", **options: object) -> int:
    return counters.take(kind, key, **{"window": MINUTE, "now": clock.now()} | options)


def read(key: str = "somebody", *, kind: str = "test") -> int:
    return counters.read(kind, key, now=clock.now())


@pytest.mark.django_db
def test_numbers_begin_with_one_and_count_each_key_and_kind_apart():
    assert [take() for _ in range(3)] == [1, 2, 3]
    assert (take("another"), take(kind="other")) == (1, 1)
    assert (read(), read("another"), read("nobody")) == (3, 1, 0)


@pytest.mark.django_db
def test_a_fixed_window_ends_by_its_first_count(pass_time):
    take()
    pass_time(59)
    assert take() == 2

    pass_time(1)

    assert read() == 0
    assert take() == 1


@pytest.mark.django_db
def test_a_sliding_window_ends_by_its_last_count(pass_time):
    take(is_sliding=True)
    pass_time(59)
    assert take(is_sliding=True) == 2

    pass_time(59)
    assert take(is_sliding=True) == 3
    pass_time(60)
    assert take(is_sliding=True) == 1


@pytest.mark.django_db
def test_what_is_beyond_the_most_is_not_counted(pass_time):
    assert [take(most=2) for _ in range(5)] == [1, 2, 3, 3, 3]
    assert read() == 2

    pass_time(60)

    assert take(most=2) == 1


@pytest.mark.django_db
def test_what_is_beyond_the_most_keeps_no_sliding_window_open(pass_time):
    take(most=1, is_sliding=True)
    pass_time(59)
    assert take(most=1, is_sliding=True) == 2

    pass_time(1)

    assert take(most=1, is_sliding=True) == 1


@pytest.mark.django_db
def test_a_count_is_given_back_to_its_own_window_alone(pass_time):
    first = clock.now()
    take(now=first)
    take()
    counters.give_back("test", "somebody", now=first)
    assert read() == 1

    pass_time(60)
    take()
    counters.give_back("test", "somebody", now=first)

    assert read() == 1


@pytest.mark.django_db
def test_nothing_is_given_back_below_zero():
    take()
    for _ in range(3):
        counters.give_back("test", "somebody", now=clock.now())

    assert read() == 0
    assert take() == 1


@pytest.mark.django_db
def test_what_is_forgotten_begins_again():
    take()
    take("another")

    counters.forget("test", "somebody")

    assert (read(), read("another")) == (0, 1)


@pytest.mark.django_db
def test_the_seconds_left_are_enough(pass_time):
    take()
    pass_time(20)

    assert 40 <= counters.seconds_left("test", "somebody", now=clock.now()) <= 41
    pass_time(counters.seconds_left("test", "somebody", now=clock.now()))
    assert take() == 1
    assert counters.seconds_left("test", "nobody", now=clock.now()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "a\x00b", "\ud800", "ключ", "x" * 5_000])
def test_any_text_is_a_key(key):
    assert [take(key), take(key)] == [1, 2]


@pytest.mark.django_db
def test_no_key_is_stored_in_clear():
    take("mei@example.com")

    assert "mei" not in str(Counter.objects.values_list().get())


@pytest.mark.django_db
def test_pruning_deletes_what_is_over_and_nothing_else(pass_time):
    take()
    take("another", window=2 * MINUTE)
    call_command("prune")
    assert Counter.objects.count() == 2

    pass_time(61)
    call_command("prune")

    assert (Counter.objects.count(), read("another")) == (1, 1)


@pytest.mark.django_db
def test_more_counters_cost_a_caller_nothing():
    client = TencentClient(make_application())
    client.send()

    def work() -> Work:
        with count_work() as counted:
            assert client.send().status_code == 400
        return counted

    before, now = work(), clock.now()
    Counter.objects.bulk_create(
        Counter(kind="client", key=f"{number:064}", started_at=now, expires_at=now + MINUTE, count=1)
        for number in range(500)
    )

    assert work() == before


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_have_fifty_numbers():
    now = clock.now()

    assert sorted(at_once([lambda: take(now=now)] * 50)) == list(range(1, 51))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_open_one_window_after_another(pass_time):
    take()
    pass_time(60)
    now = clock.now()

    assert sorted(at_once([lambda: take(now=now)] * 50)) == list(range(1, 51))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_pass_no_limit():
    now = clock.now()

    numbers = at_once([lambda: take(most=20, now=now)] * 50)

    assert sorted(numbers) == [*range(1, 21), *[21] * 30]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_counted():
    now = clock.now()

    def fail() -> None:
        with transaction.atomic():
            take(now=now)
            transaction.set_rollback(True)

    at_once([fail, lambda: take(now=now)] * 25)

    assert read() == 25


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_pruning_while_others_count_loses_no_open_window(pass_time):
    now = clock.now()
    for key in range(10):
        take(str(key), now=now)
    later = now + MINUTE

    at_once([lambda: counters.prune(later)] * 10 + [lambda key=key: take(str(key), now=later) for key in range(10)] * 4)

    assert Counter.objects.filter(expires_at__gt=later).count() == 10
