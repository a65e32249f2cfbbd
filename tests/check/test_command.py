"""`rolecall check` as people and programs use it."""

import json
import subprocess

import pytest
from click.testing import CliRunner
from lxml import etree

from rolecall.check._loaded_course import load_course
from rolecall.check._nbval import run_notebooks
from rolecall.cli._main import main
from rolecall.course import find_course


def run(*arguments: str):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


@pytest.fixture
def faulty(course):
    """The good course with an error and a warning."""
    bank = course / "quizzes" / "buckets.yaml"
    text = bank.read_text().replace("text: On the account,", "text: All of the above,")
    bank.write_text(
        text.replace("On what does a bucket policy stand?", "Which of these is not its place, 100%?")
    )
    return course


def test_a_good_course_exits_with_0(course):
    done = run(course, "--static")

    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == "0 errors, 0 warnings."


def test_the_amount_of_reading_is_reported(course):
    """86 letters in 9 words, 9 words in 2 sentences: 4.71 · 86/9 + 0.5 · 9/2 - 21.43."""
    why = course / "lessons" / "01-buckets" / "why.ipynb"
    notebook = json.loads(why.read_text())
    text = (
        "The temporary credentials expire automatically. Administrators investigate unauthorized denials."
    )
    notebook["cells"][0]["source"], notebook["cells"] = [text], notebook["cells"][:1]
    why.write_text(json.dumps(notebook))

    on_progress = run(course, "--static").stderr.splitlines()[0]

    assert on_progress == "01-buckets: 9 words in its notebooks, 0 minutes to read"


def test_an_error_exits_with_1_and_is_reported_with_its_place(faulty):
    done = run(faulty, "--static")

    assert done.exit_code == 1
    assert (
        "quizzes/buckets.yaml:26:16: error: questions[0].options[2].text: 'All of the above'" in done.stdout
    )
    assert done.stderr.splitlines()[-1] == "1 errors, 1 warnings."


def test_a_warning_fails_only_a_strict_check(faulty):
    bank = faulty / "quizzes" / "buckets.yaml"
    bank.write_text(bank.read_text().replace("All of the above", "On the account"))

    assert run(faulty, "--static").exit_code == 0
    assert run(faulty, "--static", "--strict").exit_code == 1


def test_no_course_exits_with_2(tmp_path):
    done = run(tmp_path, "--static")

    assert done.exit_code == 2
    assert "holds no course: it lacks lessons/, quizzes/, sandbox/" in done.stderr


def test_json_is_a_list_of_objects(faulty):
    on_progress = json.loads(run(faulty, "--static", "--format", "json").stdout)

    assert [(one["rule"], one["severity"], one["line"]) for one in on_progress] == [
        ("hidden-negative", "warning", 22),
        ("all-of-the-above", "error", 26),
    ]


def test_sarif_names_each_place(faulty):
    (on_progress,) = json.loads(run(faulty, "--static", "--format", "sarif").stdout)["runs"]

    result = on_progress["results"][1]
    assert (result["ruleId"], result["level"]) == ("all-of-the-above", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "quizzes/buckets.yaml"
    assert place["region"] == {"startLine": 26, "startColumn": 16}


def test_github_gets_annotations_with_its_own_escapes(faulty):
    lines = run(faulty, "--static", "--format", "github").stdout.splitlines()

    assert lines[1].startswith(
        "::error file=quizzes/buckets.yaml,line=26,col=16,title=all-of-the-above::questions[0]"
    )


def test_junit_has_a_failure_for_each_error(faulty):
    suite = etree.fromstring(run(faulty, "--static", "--format", "junit").stdout.encode())

    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [one.get("name") for one in suite.iterfind("testcase[failure]")] == [
        "all-of-the-above in line 26"
    ]


def test_changed_checks_what_differs_from_a_revision(faulty):
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        subprocess.run(["git", "-C", faulty, *who, *arguments], check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "a course with faults")
    assert run(faulty, "--static", "--changed").stdout == ""

    (faulty / "check.yaml").open("a").write("fewest_options: 3\n")
    assert "[all-of-the-above]" in run(faulty, "--static", "--changed").stdout
    git("commit", "-a", "-m", "another threshold")
    (faulty / "lessons" / "01-buckets" / "lesson.yaml").open("a").write("\nworl: x\n")
    assert run(faulty, "--static", "--changed").stdout.startswith("lessons/01-buckets/lesson.yaml:10:")


def test_a_review_lists_wrong_answers_and_their_misconceptions_with_the_least_fitting_first(course):
    table = run(course, "--review", "misconceptions").stdout
    rows = json.loads(run(course, "--review", "misconceptions", "--format", "json").stdout)

    assert [(one["answer"], one["misconception"].split(".")[0]) for one in rows] == [
        ("Everybody in the account", 'Principal "*" is everybody who works here'),
        ("On a user", "A bucket policy stands on a user"),
    ]
    assert [one["fit"] for one in rows] == sorted(one["fit"] for one in rows)
    assert rows[1]["place"] == "quizzes/buckets.yaml:24"
    assert table.index("Everybody in the account") < table.index("On a user")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("hints", {"share": "0.00", "hint": "Think of its name."}),
        ("duplicates", {"prompt": "Let the clerk read the prices, and nothing else."}),
        ("keys", {"bank": "buckets", "what": "the right option is written as number 1", "count": "1"}),
    ],
)
def test_a_review_shows_what_else_a_person_has_to_judge(course, name, first):
    row = json.loads(run(course, "--review", name, "--format", "json").stdout)[0]

    assert row.items() >= first.items()


