"""Attempts: the server keeps the time, the newest answer, and the paper."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from rolecall._yaml import BadFile
from rolecall.workshop import attempts
from rolecall.workshop.attempts import GRACE, AttemptError, SubmittedAnswer
from rolecall.workshop.database import Unavailable
from rolecall.workshop.receipts import Signer, digest, verify
from rolecall.workshop.rooms import secret_for
from rolecall.workshop.tables import Answer, Attempt, Mark, Room
from workshop.conftest import NOON


@pytest.fixture
def begin(database, assessments, ana):
    """Begins, or goes on with, Ana's attempt."""

    def begun(now=NOON) -> Attempt:
        with database.session() as session:
            return attempts.start(session, assessments, assessments.assessment("quiz"), ana, now)

    return begun


@pytest.fixture
def save(database, assessments, judges):
    def saved(attempt: Attempt, given=0, serial=1, now=NOON, place=0) -> int:
        question = attempts.questions_of(attempt, assessments, judges)[place]
        with database.session() as session:
            row = session.get_one(Attempt, attempt.id)
            return attempts.save(session, row, question, SubmittedAnswer(place, given, serial), now)

    return saved


@pytest.fixture
def hand_in(database, tmp_path):
    signer = Signer(tmp_path / "key")

    def handed_in(attempt: Attempt, now=NOON) -> str:
        with database.session() as session:
            return attempts.submit(session, session.get_one(Attempt, attempt.id), signer, now)

    handed_in.signer = signer
    return handed_in


def kept(database, attempt) -> Answer:
    with database.session() as session:
        return session.get_one(Answer, (attempt.id, 0))


def test_coming_back_goes_on_with_the_same_paper_and_the_same_time(write, begin):
    write()

    first, again = begin(), begin(NOON + timedelta(minutes=9))

    assert (again.id, again.paper, again.deadline) == (first.id, first.paper, NOON + timedelta(minutes=10))


def test_the_end_of_the_window_ends_an_attempt(write, begin):
    write(closes="2026-11-26T12:03:00Z")

    assert begin().deadline == NOON + timedelta(minutes=3)


@pytest.mark.parametrize("window", [{"opens": "2026-11-26T12:00:01Z"}, {"closes": "2026-11-26T12:00:00Z"}])
def test_outside_the_window_nothing_begins(write, begin, window):
    write(**window)

    with pytest.raises(AttemptError, match="is not open now"):
        begin()


def test_there_are_as_many_attempts_as_are_granted(write, begin, hand_in):
    write(attempts=2)
    first = begin()
    hand_in(first)
    second = begin()
    hand_in(second)

    assert (first.number, second.number) == (1, 2)
    assert first.paper != second.paper
    with pytest.raises(AttemptError, match=r"no attempt is left: .* allows 2"):
        begin()


def test_an_answer_sent_twice_is_saved_once_and_a_late_older_one_changes_nothing(
    write, begin, save, database
):
    write()
    attempt = begin()

    assert [save(attempt, 0, 1), save(attempt, 1, 2), save(attempt, 0, 1), save(attempt, 1, 2)] == [
        1,
        2,
        2,
        2,
    ]
    assert kept(database, attempt).given == 1


@pytest.mark.parametrize(
    ("closes", "ends"),
    [
        # 02:30 comes twice in the night in which summer time ends.
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:20:00+00:00"),
    ],
)
def test_the_end_of_summer_time_gives_and_takes_no_time(write, begin, closes, ends):
    write(minutes=60, closes=closes)

    attempt = begin(datetime.fromisoformat("2026-10-25T02:20:00+02:00"))

    assert attempt.deadline == datetime.fromisoformat(ends)


def test_a_time_without_a_zone_is_a_fault_of_the_file(write, begin):
    write(closes="2026-10-25T02:30:00")

    with pytest.raises(BadFile, match="timezone"):
        begin()


def test_a_submission_that_the_database_loses_changes_nothing_and_can_be_made_again(
    write, begin, hand_in, database
):
    write()
    attempt = begin()

    def submit_and_lose_the_connection(session) -> None:
        row = session.get_one(Attempt, attempt.id)
        attempts.submit(session, row, hand_in.signer, NOON)
        session.flush()
        raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))

    lost = database.write(submit_and_lose_the_connection)

    assert isinstance(lost.exception(), Unavailable)
    with database.session() as session:
        assert session.get_one(Attempt, attempt.id).submitted is None
        assert session.query(Mark).count() == 0
    assert verify(hand_in(attempt), hand_in.signer.public_key).attempt == attempt.id


