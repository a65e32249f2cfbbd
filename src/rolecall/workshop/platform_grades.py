"""People of learning platforms in a room, and the grades that go back."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

import httpx
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from rolecall.workshop.database import Database
from rolecall.workshop.lti import Launch, NotLaunched, Platforms
from rolecall.workshop.marking import result
from rolecall.workshop.rooms import INSTRUCTOR, LEARNER, audit, clean_name, digest, newcomer
from rolecall.workshop.tables import Attempt, Nonce, Person, PlatformLine, PlatformPerson

_log = logging.getLogger(__name__)
_REMEMBERED = timedelta(hours=1)


def come_in(session: Session, room: int, launch: Launch, nonce: str, now: datetime) -> tuple[Person, str]:
    """The person who was launched, and a token that is new with each launch.

    Raises
    ------
    NotLaunched
        For a launch that was seen before.
    """
    session.execute(delete(Nonce).where(Nonce.at < now - _REMEMBERED))
    if session.get(Nonce, nonce) is not None:
        raise NotLaunched("this launch was used before")
    session.add(Nonce(nonce=nonce, at=now))
    known = session.get(PlatformPerson, (launch.issuer, launch.subject))
    token = secrets.token_urlsafe(32)
    role = INSTRUCTOR if launch.instructor else LEARNER
    if known is None:
        person = newcomer(session, room, clean_name(launch.name[:60]), role, token, now)
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
    """Gives back each grade that its platform does not have yet; one that is not taken goes again later.

    Parameters
    ----------
    changed
        Whether something was graded; otherwise only what was not taken before is looked at.
    """
    with database.read() as session:
        due = select(PlatformLine).where(PlatformLine.again <= now)
        if changed:
            due = select(PlatformLine).where(or_(PlatformLine.again.is_(None), PlatformLine.again <= now))
        waiting = [(one, best) for one in session.scalars(due) if (best := _best(session, one)) is not None]
    sent = 0
    for line, (score, of) in waiting:
        told = f"{score:g}/{of}"
        if told == line.sent:
            continue
        again: datetime | None = None
        try:
            platforms.send_score(line.issuer, line.line, line.subject, score, of)
            sent += 1
        except (httpx.HTTPError, NotLaunched, KeyError, ValueError) as problem:
            _log.warning("a grade was not taken by %s: %s", line.issuer, type(problem).__name__)
            told, again = line.sent, now + retry
        database.write(_noted(line.person_id, line.assessment, told, again)).result()
    return sent


def _noted(person: int, assessment: str, told: str, again: datetime | None):  # type: ignore[no-untyped-def]
    def note(session: Session) -> None:
        row = session.get_one(PlatformLine, (person, assessment))
        row.sent, row.again = told, again

    return note


def _best(session: Session, line: PlatformLine) -> tuple[float, int] | None:
    """The best attempt that is wholly graded."""
    attempts = session.scalars(
        select(Attempt).where(
            Attempt.person_id == line.person_id,
            Attempt.assessment == line.assessment,
            Attempt.submitted.is_not(None),
        )
    )
    marked = [result(session, one) for one in attempts]
    done = [(round(one.score, 4), one.of) for one in marked if one.marks and not one.waiting]
    return max(done, key=lambda one: one[0] / max(one[1], 1), default=None)
