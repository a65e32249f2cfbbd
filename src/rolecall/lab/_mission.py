"""A task as a learner meets it in a notebook: its goal, its check, its hints, its solution."""

from __future__ import annotations

from typing import Any

from rolecall.course import Course, find_course
from rolecall.lab._judging import Judgement, judge, make
from rolecall.lab._task import Task, find_task
from rolecall.lab._told import Checked, Told
from rolecall.lab.pace import wait_for_lesson
from rolecall.progress import Store, StoreError
from rolecall.quiz import Entry, EntryKind, Misconception, experiment_code, load_bank, solution_code
from rolecall.sandbox.client import Sandbox, SandboxError

_TWICE = 2


class Mission:
    """A task that a learner works on.

    Attributes
    ----------
    lab
        The sandbox that it takes place in, as the task starts.
    """

    def __init__(self, task: Task, course: Course, store: Store | None = None) -> None:
        self._task = task
        self._course = course
        self._store = store or Store()
        self._hints = 0
        self.lab = Sandbox(task.world, course=course.folder)
        self._start()

    def _start(self) -> None:
        self._after = 0
        problems = make(self._task.start, self.lab)
        if problems:
            raise SandboxError(f"the task {self._task.id!r} cannot start: {'; '.join(problems)}")
        self._calls: list[dict[str, Any]] = []
        self._skip()
        self.lab.use(self._task.actor)

    def _skip(self) -> None:
        """What was called up to now is none of the learner's."""
        calls = self.lab.calls(self._after)
        self._after = calls[-1]["number"] if calls else self._after

    def check(self) -> Checked:
        """Whether the goal is reached, and what is missing; the answer is kept.

        The probes run in the sandbox as it stands; what they do there, such as reading, stays.
        """
        self._calls += self.lab.calls(self._after)
        judged = judge(self._task, self.lab, self._calls)
        self._skip()
        problem = self._keep(judged)
        ideas = self._misconceptions()
        told = [(one, ideas.get(one.misconception)) for one in judged.mistakes]
        experiments = {
            one.misconception: experiment_code(idea.experiment)
            for one, idea in told
            if idea is not None and idea.experiment is not None and self._shown_twice(one.misconception)
        }
        return Checked(judged, tuple(told), experiments, problem)

    def _keep(self, judged: Judgement) -> str:
        entry = Entry(
            EntryKind.ANSWERED,
            self._task.id,
            "; ".join(one.says for one in judged.found if not one.right),
            judged.reached,
            judged.score,
            self._task.skill,
            judged.mistakes[0].misconception if judged.mistakes else "",
        )
        try:
            self._store.record(f"task/{self._task.id}", entry)
        except StoreError as error:
            return str(error)
        return ""

    def _shown_twice(self, misconception: str) -> bool:
        try:
            return self._store.times_shown(misconception) >= _TWICE
        except StoreError:
            # What is kept cannot be read; `check` has told so.
            return False

    def _misconceptions(self) -> dict[str, Misconception]:
        return {
            name: idea
            for file in self._course.banks()
            for name, idea in load_bank(file).misconceptions.items()
        }

    def hint(self) -> Told:
        """The next hint; after the last one all three."""
        hints = self._task.hints
        self._hints = min(self._hints + 1, len(hints))
        rest = len(hints) - self._hints
        after = f"{rest} more." if rest else "That was the last one; `solution()` shows the way."
        return Told("\n\n".join([*hints[: self._hints], after]))

    def solution(self) -> Told:
        """The calls that solve it, and why."""
        code = solution_code(self._task.solution, self._task.actor)
        return Told(f"```python\n{code}\n```\n\n{self._task.because}")

    def reset(self) -> None:
        """Everything as at the start of the task."""
        self.lab.reset()
        self._start()

    def solve(self) -> Checked:
        """Makes the solution's calls and checks."""
        problems = make(self._task.solution, self.lab)
        if problems:
            raise SandboxError(f"the solution of {self._task.id!r} does not run: {'; '.join(problems)}")
        self.lab.use(self._task.actor)
        return self.check()

    def _markdown(self) -> str:
        task = self._task
        return (
            f"**{task.title}** ({task.difficulty})\n\n{task.goal}\n\n"
            f"*You act as* `{task.actor}`. *You may change:* {task.may_change}"
        )

    def __repr__(self) -> str:
        return f"{self._task.title}: {self._task.goal}"

    def _repr_markdown_(self) -> str:
        return self._markdown()


def task(name: str) -> Mission:
    """Starts a hands-on task of the course, in a sandbox of its own.

    Examples
    --------
    ``mission = task("let-dana-in")``, then plain boto3 or ``!aws`` in cells, then ``mission.check()``.

    Raises
    ------
    LessonClosed
        When a workshop has yet to open this notebook's lesson.
    NoCourse
        When the course has no such task.
    BadFile
        When the file of the task or of its world has faults.
    """
    course = find_course()
    wait_for_lesson(course)
    return Mission(find_task(course, name), course)


__all__ = ["Mission", "task"]
