"""Attempts at an assessment: start, save each answer, submit. The server keeps the time."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from rolecall.assessment import Assessment, Assessments, PaperItem
from rolecall.lab import MAX_CALLS, Task
from rolecall.quiz import InvalidAnswer, Judges, Question
from rolecall.workshop._input_limits import LONGEST_TASK, BadInput, check_length
from rolecall.workshop.receipts import Receipt, Signer
from rolecall.workshop.receipts import digest as digest_of
from rolecall.workshop.rooms import audit, check_not_deleted, secret_for
from rolecall.workshop.student_ids import ids_of
from rolecall.workshop.tables import Answer, Attempt, Mark, Person, Room
from rolecall.workshop.versions import keep_versions

_ANSWERS, _ATTEMPTS, _MARKS = (cast(Table, one.__table__) for one in (Answer, Attempt, Mark))
_PEOPLE, _ROOMS = cast(Table, Person.__table__), cast(Table, Room.__table__)
# A class starts and submits together. Statements that are built once cost less than objects of a session.
_STARTING = (
    update(_PEOPLE)
    .where(_PEOPLE.c.id == bindparam("who"))
    .values(seen=bindparam("now"))
    .returning(_PEOPLE.c.room_id, _PEOPLE.c.name, _PEOPLE.c.identity)
)
_LAST_NUMBER = select(func.max(_ATTEMPTS.c.number)).where(
    _ATTEMPTS.c.person_id == bindparam("person"), _ATTEMPTS.c.assessment == bindparam("assessment")
)
_SECRET_AND_LAST_NUMBER = select(_ROOMS.c.secret, _LAST_NUMBER.scalar_subquery()).where(
    _ROOMS.c.id == bindparam("room")
)
_IDENTITY = select(_PEOPLE.c.identity).where(_PEOPLE.c.id == bindparam("person"))
_OWNER = (
    select(_PEOPLE.c.name, _ROOMS.c.name, _ROOMS.c.secret)
    .join(_ROOMS, _ROOMS.c.id == _PEOPLE.c.room_id)
    .where(_PEOPLE.c.id == bindparam("person"))
)
_ANSWER_TEXTS = select(_ANSWERS.c.place, _ANSWERS.c.answer).where(
    _ANSWERS.c.attempt_id == bindparam("attempt")
)
_SUBMITTED = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.id == bindparam("attempt"))
    .values(submitted=bindparam("at"), receipt=bindparam("signed"))
)
# The answers themselves are long for a task.
_SERIALS = select(_ANSWERS.c.place, _ANSWERS.c.serial, _ANSWERS.c.saved).where(
    _ANSWERS.c.attempt_id == bindparam("attempt")
)
_NEW_ATTEMPT, _NEW_ANSWER, _NEW_MARKS = insert(_ATTEMPTS), insert(_ANSWERS), insert(_MARKS)
GRACE = timedelta(seconds=5)
"""An answer that arrives this long after the deadline still counts, because the network takes time."""


class AttemptError(ValueError):
    """Something that an attempt doesn't allow now.

    Parameters
    ----------
    code
        The reason for programs, such as ``late``.
    text
        The reason for people.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class SubmittedAnswer:
    """An answer as a notebook sends it.

    Parameters
    ----------
    given
        The values of the form's fields.
    serial
        Grows with each change by the learner. An older answer that arrives late changes nothing.
    """

    place: int
    given: Any
    serial: int


