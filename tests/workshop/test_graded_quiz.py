"""A graded quiz over HTTP, from the first question to the marks."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
import yaml
from sqlalchemy import select

from rolecall.assessment import PaperItem
from rolecall.course import find_course
from rolecall.quiz import load_bank
from rolecall.workshop.database import Database
from rolecall.workshop.graders import Graders, GradingError, _Process
from rolecall.workshop.receipts import verify
from rolecall.workshop.tables import AuditEntry
from workshop.conftest import copy_of_the_course
from workshop.running import answers_of, poll, start_workshop


def begin(learner: httpx.Client) -> dict:
    return learner.post("/api/assessments/roles-midterm").raise_for_status().json()


def save(
    learner: httpx.Client, attempt: dict, place: int, given: object, serial: int = 1
) -> httpx.Response:
    return learner.put(
        f"/api/attempts/{attempt['attempt']}/answers/{place}", json={"given": given, "serial": serial}
    )


def wait_for_marks(learner: httpx.Client, attempt: dict) -> dict:
    """The service grades in the background; it says so until it is done."""
    path = f"/api/attempts/{attempt['attempt']}"
    return poll(lambda: learner.get(path).json()["feedback"], until=lambda feedback: "score" in feedback)


def right_answers() -> dict[str, set[str]]:
    """By the id of each question with options, the texts of the right ones."""
    return {
        question.id: {option.text for option in question.options if option.correct}
        for file in find_course().banks()
        for question in load_bank(file).questions
        if question.kind in ("choice", "multi")
    }


@pytest.mark.slow
def test_a_paper_is_answered_handed_in_and_marked(workshop):
    learner = workshop.learner()
    attempt = begin(learner)
    keys = right_answers()
    right = 0
    answers = answers_of(attempt)
    for view in [one["view"] for one in attempt["paper"] if one["view"]["id"] in keys]:
        texts = [_plain(one["html"]) for one in view["content"]["options"]]
        wanted = {_plain(one) for one in keys[view["id"]]}
        marked = [at for at, text in enumerate(texts) if text in wanted]
        answers[view["place"]] = marked if view["kind"] == "multi" else marked[0]
        right += 1
    for place, given in answers.items():
        assert save(learner, attempt, place, given).json() == {"serial": 1}

    done = learner.post(f"/api/attempts/{attempt['attempt']}/submit").json()
    feedback = wait_for_marks(learner, attempt)

    assert done["paper"] == []
    assert feedback["of"] == 8
    assert feedback["score"] >= right > 0
    assert "review" not in feedback
    public = httpx.get(f"{workshop.url}/api/key").json()
    assert verify(done["receipt"], public).attempt == attempt["attempt"]


def _plain(html: str) -> str:
    return (
        html.replace("<code>", "")
        .replace("</code>", "")
        .replace("`", "")
        .replace("&quot;", '"')
        .replace("&#x27;", "'")
        .replace("*", "")
        .replace("<strong>", "")
        .replace("</strong>", "")
    )


def test_coming_back_finds_every_answer_where_it_was(workshop):
    learner = workshop.learner()
    attempt = begin(learner)
    given = answers_of(attempt)
    for place, one in given.items():
        save(learner, attempt, place, one)

    again = begin(learner)

    assert again["attempt"] == attempt["attempt"]
    assert {one["view"]["place"]: one["view"]["given"] for one in again["paper"]} == given
    assert again["deadline"] == attempt["deadline"]


def test_an_empty_paper_is_worth_nothing_and_is_marked_all_the_same(workshop):
    learner = workshop.learner()
    attempt = begin(learner)
    learner.post(f"/api/attempts/{attempt['attempt']}/submit").raise_for_status()

    assert wait_for_marks(learner, attempt)["score"] == 0


def test_no_word_of_the_key_is_sent_before_the_marks(workshop):
    """Every byte that comes before the paper is handed in, searched for whatever only the key has."""
    learner = workshop.learner()
    attempt = begin(learner)
    received = [json.dumps(attempt, ensure_ascii=False)]
    for place, given in answers_of(attempt).items():
        received.append(save(learner, attempt, place, given).text)
    received.append(learner.get(f"/api/attempts/{attempt['attempt']}").text)
    received.append(learner.get("/api/room").text)
    seen = "".join(received)

    asked = {one["view"]["id"] for one in attempt["paper"]}
    questions = [
        one for file in find_course().banks() for one in load_bank(file).questions if one.id in asked
    ]
    assert len(questions) == 8
    for question in questions:
        secrets = [*question.solution, question.quick_check, question.hint, *question.common_mistakes]
        secrets += [option.why for option in getattr(question, "options", [])]
        secrets += [getattr(question, "sample", None) or "no sample here"]
        for secret in secrets:
            assert json.dumps(secret, ensure_ascii=False)[1:-1] not in seen, question.id
    assert '"correct"' not in seen
    assert 'misconception": "' not in seen.replace('"misconception": ""', "")


def test_a_dropped_question_counts_for_no_one_and_attempts_are_graded_again(workshop):
    learner, instructor = workshop.learner("Dropper"), workshop.instructor()
    attempt = begin(learner)
    learner.post(f"/api/attempts/{attempt['attempt']}/submit")
    wait_for_marks(learner, attempt)
    gone = attempt["paper"][0]["view"]["id"]

    instructor.post("/assessments/roles-midterm/drop", data={"question": gone}).raise_for_status()
    instructor.post("/assessments/roles-midterm/regrade").raise_for_status()

    assert wait_for_marks(learner, attempt)["of"] == 7
    page = instructor.get("/assessments/roles-midterm").text
    dropped = page.partition("Dropped questions, which count for no one:")[2].partition("</ul>")[0]
    assert dropped.count("<li>") == 1


def test_marks_are_in_the_gradebook_and_in_nbgraders_columns(workshop):
    learner, instructor = workshop.learner("=HYPERLINK(1)"), workshop.instructor()
    attempt = begin(learner)
    learner.post(f"/api/attempts/{attempt['attempt']}/submit")
    wait_for_marks(learner, attempt)

    grades = instructor.get("/grades.csv").text
    for_nbgrader = instructor.get("/grades.csv?nbgrader=true").text

    # A name that a spreadsheet would take for a formula is none there.
    assert "'=HYPERLINK(1),,roles-midterm,1," in grades
    assert for_nbgrader.splitlines()[0] == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
        "late_submission_penalty,score,max_score"
    )


@pytest.fixture(scope="module")
def graders():
    made = Graders(find_course().folder, count=1)
    yield made
    made.close()


POLICY = PaperItem("assume-role", "write-a-trust-policy", 0)
GOOD = load_bank(find_course().bank("assume-role")).question(POLICY.question).right_answer()


@pytest.mark.parametrize(
    "answer",
    ["", "{", "[" * 100_000, '{"Statement": ' + '[{"a": ' * 5_000, "\x00", "💥" * 10_000, '{"a": 1e999}'],
    ids=["nothing", "half", "deep list", "deep objects", "zero byte", "emoji", "infinite"],
)
def test_a_submission_that_is_no_policy_costs_only_itself(graders, answer):
    with contextlib.suppress(GradingError):
        assert graders.grade(POLICY, answer).score == 0

    assert graders.grade(POLICY, GOOD).score == 1


@pytest.mark.slow
def test_a_grader_that_is_killed_or_hangs_is_replaced(graders, monkeypatch):
    graders.grade(POLICY, GOOD)
    process = graders._free.queue[-1]._process
    process.kill()
    process.wait()

    assert graders.grade(POLICY, GOOD).score == 1

    process = graders._free.queue[-1]._process
    monkeypatch.setattr(graders, "_patience", 0.5)
    process.send_signal(19)
    with pytest.raises(GradingError, match="took longer than"):
        graders.grade(POLICY, GOOD)
    assert process.poll() is not None
    monkeypatch.setattr(graders, "_patience", 30)
    assert graders.grade(POLICY, GOOD).score == 1


def test_a_command_opens_no_file_of_the_servers(graders):
    cli = next(
        question
        for question in load_bank(find_course().bank("assume-role")).questions
        if question.kind == "cli"
    )

    graded = graders.grade(
        PaperItem("assume-role", cli.id, 0),
        "aws iam create-role --role-name x --assume-role-policy-document file:///etc/passwd",
    )

    assert graded.score == 0
    assert "root:" not in json.dumps(graded.remarks)


def test_a_grader_knows_no_secret_of_the_service_and_reaches_loopback_only(graders, monkeypatch):
    monkeypatch.setenv("ROLECALL_WORKSHOP_DATABASE", "postgresql://user:secret@host/db")
    graders._free.get().end()
    graders._free.put(None)
    graders.grade(POLICY, GOOD)
    pid = graders._free.queue[-1]._process.pid

    environment = Path(f"/proc/{pid}/environ").read_text()
    devices = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
    interfaces = [line.split(":")[0].strip() for line in devices]

    assert "secret" not in environment
    assert interfaces == ["lo"]


@pytest.mark.slow
def test_after_a_question_is_fixed_everyone_is_graded_by_the_new_version(tmp_path):
    """An option that the key wrongly had as right scores nothing after the key is fixed."""
    course = copy_of_the_course(tmp_path / "course")
    folder = course.folder / "quizzes"
    bank = folder / "assume-role.yaml"
    (folder / "assessments" / "one.yaml").write_text(
        "assessment: one\ntitle: One\nbanks: [assume-role]\nblueprint: [{count: 1, kinds: [choice], skill: who-did-it}]\nminutes: 9\n"
    )
    running = start_workshop(tmp_path, "--course", str(course.folder))
    try:
        learner, instructor = running.learner(), running.instructor()
        attempt = learner.post("/api/assessments/one").json()
        (view,) = [one["view"] for one in attempt["paper"]]
        question = load_bank(bank).question(view["id"])
        texts = [_plain(one["html"]) for one in view["content"]["options"]]
        save(learner, attempt, 0, texts.index(_plain(question.right.text)))
        learner.post(f"/api/attempts/{attempt['attempt']}/submit")
        assert wait_for_marks(learner, attempt)["score"] == 1

        document = yaml.safe_load(bank.read_text())
        (mended,) = [one for one in document["questions"] if one["id"] == view["id"]]
        for option in mended["options"]:
            was_right = option.pop("correct", False)
            if was_right:
                option["misconception"] = next(iter(load_bank(bank).misconceptions))
            option["wrong_before"] = not was_right
        first = next(one for one in mended["options"] if one["wrong_before"])
        first["correct"] = True
        first.pop("misconception", None)
        for option in mended["options"]:
            option.pop("wrong_before")
        bank.write_text(yaml.safe_dump(document, sort_keys=False))
        instructor.post("/assessments/one/regrade").raise_for_status()

        poll(lambda: wait_for_marks(learner, attempt)["score"], until=lambda score: score == 0)
        database = Database(f"sqlite:///{tmp_path / 'workshop.sqlite3'}")
        with database.read() as session:
            done = [
                (one.who, one.what) for one in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            ]
        database.close()
        assert done == [
            ("service", "room created"),
            ("Ana", "joined"),
            ("Ana", "attempt started"),
            ("Ana", "attempt submitted"),
            ("Instructor", "regraded"),
        ]
    finally:
        running.stop()


def test_a_submission_cannot_take_more_memory_than_it_is_given(graders):
    """Fifty megabytes of brackets are no policy; the process may fall over it, the next is graded all the same."""
    graders.grade(POLICY, GOOD)
    pid = graders._free.queue[-1]._process.pid

    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    limits = {line[:26].strip(): line[26:47].strip() for line in lines}

    assert limits["Max address space"] == str(2 * 1024**3)
    assert limits["Max file size"] == str(64 * 1024**2)
    with contextlib.suppress(GradingError):
        graders.grade(POLICY, "[" * (50 * 1024**2))
    assert graders.grade(POLICY, GOOD).score == 1


def test_a_process_that_grades_runs_no_function_of_a_learner(graders):
    graders.grade(POLICY, GOOD)
    pid = graders._free.queue[-1]._process.pid

    assert b"ROLECALL_SANDBOX_FUNCTIONS=off" in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")


def test_a_process_that_floods_its_output_is_ended(graders):
    process = _Flooding()

    with pytest.raises(GradingError, match="or made it print too much"):
        process.ask({}, 5)


class _Flooding(_Process):
    """A process that answers each job with a line that does not end."""

    def __init__(self) -> None:
        script = "import sys; print('ready'); sys.stdout.flush(); sys.stdin.readline(); print('x' * 10**6, flush=True)"
        self._process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._lines = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()
        assert self._line(10) == "ready\n"
