"""The feedback on a paper, as the assessment configures it."""

import pytest

from workshop.conftest import copy_of_the_course
from workshop.running import poll, start_workshop

KINDS = {
    "nothing": "feedback: none",
    "marks": "feedback: marks",
    "everything": "feedback: full",
    "at-the-end": "feedback: full\nfeedback_when: closed\ncloses: 2099-01-01T00:00:00Z",
    "alike": "seed: same",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("feedback")
    course = copy_of_the_course(folder / "course")
    for name, line in KINDS.items():
        (course.folder / "quizzes" / "assessments" / f"{name}.yaml").write_text(
            f"assessment: {name}\ntitle: Quiz\nbanks: [assume-role]\nminutes: 10\n"
            f"blueprint: [{{count: 5, kinds: [choice]}}]\n{line}\n"
        )
    running = start_workshop(folder, "--course", str(course.folder))
    yield running
    running.stop()


def feedback_of(service, name: str) -> dict:
    """The feedback once nothing of the paper waits to be graded."""
    learner = service.learner()
    path = f"/api/attempts/{learner.post(f'/api/assessments/{name}').json()['attempt']}"
    learner.post(f"{path}/submit").raise_for_status()
    waiting = {"waits_for": "the grading"}
    return poll(lambda: learner.get(path).json()["feedback"], until=lambda feedback: feedback != waiting)


@pytest.mark.slow
def test_feedback_is_nothing_marks_or_everything(service):
    everything = feedback_of(service, "everything")

    assert feedback_of(service, "nothing") == {}
    assert feedback_of(service, "marks") == {"score": 0, "of": 5}
    assert (everything["score"], everything["of"], len(everything["review"])) == (0, 5, 5)


def test_feedback_for_the_end_waits_until_the_assessment_closes(service):
    assert feedback_of(service, "at-the-end") == {"waits_for": "the end of the assessment"}


@pytest.mark.slow
def test_with_one_seed_for_all_everybody_has_the_same_paper(service):
    papers = [
        [one["view"]["id"] for one in service.learner().post(f"/api/assessments/{name}").json()["paper"]]
        for name in ("alike", "alike", "marks", "marks")
    ]

    assert papers[0] == papers[1]
    assert papers[2] != papers[3]
