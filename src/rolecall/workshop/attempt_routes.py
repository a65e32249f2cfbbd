"""The HTTP API of graded assessments: start an attempt, save answers, submit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.routing import Route

from rolecall.assessment import Assessment, PaperItem
from rolecall.course import NoCourse
from rolecall.workshop import attempts
from rolecall.workshop._requests import (
    LARGEST_NUMBER,
    LONGEST_NAME,
    Body,
    RowId,
    body_of,
    json_response,
    path_name,
    path_number,
    write,
)
from rolecall.workshop.access import Learner, TheService, learner, service_of
from rolecall.workshop.attempts import AttemptError, SubmittedAnswer
from rolecall.workshop.grades import grade_of_attempt
from rolecall.workshop.papers import to_json
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Answer, Attempt

router = APIRouter(prefix="/api")
_NO_IDENTITY = (
    "a graded assessment needs to know who you are, and a display name doesn't say it; join again with the "
    "personal code that your instructor gives you"
)

Name = Annotated[str, Path(max_length=LONGEST_NAME, pattern=r"^[^\x00]*$")]


class AnswerBody(Body):
    """An answer; ``serial`` grows with each change."""

    given: Any
    serial: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]


async def _assessment(name: str, service: Service) -> Assessment:
    current = service.assessments.current(name)
    if current is not None:
        return current
    try:
        return await run_in_threadpool(service.assessments.assessment, name)
    except NoCourse as error:
        raise HTTPException(404, {"code": "no-assessment", "text": str(error)}) from None


@router.get("/assessments/{name}")
async def get_assessment(name: Name, caller: Learner, service: TheService) -> dict[str, Any]:
    """Return what a learner should know before an attempt starts, and the attempt to show.

    ``attempt`` is the one in progress, or the last one if no attempt is left; else None.
    """
    assessment = await _assessment(name, service)
    now = service.clock.now()

    def read() -> dict[str, Any]:
        with service.database.read() as session:
            before = attempts.attempts_of(session, caller.person, name)
            going = bool(before) and attempts.in_progress(before[-1], now)
            used_up = len(before) >= assessment.attempts
            return {
                "title": assessment.title,
                "minutes": assessment.minutes,
                "questions": sum(line.count for line in assessment.blueprint) + len(assessment.tasks),
                "attempts": assessment.attempts,
                "used": len(before),
                "attempt": before[-1].id if before and (going or used_up) else None,
            }

    return await run_in_threadpool(read)


async def post_attempt(request: Request) -> Response:
    """Start an attempt, or continue the one in progress."""
    caller, service = await learner(request), service_of(request)
    assessment = await _assessment(path_name(request, "name"), service)
    # The room of a caller can be another one, whose service isn't open, on the same database.
    is_open = service.settings.open_assessments and caller.room == service.room
    if not (caller.identity.is_proven or is_open):
        raise HTTPException(403, {"code": "no-identity", "text": _NO_IDENTITY})
    now = service.clock.now()
    attempt = await write(
        service,
        lambda session: attempts.start(
            session, service.assessments, assessment, caller.person, now, service.stored_versions
        ),
    )
    # Only now are they committed.
    service.stored_versions.update(one["version"] for one in attempt.paper)
    if attempt.started != now:
        return await run_in_threadpool(_attempt_view, service, caller.person, attempt.id)
    # This request started it, so there is nothing else to read.
    if service.papers.is_rendered(attempt.paper):
        return _show(service, attempt, assessment, (), {})
    return await run_in_threadpool(_show, service, attempt, assessment, (), {})


def _attempt_view(service: Service, person: int, attempt: str) -> Response:
    """Return what an attempt's learner may see of it now."""
    with service.database.read() as session:
        try:
            row = attempts.own(session, attempt, person)
        except AttemptError as error:
            raise HTTPException(404, {"code": error.code, "text": str(error)}) from None
        answers = session.scalars(select(Answer).where(Answer.attempt_id == attempt)).all()
        assessment = service.assessments.assessment(row.assessment)
        feedback: dict[str, Any] = {}
        if row.submitted is not None:
            marked = grade_of_attempt(session, row)
            others_work = assessment.feedback_when == "closed" and attempts.is_any_open(
                session, row.room_id, row.assessment
            )
            feedback = service.feedback(row, assessment, answers, marked, others_work=others_work)
    return _show(service, row, assessment, answers, feedback)


