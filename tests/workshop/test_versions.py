"""A bank is edited while answers exist: nothing vanishes, and everyone learns why a mark is as it is."""

import httpx
import pytest
import yaml
from fastapi.testclient import TestClient

from rolecall.assessment import PaperItem
from rolecall.workshop.app import create_app
from rolecall.workshop.graders import GradingError
from rolecall.workshop.service import Service
from rolecall.workshop.settings import Settings
from rolecall.workshop.tables import Mark

# Each test starts its own service.
pytestmark = pytest.mark.slow

QUESTION = {
    "id": "banana",
    "kind": "choice",
    "difficulty": "easy",
    "skill": "color",
    "prompt": "Which color has a ripe banana?",
    "options": [
        {"text": "Yellow", "correct": True, "why": "Ripe ones are."},
        {"text": "Red", "why": "Cherries are."},
        {"text": "Blue", "why": "None is."},
    ],
    "hint": "Think of the sun.",
    "solution": ["Picture one."],
    "quick_check": "Sun, lemon, banana.",
    "common_mistakes": ["Thinking of cherries."],
}
CHANGED = "This question was changed after this answer, and is graded as it was asked."
REMOVED = "This question was removed from its bank after this answer, and is graded as it was asked."


class Class:
    """A service without grading threads, its learners, and a bank that the test edits."""

    def __init__(self, service: Service, course) -> None:
        self.service, self._file = service, course.folder / "quizzes" / "fruit.yaml"
        self.http = TestClient(create_app(service))

    def write(self, *questions: dict) -> None:
        bank = {
            "bank": "fruit",
            "title": "Fruit",
            "skills": {"color": "Colors"},
            "questions": list(questions),
        }
        self._file.write_text(yaml.safe_dump(bank, sort_keys=False))
        # The service looks for changes every second.
        self.service.assessments._look_again = 0.0

    def learner(self, name: str = "Ana") -> dict[str, str]:
        with self.service.database.session() as session:
            code = self.service.room_of(session, self.service.room).code
        joined = self.http.post("/api/join", json={"code": code, "name": name}).json()
        return {"Authorization": f"Bearer {joined['token']}"}

    def start(self, headers: dict[str, str]) -> dict:
        return self.http.post("/api/assessments/fruit", headers=headers).raise_for_status().json()

    def choose(self, attempt: dict, text: str, headers: dict[str, str]) -> httpx.Response:
        (asked,) = [one["view"] for one in attempt["paper"]]
        place = [one["html"] for one in asked["content"]["options"]].index(text)
        path = f"/api/attempts/{attempt['attempt']}/answers/0"
        return self.http.put(path, json={"given": place, "serial": 1}, headers=headers)

    def hand_in(self, text: str, name: str = "Ana") -> tuple[str, dict[str, str]]:
        headers = self.learner(name)
        attempt = self.start(headers)
        self.choose(attempt, text, headers).raise_for_status()
        path = f"/api/attempts/{attempt['attempt']}"
        self.http.post(f"{path}/submit", headers=headers).raise_for_status()
        self.grade()
        return path, headers

    def grade(self) -> None:
        while self.service.marker.grade_one():
            pass

    def feedback(self, path: str, headers: dict[str, str]) -> dict:
        return self.http.get(path, headers=headers).json()["feedback"]

    def sign_in(self) -> None:
        page = self.http.post("/login", data={"token": self.service.instructor_token})
        self._form = page.text.split('data-form-token="')[1].split('"')[0]

    def page(self) -> str:
        return self.http.get("/assessments/fruit").text

    def post(self, path: str, **data: str) -> None:
        self.http.post(path, data=data, headers={"X-Form-Token": self._form}).raise_for_status()

    def regrade(self) -> None:
        self.post("/assessments/fruit/regrade")
        self.grade()


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory):
    """One service and one process that grades, for every test: each has its own learners."""
    from workshop.conftest import copy_of_the_course

    folder = tmp_path_factory.mktemp("versions")
    course = copy_of_the_course(folder / "course")
    service = Service(Settings(data=folder / "data", graders=1, open_assessments=True), course, "Room")
    room = Class(service, course)
    (course.folder / "quizzes" / "assessments" / "fruit.yaml").write_text(
        "assessment: fruit\ntitle: Fruit\nbanks: [fruit]\nblueprint: [{count: 1}]\nminutes: 9\nfeedback: full\n"
    )
    room.write(QUESTION)
    room.sign_in()
    yield room
    service.close()


@pytest.fixture
def room(shared_service) -> Class:
    shared_service.write(QUESTION)
    return shared_service


def edited(**fields) -> dict:
    return {**QUESTION, **fields}


def reworded(**option) -> list[dict]:
    return [{**QUESTION["options"][0], **option}, *QUESTION["options"][1:]]


def test_a_corrected_key_applies_to_answers_that_exist(room):
    whose = room.hand_in("Red")
    assert room.feedback(*whose)["score"] == 0

    options = [{**one, "correct": one["text"] == "Red"} for one in QUESTION["options"]]
    room.write(edited(options=options))
    room.regrade()

    assert room.feedback(*whose)["score"] == 1
    assert "notes" not in room.feedback(*whose)


