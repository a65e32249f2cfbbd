"""A task as a learner works on it in a notebook: its goal, its check, its hints, and its solution."""

from __future__ import annotations

from typing import Any

from rolecall.course import Course, find_course
from rolecall.lab._changes import needs_change, work_of
from rolecall.lab._grading import TaskGrade, grade_task, recognized_mistakes
from rolecall.lab._task import Mistake, Task, find_task
from rolecall.lab.check_result import CheckResult, MarkdownText, RecognizedMistake
from rolecall.lab.pace import wait_for_lesson
from rolecall.lab.steps import SavedCredentials, run_steps
from rolecall.progress import Store, StoreError
from rolecall.quiz import Entry, EntryKind, Misconception, experiment_code, load_bank, solution_code
from rolecall.sandbox.client import Sandbox, SandboxError

_SHOWN_BEFORE_EXPERIMENT = 2


class TaskSession:
    """A task that a learner works on, with its own sandbox.

    Attributes
    ----------
    lab
        The sandbox, in the state in which the task starts.
    """

    def __init__(self, task: Task, course: Course, store: Store | None = None) -> None:
        self._task = task
        self._course = course
        self._store = store or Store()
        self._hints_shown = 0
        self.lab = Sandbox(task.world, course=course.folder)
        self._start()

    def _start(self) -> None:
        self._after = 0
        self._saved: SavedCredentials = {}
        problems = run_steps(self._task.start, self.lab, self._saved)
        if problems:
            raise SandboxError(f"the task {self._task.id!r} cannot start: {'; '.join(problems)}")
        self._calls: list[dict[str, Any]] = []
        self._skip_calls()
        self.lab.use(self._task.actor)

    def _skip_calls(self) -> None:
        """Leave out the calls that were made so far: the task or its probes made them."""
        calls = self.lab.calls(self._after)
        self._after = calls[-1]["number"] if calls else self._after

    @property
    def task(self) -> Task:
        """The task itself, as ``tasks.yaml`` has it."""
        return self._task

    def check(self) -> CheckResult:
        """Test whether the goal is reached, and save the attempt.

        The probes run in the sandbox as it is now. What they change there stays changed. An attempt without
        a change isn't saved: looking at the problem isn't a wrong answer. A misconception is counted if a
        change shows it, and not for a call that was denied.

        Returns
        -------
        CheckResult
            What works, what stays denied, and which mistakes were recognized.
            It is true if the goal is reached.
        """
        self._calls += self.lab.calls(self._after)
        grade = grade_task(self._task, self.lab, self._calls, self._saved)
        self._skip_calls()
        work = work_of(self._task, self._calls)
        changes_missing = needs_change(self._task) and not work
        save_error = ""
        if work or grade.reached:
            counted = [] if grade.reached else recognized_mistakes(self._task, work)
            save_error = self._save(grade, counted)
        recognized = () if changes_missing else grade.mistakes
        known = self._misconceptions() if recognized else {}
        mistakes = []
        for mistake in recognized:
            misconception = known.get(mistake.misconception)
            experiment = ""
            if (
                misconception is not None
                and misconception.experiment is not None
                and self._is_repeated(mistake.misconception)
            ):
                experiment = experiment_code(misconception.experiment)
            mistakes.append(RecognizedMistake(mistake, misconception, experiment))
        return CheckResult(
            grade.probes,
            tuple(mistakes),
            save_error,
            nothing_changed=changes_missing and not grade.reached,
        )

    def _save(self, grade: TaskGrade, mistakes: list[Mistake]) -> str:
        """Save the attempt; the text says why it could not be saved, and is empty if it was."""
        entry = Entry(
            EntryKind.ANSWERED,
            self._task.id,
            "; ".join(one.says for one in grade.probes if not one.passed),
            grade.reached,
            grade.score,
            self._task.skill,
            mistakes[0].misconception if mistakes else "",
        )
        try:
            self._store.record(f"task/{self._task.id}", entry)
        except StoreError as error:
            return str(error)
        return ""

    def _is_repeated(self, misconception: str) -> bool:
        try:
            return self._store.times_shown(misconception) >= _SHOWN_BEFORE_EXPERIMENT
        except StoreError:
            # `_save` reports that the store can't be used; the experiment is only an extra.
            return False

    def _misconceptions(self) -> dict[str, Misconception]:
        return {
            name: misconception
            for file in self._course.banks()
            for name, misconception in load_bank(file).misconceptions.items()
        }

    def hint(self) -> MarkdownText:
        """Show the next hint below those that were shown before."""
        hints = self._task.hints
        self._hints_shown = min(self._hints_shown + 1, len(hints))
        rest = len(hints) - self._hints_shown
        after = f"{rest} more." if rest else "That was the last hint; `solution()` shows the solution."
        return MarkdownText("\n\n".join([*hints[: self._hints_shown], after]))

    def solution(self) -> MarkdownText:
        """Show the calls that solve the task, and why they do."""
        code = solution_code(self._task.solution, self._task.actor)
        return MarkdownText(f"```python\n{code}\n```\n\n{self._task.because}")

    def reset(self) -> None:
        """Return the sandbox to the state in which the task starts."""
        self.lab.reset()
        self._start()

    def solve(self) -> CheckResult:
        """Make the calls of the solution, and check."""
        problems = run_steps(self._task.solution, self.lab)
        if problems:
            raise SandboxError(f"the solution of {self._task.id!r} does not run: {'; '.join(problems)}")
        self.lab.use(self._task.actor)
        return self.check()

    def __repr__(self) -> str:
        return f"{self._task.title}: {self._task.goal}"


def task(name: str) -> TaskSession:
    """Start a hands-on task of the course, in its own sandbox.

    Parameters
    ----------
    name
        The task's id in ``tasks.yaml``.

    Raises
    ------
    LessonClosed
        If the instructor of a workshop that was joined has not opened this notebook's lesson yet.
    NoCourse
        If the course has no such task.
    BadFile
        If the file of the task or of its world has faults.

    Examples
    --------
    ``mission = task("let-dana-in")``, then plain boto3 or ``!aws`` in cells, then ``mission.check()``.
    """
    course = find_course()
    wait_for_lesson(course)
    return TaskSession(find_task(course, name), course)
