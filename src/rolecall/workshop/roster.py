"""Keep a room's roster: the learners who can take graded assessments, each with a personal code."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.workshop.rooms import (
    CODE_LETTERS,
    LEARNER,
    Identity,
    allowed_name,
    audit,
    clean_name,
    digest_of_code,
    free_name,
    new_person,
)
from rolecall.workshop.tables import Person

_LENGTH = 12
"""29 ** 12 codes are too many to guess at the rate that the service allows."""


class BadRoster(ValueError):
    """A list of names can't be a roster; the message says why."""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A learner of the roster, with the personal code. The database has only the code's digest."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A learner of the roster, and whether they have joined."""

    name: str
    has_joined: bool


def add_to_roster(session: Session, room: int, names: Iterable[str], now: datetime) -> list[IssuedCode]:
    """Add learners to a room's roster. A name that is there already is left as it is.

    A learner who joined with only a display name can't have the name of a learner of the roster, so their
    display name gets a number.

    Returns
    -------
    list of IssuedCode
        The new learners with their codes, which can't be shown again.

    Raises
    ------
    CannotJoin
        If a text can't be a name.
    """
    issued = []
    # Everyone is read once: learners' answers wait while a long list is added.
    in_room = session.scalars(select(Person).where(Person.room_id == room))
    by_name = {one.name: one for one in in_room}
    for name in dict.fromkeys(clean_name(one) for one in names):
        known = by_name.get(name)
        if known is not None and known.identity != Identity.NAME:
            continue
        if known is not None:
            known.name = free_name(session, room, name)
            by_name[known.name] = known
            session.flush()
        person = new_person(
            *(room, allowed_name(session, room, name), LEARNER),
            *(secrets.token_urlsafe(32), now, Identity.ROSTER),
        )
        session.add(person)
        by_name[person.name] = person
        issued.append(_issue_code(person))
    # All together, which takes a tenth of the time.
    session.flush()
    for one in issued:
        audit(session, room, now, one.name, "added to the roster", "")
    return issued


def renew_personal_codes(
    session: Session, room: int, names: Sequence[str], now: datetime
) -> list[IssuedCode]:
    """Create new personal codes; the old ones are no longer valid.

    Parameters
    ----------
    names
        The learners who get a new code; empty for everyone on the roster.

    Raises
    ------
    BadRoster
        If a name isn't on the roster.
    """
    people = {one.name: one for one in _people(session, room)}
    if missing := [one for one in names if one not in people]:
        raise BadRoster(f"not on the roster: {', '.join(missing)}")
    chosen = [people[name] for name in names or people]
    for one in chosen:
        audit(session, room, now, one.name, "personal code renewed", "")
    return [_issue_code(one) for one in chosen]


def roster(session: Session, room: int) -> list[RosterLine]:
    """Return a room's roster, by name."""
    return [RosterLine(one.name, one.seen > one.joined) for one in _people(session, room)]


def _people(session: Session, room: int) -> Sequence[Person]:
    chosen = select(Person).where(Person.room_id == room, Person.identity == Identity.ROSTER)
    return session.scalars(chosen.order_by(Person.name)).all()


def _issue_code(person: Person) -> IssuedCode:
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(_LENGTH))
    code = "-".join(letters[start : start + 4] for start in range(0, _LENGTH, 4))
    person.personal_code = digest_of_code(code)
    return IssuedCode(person.name, code)


def read_names(text: str) -> list[str]:
    """Read the names of a roster from CSV: the column ``name``, or the first one without headings.

    Raises
    ------
    BadRoster
        If there is no name, or the text can't be read.
    """
    # Each line break ends a line, also that of old spreadsheets.
    file = io.StringIO(text.removeprefix("\ufeff"), newline=None)
    try:
        rows = [row for row in csv.reader(file) if any(row)]
    except csv.Error as error:
        raise BadRoster(f"the names can't be read as CSV: {error}") from None
    headings = [one.strip().lower() for one in rows[0]] if rows else []
    column = headings.index("name") if "name" in headings else 0
    names = [row[column].strip() for row in rows[1 if "name" in headings else 0 :] if len(row) > column]
    if not any(names):
        raise BadRoster("the file has no names; write one on each line, or a column with the heading name")
    return [one for one in names if one]
