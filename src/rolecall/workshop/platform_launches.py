"""Add people who come from learning platforms to a room."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rolecall.workshop.lti import Launch
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
    EarlierToken,
    Nonce,
    Person,
    PlatformContext,
    PlatformLine,
    PlatformPerson,
)

NO_LINE = (
    "the platform's link takes no grade, and the platform doesn't let tools create one; allow grades for"
    " the tool or the link, and open the link again"
)
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
    _bind_context(session, room, launch)
    role = INSTRUCTOR if launch.instructor else LEARNER
    person, is_new = platform_person(
        session, room, launch.issuer, launch.subject, launch.name, launch.login, now
    )
    if is_new:
        audit(session, room, now, person.name, "joined", f"by {launch.issuer}")
    token = secrets.token_urlsafe(32)
    if role == LEARNER and person.role == LEARNER:
        # A notebook in the middle of a quiz goes on with the token that it has.
        session.execute(delete(EarlierToken).where(EarlierToken.until < now))
        session.add(EarlierToken(token=person.token, person_id=person.id, until=now + _EARLIER_TOKEN))
    person.role, person.token = role, digest(token)
    # The class list adds people who haven't come yet.
    person.seen = max(now, person.joined + timedelta(microseconds=1))
    if launch.assessment and launch.deep_linking is None:
        _save_line(session, person, launch, now)
    session.flush()
    return person, token


def platform_person(
    session: Session, room: int, issuer: str, subject: str, name: str, login: str, now: datetime
) -> tuple[Person, bool]:
    """Return the person of a platform's subject, and whether they are new.

    A name that the platform sends later replaces the name of someone who had none.
    """
    known = session.get(PlatformPerson, (issuer, subject))
    is_new = known is None
    if known is None:
        shown = clean_name(name or _NAMELESS)
        token = secrets.token_urlsafe(32)
        person = add_person(session, room, shown, LEARNER, token, now, identity=Identity.LTI)
        known = PlatformPerson(issuer=issuer, subject=subject, person_id=person.id, login="")
        session.add(known)
    else:
        person = session.get_one(Person, known.person_id)
        if name and _WITHOUT_NAME.fullmatch(person.name):
            person.name = free_name(session, room, clean_name(name))
    known.login = login or known.login
    return person, is_new


def _save_line(session: Session, person: Person, launch: Launch, now: datetime) -> None:
    """Save where the grade of the launched assessment goes."""
    line = session.get(PlatformLine, (person.id, launch.assessment))
    if line is None:
        line = PlatformLine(person_id=person.id, assessment=launch.assessment, line="", sent="", tries=0)
        line.lineitems, line.problem = "", ""
        session.add(line)
    # A line item that was created here stays the one of the link.
    address = launch.line or (line.line if launch.line_items == line.lineitems else "")
    if address != line.line or launch.line_items != line.lineitems:
        # A new line item has no grade yet, also if another one of the assessment has it.
        line.sent, line.again, line.tries = "", now, 0
    line.issuer, line.client_id, line.subject = launch.issuer, launch.client_id, launch.subject
    line.line, line.lineitems, line.resource_link = address, launch.line_items, launch.resource_link
    if not (address or launch.line_items):
        line.problem, line.again = NO_LINE, None
    elif line.problem == NO_LINE:
        line.problem = ""


def _bind_context(session: Session, room: int, launch: Launch) -> None:
    """Bind the room to the course of its first launch, so that no other course sees its grades.

    A context's ID is unique in its deployment only, so another deployment counts as another course, unless
    the registration lists the context.
    """
    bound = session.get(PlatformContext, room)
    if bound is None:
        bound = PlatformContext(
            room_id=room,
            issuer=launch.issuer,
            deployment=launch.deployment,
            context=launch.context,
            client_id=launch.client_id,
            members="",
            problem="",
        )
        session.add(bound)
    is_same_place = bound.deployment == launch.deployment or launch.is_trusted_context
    if (bound.issuer, bound.context) != (launch.issuer, launch.context) or not is_same_place:
        raise LaunchError(
            "this workshop belongs to another course of the platform; start another one for this course,"
            " with ROLECALL_WORKSHOP_DATA set to another folder"
        )
    if launch.members:
        bound.members, bound.client_id = launch.members, launch.client_id


def lines_of(session: Session, room: int, assessment: str) -> dict[int, PlatformLine]:
    """Return where the grades of an assessment go, by person."""
    people = select(Person.id).where(Person.room_id == room)
    chosen = select(PlatformLine).where(
        PlatformLine.assessment == assessment, PlatformLine.person_id.in_(people)
    )
    return {one.person_id: one for one in session.scalars(chosen)}
