"""What a learner's notebook asks of the service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall._yaml import BadFile
from rolecall.assessment import PaperItem
from rolecall.course import NoCourse
from rolecall.quiz import InvalidAnswer, grade
from rolecall.workshop import attempts
from rolecall.workshop.access import Learner, TheDoors, TheService
from rolecall.workshop.attempts import Refused, Sent
from rolecall.workshop.marking import result
from rolecall.workshop.rooms import Deed, NotLetIn, join, note, pacing
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Answer, Push, Room

T = TypeVar("T")
router = APIRouter(prefix="/api")
health_router = APIRouter()
_STATUS = {"no-attempt": 404, "no-answer": 422}

Short = Annotated[str, Field(max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Join(_Body):
    """A code from the wall, and a name."""

    code: Annotated[str, Field(max_length=40)]
    name: Short


class Doing(_Body):
    """One thing done."""

    key: Annotated[str, Field(min_length=8, max_length=40)]
    deck: Short
    question: Short
    answer: Annotated[str, Field(max_length=8_000)]
    correct: bool
    score: Annotated[float, Field(ge=0, le=1)]
    misconception: Short = ""


class Doings(_Body):
    """Where a learner is, and what they did since."""

    lesson: Short = ""
    mode: Annotated[str, Field(max_length=40)] = ""
    deeds: Annotated[list[Doing], Field(max_length=200)] = []


class Saving(_Body):
    """An answer; `serial` grows with each change of it."""

    given: Any
    serial: Annotated[int, Field(ge=1, le=2**31 - 1)]


class PushAnswer(_Body):
    """An answer to a question that was put to all."""

    given: Any


async def _write(service: Service, job: Callable[[Session], T]) -> T:
    try:
        return await asyncio.wrap_future(service.database.write(job))
    except Refused as refused:
        raise HTTPException(
            _STATUS.get(refused.code, 409), {"code": refused.code, "text": str(refused)}
        ) from None


@router.post("/join")
async def post_join(body: Join, request: Request, service: TheService, doors: TheDoors) -> dict[str, Any]:
    """Lets a learner in."""
    doors.may_try(request)
    now = service.clock.now()
    try:
        joined = await _write(service, lambda session: join(session, body.code, body.name, now))
    except NotLetIn as problem:
        doors.was_wrong(request)
        raise HTTPException(403, str(problem)) from None
    return {"token": joined.token, "name": joined.name}


@router.get("/room")
async def get_room(caller: Learner, service: TheService) -> dict[str, Any]:
    """What is open, and what was put to all."""

    def read() -> dict[str, Any]:
        with service.database.read() as session:
            room = session.get_one(Room, caller.room)
            pushes = session.scalars(select(Push).where(Push.room_id == room.id, Push.open)).all()
            shown = []
            for push in pushes:
                view = service.view(PaperItem(push.bank, push.question, 0))
                if view is not None:
                    shown.append({"id": push.id, "view": view})
            return pacing(room, shown) | {"name": caller.name, "assessments": service.assessments.names}

    return await run_in_threadpool(read)


@router.post("/done")
async def post_done(body: Doings, caller: Learner, service: TheService) -> dict[str, Any]:
    """Takes in what a learner did; sent twice, it counts once."""
    now = service.clock.now()
    where = {name: text for name in ("lesson", "mode") if (text := getattr(body, name))}
    deeds = [Deed(**one.model_dump()) for one in body.deeds]
    new = await _write(service, lambda session: note(session, caller.person, where, deeds, now))
    return {"new": new}


@router.post("/pushes/{push}")
async def post_push(push: int, body: PushAnswer, caller: Learner, service: TheService) -> dict[str, Any]:
    """An answer to a question that was put to all; the last one counts, and the key is not told."""
    now = service.clock.now()

    def keep(session: Session) -> dict[str, Any]:
        row = session.get(Push, push)
        if row is None or row.room_id != caller.room or not row.open:
            raise Refused("closed", "this question is closed")
        question = service.question(PaperItem(row.bank, row.question, 0))
        if question is None:
            raise Refused("closed", "this question is gone")
        try:
            answer = question.answer_from_input(body.given)
            graded = grade(service.assessments.bank(row.bank), question, answer, service.judges)
        except (InvalidAnswer, ValueError) as error:
            raise Refused("no-answer", str(error)) from None
        deed = Deed(
            f"push-{push}-{caller.person}",
            f"push/{push}",
            row.question,
            answer,
            graded.correct,
            graded.score,
            graded.misconception_name or "",
        )
        note(session, caller.person, {}, [deed], now)
        return {"saved": True}

    return await _write(service, keep)


@router.post("/assessments/{name}")
async def post_attempt(name: str, caller: Learner, service: TheService) -> dict[str, Any]:
    """Begins an attempt, or goes on with the one that is under way."""
    try:
        assessment = await run_in_threadpool(service.assessments.assessment, name)
    except NoCourse as error:
        raise HTTPException(404, {"code": "no-assessment", "text": str(error)}) from None
    except BadFile as error:
        raise HTTPException(409, {"code": "bad-assessment", "text": str(error)}) from None
    now = service.clock.now()
    attempt = await _write(
        service,
        lambda session: attempts.begin(session, service.assessments, assessment, caller.person, now),
    )
    return await run_in_threadpool(_told, service, caller.person, attempt.id)


def _told(service: Service, person: int, attempt: str) -> dict[str, Any]:
    """An attempt as its learner may know it."""
    with service.database.read() as session:
        try:
            row = attempts.own(session, attempt, person)
        except Refused as refused:
            raise HTTPException(404, {"code": refused.code, "text": str(refused)}) from None
        answers = session.scalars(select(Answer).where(Answer.attempt_id == attempt)).all()
        marked = result(session, row)
    now = service.clock.now()
    assessment = service.assessments.assessment(row.assessment)
    over = row.submitted is not None or now >= row.deadline + attempts.GRACE
    return {
        "attempt": row.id,
        "assessment": row.assessment,
        "title": assessment.title,
        "number": row.number,
        "now": now.isoformat(),
        "deadline": row.deadline.isoformat(),
        "submitted": row.submitted.isoformat() if row.submitted else None,
        "receipt": row.receipt,
        "paper": [] if over else service.paper(row, answers),
        "answered": sorted(one.place for one in answers),
        "feedback": service.feedback(row, assessment, answers, marked),
    }


@router.get("/attempts/{attempt}")
async def get_attempt(attempt: str, caller: Learner, service: TheService) -> dict[str, Any]:
    """An attempt as it stands."""
    return await run_in_threadpool(_told, service, caller.person, attempt)


@router.put("/attempts/{attempt}/answers/{place}")
async def put_answer(
    attempt: str, place: int, body: Saving, caller: Learner, service: TheService
) -> dict[str, Any]:
    """Saves an answer; once this says so, it is on the disk."""
    now = service.clock.now()

    def keep(session: Session) -> int:
        row = attempts.own(session, attempt, caller.person, to_change=True)
        if not 0 <= place < len(row.paper):
            raise Refused("no-answer", f"there is no question {place}")
        drawn = PaperItem(**row.paper[place])
        question = service.assessments.task(drawn) or service.question(drawn)
        if question is None:
            raise Refused("no-answer", "this question is gone")
        return attempts.save(session, row, question, Sent(place, body.given, body.serial), now)

    return {"serial": await _write(service, keep)}


@router.get("/attempts/{attempt}/tasks/{place}")
async def get_task(attempt: str, place: int, caller: Learner, service: TheService) -> dict[str, Any]:
    """What a kernel needs to begin a hands-on task: its world and how it starts, not how it is solved."""

    def read() -> dict[str, Any]:
        with service.database.read() as session:
            try:
                row = attempts.own(session, attempt, caller.person)
            except Refused as refused:
                raise HTTPException(404, {"code": refused.code, "text": str(refused)}) from None
        drawn = PaperItem(**row.paper[place]) if 0 <= place < len(row.paper) else None
        task = service.assessments.task(drawn) if drawn is not None else None
        if task is None:
            raise HTTPException(404, {"code": "no-task", "text": f"question {place} is no task"})
        return {
            "title": task.title,
            "actor": task.actor,
            "world": task.world,
            "document": service.course.world(task.world).read_text("utf-8"),
            "start": [one.model_dump(by_alias=True) for one in task.start],
        }

    return await run_in_threadpool(read)


@router.post("/attempts/{attempt}/submit")
async def post_submit(attempt: str, caller: Learner, service: TheService) -> dict[str, Any]:
    """Hands an attempt in; again gives the same receipt."""
    now = service.clock.now()

    def hand_in(session: Session) -> str:
        row = attempts.own(session, attempt, caller.person, to_change=True)
        return attempts.submit(session, row, service.signer, now)

    await _write(service, hand_in)
    service.marker.wake()
    return await run_in_threadpool(_told, service, caller.person, attempt)


@health_router.get("/health")
async def get_health(service: TheService) -> JSONResponse:
    """Whether the service works, for a probe: 200 if it does, 503 if not; it shows no learner's data."""
    health = await run_in_threadpool(service.health)
    return JSONResponse(health, 200 if health["status"] == "ok" else 503)


@router.get("/key")
async def get_key(service: TheService) -> dict[str, Any]:
    """The public key by which receipts are verified."""
    return service.signer.public_key
