"""When feedback with the key opens: after the grace period, and when no one's attempt is open."""

from datetime import UTC, datetime, timedelta

import pytest

from rolecall.assessment import Assessment
from rolecall.workshop import attempts
from rolecall.workshop.grades import AttemptGrade
from rolecall.workshop.receipts import Signer
from rolecall.workshop.service import Service
from rolecall.workshop.settings import Settings
from rolecall.workshop.tables import Attempt, Person

CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)
ASSESSMENT = Assessment.model_validate(
    {"assessment": "quiz", "title": "Quiz", "banks": ["assume-role"], "blueprint": [{"count": 1}],
     "minutes": 10, "feedback": "full", "feedback_when": "closed", "closes": CLOSES}
)  # fmt: skip
GRADE = AttemptGrade("a", 0.0, 1, 0, (), frozenset())


@pytest.fixture
def service(tmp_path, course):
    made = Service(Settings(data=tmp_path / "data"), course, "Room")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("after_the_end", "others_work", "opens"),
    [(-1, False, False), (0, False, False), (4.9, False, False), (5, True, False), (5, False, True)],
)
def test_feedback_opens_after_the_grace_period_if_no_attempt_is_open(
    service, monkeypatch, after_the_end, others_work, opens
):
    monkeypatch.setattr(service.clock, "now", lambda: CLOSES + timedelta(seconds=after_the_end))
    submitted = Attempt(id="a", submitted=CLOSES - timedelta(minutes=1), paper=[])

    feedback = service.feedback(submitted, ASSESSMENT, [], GRADE, others_work=others_work)

    assert ("review" in feedback) == opens
    assert (feedback.get("waits_for") == "the end of the assessment") == (not opens)


def test_an_attempt_is_open_until_it_is_submitted(database, assessments, ana, write, tmp_path):
    write()
    now = CLOSES - timedelta(hours=1)
    with database.session() as session:
        room = session.get_one(Person, ana).room_id
        attempt = attempts.start(session, assessments, assessments.assessment("quiz"), ana, now)
        assert attempts.is_any_open(session, room, "quiz")
        assert not attempts.is_any_open(session, room, "another")

        attempts.submit(session, attempt, Signer(tmp_path / "key"), now)

        assert not attempts.is_any_open(session, room, "quiz")
