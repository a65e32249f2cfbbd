"""Add people from learning platforms to a room, and send their grades back."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from rolecall.workshop.database import Database
from rolecall.workshop.grades import grade_of_attempt
from rolecall.workshop.lti import Launch, LaunchError, Platforms
from rolecall.workshop.rooms import INSTRUCTOR, LEARNER, Identity, add_person, audit, clean_name, digest
from rolecall.workshop.tables import Attempt, Nonce, Person, PlatformLine, PlatformPerson

_log = logging.getLogger(__name__)
_REMEMBERED = timedelta(hours=1)


def enter(session: Session, room: int, launch: Launch, nonce: str, now: datetime) -> tuple[Person, str]:
    """Add or find the person of a launch.

    Returns
    -------
    tuple
        The person, and a new token, which replaces the one of the launch before.

    Raises
    ------
    LaunchError
        If this launch was used before.
    """
    session.execute(delete(Nonce).where(Nonce.at < now - _REMEMBERED))
    if session.get(Nonce, nonce) is not None:
        raise LaunchError("this launch was used before")
    session.add(Nonce(nonce=nonce, at=now))
    known = session.get(PlatformPerson, (launch.issuer, launch.subject))
    token = secrets.token_urlsafe(32)
    role = INSTRUCTOR if launch.instructor else LEARNER
    if known is None:
        person = add_person(
            session, room, clean_name(launch.name[:60]), role, token, now, identity=Identity.LTI
        )
        session.add(PlatformPerson(issuer=launch.issuer, subject=launch.subject, person_id=person.id))
        audit(session, room, now, person.name, "joined", f"by {launch.issuer}")
    else:
        person = session.get_one(Person, known.person_id)
        person.role, person.token = role, digest(token)
    if launch.line and launch.assessment:
        line = session.get(PlatformLine, (person.id, launch.assessment))
        if line is None:
            line = PlatformLine(person_id=person.id, assessment=launch.assessment, sent="", again=None)
            session.add(line)
        line.issuer, line.subject, line.line = launch.issuer, launch.subject, launch.line
    session.flush()
    return person, token


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
    for line, (score, of) in waiting:
        grade = f"{score:g}/{of}"
        if grade == line.sent:
            continue
        again: datetime | None = None
        try:
            platforms.send_score(line.issuer, line.line, line.subject, score, of)
            sent += 1
        except (httpx.HTTPError, LaunchError, KeyError, ValueError) as problem:
            _log.warning("the platform %s did not accept a grade: %s", line.issuer, type(problem).__name__)
            grade, again = line.sent, now + retry
        database.write(_save_sent(line.person_id, line.assessment, grade, again)).result()
    return sent


def _save_sent(
    person: int, assessment: str, grade: str, again: datetime | None
) -> Callable[[Session], None]:
    def save(session: Session) -> None:
        row = session.get_one(PlatformLine, (person, assessment))
        row.sent, row.again = grade, again

    return save


def _best(session: Session, line: PlatformLine) -> tuple[float, int] | None:
    """Return score and maximum of the best attempt that is completely graded, or ``None``."""
    attempts = session.scalars(
        select(Attempt).where(
            Attempt.person_id == line.person_id,
            Attempt.assessment == line.assessment,
            Attempt.submitted.is_not(None),
        )
    )
    marked = [grade_of_attempt(session, one) for one in attempts]
    done = [(round(one.score, 4), one.of) for one in marked if one.marks and not one.waiting]
    return max(done, key=lambda one: one[0] / max(one[1], 1), default=None)
