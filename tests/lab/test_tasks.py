"""Every task of the course: nothing done and everything allowed do not solve it, its solution does, and each
listed mistake is recognised."""

import pytest

from rolecall.course import find_course
from rolecall.lab import judge, load_tasks, make, task_files
from rolecall.quiz import load_bank
from rolecall.sandbox.client import Sandbox

COURSE = find_course()
TASKS = [one for file in task_files(COURSE) for one in load_tasks(file)]
IDEAS = {name for file in COURSE.banks() for name in load_bank(file).misconceptions}


@pytest.fixture(scope="module")
def world():
    """A sandbox of a world, as it starts."""
    kept: dict[str, Sandbox] = {}

    def started(name: str) -> Sandbox:
        if name not in kept:
            kept[name] = Sandbox(name)
        kept[name].reset()
        return kept[name]

    yield started
    for sandbox in kept.values():
        sandbox.close()


@pytest.fixture
def after(world):
    """How a task stands after calls."""

    def judged(task, steps):
        sandbox = world(task.world)
        assert make(task.start, sandbox) == []
        begun = len(sandbox.calls())
        assert make(steps, sandbox) == []
        return judge(task, sandbox, sandbox.calls()[begun:])

    return judged


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
class TestEach:
    def test_doing_nothing_does_not_solve_it(self, task, after):
        assert not after(task, []).reached

    def test_its_solution_solves_it(self, task, after):
        assert [one for one in after(task, task.solution).found if not one.right] == []

    def test_allowing_everything_does_not_solve_it(self, task, after):
        if task.open_wide:
            assert not after(task, task.open_wide).reached

    def test_each_mistake_is_recognised_and_solves_nothing(self, task, after):
        for mistake in task.mistakes:
            judged = after(task, mistake.shown_by)
            assert not judged.reached
            assert mistake.misconception in [one.misconception for one in judged.mistakes]

    def test_its_misconceptions_are_defined(self, task):
        assert {one.misconception for one in task.mistakes} <= IDEAS
