"""`join` and `assessment` as a kernel runs them, against a real service."""

import contextlib
import json
import re
import threading
import time

import pytest

import rolecall.widgets._assessment
import rolecall.widgets._join
import rolecall.widgets._service
from rolecall._ports import unused_port
from rolecall.lab import task
from rolecall.lab.pace import LessonClosed, set_open_lessons
from rolecall.progress import Store
from rolecall.quiz import Entry, EntryKind
from rolecall.widgets import AssessmentCard, assessment, join, practice
from rolecall.widgets._service import ServiceError, access_file
from workshop.running import start_workshop

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path / "learner"))
    monkeypatch.delenv("ROLECALL_WORKSHOP_URL", raising=False)
    monkeypatch.setattr(rolecall.widgets._join, "_PAUSE", 0.2)
    set_open_lessons(None)
    monkeypatch.setattr(rolecall.widgets._assessment, "_SAVE_TIMEOUT", 0.5)
    monkeypatch.setattr(rolecall.widgets._service, "_LONGEST_PAUSE", 0.5)
    return tmp_path


def until(true, what: str, seconds: float = 20.0) -> None:
    """Waits for another thread to have done something."""
    ends = time.monotonic() + seconds
    # Without a pause, this loop would keep the processor from the thread and from the service.
    pause = threading.Event()
    while time.monotonic() < ends:
        if true():
            return
        pause.wait(0.05)
    pytest.fail(f"never: {what}")


def question_of(card, kind: str = "policy") -> dict:
    """The one question of a kind that each paper has, however it is drawn: ``policy`` or ``decide``."""
    (found,) = (one for one in card._attempt.questions if one["kind"] == kind)
    return found


def started(name: str) -> AssessmentCard:
    """An assessment whose attempt is started, or continued."""
    card = assessment(name)
    card.start()
    return card


def tell(card, **message: object) -> None:
    """What the browser sends."""
    card._received(card, message, [])


def test_who_joined_is_known_to_every_notebook_and_after_a_restart(workshop):
    room = join(workshop.code, workshop.url, "Zoe")

    assert re.fullmatch(r"Workshop: here as Zoe( \(\d+\))?", repr(room))
    assert repr(join()) == repr(room)
    assert access_file().stat().st_mode & 0o077 == 0


def test_a_wrong_code_is_reported(workshop):
    with pytest.raises(ServiceError, match="ask your instructor for the current one"):
        join("WRONG", workshop.url)


def test_without_a_workshop_both_say_what_is_missing():
    with pytest.raises(ServiceError, match="code and address are missing"):
        join()
    with pytest.raises(ServiceError, match=r"first run join"):
        assessment("roles-midterm")