@pytest.mark.parametrize(
    "question",
    [
        edited(options=reworded(text="It is yellow", was=["Yellow"])),
        edited(id="ripe-banana", was=["banana"]),
        edited(id="ripe-banana", was=["banana"], options=reworded(text="It is yellow", was=["Yellow"])),
    ],
    ids=["option", "question", "both"],
)
def test_renamed_questions_and_options_keep_their_answers(room, question):
    whose = room.hand_in("Yellow")

    room.write(question)
    room.regrade()

    assert room.feedback(*whose)["score"] == 1
    assert "notes" not in room.feedback(*whose)


def test_an_option_with_an_id_keeps_its_answers_when_it_is_reworded(room):
    room.write(edited(options=reworded(id="yellow")))
    whose = room.hand_in("Yellow")

    room.write(edited(options=reworded(id="yellow", text="It is yellow")))
    room.regrade()

    assert room.feedback(*whose)["score"] == 1
    assert "notes" not in room.feedback(*whose)


@pytest.mark.parametrize(
    ("questions", "note"),
    [
        ([edited(options=reworded(text="It is yellow"))], CHANGED),
        ([edited(options=QUESTION["options"][:2])], CHANGED),
        (
            [edited(prompt="Which color has a cherry?", options=QUESTION["options"][1:2] + reworded()[:1])],
            CHANGED,
        ),
        ([edited(id="another")], REMOVED),
    ],
    ids=["option reworded", "option removed", "other question", "question removed"],
)
def test_an_answer_to_a_question_that_changed_is_graded_against_the_version_that_was_asked(
    room, questions, note
):
    whose = room.hand_in("Yellow", "Version")

    room.write(*questions)
    room.regrade()

    feedback = room.feedback(*whose)
    assert feedback["score"] == 1
    assert feedback["notes"] == [f"Question 1: {note}"]
    assert QUESTION["prompt"] in feedback["review"][0]["prompt"]
    assert note in feedback["review"][0]["whys"][0]
    assert note in room.page()


def test_an_attempt_goes_on_with_the_questions_that_it_started_with(room):
    headers = room.learner()
    attempt = room.start(headers)

    # In the new version, the learner's place in the list would be another option.
    room.write(edited(options=[{**one, "text": one["text"][::-1]} for one in QUESTION["options"]]))

    assert room.start(headers)["paper"] == attempt["paper"]
    room.choose(attempt, "Yellow", headers).raise_for_status()
    path = f"/api/attempts/{attempt['attempt']}"
    room.http.post(f"{path}/submit", headers=headers).raise_for_status()
    room.grade()
    assert room.feedback(path, headers)["score"] == 1


def test_a_broken_bank_stops_no_attempt(room):
    headers = room.learner()
    attempt = room.start(headers)

    room._file.write_text("bank: [")
    room.service.assessments._look_again = 0.0

    assert room.start(headers)["paper"] == attempt["paper"]
    assert room.choose(attempt, "Yellow", headers).status_code == 200


def test_answers_to_a_renamed_question_count_together_and_are_dropped_together(room):
    room.hand_in("Yellow", "Before")
    room.write(edited(id="ripe-banana", was=["banana"]))
    after = room.hand_in("Yellow", "After")

    page = room.page()
    room.post("/assessments/fruit/drop", question="ripe-banana")

    title = "Which color has a ripe banana?</th>"
    assert page.count(title) == 1
    assert "banana</th>" not in page.replace(title, "")
    assert room.feedback(*after)["of"] == 0


def test_faults_of_a_bank_are_shown_to_no_learner(room):
    secret = {**QUESTION, "options": [*QUESTION["options"], {"text": "Green", "wy": "Unripe ones are."}]}
    room.write(secret)
    room.service.assessments._readable_before.clear()

    refused = room.http.post("/api/assessments/fruit", headers=room.learner("Eve"))

    assert (refused.status_code, refused.json()["detail"]["code"]) == (409, "bad-file")
    assert "Unripe" not in refused.text
    assert "fruit.yaml" not in refused.text


def test_while_a_bank_has_faults_answers_are_graded_as_they_were_asked(room):
    headers = room.learner()
    attempt = room.start(headers)
    room.choose(attempt, "Yellow", headers).raise_for_status()
    path = f"/api/attempts/{attempt['attempt']}"
    room.http.post(f"{path}/submit", headers=headers).raise_for_status()

    room._file.write_text("bank: [the key: Yellow")
    # A new process has never read the bank without faults.
    if (process := room.service.graders._free.get()) is not None:
        process.end()
    room.service.graders._free.put(None)
    room.grade()

    with room.service.database.read() as session:
        mark = session.get_one(Mark, (attempt["attempt"], 0))
    assert (mark.state, mark.score) == ("done", 1)
    assert "graded as the question was asked" in mark.note
    assert "Yellow" not in mark.note


def test_a_problem_in_a_questions_file_is_quoted_to_no_learner(room):
    item = PaperItem("fruit", "banana", 0)
    room._file.write_text("bank: [the key: Yellow")

    with pytest.raises(GradingError) as caught:
        room.service.graders.grade(item, "Yellow", '{"bank": {"bank": "the key: Yellow"}}')

    assert str(caught.value) == "the question's file has faults"
