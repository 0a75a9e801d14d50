import time
import uuid
from datetime import UTC, datetime, timedelta

from tenants.ids import first_id_at, new_id


def test_an_id_is_a_version_7_of_the_present_moment():
    before, made, after = time.time_ns(), new_id(), time.time_ns()

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before // 1_000_000 <= made.int >> 80 <= after // 1_000_000


def test_later_rows_have_greater_ids():
    made = []
    for _ in range(1_000):
        made.append(new_id())
        time.sleep(0.000_001)

    assert made == sorted(made)
    assert len(set(made)) == 1_000


def test_ids_fall_between_the_moments_around_them():
    now = datetime.now(UTC)

    assert first_id_at(now - timedelta(seconds=1)) < new_id() < first_id_at(now + timedelta(seconds=1))