def start(
    session: Session,
    assessments: Assessments,
    assessment: Assessment,
    person: int,
    now: datetime,
    stored: Collection[str] = frozenset(),
) -> Attempt:
    """Return the attempt in progress, or start a new one, which isn't an object of the session.

    Parameters
    ----------
    stored
        Digests of versions that are stored, which `keep_versions` doesn't look for.

    Raises
    ------
    AttemptError
        If there is none, and the assessment is closed or no attempt is left.
    DeletedPerson
        If the person's data were deleted.
    """
    # This locks the row: if two requests start an attempt at the same time, the second returns the first's.
    whose = session.execute(_STARTING, {"who": person, "now": now}).one()
    name = assessment.assessment
    check_not_deleted(whose)
    drawn = {"room": whose.room_id, "person": person, "assessment": name}
    secret, before = session.execute(_SECRET_AND_LAST_NUMBER, drawn).one()
    if before:
        last = attempts_of(session, person, name)[-1]
        if in_progress(last, now):
            return last
    if not assessment.is_open(now):
        raise AttemptError("closed", f"{assessment.title} is not open now")
    if before and before >= assessment.attempts:
        raise AttemptError(
            "no-attempts", f"no attempt is left: {assessment.title} allows {assessment.attempts}"
        )
    number = (before or 0) + 1
    learner = f"/{person}" if assessment.seed == "learner" else ""
    seed = secret_for(secret, f"paper{learner}/{number}")
    # Extra time belongs to a person, and anyone can type a display name.
    deadline = now + assessment.time_for(_ids_for(assessment, session, person))
    if assessment.closes is not None:
        deadline = min(deadline, assessment.closes)
    paper = keep_versions(session, assessments, assessments.draw(assessment, seed), stored)
    values = {
        "id": uuid.uuid4().hex,
        "room_id": whose.room_id,
        "person_id": person,
        "assessment": name,
        "number": number,
        "paper": [one.document() for one in paper],
        "deadline": deadline.astimezone(UTC),
        "submitted": None,
        "receipt": "",
    }
    session.execute(_NEW_ATTEMPT, {**values, "begun": now})
    audit(session, whose.room_id, now, whose.name, "attempt started", f"{name} {number} {values['id']}")
    return Attempt(started=now, **values)


def _ids_for(assessment: Assessment, session: Session, person: int) -> set[str]:
    """Return the IDs of a person by which an assessment can give extra time; few give any."""
    return ids_of(session, session.get_one(Person, person)) if assessment.accommodations else set()


def attempts_of(session: Session, person: int, assessment: str) -> list[Attempt]:
    """List a person's attempts at an assessment, the first one first."""
    query = select(Attempt).where(Attempt.person_id == person, Attempt.assessment == assessment)
    return list(session.scalars(query.order_by(Attempt.number)))


def in_progress(attempt: Attempt, now: datetime) -> bool:
    """Return whether an attempt can be continued."""
    return attempt.submitted is None and now < attempt.deadline + GRACE


def own(session: Session, attempt: str, person: int, *, to_change: bool = False) -> Attempt:
    """Return an attempt of a person, which isn't an object of the session.

    Parameters
    ----------
    to_change
        Lock the attempt until the end of this transaction.

    Raises
    ------
    AttemptError
        If there is no such attempt. Another person's attempt gives the same error.
    DeletedPerson
        If it is to be changed, and the person's data were deleted.
    """
    found = session.get(Attempt, attempt, with_for_update=to_change, populate_existing=to_change)
    if found is None or found.person_id != person:
        raise AttemptError("no-attempt", "you have no such attempt")
    if to_change:
        check_not_deleted(session.execute(_IDENTITY, {"person": person}).one())
    return found


def save(
    session: Session, attempt: Attempt, question: Question | Task, sent: SubmittedAnswer, now: datetime
) -> int:
    """Save an answer.

    A learner can have two notebooks open. Each counts its own changes, so an answer with the number of
    another one is a later change.

    Returns
    -------
    int
        The serial of the saved answer, which may be a later one.

    Raises
    ------
    AttemptError
        If the attempt is over, or the form can't give this answer.
    """
    answers = session.execute(_SERIALS, {"attempt": attempt.id}).all()
    kept = next((one for one in answers if one.place == sent.place), None)
    serial = sent.serial
    if kept is not None and kept.serial == serial and _given(session, attempt, sent.place) != sent.given:
        serial += 1
    if kept is not None and kept.serial >= serial:
        # This answer or a later one is saved already, so the time doesn't matter.
        return int(kept.serial)
    if attempt.submitted is not None:
        raise AttemptError("submitted", "this attempt is submitted; its answers can't be changed")
    if now >= attempt.deadline + GRACE:
        raise AttemptError("late", "the time is over; the answers saved before count")
    try:
        if isinstance(question, Task):
            check_length(sent.given, LONGEST_TASK)
            answer = _calls(sent.given)
        else:
            check_length(sent.given, question.longest_input)
            answer = question.answer_from_input(sent.given)
    except (BadInput, InvalidAnswer) as error:
        raise AttemptError("no-answer", str(error)) from None
    since = max((one.saved for one in answers), default=attempt.started)
    seconds = max(0.0, (now - since).total_seconds())
    values = {"given": sent.given, "answer": answer, "serial": serial, "saved": now}
    if kept is None:
        new = {"attempt_id": attempt.id, "place": sent.place, "seconds": seconds, **values}
        session.execute(_NEW_ANSWER, new)
    else:
        this = (_ANSWERS.c.attempt_id == attempt.id) & (_ANSWERS.c.place == sent.place)
        session.execute(update(_ANSWERS).where(this).values(seconds=_ANSWERS.c.seconds + seconds, **values))
    return serial


