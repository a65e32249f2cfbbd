"""Attempts at an assessment: start, save each answer, submit. The server keeps the time."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from rolecall.assessment import Assessment, Assessments, PaperItem
from rolecall.lab import MAX_CALLS, Task
from rolecall.quiz import InvalidAnswer, Judges, Question
from rolecall.workshop._input_limits import LONGEST_TASK, BadInput, check_length
from rolecall.workshop.receipts import Receipt, Signer
from rolecall.workshop.receipts import digest as digest_of
from rolecall.workshop.rooms import Identity, audit, secret_for
from rolecall.workshop.tables import Answer, Attempt, Mark, Person, Room
from rolecall.workshop.versions import keep_versions

_ANSWERS = cast(Table, Answer.__table__)
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
    """Return the attempt in progress, or start a new one.

    Parameters
    ----------
    stored
        Digests of versions that are stored, which `keep_versions` doesn't look for.

    Raises
    ------
    AttemptError
        If there is none, and the assessment is closed or no attempt is left.
    """
    # If two requests start an attempt at the same time, the second returns the first's.
    locked = select(Person, Room).join(Room, Room.id == Person.room_id).where(Person.id == person)
    locked = locked.with_for_update(of=Person).execution_options(populate_existing=True)
    row, room = session.execute(locked).one()
    name = assessment.assessment
    before = attempts_of(session, person, name)
    if before and in_progress(before[-1], now):
        row.seen = now
        return before[-1]
    if not assessment.is_open(now):
        raise AttemptError("closed", f"{assessment.title} is not open now")
    if len(before) >= assessment.attempts:
        raise AttemptError(
            "no-attempts", f"no attempt is left: {assessment.title} allows {assessment.attempts}"
        )
    number = len(before) + 1
    whose = f"/{person}" if assessment.seed == "learner" else ""
    seed = secret_for(room, f"paper{whose}/{number}")
    # Extra time belongs to a person, and anyone can type a display name.
    deadline = now + assessment.time_for(row.name if Identity(row.identity).is_proven else None)
    if assessment.closes is not None:
        deadline = min(deadline, assessment.closes)
    paper = keep_versions(session, assessments, assessments.draw(assessment, seed), stored)
    # A change before a query would be written before it, and the rest later, in a second statement.
    row.seen = now
    attempt = Attempt(
        id=uuid.uuid4().hex,
        room_id=row.room_id,
        person_id=person,
        assessment=name,
        number=number,
        paper=[one.document() for one in paper],
        started=now,
        deadline=deadline.astimezone(UTC),
        submitted=None,
        receipt="",
    )
    session.add(attempt)
    audit(session, row.room_id, now, row.name, "attempt started", f"{name} {number} {attempt.id}")
    session.flush()
    return attempt


def attempts_of(session: Session, person: int, assessment: str) -> list[Attempt]:
    """List a person's attempts at an assessment, the first one first."""
    query = select(Attempt).where(Attempt.person_id == person, Attempt.assessment == assessment)
    return list(session.scalars(query.order_by(Attempt.number)))


def in_progress(attempt: Attempt, now: datetime) -> bool:
    """Return whether an attempt can be continued."""
    return attempt.submitted is None and now < attempt.deadline + GRACE


def own(session: Session, attempt: str, person: int, *, to_change: bool = False) -> Attempt:
    """Return an attempt of a person.

    Parameters
    ----------
    to_change
        Lock the attempt until the end of this transaction.

    Raises
    ------
    AttemptError
        If there is no such attempt. Another person's attempt gives the same error.
    """
    found = session.get(Attempt, attempt, with_for_update=to_change, populate_existing=to_change)
    if found is None or found.person_id != person:
        raise AttemptError("no-attempt", "you have no such attempt")
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
    # Without the answers themselves, which are long for a task.
    columns = (Answer.place, Answer.serial, Answer.saved)
    answers = session.execute(select(*columns).where(Answer.attempt_id == attempt.id)).all()
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
    # A statement costs less than an object of the session, which nothing else needs.
    if kept is None:
        new = {"attempt_id": attempt.id, "place": sent.place, "seconds": seconds, **values}
        session.execute(insert(_ANSWERS), new)
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
                digest_of(
                    ((one.place, one.answer) for one in answers), secret_for(room, f"receipt/{attempt.id}")
                ),
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
                    note="",
                )
            )
        audit(session, attempt.room_id, now, person.name, "attempt submitted", attempt.id)
        session.flush()
    return attempt.receipt


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
