"""Summarize a room for the dashboards: once a second for all of them, however many are open."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rolecall.workshop.class_questions import revealed_questions
from rolecall.workshop.lookalikes import lookalikes
from rolecall.workshop.marking import GradingStatus
from rolecall.workshop.rooms import LEARNER
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Attempt, Person, Push, Room
from rolecall.workshop.tally import Tally

BEAT = 1.0
"""Seconds between two states of a dashboard."""
_AWAY = timedelta(minutes=5)
_NAMED = 3


@dataclass(frozen=True, slots=True)
class LiveState:
    """The state of a room as JSON; a later state that differs has another number."""

    number: int
    data: str


class LiveRooms:
    """The states of rooms, which all dashboards share."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._locks: dict[int, asyncio.Lock] = {}
        self._tallies: dict[int, Tally] = {}
        self._states: dict[int, tuple[float, dict[str, Any], LiveState]] = {}

    async def state(self, room: int) -> LiveState:
        """Return the state of a room, at most a second old."""
        async with self._locks.setdefault(room, asyncio.Lock()):
            looked, _, state = self._states.get(room, (0.0, {}, None))
            if state is None or time.monotonic() - looked >= BEAT / 2:
                return await run_in_threadpool(self._look, room)
            return state

    def _look(self, room: int) -> LiveState:
        service = self._service
        tally = self._tallies.setdefault(room, Tally(room))
        with service.database.read() as session:
            grading = service.marker.status(session, room)
            seen = snapshot(session, session.get_one(Room, room), service.clock.now(), grading, tally)
        _, before, state = self._states.get(room, (0.0, {}, LiveState(0, "")))
        if {**before, "now": ""} != {**seen, "now": ""}:
            state = LiveState(state.number + 1, json.dumps(seen))
        self._states[room] = (time.monotonic(), seen, state)
        return state


def snapshot(
    session: Session, room: Room, now: datetime, grading: GradingStatus, tally: Tally | None = None
) -> dict[str, Any]:
    """Return where each learner is, who is stuck, common misconceptions, and each question's answers.

    Parameters
    ----------
    tally
        The activities that were counted before; only later ones are read.
    """
    tally = tally or Tally(room.id)
    tally.update(session)
    people = session.execute(
        select(Person.id, Person.name, Person.lesson, Person.mode, Person.question, Person.seen)
        .where(Person.room_id == room.id, Person.role == LEARNER)
        .order_by(Person.name)
    ).all()
    alike = lookalikes(one.name for one in people)
    pushes = session.scalars(select(Push).where(Push.room_id == room.id).order_by(Push.id)).all()
    return {
        "room": room.name,
        "code": room.code,
        "code_until": room.code_until.isoformat(),
        "open_lessons": room.open_lessons,
        "timer_until": room.timer_until.isoformat() if room.timer_until else None,
        "now": now.isoformat(),
        "people": [_person(one, tally, now, alike) for one in people],
        "misconceptions": [{"name": name, "count": count} for name, count in tally.misconceptions(now)],
        "questions": tally.questions(revealed_questions(session, room, now)),
        "pushes": [
            {"id": one.id, "bank": one.bank, "question": one.question, "open": one.open} for one in pushes
        ],
        "attempts": _attempts(session, room),
        "grading": {"works": grading.is_working, **asdict(grading)},
    }


def _person(one: Any, tally: Tally, now: datetime, alike: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    done = tally.learner(one.id)
    return {
        "name": _label(one.name, alike),
        "lesson": one.lesson,
        "mode": one.mode,
        "question": one.question,
        "right": len(done.right),
        "answered": len(done.answered),
        "stuck": done.is_stuck,
        "away": now - one.seen > _AWAY,
        "seen": one.seen.isoformat(),
    }


def _label(name: str, alike: Mapping[str, Sequence[str]]) -> str:
    if name not in alike:
        return name
    others = alike[name]
    more = f", and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return f"{name} (⚠ looks like {', '.join(others[:_NAMED])}{more})"


def _attempts(session: Session, room: Room) -> list[dict[str, Any]]:
    counted = session.execute(
        select(Attempt.assessment, func.count(), func.count(Attempt.submitted))
        .where(Attempt.room_id == room.id)
        .group_by(Attempt.assessment)
        .order_by(Attempt.assessment)
    )
    return [
        {"assessment": name, "begun": started, "submitted": submitted}
        for name, started, submitted in counted
    ]
