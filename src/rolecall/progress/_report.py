"""What a learner's entries add up to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rolecall.progress._store import Kept
from rolecall.quiz import EntryKind, Mastery, estimate

_RECENT = 20
"""How many of a skill's latest answers count."""


@dataclass(frozen=True, slots=True)
class SkillReport:
    """How one skill stands.

    Parameters
    ----------
    mastery, confidence
        The verdict on its latest answers, and how likely that verdict is.
    """

    skill: str
    answered: int
    right: int
    mastery: Mastery
    confidence: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the dashboard shows.

    Parameters
    ----------
    streak
        Days in a row, to today or yesterday, on which something was answered.
    by_day
        Answers of each day, and how many of them were right.
    misconceptions
        How often each was shown, the most frequent first.
    """

    answered: int
    right: int
    streak: int
    skills: tuple[SkillReport, ...]
    misconceptions: tuple[tuple[str, int], ...]
    due: int
    by_day: tuple[tuple[date, int, int], ...]


def report(entries: Iterable[Kept], now: datetime, due: int = 0) -> Report:
    """Adds up entries.

    Parameters
    ----------
    now
        The moment that a streak is counted from; days are days of its time zone.
    due
        How many flash cards are due.
    """
    answers = [kept for kept in entries if kept.entry.kind is EntryKind.ANSWERED]
    by_skill: dict[str, list[Kept]] = defaultdict(list)
    days: dict[date, list[bool]] = defaultdict(list)
    for kept in answers:
        days[kept.at.astimezone(now.tzinfo).date()].append(kept.entry.correct)
        if kept.entry.skill:
            by_skill[kept.entry.skill].append(kept)
    wrong_ideas = Counter(kept.entry.misconception for kept in answers if kept.entry.misconception)
    return Report(
        answered=len(answers),
        right=sum(kept.entry.correct for kept in answers),
        streak=_streak(set(days), now.date()),
        skills=tuple(_skill(name, kept) for name, kept in sorted(by_skill.items())),
        misconceptions=tuple(wrong_ideas.most_common()),
        due=due,
        by_day=tuple((day, len(days[day]), sum(days[day])) for day in sorted(days)),
    )


def _skill(name: str, kept: list[Kept]) -> SkillReport:
    recent = estimate((0.0, one.entry.score) for one in kept[-_RECENT:])
    right = sum(one.entry.correct for one in kept)
    return SkillReport(name, len(kept), right, recent.mastery, recent.confidence)


def _streak(days: set[date], today: date) -> int:
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length += 1
        day -= timedelta(days=1)
    return length
