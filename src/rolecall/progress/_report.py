"""Summarize a learner's entries: skills, streak, and common mistakes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rolecall.progress._store import StoredEntry
from rolecall.quiz import EntryKind, Mastery, estimate

_RECENT = 20
"""How many of the latest answers decide the mastery of a skill."""


@dataclass(frozen=True, slots=True)
class SkillReport:
    """The progress in one skill.

    Parameters
    ----------
    mastery, confidence
        The verdict on the latest answers, and the probability that it is right, from 0 to 1.
    """

    skill: str
    answered: int
    right: int
    mastery: Mastery
    confidence: float


@dataclass(frozen=True, slots=True)
class Report:
    """What the dashboard shows.

    Parameters
    ----------
    streak
        The number of consecutive days with an answer, up to today or yesterday.
    by_day
        Each day with its number of answers, and how many of them were right.
    misconceptions
        Each with the number of answers that showed it, the most frequent first.
    """

    answered: int
    right: int
    streak: int
    skills: tuple[SkillReport, ...]
    misconceptions: tuple[tuple[str, int], ...]
    due: int
    by_day: tuple[tuple[date, int, int], ...]


def report(entries: Iterable[StoredEntry], now: datetime, due: int = 0) -> Report:
    """Summarize entries.

    Parameters
    ----------
    now
        The current time; its time zone decides where a day begins.
    due
        How many flash cards are due.
    """
    answers = [stored for stored in entries if stored.entry.kind is EntryKind.ANSWERED]
    by_skill: dict[str, list[StoredEntry]] = defaultdict(list)
    days: dict[date, list[bool]] = defaultdict(list)
    for stored in answers:
        days[stored.at.astimezone(now.tzinfo).date()].append(stored.entry.correct)
        if stored.entry.skill:
            by_skill[stored.entry.skill].append(stored)
    wrong_ideas = Counter(stored.entry.misconception for stored in answers if stored.entry.misconception)
    return Report(
        answered=len(answers),
        right=sum(stored.entry.correct for stored in answers),
        streak=_streak(set(days), now.date()),
        skills=tuple(_skill(name, stored) for name, stored in sorted(by_skill.items())),
        misconceptions=tuple(wrong_ideas.most_common()),
        due=due,
        by_day=tuple((day, len(days[day]), sum(days[day])) for day in sorted(days)),
    )


def _skill(name: str, stored: list[StoredEntry]) -> SkillReport:
    recent = estimate((0.0, one.entry.score) for one in stored[-_RECENT:])
    right = sum(one.entry.correct for one in stored)
    return SkillReport(name, len(stored), right, recent.mastery, recent.confidence)


def _streak(days: set[date], today: date) -> int:
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length += 1
        day -= timedelta(days=1)
    return length