def test_a_review_has_no_format_for_code_scanning(course):
    done = run(course, "--review", "hints", "--format", "sarif")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "--review prints human or json, not sarif" in done.stderr


@pytest.mark.slow
def test_a_cell_that_fails_is_reported_with_its_notebook_and_cell(course):
    notebook = course / "lessons" / "01-buckets" / "why.ipynb"
    notebook.write_text(notebook.read_text().replace('lab.use(\\"owner\\")', 'lab.use(\\"nobody\\")'))

    done = run(course)

    assert done.exit_code == 1
    first = done.stdout.splitlines()[0]
    line = notebook.read_text().splitlines().index('   "id": "why-02",') + 1
    assert first.startswith(f"lessons/01-buckets/why.ipynb:{line}:1: error: code cell 1: ")
    assert "there is no actor 'nobody'" in done.stdout


@pytest.mark.slow
def test_a_solved_notebook_prints_what_it_printed_before(course):
    """nbval's strict mode, with what differs from run to run left out of account."""
    solved = course / "lessons" / "01-buckets" / "solved"
    solved.mkdir()
    notebook = json.loads((course / "lessons" / "01-buckets" / "why.ipynb").read_text())
    cell = notebook["cells"][1]
    source = (
        "import datetime, uuid\nprint(datetime.datetime.now(), uuid.uuid4(), 'ASIAQ3EGXYZABCDEFGHI', 7)"
    )
    cell["source"], cell["execution_count"] = source, 1
    cell["metadata"] = {"tags": ["nbval-check-output"]}
    text = "2020-01-01 00:00:00.1 123e4567-e89b-12d3-a456-426614174000 ASIAQ3EGXYZABCDEFGZZ {}\n"
    notebook["cells"] = [cell]

    def saved(number: int) -> None:
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [text.format(number)]}]
        (solved / "why.ipynb").write_text(json.dumps(notebook))

    def strictly() -> list[tuple[str, str]]:
        read = load_course(find_course(course))
        return [(one.rule, one.file) for one in run_notebooks(read, [solved / "why.ipynb"])]

    saved(7)
    assert strictly() == []
    saved(8)
    assert strictly() == [("cell-fails", "lessons/01-buckets/solved/why.ipynb")]


@pytest.mark.slow
def test_solved_notebooks_are_written_and_reported_when_they_are_stale(course):
    notebook = course / "lessons" / "01-buckets" / "why.ipynb"
    text = notebook.read_text().replace('mission"', 'mission.check()"')
    notebook.write_text(text)

    assert run(course, "--static", "--update-solved").exit_code == 0

    solved = json.loads((course / "lessons" / "01-buckets" / "solved" / "why.ipynb").read_text())
    (cell,) = [one for one in solved["cells"] if "mission.solve()" in "".join(one["source"])]
    assert "✔ Solved." in json.dumps(cell["outputs"], ensure_ascii=False)
    notebook.write_text(
        text.replace("Why bucket", "Why a bucket").replace("import boto3", "import boto3, json")
    )
    assert "[stale-solution]" in run(course, "--static").stdout
