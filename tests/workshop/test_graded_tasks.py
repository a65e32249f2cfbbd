"""Hands-on tasks of an assessment: done in the learner's sandbox, judged in one of the service's."""

import json
from collections.abc import Callable

import pytest

from rolecall.course import find_course
from rolecall.lab import find_task, run_steps
from rolecall.widgets import assessment, join
from rolecall.widgets._service import ServiceError
from workshop.conftest import copy_of_the_course
from workshop.running import poll, start_workshop

pytestmark = pytest.mark.slow

TASK = find_task(find_course(), "let-dana-in")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tasks")
    course = copy_of_the_course(folder / "course")
    (course.folder / "quizzes" / "assessments" / "hands-on.yaml").write_text(
        "assessment: hands-on\ntitle: Hands-on\nbanks: [assume-role]\nblueprint: [{count: 1, kinds: [choice]}]\n"
        f"tasks: [{TASK.id}]\nminutes: 30\nfeedback: full\n"
    )
    running = start_workshop(folder, "--course", str(course.folder))
    yield running
    running.stop()


@pytest.fixture
def taken(service, tmp_path, monkeypatch) -> Callable:
    """Take the paper, solve its task in the given way, and return the service's feedback."""
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path))

    def took(does: Callable) -> dict:
        join(service.code, service.url, "Zoe")
        quiz = assessment("hands-on")
        quiz.start()
        work = quiz.task(TASK.id)
        try:
            does(work)
        finally:
            work.lab.close()
        quiz._received(quiz, {"do": "submit"}, [])

        def review() -> list[dict]:
            quiz._received(quiz, {"do": "refresh"}, [])
            return quiz.view["result"]["review"]

        return poll(review, seconds=90)[-1]

    return took


def test_a_task_that_is_solved_is_reached_there_too(taken):
    def solve(work):
        assert run_steps(TASK.solution, work.lab) == []
        work.hand_in()

    result = taken(solve)

    assert (result["mark"], result["verdict"]) == ("✔", "reached")


def test_a_mistake_is_recognized_there_too(taken):
    mistake = TASK.mistakes[0]

    def err(work):
        run_steps(mistake.shown_by, work.lab)
        work.hand_in()

    result = taken(err)

    assert result["mark"] == "✘"
    assert any("Common mistake" in one for one in result["whys"])


def test_nothing_handed_in_is_worth_nothing(taken):
    assert taken(lambda work: None)["verdict"] == "0%"


def test_the_kernel_gets_what_starts_a_task_but_not_its_solution(service):
    learner = service.learner()
    attempt = learner.post("/api/assessments/hands-on").json()
    place = next(one["view"]["place"] for one in attempt["paper"] if one["view"]["kind"] == "task")

    result = learner.get(f"/api/attempts/{attempt['attempt']}/tasks/{place}").json()

    seen = json.dumps([attempt, result], ensure_ascii=False)
    assert result["world"] == TASK.world
    for secret in (TASK.because, *TASK.hints, *(one.why for one in TASK.mistakes), TASK.succeed[0].says):
        assert json.dumps(secret, ensure_ascii=False)[1:-1] not in seen
    assert learner.get(f"/api/attempts/{attempt['attempt']}/tasks/{1 - place}").status_code == 404
    assert service.learner().get(f"/api/attempts/{attempt['attempt']}/tasks/{place}").status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        [{"who": "x"}],
        "x",
        [[]],
        [{"who": "x", "call": "s3.X", "parameters": {}, "more": 1}],
        [{"who": "x", "call": "s3.X", "parameters": {}}] * 301,
    ],
    ids=["a part", "a text", "a list", "too much", "too many"],
)
def test_what_are_no_calls_is_no_answer(service, given):
    learner = service.learner()
    attempt = learner.post("/api/assessments/hands-on").json()
    place = next(one["view"]["place"] for one in attempt["paper"] if one["view"]["kind"] == "task")

    answer = learner.put(
        f"/api/attempts/{attempt['attempt']}/answers/{place}", json={"given": given, "serial": 1}
    )

    assert answer.status_code == 422


def test_calls_that_mean_nothing_there_cost_only_their_own_marks(service):
    learner = service.learner()
    attempt = learner.post("/api/assessments/hands-on").json()
    place = next(one["view"]["place"] for one in attempt["paper"] if one["view"]["kind"] == "task")
    arn = "arn:aws:iam::111122223333:user/admin"
    calls = [
        {"who": arn, "call": "nothing.At", "parameters": {}},
        {"who": arn, "call": "s3.__class__", "parameters": {}},
        {"who": arn, "call": "iam.GetRole", "parameters": {"RoleName": 5}},
        {
            "who": "arn:aws:iam::999999999999:user/nobody",
            "call": "iam.GetRole",
            "parameters": {"RoleName": "x"},
        },
    ]
    path = f"/api/attempts/{attempt['attempt']}"
    assert learner.put(f"{path}/answers/{place}", json={"given": calls, "serial": 1}).status_code == 200
    learner.post(f"{path}/submit").raise_for_status()

    feedback = poll(lambda: learner.get(path).json()["feedback"], lambda one: "score" in one, seconds=90)

    assert feedback["score"] == 0


def test_an_unknown_task_is_reported_with_the_known_ones(service, tmp_path, monkeypatch):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path))
    join(service.code, service.url, "Zoe")

    quiz = assessment("hands-on")
    quiz.start()

    with pytest.raises(ServiceError, match=f"has no task 'let-dana-out'; there are {TASK.id}"):
        quiz.task("let-dana-out")
