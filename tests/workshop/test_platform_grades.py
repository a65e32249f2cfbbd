"""Whatever one platform answers, the other learners' grades are sent."""

from datetime import timedelta

import httpx
import pytest

from rolecall.workshop import attempts
from rolecall.workshop.lti import Score
from rolecall.workshop.platform_grades import send_grades
from rolecall.workshop.receipts import Signer
from rolecall.workshop.rooms import join
from rolecall.workshop.tables import Attempt, Person, PlatformLine, Room
from workshop.conftest import NOON

FAULTS = [
    httpx.InvalidURL("Invalid non-printable ASCII character in URL"),
    httpx.ReadTimeout("slow"),
    RecursionError("maximum recursion depth exceeded"),
    KeyError("access_token"),
]


class Platforms:
    """Accepts the grade of each line item but one."""

    def __init__(self, fault: Exception) -> None:
        self.fault, self.sent = fault, []

    def send_score(self, issuer: str, line: str, subject: str, score: Score) -> None:
        if line == "odd":
            raise self.fault
        self.sent.append((line, str(score)))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: type(one).__name__)
def test_a_platform_that_fails_oddly_gets_the_grade_later_and_the_others_now(
    database, ana, tmp_path, fault, caplog
):
    with database.session() as session:
        room = session.get_one(Room, session.get_one(Person, ana).room_id)
        ben = join(session, room.code, "Ben", NOON).person
        for person, line in ((ana, "odd"), (ben, "even")):
            attempt = Attempt(id=line, room_id=room.id, person_id=person, assessment="quiz", number=1,
                              paper=[{"bank": "b", "question": "q", "seed": 0}], started=NOON,
                              deadline=NOON, submitted=None, receipt="")  # fmt: skip
            session.add(attempt)
            session.flush()
            attempts.submit(session, attempt, Signer(tmp_path / "key"), NOON)
            session.add(
                PlatformLine(
                    person_id=person, assessment="quiz", line=line, issuer="i", subject="s", sent=""
                )
            )
    with database.session() as session:
        for one in session.query(attempts.Mark):
            one.state, one.score = "done", 1.0
    platforms = Platforms(fault)

    sent = send_grades(database, platforms, NOON, timedelta(seconds=60), changed=True)

    assert (sent, platforms.sent) == (1, [("even", "1/1")])
    assert type(fault).__name__ in caplog.text
    with database.read() as session:
        assert session.get_one(PlatformLine, (ana, "quiz")).again == NOON + timedelta(seconds=60)