def _show(
    service: Service,
    row: Attempt,
    assessment: Assessment,
    answers: Sequence[Answer],
    feedback: dict[str, Any],
) -> Response:
    now = service.clock.now()
    over = row.submitted is not None or now >= row.deadline + attempts.GRACE
    fields = {
        "attempt": row.id,
        "assessment": row.assessment,
        "title": assessment.title,
        "number": row.number,
        "now": now.isoformat(),
        "deadline": row.deadline.isoformat(),
        "submitted": row.submitted.isoformat() if row.submitted else None,
        "receipt": row.receipt,
        "answered": sorted(one.place for one in answers),
        "feedback": feedback,
    }
    paper = "[]" if over else service.papers.show(row.paper, answers)
    text = f'{to_json(fields)[:-1]},"paper":{paper}}}'
    return Response(text.encode(), media_type="application/json")


@router.get("/attempts/{attempt}", response_model=None)
async def get_attempt(attempt: Name, caller: Learner, service: TheService) -> Response:
    """Return an attempt in its current state."""
    return await run_in_threadpool(_attempt_view, service, caller.person, attempt)


async def put_answer(request: Request) -> Response:
    """Save an answer. Once this succeeds, the answer is on the disk."""
    caller, service = await learner(request), service_of(request)
    attempt, place = path_name(request, "attempt"), path_number(request, "place")
    body = await body_of(request, AnswerBody)
    now = service.clock.now()

    def keep(session: Session) -> int:
        row = attempts.own(session, attempt, caller.person, to_change=True)
        if not 0 <= place < len(row.paper):
            raise AttemptError("no-answer", f"there is no question {place}")
        item = PaperItem(**row.paper[place])
        version = service.task(item)
        question = version.task if version is not None else service.question(item)
        if question is None:
            raise AttemptError("no-answer", "this question is no longer in its bank")
        return attempts.save(session, row, question, SubmittedAnswer(place, body.given, body.serial), now)

    return json_response({"serial": await write(service, keep)})


@router.get("/attempts/{attempt}/tasks/{place}")
async def get_task(attempt: Name, place: RowId, caller: Learner, service: TheService) -> dict[str, Any]:
    """Return what a notebook needs to start a hands-on task: the world and the first steps, no solution."""

    def read() -> dict[str, Any]:
        with service.database.read() as session:
            try:
                row = attempts.own(session, attempt, caller.person)
            except AttemptError as error:
                raise HTTPException(404, {"code": error.code, "text": str(error)}) from None
        item = PaperItem(**row.paper[place]) if 0 <= place < len(row.paper) else None
        version = service.task(item) if item is not None else None
        if version is None:
            raise HTTPException(
                404, {"code": "no-task", "text": f"question {place} is not a hands-on task"}
            )
        task = version.task
        return {
            "title": task.title,
            "actor": task.actor,
            "world": task.world,
            "document": version.world,
            "start": [one.model_dump(by_alias=True) for one in task.start],
        }

    return await run_in_threadpool(read)


async def post_submit(request: Request) -> Response:
    """Submit an attempt. Submitting it again returns the same receipt."""
    caller, service = await learner(request), service_of(request)
    attempt = path_name(request, "attempt")
    now = service.clock.now()

    def submit(session: Session) -> str:
        row = attempts.own(session, attempt, caller.person, to_change=True)
        return attempts.submit(session, row, service.signer, now)

    await write(service, submit)
    service.marker.wake()
    return await run_in_threadpool(_attempt_view, service, caller.person, attempt)


plain_routes = [
    Route("/api/assessments/{name}", post_attempt, methods=["POST"]),
    Route("/api/attempts/{attempt}/answers/{place}", put_answer, methods=["PUT"]),
    Route("/api/attempts/{attempt}/submit", post_submit, methods=["POST"]),
]
