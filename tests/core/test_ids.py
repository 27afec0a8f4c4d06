"""Ids sort by the time they were made, in this process and beside those that PostgreSQL makes."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122

import pytest

from app.core import ids


def test_an_id_is_a_uuid_of_version_7_that_holds_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = ids.uuid7()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_ids_ascend_even_when_the_clock_stands_still_or_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [ids.uuid7()]
    for now in [time.time_ns()] * 5000 + [0] * 5000:
        monkeypatch.setattr(time, "time_ns", lambda now=now: now)
        made.append(ids.uuid7())
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = [each for batch in threads.map(lambda _: [ids.uuid7() for _ in range(500)], range(8)) for each in batch]
    assert len({each.int >> 62 for each in made}) == len(made)  # apart in their times already, not by luck of the random bits
