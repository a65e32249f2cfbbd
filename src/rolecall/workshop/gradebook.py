"""Export each learner's marks as a table, as CSV, and as nbgrader's CSV."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.assessment import PaperItem
from rolecall.workshop.grades import grade_of_attempt
from rolecall.workshop.insight import Item
from rolecall.workshop.rooms import LEARNER, Identity
from rolecall.workshop.roster import IssuedCode
from rolecall.workshop.student_ids import student_id
from rolecall.workshop.tables import ActivityRow, Answer, Attempt, Mark, Person, PlatformPerson

# A spreadsheet takes a cell that begins with one of these for a formula:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "|", "%")
# A spreadsheet whose locale separates cells by semicolons, or that reads the text by lines, starts a cell
# after one of these, also within quotation marks.
_SEPARATORS = re.compile("([;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029])")


@dataclass(frozen=True, slots=True)
class GradebookLine:
    """One attempt in the gradebook."""

    person: int
    name: str
    hub_user: str
    assessment: str
    number: int
    started: datetime
    submitted: datetime | None
    score: float
    of: int
    waiting: int
    failed: int


def lines(session: Session, room: int, assessment: str | None = None) -> list[GradebookLine]:
    """Return every attempt of a room, or of one of its assessments."""
    asked = (
        select(Attempt, Person)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.room_id == room)
        .order_by(Attempt.assessment, Person.name, Attempt.number)
    )
    if assessment is not None:
        asked = asked.where(Attempt.assessment == assessment)
    found = []
    for attempt, person in session.execute(asked).tuples():
        marked = grade_of_attempt(session, attempt)
        found.append(
            GradebookLine(
                person.id,
                person.name,
                person.hub_user or "",
                attempt.assessment,
                attempt.number,
                attempt.started,
                attempt.submitted,
                round(marked.score, 4),
                marked.of,
                marked.waiting,
                sum(one.state == "failed" for one in marked.marks),
            )
        )
    return found


def missing(session: Session, room: int, assessment: str) -> list[Person]:
    """Return the learners who have started no attempt, by name.

    Someone who joined with only a display name may not be in the class.
    """
    started = select(Attempt.person_id).where(Attempt.room_id == room, Attempt.assessment == assessment)
    return [one for one in _class(session, room) if one.id not in set(session.scalars(started))]


def _class(session: Session, room: int) -> list[Person]:
    """Return the learners of a room whose identity is proven, by name."""
    learners = select(Person).where(Person.room_id == room, Person.role == LEARNER).order_by(Person.name)
    return [one for one in session.scalars(learners) if Identity(one.identity).is_proven]


@dataclass(frozen=True, slots=True)
class StudentGrade:
    """The grade of a student for an assessment: that of the best attempt, or zero.

    Parameters
    ----------
    student
        An ID, never a display name that anyone could choose: the user name at JupyterHub or at the learning
        platform, the platform's ID, or the name on the roster.
    submitted
        When the best attempt was submitted; ``None`` if there is none.
    """

    student: str
    name: str
    assessment: str
    score: float
    of: int
    submitted: datetime | None


def student_grades(session: Session, room: int, assessment: str | None = None) -> list[StudentGrade]:
    """Return a grade for every student and every assessment that someone has started.

    Parameters
    ----------
    assessment
        The only assessment; ``None`` for all.
    """
    found = lines(session, room, assessment)
    of = {one.assessment: one.of for one in found}
    best: dict[tuple[int, str], GradebookLine] = {}
    for one in found:
        key = (one.person, one.assessment)
        if one.submitted is not None and (key not in best or one.score > best[key].score):
            best[key] = one
    platform = {
        one.person_id: one
        for one in session.scalars(select(PlatformPerson).join(Person).where(Person.room_id == room))
    }
    took_part = {person for person, _ in best}
    others = [
        one
        for one in session.scalars(select(Person).where(Person.id.in_(took_part)).order_by(Person.name))
        if not Identity(one.identity).is_proven
    ]
    return [
        StudentGrade(
            student_id(person, platform.get(person.id)),
            person.name,
            name,
            graded.score if (graded := best.get((person.id, name))) else 0.0,
            graded.of if graded else points,
            graded.submitted if graded else None,
        )
        for name, points in of.items()
        for person in [*_class(session, room), *others]
        if (person.id, name) in best or person not in others
    ]


@dataclass(frozen=True, slots=True)
class GradingNote:
    """What was unusual about the grading of one answer.

    Parameters
    ----------
    question
        The ID that the question has now.
    place
        The number of the question on the learner's paper, from 1.
    is_graded
        False if the answer could not be graded.
    """

    name: str
    question: str
    place: int
    is_graded: bool
    note: str


def notes(
    session: Session, room: int, assessment: str, name_now: Callable[[PaperItem], str]
) -> list[GradingNote]:
    """Return the notes of an assessment's marks, by question.

    Parameters
    ----------
    name_now
        Returns the ID that an item of a paper has now.
    """
    asked = (
        select(Mark, Attempt, Person.name)
        .join(Attempt, Attempt.id == Mark.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.room_id == room, Attempt.assessment == assessment, Mark.note != "")
    )
    found = [
        GradingNote(
            name,
            name_now(PaperItem(**attempt.paper[mark.place])),
            mark.place + 1,
            mark.state == "done",
            mark.note,
        )
        for mark, attempt, name in session.execute(asked).tuples()
    ]
    return sorted(found, key=lambda one: (one.is_graded, one.question, one.note, one.name))


def items(session: Session, room: int, assessment: str, name_now: Callable[[PaperItem], str]) -> list[Item]:
    """Return the answers of each learner's first submitted attempt, without dropped questions.

    Parameters
    ----------
    name_now
        Returns the ID that an item of a paper has now: answers to a renamed question count together.
    """
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.room_id == room, Attempt.assessment == assessment, Attempt.submitted.is_not(None))
        .order_by(Attempt.number.desc())
    ).all()
    first = {one.person_id: one for one in attempts}
    found = []
    for attempt in first.values():
        marked = grade_of_attempt(session, attempt)
        answers = {
            one.place: one for one in session.scalars(select(Answer).where(Answer.attempt_id == attempt.id))
        }
        for mark in marked.marks:
            if mark.place in marked.dropped or mark.state in ("waiting", "claimed"):
                continue
            answer = answers.get(mark.place)
            found.append(
                Item(
                    str(attempt.person_id),
                    name_now(PaperItem(**attempt.paper[mark.place])),
                    mark.score if mark.state == "done" else None,
                    answer.answer if answer else "(no answer)",
                    mark.misconception,
                    answer.seconds if answer else 0.0,
                )
            )
    return found


def codes_csv(issued: Iterable[IssuedCode]) -> str:
    """Format personal codes as CSV, one learner a line."""
    return _csv(("name", "code"), ((one.name, one.code) for one in issued))


def as_csv(found: Sequence[GradebookLine]) -> str:
    """Format attempts as CSV, one line each."""
    heads = ("name", "user", "assessment", "attempt", "started", "submitted", "score", "of", "waiting")
    return _csv(
        heads,
        (
            (
                one.name,
                one.hub_user,
                one.assessment,
                one.number,
                one.started.isoformat(),
                one.submitted.isoformat() if one.submitted else "",
                one.score,
                one.of,
                one.waiting,
            )
            for one in found
        ),
    )


def as_nbgrader_csv(grades: Sequence[StudentGrade]) -> str:
    """Format the grades of all students with the columns of nbgrader's exporter.

    nbgrader exports such a file, but imports none: `nbgrader_grades.push` writes its database.
    https://nbgrader.readthedocs.io/en/stable/user_guide/exporting_grades.html
    """
    heads = (
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    )
    return _csv(
        heads,
        (
            (
                one.assessment,
                "",
                # nbgrader's times have no time zone; they are in UTC.
                one.submitted.replace(tzinfo=None).isoformat(sep=" ") if one.submitted else "",
                one.student,
                one.name,
                "",
                "",
                one.score,
                0.0,
                one.score,
                one.of,
            )
            for one in grades
        ),
    )


def progress_csv(session: Session, room: int) -> str:
    """Format every activity of the room's learners as CSV, one line each."""
    rows = session.execute(
        select(ActivityRow, Person.name)
        .join(Person, Person.id == ActivityRow.person_id)
        .where(ActivityRow.room_id == room)
        .order_by(ActivityRow.at)
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
        writer.writerow([_cell(one) for one in row])
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Escape each part of a text that a spreadsheet could take for a formula, in any locale."""
    if not isinstance(value, str):
        return value
    parts = _SEPARATORS.split(value)
    escaped = "".join(f"'{part}" if _is_formula(part) else part for part in parts)
    return f"'{escaped}" if value.startswith(("\t", "\r", "\n")) else escaped


def _is_formula(part: str) -> bool:
    """Whether a spreadsheet could calculate a text, which ignores space, quotes, and hidden characters."""
    visible = (
        one
        for one in unicodedata.normalize("NFKC", part)
        if not one.isspace() and one != '"' and unicodedata.category(one) not in ("Cf", "Cc")
    )
    return next(visible, "") in _FORMULA
