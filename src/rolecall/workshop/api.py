"""The HTTP API for learners' notebooks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.assessment import Assessment, PaperItem
from rolecall.course import NoCourse
from rolecall.workshop import attempts
from rolecall.workshop._input_limits import BadInput, check_storable
from rolecall.workshop.access import Learner, TheAuthenticator, TheService, authenticated
from rolecall.workshop.attempts import AttemptError, SubmittedAnswer
from rolecall.workshop.class_questions import is_deck_of_the_class
from rolecall.workshop.grades import grade_of_attempt
from rolecall.workshop.room_states import RoomStates, seconds_to_wait
from rolecall.workshop.rooms import Activity, CannotJoin, is_valid_code, join, record_activities
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Answer, Attempt

T = TypeVar("T")
_MOST_FIELDS = 20
_LONG = 1_000
router = APIRouter(prefix="/api")
health_router = APIRouter()
_NO_IDENTITY = (
    "a graded assessment needs to know who you are, and a display name doesn't say it; join again with the "
    "personal code that your instructor gives you"
)
_STATUS = {"no-attempt": 404, "no-answer": 422}

Short = Annotated[str, Field(max_length=200)]
RowId = Annotated[int, Path(ge=0, le=2**31 - 1)]
Name = Annotated[str, Path(max_length=200, pattern=r"^[^\x00]*$")]


class Body(BaseModel):
    """A request's body: only known fields, and only values that a database stores."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _check_storable(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) > _MOST_FIELDS:
            # Each unknown field would be a problem to report.
            raise HTTPException(400, {"code": "bad-input", "text": "the body has too many fields"})
        # One text that a database refuses would fail the commit that other requests share.
        try:
            check_storable(value)
        except BadInput as error:
            raise HTTPException(400, {"code": "bad-input", "text": str(error)}) from None
        return value


class JoinBody(Body):
    """A join code and a display name."""

    code: Annotated[str, Field(max_length=40)]
    name: Short


def _is_of_a_notebook(deck: str) -> str:
    """Check that a notebook reports no answer to a question for the class, which the service grades."""
    if is_deck_of_the_class(deck):
        raise ValueError("answers to a question for the class are sent to its own address")
    return deck


class ActivityBody(Body):
    """One answer that a learner gave in a notebook."""

    key: Annotated[str, Field(min_length=8, max_length=40)]
    deck: Annotated[Short, AfterValidator(_is_of_a_notebook)]
    question: Short
    answer: Annotated[str, Field(max_length=8_000)]
    correct: bool
    score: Annotated[float, Field(ge=0, le=1)]
    misconception: Short = ""


class ActivitiesBody(Body):
    """The lesson and mode that a learner works in, and the answers since the last report."""

    lesson: Short = ""
    mode: Annotated[str, Field(max_length=40)] = ""
    activities: Annotated[list[ActivityBody], Field(max_length=200)] = []


class AnswerBody(Body):
    """An answer; ``serial`` grows with each change."""

    given: Any
    serial: Annotated[int, Field(ge=1, le=2**31 - 1)]


async def write(service: Service, job: Callable[[Session], T]) -> T:
    """Run a job in a transaction that other requests can share.

    Raises
    ------
    HTTPException
        If an attempt doesn't allow it.
    """
    try:
        return await asyncio.wrap_future(service.database.write(job))
    except AttemptError as error:
        raise HTTPException(
            _STATUS.get(error.code, 409), {"code": error.code, "text": str(error)}
        ) from None


@router.post("/join")
async def post_join(
    body: JoinBody, request: Request, service: TheService, authenticator: TheAuthenticator
) -> dict[str, Any]:
    """Add a learner to the room, and issue their token. A learner who sends a token continues."""
    now = service.clock.now()
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")

    def check() -> bool:
        with service.database.read() as session:
            return is_valid_code(session, body.code, now)

    async with authenticator.wrong_codes.checking(request) as count_wrong:
        if not await run_in_threadpool(check):
            count_wrong()
            raise HTTPException(
                403, "this join code is not valid now; ask your instructor for the current one"
            )
    try:
        joined = await write(service, lambda session: join(session, body.code, body.name, now, token))
    except CannotJoin as problem:
        raise HTTPException(403, str(problem)) from None
    if joined.token != token:
        authenticator.forget_tokens_of(joined.person)
    return {"token": joined.token, "name": joined.name}


