"""Read the class list of a learning platform, so that learners who haven't come yet are in the gradebook.

https://www.imsglobal.org/spec/lti-nrps/v2p0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from rolecall.workshop._input_limits import BadInput, check_storable
from rolecall.workshop.database import Database
from rolecall.workshop.lti import Platforms, is_instructor
from rolecall.workshop.lti_claims import LaunchError, Texts, context_role, display_name
from rolecall.workshop.platform_launches import platform_person
from rolecall.workshop.platform_services import PlatformProblem
from rolecall.workshop.rooms import audit
from rolecall.workshop.tables import PlatformContext

NO_CLASS_LIST = (
    "the platform doesn't show its class list; allow the tool to read names and roles there, and open a"
    " link to this workshop again"
)


class _Member(BaseModel):
    """A member, as far as the service reads it. Some platforms send numbers as IDs."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    user_id: Annotated[str, Field(min_length=1, max_length=255)]
    roles: Texts | None = None
    status: str | None = None
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    lis_person_sourcedid: str | None = None


@dataclass(frozen=True, slots=True)
class ClassList:
    """The outcome of reading a class list.

    Parameters
    ----------
    learners
        How many learners it has.
    new
        How many of them weren't known.
    """

    learners: int
    new: int


def read_class_list(database: Database, platforms: Platforms, room: int, now: datetime) -> ClassList:
    """Read the class list of a room's course, and add its learners to the room.

    Raises
    ------
    PlatformProblem
        If no platform shows a class list; the room's `PlatformContext` keeps the reason.
    """
    with database.read() as session:
        bound = session.get(PlatformContext, room)
    if bound is None or not bound.members:
        raise PlatformProblem(NO_CLASS_LIST)
    try:
        platform = platforms.platform(bound.issuer, bound.client_id)
        members = [_member(one) for one in platforms.services.members(platform, bound.members)]
    except (PlatformProblem, LaunchError) as error:
        problem = str(error)
        database.write(lambda session: _save_outcome(session, room, now, problem)).result()
        raise PlatformProblem(problem) from None
    learners = [
        one
        for one in members
        if one is not None
        and (one.status or "active").lower() == "active"
        and not is_instructor(context_role(one.roles or []), platform)
    ]
    issuer = platform.issuer
    return database.write(lambda session: _add(session, room, issuer, learners, now)).result()


def _member(document: dict[str, Any]) -> _Member | None:
    """Read a member; ``None`` for one that no launch could have."""
    try:
        check_storable(document)
        return _Member.model_validate(document)
    except (ValidationError, BadInput):
        return None


def _add(session: Session, room: int, issuer: str, learners: Sequence[_Member], now: datetime) -> ClassList:
    new = 0
    for one in learners:
        name = display_name(one.name, one.given_name, one.family_name)
        login = (one.lis_person_sourcedid or "")[:255]
        person, is_new = platform_person(session, room, issuer, one.user_id, name, login, now)
        if is_new:
            audit(session, room, now, person.name, "added by the class list", issuer)
            new += 1
    _save_outcome(session, room, now, "")
    return ClassList(len(learners), new)


def _save_outcome(session: Session, room: int, now: datetime, problem: str) -> None:
    bound = session.get_one(PlatformContext, room)
    bound.read, bound.problem = now, problem[:300]
