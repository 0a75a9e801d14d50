"""Counters of several kinds that are counted in one statement."""

from datetime import timedelta

import pytest

from tenants import clock, counters
from tests.races import at_once

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_several_kinds_are_counted_in_one_statement(pass_time, django_assert_num_queries):
    counters.take("test", "somebody", window=MINUTE, now=clock.now())
    with django_assert_num_queries(2):  # one of them reads the clock
        first = take_all()
    second = take_all()
    pass_time(60)

    assert first == {"test": 2, "other": 1}
    assert second == {"test": 3, "other": 2}
    assert take_all() == {"test": 1, "other": 1}


def take_all() -> dict[str, int]:
    return counters.take_all({"other": "somebody", "test": "somebody"}, window=MINUTE, now=clock.now())


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_fifty_counts_of_several_kinds_at_once_each_has_its_number():
    numbers = at_once([take_all for _ in range(50)])

    assert sorted(one["test"] for one in numbers) == list(range(1, 51))
    assert sorted(one["other"] for one in numbers) == list(range(1, 51))
