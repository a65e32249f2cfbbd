"""Add people from learning platforms to a room, and send their grades back."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from rolecall.workshop.database import Database
from rolecall.workshop.grades import grade_of_attempt
from rolecall.workshop.lti import Launch, Platforms, Score
from rolecall.workshop.lti_claims import LaunchError
from rolecall.workshop.rooms import (
    INSTRUCTOR,
    LEARNER,
    Identity,
    add_person,
    audit,
    clean_name,
    digest,
    free_name,
)
from rolecall.workshop.tables import (
    Attempt,
    EarlierToken,
    Nonce,
    Person,
    PlatformContext,
    PlatformLine,
    PlatformPerson,
)

_log = logging.getLogger(__name__)
_REMEMBERED = timedelta(hours=1)
_EARLIER_TOKEN = timedelta(hours=12)
"""For how long a token works after a newer launch."""
_NAMELESS = "Learner"
"""The name of a person whose platform sends none."""
_WITHOUT_NAME = re.compile(rf"{_NAMELESS}( \(\d+\))?")


def enter(session: Session, room: int, launch: Launch, nonce: str, now: datetime) -> tuple[Person, str]:
    """Add or find the person of a launch.

    Returns
    -------
    tuple
        The person, and a new token. A learner's earlier tokens work for some hours more.

    Raises
    ------
    LaunchError
        If this launch was used before, or comes from another course than the room's.
    """
    session.execute(delete(Nonce).where(Nonce.at < now - _REMEMBERED))
    if session.get(Nonce, nonce) is not None:
        raise LaunchError("this launch was used before")
    session.add(Nonce(nonce=nonce, at=now))
    _check_context(session, room, launch)
    known = session.get(PlatformPerson, (launch.issuer, launch.subject))
    token = secrets.token_urlsafe(32)
    role = INSTRUCTOR if launch.instructor else LEARNER
    if known is None:
        name = clean_name(launch.name or _NAMELESS)
        person = add_person(session, room, name, role, token, now, identity=Identity.LTI)
        session.add(PlatformPerson(issuer=launch.issuer, subject=launch.subject, person_id=person.id))
        audit(session, room, now, person.name, "joined", f"by {launch.issuer}")
    else:
        person = session.get_one(Person, known.person_id)
        if role == LEARNER:
            # A notebook in the middle of a quiz goes on with the token that it has.
            session.execute(delete(EarlierToken).where(EarlierToken.until < now))
            session.add(EarlierToken(token=person.token, person_id=person.id, until=now + _EARLIER_TOKEN))
        person.role, person.token, person.seen = role, digest(token), now
        if launch.name and _WITHOUT_NAME.fullmatch(person.name):
            person.name = free_name(session, room, clean_name(launch.name))
    if launch.line and launch.assessment:
        line = session.get(PlatformLine, (person.id, launch.assessment))
        if line is None:
            line = PlatformLine(person_id=person.id, assessment=launch.assessment, line="")
            session.add(line)
        if line.line != launch.line:
            # A new line item has no grade yet, also if another one of the assessment has it.
            line.sent, line.again = "", now
        line.issuer, line.subject, line.line = launch.issuer, launch.subject, launch.line
    session.flush()
    return person, token


def _check_context(session: Session, room: int, launch: Launch) -> None:
    """Bind the room to the course of its first launch, so that no other course sees its grades."""
    bound = session.get(PlatformContext, room)
    course = (launch.issuer, launch.deployment, launch.context)
    if bound is None:
        issuer, deployment, context = course
        session.add(PlatformContext(room_id=room, issuer=issuer, deployment=deployment, context=context))
    elif (bound.issuer, bound.deployment, bound.context) != course:
        raise LaunchError(
            "this workshop belongs to another course of the platform; start another one for this course,"
            " with ROLECALL_WORKSHOP_DATA set to another folder"
        )


def send_grades(
    database: Database, platforms: Platforms, now: datetime, retry: timedelta, *, changed: bool
) -> int:
    """Send each grade that its platform doesn't have yet. A grade that isn't accepted is sent again later.

    Parameters
    ----------
    changed
        Whether any answer was graded; if not, only grades that weren't accepted before are sent.

    Returns
    -------
    int
        How many grades were sent.
    """
    with database.read() as session:
        due = select(PlatformLine).where(PlatformLine.again <= now)
        if changed:
            due = select(PlatformLine).where(or_(PlatformLine.again.is_(None), PlatformLine.again <= now))
        waiting = [(one, best) for one in session.scalars(due) if (best := _best(session, one)) is not None]
    sent = 0
    for line, best in waiting:
        grade = str(best)
        if grade == line.sent:
            continue
        again: datetime | None = None
        try:
            platforms.send_score(line.issuer, line.line, line.subject, best)
            sent += 1
        except Exception as problem:
            # Whatever one platform answers, and however odd its address is, the others get their grades.
            _log.warning("the platform %s did not accept a grade: %s", line.issuer, type(problem).__name__)
            grade, again = line.sent, now + retry
        database.write(_save_sent(line, grade, again)).result()
    return sent


def _save_sent(sent: PlatformLine, grade: str, again: datetime | None) -> Callable[[Session], None]:
    """Save what a line item has now, unless a launch or a dropped question changed the row meanwhile."""

    def save(session: Session) -> None:
        row = session.get_one(PlatformLine, (sent.person_id, sent.assessment))
        if row.line == sent.line:
            row.sent = grade
            if row.again == sent.again:
                row.again = again

    return save


def send_again(session: Session, room: int, assessment: str, now: datetime) -> None:
    """Have the grades of an assessment compared with what the platforms have, and sent if they differ."""
    people = select(Person.id).where(Person.room_id == room)
    session.execute(
        update(PlatformLine)
        .where(PlatformLine.assessment == assessment, PlatformLine.person_id.in_(people))
        .values(again=now)
    )


def _best(session: Session, line: PlatformLine) -> Score | None:
    """Return the score of the best attempt that is graded, or ``None``."""
    attempts = session.scalars(
        select(Attempt).where(
            Attempt.person_id == line.person_id,
            Attempt.assessment == line.assessment,
            Attempt.submitted.is_not(None),
        )
    )
    graded = [grade_of_attempt(session, one) for one in attempts]
    done = [
        Score(round(one.score, 4), one.of, complete=all(mark.state != "failed" for mark in one.marks))
        for one in graded
        # Without a question that counts there is no grade to send.
        if one.marks and not one.waiting and one.of
    ]
    return max(done, key=lambda one: one.points / one.of, default=None)
