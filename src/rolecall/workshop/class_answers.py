"""The HTTP route for learners' answers to the question that the instructor asked the class."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from rolecall.assessment import PaperItem
from rolecall.quiz import InvalidAnswer, Question
from rolecall.workshop._input_limits import BadInput, check_length
from rolecall.workshop._requests import Body, RowId, write
from rolecall.workshop.access import Learner, TheAuthenticator, TheService
from rolecall.workshop.activities import Activity, has_activity, record_activities
from rolecall.workshop.attempts import AttemptError
from rolecall.workshop.class_questions import deck_of, is_revealed
from rolecall.workshop.graders import AnswerGrade, GradingError
from rolecall.workshop.service import Service
from rolecall.workshop.tables import Push, Room

router = APIRouter(prefix="/api")


class ClassGrader:
    """Grades the answers of a class: of each learner one at a time, and in separate processes.

    Neither many answers nor hands-on tasks, whose grading takes long, keep other requests waiting.
    """

    def __init__(self, service: Service) -> None:
        self._graders = service.class_graders
        # Only so many requests take a thread; the threads are for all requests.
        self._free = asyncio.Semaphore(service.settings.graders)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def turn_of(self, person: int) -> asyncio.Lock:
        """Return the lock that a request of a person holds until its answer is saved."""
        return self._turns.setdefault(person, asyncio.Lock())

    async def grade(self, item: PaperItem, answer: str) -> AnswerGrade:
        """Grade an answer.

        Raises
        ------
        GradingError
            If it can't be graded.
        """
        async with self._free:
            return await run_in_threadpool(self._graders.grade, item, answer)


class PushAnswerBody(Body):
    """An answer to a question that the instructor asked the class."""

    given: Any


@router.post("/pushes/{push}")
async def post_push(
    push: RowId,
    body: PushAnswerBody,
    request: Request,
    caller: Learner,
    service: TheService,
    authenticator: TheAuthenticator,
) -> dict[str, Any]:
    """Save an answer to a question for the class. The first answer counts; the key is not returned."""
    authenticator.activities.use(caller.person, 1)
    grader: ClassGrader = request.app.state.class_grader
    key = f"push-{push}"

    def read() -> tuple[PaperItem, bool]:
        with service.database.read() as session:
            item = _open_push(session, push, caller.room, service.clock.now())
            return item, has_activity(session, caller.person, key)

    async with grader.turn_of(caller.person):
        try:
            item, is_answered = await run_in_threadpool(read)
            if is_answered:
                return {"saved": True}
            question = _question_of(service, item)
            check_length(body.given, question.longest_input)
            answer = question.answer_from_input(body.given)
            # As a graded answer, it is graded in another process, and outside of the shared transaction.
            graded = await grader.grade(item, answer)
        except (BadInput, GradingError, InvalidAnswer) as error:
            raise HTTPException(422, {"code": "no-answer", "text": str(error)}) from None
        except AttemptError as error:
            raise HTTPException(409, {"code": error.code, "text": str(error)}) from None
        activity = Activity(
            key,
            deck_of(push),
            item.question,
            answer,
            graded.score == 1,
            graded.score,
            graded.misconception,
        )

        def keep(session: Session) -> None:
            now = service.clock.now()
            # The instructor may have closed the question while the answer was graded.
            _open_push(session, push, caller.room, now)
            record_activities(session, caller.person, {}, [activity], now)

        await write(service, keep)
    return {"saved": True}


def _question_of(service: Service, item: PaperItem) -> Question:
    question = service.question(item)
    if question is None:
        raise AttemptError("closed", "this question is no longer in its bank")
    return question


def _open_push(session: Session, push: int, room: int, now: datetime) -> PaperItem:
    row = session.get(Push, push)
    if row is None or row.room_id != room or not row.open:
        raise AttemptError("closed", "this question is closed")
    if is_revealed(session.get_one(Room, room), row, now):
        raise AttemptError("closed", "the answer to this question is already shown")
    return PaperItem(row.bank, row.question, 0)