def test_of_two_notebooks_with_one_attempt_the_last_answer_counts(write, begin, save, database):
    write()
    attempt = begin()

    assert [save(attempt, 0, 1), save(attempt, 1, 1), save(attempt, 1, 1)] == [1, 2, 2]

    assert kept(database, attempt).given == 1


def test_an_answer_of_another_notebook_after_the_end_is_late(write, begin, save):
    write()
    attempt = begin()
    save(attempt, 0, 1)

    with pytest.raises(AttemptError, match="the time is over"):
        save(attempt, 1, 1, now=attempt.deadline + GRACE)


def test_an_answer_counts_until_the_deadline_and_its_way(write, begin, save):
    write()
    attempt = begin()

    save(attempt, now=attempt.deadline + GRACE - timedelta(seconds=1))
    with pytest.raises(AttemptError, match="the time is over") as caught:
        save(attempt, 1, 2, now=attempt.deadline + GRACE)
    assert caught.value.code == "late"


def test_what_is_saved_already_may_be_sent_again_after_the_end(write, begin, save):
    """The acknowledgement was lost on its way; the notebook must learn that it is saved."""
    write()
    attempt = begin()
    save(attempt, 0, 1)

    assert save(attempt, 0, 1, now=attempt.deadline + timedelta(hours=1)) == 1


def test_after_handing_in_answers_stay(write, begin, save, hand_in):
    write()
    attempt = begin()
    hand_in(attempt)

    with pytest.raises(AttemptError, match="is submitted"):
        save(attempt, 1, 2)


@pytest.mark.parametrize("given", ["x", None, 99, -1, [0], True, {"a": 1}])
def test_what_the_form_does_not_give_is_no_answer(write, begin, save, given):
    write()
    attempt = begin()

    with pytest.raises(AttemptError, match="an answer to the question"):
        save(attempt, given)


def test_handing_in_twice_gives_one_receipt_which_tells_the_answers(write, begin, save, hand_in, database):
    write()
    attempt = begin()
    save(attempt, 0, 1)
    receipt = hand_in(attempt)

    assert hand_in(attempt, NOON + timedelta(minutes=1)) == receipt
    read = verify(receipt, hand_in.signer.public_key)
    assert (read.person, read.assessment, read.attempt) == ("Ana", "quiz", attempt.id)
    answers = [(0, kept(database, attempt).answer)]
    with database.read() as session:
        key = secret_for(session.get_one(Room, attempt.room_id).secret, f"receipt/{attempt.id}")
    assert read.answers == digest(answers, key)
    assert read.answers != digest(answers, "")


def test_an_attempt_that_is_not_submitted_is_overdue_after_its_time(write, begin, database):
    write()
    attempt = begin()

    with database.session() as session:
        assert attempts.overdue(session, attempt.deadline + GRACE) == []
        assert attempts.overdue(session, attempt.deadline + GRACE * 2) == [attempt.id]


def test_another_learners_attempt_looks_as_if_it_were_not_there(write, begin, database):
    write()
    attempt = begin()

    with database.session() as session:
        for wanted in (attempt.id, "nothing"):
            with pytest.raises(AttemptError, match="you have no such attempt"):
                attempts.own(session, wanted, 999)


def test_handing_in_has_every_question_wait_for_its_mark(write, begin, hand_in, database):
    write()
    attempt = begin()
    hand_in(attempt)

    with database.session() as session:
        assert [session.get_one(Mark, (attempt.id, place)).state for place in range(3)] == ["waiting"] * 3


def test_the_time_between_saved_answers_is_counted_for_the_question_answered(write, begin, save, database):
    """60 s for question 0, then 30 s for question 1, then 15 more for question 0."""
    write()
    attempt = begin()

    save(attempt, 0, 1, now=NOON + timedelta(seconds=60), place=0)
    save(attempt, 0, 1, now=NOON + timedelta(seconds=90), place=1)
    save(attempt, 1, 2, now=NOON + timedelta(seconds=105), place=0)

    with database.session() as session:
        seconds = [session.get_one(Answer, (attempt.id, place)).seconds for place in (0, 1)]
    assert seconds == [75.0, 30.0]