def test_what_is_answered_in_the_notebook_is_seen_in_the_room(workshop, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/zoe/course/01-temporary-access/learn.ipynb")
    room = join(workshop.code, workshop.url, "Reporter")
    name = repr(room).rpartition("here as ")[2]

    Store().record(
        "practice/x", Entry(EntryKind.ANSWERED, "a-question", "A", False, 0.0, "skill", "role-is-a-user")
    )

    instructor = workshop.instructor()
    until(
        lambda: f"{name},practice/x,a-question,A,False" in instructor.get("/progress.csv").text, "reported"
    )


def test_a_pushed_question_comes_into_the_notebook(workshop):
    room, instructor = join(workshop.code, workshop.url, "Pushed"), workshop.instructor()

    instructor.post("/room/push", data={"bank": "assume-role", "question": "who-may-assume"})
    until(lambda: room.view.get("question", {}).get("id") == "who-may-assume", "shown")
    tell(room, do="answer", question="who-may-assume", answer=0)

    assert "note" in room.view

    instructor.post("/room/reveal", data={"question": "who-may-assume"})
    until(lambda: room.view.get("classResult"), "revealed")

    assert room.view["classResult"]["answered"] == 1
    assert (room.view["question"]["status"], room.view["question"]["given"]) == ("revealed", 0)
    instructor.post("/room/unpush")


def test_a_lesson_that_is_not_open_waits_and_the_open_one_does_not(workshop, monkeypatch):
    join(workshop.code, workshop.url, "Paced")
    instructor = workshop.instructor()
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/zoe/course/02-access-denied/learn.ipynb")

    def is_closed() -> bool:
        with contextlib.suppress(LessonClosed):
            practice("access-denied")
            return False
        return True

    assert not is_closed()
    instructor.post("/room/lessons", data={"lesson": ["01-temporary-access"]}).raise_for_status()
    until(is_closed, "closed")
    with pytest.raises(LessonClosed, match="“Reading and fixing AccessDenied” is not open yet"):
        practice("access-denied")
    with pytest.raises(LessonClosed):
        task("wrong-bucket-arn")
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/zoe/course/01-temporary-access/learn.ipynb")
    assert practice("assume-role")
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/zoe/course/02-access-denied/learn.ipynb")
    instructor.post("/room/lessons", data={}).raise_for_status()
    until(lambda: not is_closed(), "opened")


def test_an_unknown_assessment_is_reported(workshop):
    join(workshop.code, workshop.url, "Zoe")

    with pytest.raises(ServiceError, match="did you mean roles-midterm"):
        assessment("roles-midterms")


def test_running_the_cell_starts_no_attempt_and_pressing_start_does(workshop):
    join(workshop.code, workshop.url, "Careful")
    card = assessment("roles-midterm")

    assert "The time starts when you press Start." in card.view["start"]
    with pytest.raises(ServiceError, match="press Start"):
        card.task("let-dana-in")
    tell(card, do="start")

    assert "question" in card.view
    # Running the cell again continues the attempt.
    assert "question" in assessment("roles-midterm").view


@pytest.mark.slow
def test_while_the_service_is_gone_the_learner_sees_saving_and_nothing_is_lost(home):
    data = home / "service"
    data.mkdir()
    port = str(unused_port())
    running = start_workshop(data, "--port", port)
    join(running.code, running.url, "Zoe")
    card = started("roles-midterm")
    first, second = question_of(card), question_of(card, "decide")
    tell(card, do="save", question=first["id"], answer="{}")
    until(lambda: card.saved == "All answers are saved.", "saved")

    running.stop(9)
    tell(card, do="save", question=first["id"], answer="[]")
    tell(card, do="save", question=second["id"], answer={"outcome": "Allowed"})
    until(lambda: card.saved.startswith("saving… the workshop's service doesn't answer"), "the message")
    tell(card, do="submit")
    assert "an answer is still being saved" in card.view["problem"]
    again = start_workshop(data, "--port", port)
    try:
        until(lambda: card.saved == "All answers are saved.", "saved afterwards")
        state = card._client.ask("GET", f"/api/attempts/{card._attempt.id}")
        given = {one["view"]["id"]: one["view"]["given"] for one in state["paper"]}
        assert (given[first["id"]], given[second["id"]]) == ("[]", {"outcome": "Allowed"})
        tell(card, do="submit")
        assert card.receipt.count(".") == 2
    finally:
        again.stop()


@pytest.mark.slow
def test_a_kernel_that_ended_with_an_answer_unsent_sends_it_when_it_is_back(home):
    data = home / "service"
    data.mkdir()
    port = str(unused_port())
    running = start_workshop(data, "--port", port)
    join(running.code, running.url, "Zoe")
    card = started("roles-midterm")
    question = question_of(card)
    running.stop(9)
    tell(card, do="save", question=question["id"], answer="{}")
    until(lambda: card.saved.startswith("saving…"), "tried")
    (kept,) = (home / "learner").glob("outbox-*.json")
    assert json.loads(kept.read_text())[str(question["place"])]["given"] == "{}"

    again = start_workshop(data, "--port", port)
    try:
        back = started("roles-midterm")

        def given_there() -> object:
            state = back._client.ask("GET", f"/api/attempts/{back._attempt.id}")
            return next(
                one["view"]["given"] for one in state["paper"] if one["view"]["id"] == question["id"]
            )

        until(lambda: given_there() == "{}", "sent")
    finally:
        again.stop()


def test_an_answer_that_the_service_refuses_is_never_shown_as_saved(workshop):
    join(workshop.code, workshop.url, "Zoe")
    card = started("roles-midterm")
    policy = question_of(card)

    tell(card, do="save", question=policy["id"], answer="x" * 30_000)
    tell(card, do="save", question=question_of(card, "decide")["id"], answer={"outcome": "Allowed"})

    until(lambda: "the answer is too long" in card.saved and "saving" not in card.saved, "refused")
    assert card._sender.wait(20)
    assert card.saved.startswith(f"Question {policy['place'] + 1} is not saved: the answer is too long")
    card._show()
    assert card.view["summary"] == "1 of 8 answered."

    tell(card, do="save", question=policy["id"], answer="{}")

    until(lambda: card.saved == "All answers are saved.", "saved")


def test_what_is_answered_last_in_one_of_two_notebooks_counts(workshop):
    join(workshop.code, workshop.url, "Zoe")
    first, second = started("roles-midterm"), started("roles-midterm")
    question = question_of(first)

    def given_there() -> object:
        state = first._client.ask("GET", f"/api/attempts/{first._attempt.id}")
        return next(one["view"]["given"] for one in state["paper"] if one["view"]["id"] == question["id"])

    for text in ("{}", "[]", "[{}]"):
        tell(first, do="save", question=question["id"], answer=text)
        until(lambda text=text: given_there() == text, "saved by the first")
    tell(second, do="save", question=question["id"], answer="[]")

    until(lambda: given_there() == "[]", "saved by the second")
    until(lambda: second.saved == "All answers are saved.", "reported")


def test_what_the_browser_should_not_send_changes_nothing(workshop):
    join(workshop.code, workshop.url, "Zoe")
    card = started("roles-midterm")
    before = dict(card._answers)

    for message in (
        {"do": "save", "question": "none", "answer": 0},
        {"do": "go", "place": 99},
        {"do": "go", "place": "x"},
        {"do": "x"},
        {},
    ):
        card._received(card, message, [])
    card._received(card, "text", [])

    assert card._answers == before
    assert card.view["question"]["place"] == 0


def test_running_the_join_cell_again_continues_as_the_same_learner(workshop):
    rooms = [repr(join(workshop.code, workshop.url, name)) for name in ("Rerun", "Rerun", "Another")]

    assert [one.rpartition(" ")[2] for one in rooms] == ["Rerun", "Rerun", "Another"]