async def get_room(request: Request) -> Response:
    """Return the open lessons, the timer, and the questions that the instructor asks the class.

    A request with the tag of an earlier response is answered with 304 if nothing changed. If it says
    ``Prefer: wait=SECONDS`` (RFC 7240), it is answered when something changes, or after that time.
    """
    # It isn't counted as a request: it takes a tenth of a millisecond, and notebooks ask again and again.
    caller = await authenticated(request)
    states: RoomStates = request.app.state.room_states
    state = await states.state(caller.room)
    known = request.headers.get("If-None-Match")
    if known == state.tag(caller.name) and (seconds := seconds_to_wait(request.headers.get("Prefer", ""))):
        state = await states.wait_for_change(caller.room, state, seconds)
    tag = {"ETag": state.tag(caller.name)}
    if known == tag["ETag"]:
        return Response(status_code=304, headers=tag)
    return Response(state.body(caller.name), media_type="application/json", headers=tag)


@router.post("/done")
async def post_done(
    body: ActivitiesBody, caller: Learner, service: TheService, authenticator: TheAuthenticator
) -> dict[str, Any]:
    """Record what a learner did. An activity that arrives twice counts once."""
    # A long answer counts as several, because it takes as much room.
    count = sum(1 + len(one.answer) // _LONG for one in body.activities)
    authenticator.activities.use(caller.person, count)
    now = service.clock.now()
    where = {name: text for name in ("lesson", "mode") if (text := getattr(body, name))}
    activities = [Activity(**one.model_dump()) for one in body.activities]
    new = await write(
        service, lambda session: record_activities(session, caller.person, where, activities, now)
    )
    return {"new": new}


async def _assessment(name: str, service: Service) -> Assessment:
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


@router.post("/assessments/{name}")
async def post_attempt(name: Name, caller: Learner, service: TheService) -> dict[str, Any]:
    """Start an attempt, or continue the one in progress."""
    assessment = await _assessment(name, service)
    if not (caller.identity.is_proven or service.settings.open_assessments):
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
    if attempt.started == now:  # This request started it, so there is nothing else to read.
        return await run_in_threadpool(_show, service, attempt, assessment, (), {})
    return await run_in_threadpool(_attempt_view, service, caller.person, attempt.id)


def _attempt_view(service: Service, person: int, attempt: str) -> dict[str, Any]:
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
            others_work = attempts.is_any_open(session, row.room_id, row.assessment)
            feedback = service.feedback(row, assessment, answers, marked, others_work=others_work)
    return _show(service, row, assessment, answers, feedback)


def _show(
    service: Service,
    row: Attempt,
    assessment: Assessment,
    answers: Sequence[Answer],
    feedback: dict[str, Any],
) -> dict[str, Any]:
    now = service.clock.now()
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
        "feedback": feedback,
    }


@router.get("/attempts/{attempt}")
async def get_attempt(attempt: Name, caller: Learner, service: TheService) -> dict[str, Any]:
    """Return an attempt in its current state."""
    return await run_in_threadpool(_attempt_view, service, caller.person, attempt)


@router.put("/attempts/{attempt}/answers/{place}")
async def put_answer(
    attempt: Name, place: RowId, body: AnswerBody, caller: Learner, service: TheService
) -> dict[str, Any]:
    """Save an answer. Once this succeeds, the answer is on the disk."""
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

    return {"serial": await write(service, keep)}


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


@router.post("/attempts/{attempt}/submit")
async def post_submit(attempt: Name, caller: Learner, service: TheService) -> dict[str, Any]:
    """Submit an attempt. Submitting it again returns the same receipt."""
    now = service.clock.now()

    def submit(session: Session) -> str:
        row = attempts.own(session, attempt, caller.person, to_change=True)
        return attempts.submit(session, row, service.signer, now)

    await write(service, submit)
    service.marker.wake()
    return await run_in_threadpool(_attempt_view, service, caller.person, attempt)


@health_router.get("/health")
async def get_health(service: TheService) -> JSONResponse:
    """Whether the service works, for a probe: 200 if it does, 503 if not; it shows no learner's data."""
    health = await run_in_threadpool(service.health)
    return JSONResponse(health, 200 if health["status"] == "ok" else 503)


@router.get("/key")
async def get_key(service: TheService) -> dict[str, Any]:
    """Return the public key that verifies receipts."""
    return service.signer.public_key