class _Call(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    who: str
    call: str
    parameters: dict[str, Any]
    error: str | None = None
    at: str = ""


class _Work(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    started: str
    calls: list[_Call]


# Notebooks of earlier versions send only the calls.
_WORK = TypeAdapter(_Work | list[_Call])


def _calls(given: Any) -> str:
    """Return the calls that a learner made in a task's sandbox, and when the task started, as JSON."""
    try:
        sent = _WORK.validate_python(given)
    except ValidationError:
        raise InvalidAnswer("this is not a list of sandbox calls") from None
    work = sent if isinstance(sent, _Work) else _Work(started="", calls=sent)
    if len(work.calls) > MAX_CALLS:
        raise InvalidAnswer(f"there are too many calls; a task takes no more than {MAX_CALLS}")
    return work.model_dump_json()


def _given(session: Session, attempt: Attempt, place: int) -> Any:
    return session.scalar(
        select(Answer.given).where(Answer.attempt_id == attempt.id, Answer.place == place)
    )


def submit(session: Session, attempt: Attempt, signer: Signer, now: datetime) -> str:
    """Submit an attempt and return its receipt. Submitting it again returns the same receipt."""
    if attempt.submitted is not None:
        return attempt.receipt
    person, room, secret = session.execute(_OWNER, {"person": attempt.person_id}).one()
    answers = session.execute(_ANSWER_TEXTS, {"attempt": attempt.id}).all()
    submitted, key = min(now, attempt.deadline), secret_for(secret, f"receipt/{attempt.id}")
    receipt = signer.sign(
        Receipt(
            room,
            person,
            attempt.assessment,
            attempt.id,
            attempt.number,
            submitted.isoformat(),
            digest_of(((one.place, one.answer) for one in answers), key),
        )
    )
    session.execute(_SUBMITTED, {"attempt": attempt.id, "at": submitted, "signed": receipt})
    unmarked = {
        "attempt_id": attempt.id,
        "score": 0.0,
        "state": "waiting",
        "claimed_until": None,
        "tries": 0,
        "misconception": "",
        "said": "",
        "note": "",
    }
    session.execute(_NEW_MARKS, [{**unmarked, "place": place} for place in range(len(attempt.paper))])
    audit(session, attempt.room_id, now, person, "attempt submitted", attempt.id)
    return receipt


def overdue(session: Session, now: datetime) -> Sequence[str]:
    """Return the IDs of attempts whose time is over and that their learners did not submit."""
    return session.scalars(
        select(Attempt.id).where(Attempt.submitted.is_(None), Attempt.deadline < now - GRACE)
    ).all()


def is_any_open(session: Session, room: int, assessment: str) -> bool:
    """Return whether anyone in a room has an attempt at an assessment that isn't submitted."""
    opened = select(Attempt.id).where(
        Attempt.room_id == room, Attempt.assessment == assessment, Attempt.submitted.is_(None)
    )
    return session.scalar(opened.limit(1)) is not None


def questions_of(attempt: Attempt, assessments: Assessments, judges: Judges) -> list[Question | None]:
    """Return the questions of an attempt's paper; ``None`` for a question that its bank no longer has."""
    return [assessments.question(PaperItem(**one), judges) for one in attempt.paper]
