"""Attempts at an assessment: begun, saved answer by answer, handed in; the server keeps the time."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.assessment import Assessment, Assessments, PaperItem
from rolecall.lab import MAX_CALLS, Task
from rolecall.quiz import InvalidAnswer, Judges, Question
from rolecall.workshop.receipts import Receipt, Signer
from rolecall.workshop.receipts import digest as digest_of
from rolecall.workshop.rooms import audit
from rolecall.workshop.tables import Answer, Attempt, Mark, Person, Room

GRACE = timedelta(seconds=5)
"""What an answer may take on its way; it counts until the deadline and this much."""


class Refused(ValueError):
    """What cannot be done with an attempt now; `code` is for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it is sent.

    Parameters
    ----------
    given
        What the form gives, by places.
    serial
        Grows with every change of the learner's; an older one that arrives late changes nothing.
    """

    place: int
    given: Any
    serial: int


def begin(
    session: Session, assessments: Assessments, assessment: Assessment, person: int, now: datetime
) -> Attempt:
    """The attempt that is under way, or a new one.

    Raises
    ------
    Refused
        When there is none and none may begin.
    """
    # Of two that begin at once, the second goes on with what the first began.
    row = session.get_one(Person, person, with_for_update=True)
    name = assessment.assessment
    before = list(
        session.scalars(
            select(Attempt)
            .where(Attempt.person_id == person, Attempt.assessment == name)
            .order_by(Attempt.number)
        )
    )
    if before and before[-1].submitted is None and now < before[-1].deadline + GRACE:
        return before[-1]
    if not assessment.is_open(now):
        raise Refused("closed", f"{assessment.title} is not open now")
    if len(before) >= assessment.attempts:
        raise Refused(
            "no-attempts", f"{assessment.title} was taken as often as it may be: {assessment.attempts}"
        )
    number = len(before) + 1
    seed = f"{row.room_id}/{person}/{number}" if assessment.seed == "learner" else f"{row.room_id}/{number}"
    deadline = now + assessment.time_for(row.name)
    if assessment.closes is not None:
        deadline = min(deadline, assessment.closes)
    attempt = Attempt(
        id=uuid.uuid4().hex,
        room_id=row.room_id,
        person_id=person,
        assessment=name,
        number=number,
        paper=[one.document() for one in assessments.draw(assessment, seed)],
        begun=now,
        deadline=deadline,
        submitted=None,
        receipt="",
    )
    session.add(attempt)
    audit(session, row.room_id, now, row.name, "attempt begun", f"{name} {number} {attempt.id}")
    session.flush()
    return attempt


def own(session: Session, attempt: str, person: int, *, to_change: bool = False) -> Attempt:
    """A person's own attempt.

    Parameters
    ----------
    to_change
        Have whoever wants to change it too wait for the end of this transaction.

    Raises
    ------
    Refused
        When there is none such; another's looks the same as none.
    """
    found = session.get(Attempt, attempt, with_for_update=to_change, populate_existing=to_change)
    if found is None or found.person_id != person:
        raise Refused("no-attempt", "there is no such attempt of yours")
    return found


def save(session: Session, attempt: Attempt, question: Question | Task, sent: Sent, now: datetime) -> int:
    """Keeps an answer; gives the serial of the one that is kept, which may be a later one.

    Raises
    ------
    Refused
        When the attempt is over, or that is no answer.
    """
    kept = session.get(Answer, (attempt.id, sent.place))
    if kept is not None and kept.serial >= sent.serial:
        # Sent again, or overtaken: it is saved already, whatever the time is now.
        return kept.serial
    if attempt.submitted is not None:
        raise Refused("submitted", "this attempt is handed in; its answers stay as they are")
    if now >= attempt.deadline + GRACE:
        raise Refused("late", "the time is over; what was saved before counts")
    try:
        if isinstance(question, Task):
            answer = _calls(sent.given)
        else:
            answer = question.answer_from_input(sent.given)
    except InvalidAnswer as error:
        raise Refused("no-answer", str(error)) from None
    # Before a new answer is added, which would count as saved now.
    since = _last_saved(session, attempt)
    if kept is None:
        kept = Answer(
            attempt_id=attempt.id,
            place=sent.place,
            given=sent.given,
            answer=answer,
            serial=sent.serial,
            seconds=0.0,
            saved=now,
        )
        session.add(kept)
    kept.seconds += max(0.0, (now - since).total_seconds())
    kept.given, kept.answer, kept.serial, kept.saved = sent.given, answer, sent.serial, now
    return sent.serial


class _Call(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    who: str
    call: str
    parameters: dict[str, Any]


_CALLS = TypeAdapter(list[_Call])


def _calls(given: Any) -> str:
    """What a learner did in a task's sandbox, as it is kept."""
    try:
        calls = _CALLS.validate_python(given)
    except ValidationError:
        raise InvalidAnswer("these are no calls of a sandbox") from None
    if len(calls) > MAX_CALLS:
        raise InvalidAnswer(f"a task wants a handful of calls; no more than {MAX_CALLS} are taken")
    return json.dumps([one.model_dump() for one in calls])


def _last_saved(session: Session, attempt: Attempt) -> datetime:
    times = session.scalars(select(Answer.saved).where(Answer.attempt_id == attempt.id))
    return max((one for one in times if one is not None), default=attempt.begun)


def submit(session: Session, attempt: Attempt, signer: Signer, now: datetime) -> str:
    """Hands an attempt in and gives its receipt; again gives the same receipt."""
    if attempt.submitted is None:
        person, room = session.get_one(Person, attempt.person_id), session.get_one(Room, attempt.room_id)
        attempt.submitted = min(now, attempt.deadline)
        answers = list(session.scalars(select(Answer).where(Answer.attempt_id == attempt.id)))
        attempt.receipt = signer.sign(
            Receipt(
                room.name,
                person.name,
                attempt.assessment,
                attempt.id,
                attempt.number,
                attempt.submitted.isoformat(),
                digest_of((one.place, one.answer) for one in answers),
            )
        )
        for place in range(len(attempt.paper)):
            session.add(
                Mark(
                    attempt_id=attempt.id,
                    place=place,
                    score=0.0,
                    state="waiting",
                    claimed_until=None,
                    tries=0,
                    misconception="",
                    said="",
                )
            )
        audit(session, attempt.room_id, now, person.name, "attempt handed in", attempt.id)
        session.flush()
    return attempt.receipt


def overdue(session: Session, now: datetime) -> Sequence[str]:
    """The IDs of attempts whose time is over and that their learners did not submit."""
    return session.scalars(
        select(Attempt.id).where(Attempt.submitted.is_(None), Attempt.deadline < now - GRACE)
    ).all()


def questions_of(attempt: Attempt, assessments: Assessments, judges: Judges) -> list[Question | None]:
    """The paper's questions as they are asked; None for one that a bank has no more."""
    return [assessments.question(PaperItem(**one), judges) for one in attempt.paper]
