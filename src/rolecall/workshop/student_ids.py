"""The IDs by which an institution knows learners: names that no learner can choose."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from rolecall.workshop.rooms import Identity
from rolecall.workshop.tables import Person, PlatformPerson


def student_id(person: Person, platform: PlatformPerson | None) -> str:
    """Return the ID under which a learner's grades are exported.

    Parameters
    ----------
    platform
        The person at a learning platform; ``None`` if they come from none.
    """
    if person.hub_user:
        return person.hub_user
    if platform is not None:
        return platform.login or platform.subject
    return person.name if person.identity == Identity.ROSTER else f"rolecall-{person.id}"


def ids_of(session: Session, person: Person) -> set[str]:
    """Return every ID of a learner; none for someone who typed a name.

    A learning platform's display name is none of them, because many platforms let users change theirs.
    """
    if not Identity(person.identity).is_proven:
        return set()
    if person.hub_user:
        return {person.hub_user}
    if person.identity != Identity.LTI:
        return {person.name}
    found = session.scalars(select(PlatformPerson).where(PlatformPerson.person_id == person.id))
    return {one for platform in found for one in (platform.login, platform.subject) if one}
