"""Where a learner is in a course."""

import json

import pytest

from rolecall.course import MODE_TITLES, find_course
from rolecall.lab import load_tasks
from rolecall.presentation.outline import course_outline
from rolecall.progress import Store
from rolecall.quiz import Entry, EntryKind, flash_cards, load_bank

COURSE = find_course()


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "progress.db")
    yield store
    store.close()


def save(folder, name, ran):
    """Save a notebook of the course in which some cells have run."""
    notebook = json.loads((COURSE.folder / "lessons" / name).read_text())
    code = [one for one in notebook["cells"] if one["cell_type"] == "code"]
    for number, cell in enumerate(code[:ran], start=1):
        cell["execution_count"] = number
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(notebook))
    return len(code)


def activity(folder, store, mode):
    first = course_outline(COURSE, folder, store).lessons[0]
    return next(one for one in first.activities if one.mode == mode)


def test_nothing_is_done_at_first_and_the_first_notebook_follows(tmp_path, store):
    outline = course_outline(COURSE, tmp_path, store)

    assert {one.state for lesson in outline.lessons for one in lesson.activities} == {"new"}
    lesson, activity = outline.following
    assert (lesson.name, activity.mode) == ("01-temporary-access", "why")
    assert activity.minutes_left == activity.minutes


def test_a_notebook_is_begun_when_a_cell_ran_and_done_when_all_did(tmp_path, store):
    cells = save(tmp_path, "01-temporary-access/why.ipynb", ran=1)
    begun = course_outline(COURSE, tmp_path, store).lessons[0].activities[0]
    save(tmp_path, "01-temporary-access/why.ipynb", ran=cells)
    outline = course_outline(COURSE, tmp_path, store)
    done = outline.lessons[0].activities[0]

    assert (begun.state, done.state) == ("begun", "done")
    assert (begun.steps_done, done.steps_done, done.minutes_left) == (1, cells, 0)
    assert outline.following[1].mode == "learn"


def test_a_notebook_with_a_task_is_done_when_the_task_is_reached_too(tmp_path, store):
    save(tmp_path, "01-temporary-access/try.ipynb", ran=99)

    before = activity(tmp_path, store, "try")
    store.record("tasks", Entry(EntryKind.ANSWERED, "read-the-report", correct=True, score=1.0))
    after = activity(tmp_path, store, "try")

    assert (before.state, before.steps - before.steps_done) == ("begun", 1)
    assert after.state == "done"


def test_the_flash_cards_of_a_lesson_are_due_once_it_is_begun(tmp_path, store):
    before = course_outline(COURSE, tmp_path, store)
    store.record("practice/assume-role/5", Entry(EntryKind.ANSWERED, "x", correct=True, score=1.0))
    after = course_outline(COURSE, tmp_path, store)

    cards = len(flash_cards(load_bank(COURSE.bank("assume-role"))))
    assert (before.cards_due, after.cards_due) == (0, cards)
    assert activity(tmp_path, store, "recall").cards_due == cards


def test_a_begun_notebook_follows_and_recall_comes_last(tmp_path, store):
    for mode in MODE_TITLES:
        save(tmp_path, f"02-access-denied/{mode}.ipynb", ran=0 if mode == "recall" else 99)
    for one in load_tasks(COURSE.folder / "lessons" / "02-access-denied" / "tasks.yaml"):
        store.record("tasks", Entry(EntryKind.ANSWERED, one.id, correct=True, score=1.0))

    assert course_outline(COURSE, tmp_path, store).following[1].path == "02-access-denied/recall.ipynb"

    save(tmp_path, "02-access-denied/why.ipynb", ran=1)
    assert course_outline(COURSE, tmp_path, store).following[1].path == "02-access-denied/why.ipynb"


def test_a_broken_notebook_counts_as_new(tmp_path, store):
    file = tmp_path / "01-temporary-access" / "why.ipynb"
    file.parent.mkdir()
    file.write_text("{")

    assert course_outline(COURSE, tmp_path, store).lessons[0].activities[0].state == "new"
