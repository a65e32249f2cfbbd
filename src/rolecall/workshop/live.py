"""What an instructor sees of a room at this moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.workshop.marking import GradingStatus
from rolecall.workshop.rooms import LEARNER
from rolecall.workshop.tables import Attempt, Done, Person, Push, Room

_AWAY = timedelta(minutes=5)
_STUCK = 3
_LATELY = timedelta(minutes=15)


def snapshot(session: Session, room: Room, now: datetime, grading: GradingStatus) -> dict[str, Any]:
    """Who is where, who is stuck, which misconception is abroad, and how each question is answered."""
    people = session.scalars(
        select(Person).where(Person.room_id == room.id, Person.role == LEARNER).order_by(Person.name)
    ).all()
    done = session.scalars(select(Done).where(Done.room_id == room.id).order_by(Done.at)).all()
    by_person: dict[int, list[Done]] = defaultdict(list)
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
        "people": [_person(one, by_person[one.id], now) for one in people],
        "misconceptions": [{"name": name, "count": count} for name, count in lately.most_common(5)],
        "questions": _questions(done, set(room.revealed)),
        "pushes": [
            {"id": one.id, "bank": one.bank, "question": one.question, "open": one.open} for one in pushes
        ],
        "attempts": _attempts(session, room),
        "grading": {"works": grading.is_working, **asdict(grading)},
    }


def _person(one: Person, done: Sequence[Done], now: datetime) -> dict[str, Any]:
    wrong = 0
    for deed in reversed(done):
        if deed.correct or deed.question != done[-1].question:
            break
        wrong += 1
    return {
        "name": one.name,
        "lesson": one.lesson,
        "mode": one.mode,
        "question": one.question,
        "right": len({deed.question for deed in done if deed.correct}),
        "answered": len({deed.question for deed in done}),
        "stuck": wrong >= _STUCK,
        "away": now - one.seen > _AWAY,
        "seen": one.seen.isoformat(),
    }


def _questions(done: Sequence[Done], revealed: set[str]) -> list[dict[str, Any]]:
    """The first answer of each learner to each question; which is right is told once it is revealed."""
    first: dict[str, dict[int, Done]] = defaultdict(dict)
    for one in done:
        first[one.question].setdefault(one.person_id, one)
    told = []
    for question, by_person in first.items():
        answers = Counter(one.answer for one in by_person.values())
        right = {one.answer for one in by_person.values() if one.correct}
        told.append(
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
    return told


def _attempts(session: Session, room: Room) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Attempt.assessment, Attempt.submitted).where(Attempt.room_id == room.id)
    ).all()
    begun = Counter(one.assessment for one in rows)
    handed_in = Counter(one.assessment for one in rows if one.submitted is not None)
    return [
        {"assessment": name, "begun": begun[name], "submitted": handed_in[name]} for name in sorted(begun)
    ]
