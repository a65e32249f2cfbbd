"""When a class sees the answer to the question that it was asked."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from rolecall.workshop.class_questions import is_revealed

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def revealed(*, asked, until=None, by_instructor=False, now=NOON):
    room = SimpleNamespace(timer_until=until, revealed=["q"] if by_instructor else [])
    return is_revealed(room, SimpleNamespace(question="q", at=asked), now)


@pytest.mark.parametrize(
    ("asked", "until", "shown"),
    [
        (NOON - 3 * MINUTE, NOON + MINUTE, False),
        (NOON - 3 * MINUTE, NOON, True),
        # The room's time was up before the question was asked.
        (NOON - 3 * MINUTE, NOON - 4 * MINUTE, False),
        (NOON - 3 * MINUTE, None, False),
    ],
)
def test_the_end_of_the_rooms_time_reveals_the_question_that_was_asked_before(asked, until, shown):
    assert revealed(asked=asked, until=until) is shown


def test_the_instructor_reveals_a_question_at_any_time():
    assert revealed(asked=NOON, by_instructor=True)
