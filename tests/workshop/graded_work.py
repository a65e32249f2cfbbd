"""Learners with graded attempts, written to the database of a service."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from rolecall.workshop.tables import Attempt, Mark

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def add_attempt(
    session: Session,
    room: int,
    person: int,
    *scores: float,
    assessment: str = "roles-midterm",
    state: str = "done",
    number: int = 1,
) -> str:
    """Add an attempt that was submitted at noon, with a mark for each score."""
    attempt = Attempt(
        id=f"{person}-{assessment}-{number}",
        room_id=room,
        person_id=person,
        assessment=assessment,
        number=number,
        paper=[
            {"bank": "b", "question": f"q{place}", "seed": "", "version": ""}
            for place in range(len(scores))
        ],
        started=NOON.replace(hour=11),
        deadline=NOON,
        submitted=NOON,
        receipt="",
    )
    session.add(attempt)
    session.flush()
    session.add_all(
        Mark(
            attempt_id=attempt.id,
            place=place,
            score=score,
            state=state,
            claimed_until=None,
            tries=1,
            misconception="",
            said="",
            note="",
        )
        for place, score in enumerate(scores)
    )
    return attempt.id
