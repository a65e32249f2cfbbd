"""Summarize a room for the instructor's dashboard."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.workshop.lookalikes import lookalikes
from rolecall.workshop.marking import GradingStatus
from rolecall.workshop.rooms import LEARNER
from rolecall.workshop.tables import ActivityRow, Attempt, Person, Push, Room

_AWAY = timedelta(minutes=5)
_STUCK = 3
_LATELY = timedelta(minutes=15)


def snapshot(session: Session, room: Room, now: datetime, grading: GradingStatus) -> dict[str, Any]:
    """Return where each learner is, who is stuck, common misconceptions, and each question's answers."""
    people = session.scalars(
        select(Person).where(Person.room_id == room.id, Person.role == LEARNER).order_by(Person.name)
    ).all()
    done = session.scalars(
        select(ActivityRow).where(ActivityRow.room_id == room.id).order_by(ActivityRow.at)
    ).all()
    alike = lookalikes(one.name for one in people)
    by_person: dict[int, list[ActivityRow]] = defaultdict(list)
    for one in done:
        by_person[one.person_id].append(one)
    lately = Counter(one.misconception for one in done if one.misconception and one.at > now - _LATELY)
    pushes = session.scalars(select(Push).where(Push.room_id == room.id).order_by(Push.id)).all()
    return {
        "room": room.name,
        "code": room.code,
        "code_until": room.code_until.isoformat(),
        "open_lessons": room.open_lessons,
        "timer_until": room.timer_until.isoformat() if room.timer_until else None,
        "now": now.isoformat(),
        "people": [
            {**_person(one, by_person[one.id], now), "name": _label(one.name, alike)} for one in people
        ],
        "misconceptions": [{"name": name, "count": count} for name, count in lately.most_common(5)],
        "questions": _questions(done, set(room.revealed)),
        "pushes": [
            {"id": one.id, "bank": one.bank, "question": one.question, "open": one.open} for one in pushes
        ],
        "attempts": _attempts(session, room),
        "grading": {"works": grading.is_working, **asdict(grading)},
    }


def _label(name: str, alike: Mapping[str, Sequence[str]]) -> str:
    return f"{name} (⚠ looks like {', '.join(alike[name])})" if name in alike else name


def _person(one: Person, done: Sequence[ActivityRow], now: datetime) -> dict[str, Any]:
    wrong = 0
    for activity in reversed(done):
        if activity.correct or activity.question != done[-1].question:
            break
        wrong += 1
    return {
        "name": one.name,
        "lesson": one.lesson,
        "mode": one.mode,
        "question": one.question,
        "right": len({activity.question for activity in done if activity.correct}),
        "answered": len({activity.question for activity in done}),
        "stuck": wrong >= _STUCK,
        "away": now - one.seen > _AWAY,
        "seen": one.seen.isoformat(),
    }


def _questions(done: Sequence[ActivityRow], revealed: set[str]) -> list[dict[str, Any]]:
    """Count each learner's first answer to each question; mark right answers once they are revealed."""
    first: dict[str, dict[int, ActivityRow]] = defaultdict(dict)
    for one in done:
        first[one.question].setdefault(one.person_id, one)
    questions = []
    for question, by_person in first.items():
        answers = Counter(one.answer for one in by_person.values())
        right = {one.answer for one in by_person.values() if one.correct}
        questions.append(
            {
                "question": question,
                "answers": [
                    {
                        "answer": text,
                        "count": count,
                        "right": text in right if question in revealed else None,
                    }
                    for text, count in answers.most_common(8)
                ],
                "answered": len(by_person),
                "right": sum(one.correct for one in by_person.values()) if question in revealed else None,
                "revealed": question in revealed,
            }
        )
    return questions


def _attempts(session: Session, room: Room) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Attempt.assessment, Attempt.submitted).where(Attempt.room_id == room.id)
    ).all()
    started = Counter(one.assessment for one in rows)
    submitted = Counter(one.assessment for one in rows if one.submitted is not None)
    return [
        {"assessment": name, "begun": started[name], "submitted": submitted[name]}
        for name in sorted(started)
    ]
