"""The gradebook: each learner's marks, as a table, as CSV, and as nbgrader's CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.workshop.insight import Item
from rolecall.workshop.marking import result
from rolecall.workshop.tables import Answer, Attempt, Done, Person

# A spreadsheet takes a cell that begins so for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One attempt in the gradebook."""

    person: int
    name: str
    hub_user: str
    assessment: str
    number: int
    begun: datetime
    submitted: datetime | None
    score: float
    of: int
    waiting: int
    failed: int


def lines(session: Session, room: int, assessment: str | None = None) -> list[Line]:
    """Every attempt of a room, or of one of its assessments."""
    asked = (
        select(Attempt, Person)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.room_id == room)
        .order_by(Attempt.assessment, Person.name, Attempt.number)
    )
    if assessment is not None:
        asked = asked.where(Attempt.assessment == assessment)
    told = []
    for attempt, person in session.execute(asked).tuples():
        marked = result(session, attempt)
        told.append(
            Line(
                person.id,
                person.name,
                person.hub_user or "",
                attempt.assessment,
                attempt.number,
                attempt.begun,
                attempt.submitted,
                round(marked.score, 4),
                marked.of,
                marked.waiting,
                sum(one.state == "failed" for one in marked.marks),
            )
        )
    return told


def items(session: Session, room: int, assessment: str) -> list[Item]:
    """Each learner's first attempt that was handed in, question by question; dropped ones are left out."""
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.room_id == room, Attempt.assessment == assessment, Attempt.submitted.is_not(None))
        .order_by(Attempt.number.desc())
    ).all()
    first = {one.person_id: one for one in attempts}
    told = []
    for attempt in first.values():
        marked = result(session, attempt)
        answers = {
            one.place: one for one in session.scalars(select(Answer).where(Answer.attempt_id == attempt.id))
        }
        for mark in marked.marks:
            if mark.place in marked.dropped or mark.state != "done":
                continue
            answer = answers.get(mark.place)
            told.append(
                Item(
                    str(attempt.person_id),
                    attempt.paper[mark.place]["question"],
                    mark.score,
                    answer.answer if answer else "(no answer)",
                    mark.misconception,
                    answer.seconds if answer else 0.0,
                )
            )
    return told


def as_csv(found: Sequence[Line]) -> str:
    """One line an attempt."""
    heads = ("name", "user", "assessment", "attempt", "begun", "submitted", "score", "of", "waiting")
    return _csv(
        heads,
        (
            (
                one.name,
                one.hub_user,
                one.assessment,
                one.number,
                one.begun.isoformat(),
                one.submitted.isoformat() if one.submitted else "",
                one.score,
                one.of,
                one.waiting,
            )
            for one in found
        ),
    )


def as_nbgrader_csv(found: Sequence[Line]) -> str:
    """The columns that nbgrader's own exporter writes; the best attempt of each learner.

    https://nbgrader.readthedocs.io/en/stable/user_guide/exporting_grades.html
    """
    heads = (
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    )
    best: dict[tuple[int, str], Line] = {}
    for one in found:
        key = (one.person, one.assessment)
        if one.submitted is not None and (key not in best or one.score > best[key].score):
            best[key] = one
    return _csv(
        heads,
        (
            (
                one.assessment,
                "",
                one.submitted.isoformat() if one.submitted else "",
                one.hub_user or one.name,
                one.name,
                "",
                "",
                one.score,
                0.0,
                one.score,
                one.of,
            )
            for one in best.values()
        ),
    )


def progress_csv(session: Session, room: int) -> str:
    """Everything that the room's learners did, one line each."""
    rows = session.execute(
        select(Done, Person.name)
        .join(Person, Person.id == Done.person_id)
        .where(Done.room_id == room)
        .order_by(Done.at)
    ).tuples()
    return _csv(
        ("at", "name", "deck", "question", "answer", "correct", "score", "misconception"),
        (
            (
                one.at.isoformat(),
                name,
                one.deck,
                one.question,
                one.answer,
                one.correct,
                one.score,
                one.misconception,
            )
            for one, name in rows
        ),
    )


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    for row in rows:
        writer.writerow(
            [f"'{one}" if isinstance(one, str) and one.startswith(_FORMULA) else one for one in row]
        )
    return out.getvalue()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
