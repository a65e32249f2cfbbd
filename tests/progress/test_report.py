from datetime import UTC, datetime, timedelta

import pytest

from rolecall.progress import StoredEntry, report
from rolecall.quiz import Entry, EntryKind, Mastery

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def answered(days_ago=0, *, score=1.0, skill="s", misconception="") -> StoredEntry:
    entry = Entry(EntryKind.ANSWERED, "q", "a", score == 1, score, skill, misconception)
    return StoredEntry(NOW - timedelta(days=days_ago), "deck", entry)


@pytest.mark.parametrize(
    ("days", "streak"),
    [([], 0), ([0], 1), ([1], 1), ([2], 0), ([0, 1, 2], 3), ([1, 2], 2), ([0, 2, 3], 1), ([0, 0, 1], 2)],
)
def test_a_streak_is_days_in_a_row_to_today_or_yesterday(days, streak):
    assert report([answered(day) for day in days], NOW).streak == streak


def test_a_skill_is_strong_after_many_right_answers_and_not_after_many_wrong():
    right, wrong = ([answered(score=score) for _ in range(10)] for score in (1.0, 0.0))

    assert report(right, NOW).skills[0].mastery is Mastery.STRONG
    assert report(wrong, NOW).skills[0].mastery is Mastery.NOT_YET


def test_a_restart_is_no_answer():
    restart = StoredEntry(NOW, "deck", Entry(EntryKind.RESTARTED))

    assert report([restart, answered()], NOW).answered == 1


def test_misconceptions_are_counted_the_most_frequent_first():
    entries = [answered(score=0.0, misconception=name) for name in ("a", "b", "b")]

    assert report(entries, NOW).misconceptions == (("b", 2), ("a", 1))
