"""A task as a learner works on it in a notebook: its goal, its check, its hints, and its solution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rolecall.course import Course, find_course
from rolecall.lab._changes import attempts_of, needs_change, work_of
from rolecall.lab._grading import ProbeResult, TaskGrade, grade_task, recognized_mistakes, start_task
from rolecall.lab._task import Mistake, Task, find_task
from rolecall.lab._variables import name_in_notebook
from rolecall.lab.check_result import EXPLAIN, CheckResult, MarkdownText, RecognizedMistake
from rolecall.lab.pace import wait_for_lesson
from rolecall.lab.steps import SavedCredentials, run_steps
from rolecall.progress import Store, StoreError
from rolecall.quiz import Entry, EntryKind, Misconception, experiment_code, load_bank, solution_code
from rolecall.sandbox.access_change import AccessChange
from rolecall.sandbox.call_explanation import CallExplanation
from rolecall.sandbox.client import Sandbox, SandboxError

_SHOWN_BEFORE_EXPERIMENT = 2


class TaskSession:
    """A task that a learner works on, with its own sandbox.

    Attributes
    ----------
    lab
        The sandbox, in the state in which the task starts.
    result
        The result of the last check since the task was started; None before.
    hints_shown
        How many hints were shown.
    solution_shown
        Whether the solution was shown.
    """

    def __init__(self, task: Task, course: Course, store: Store | None = None) -> None:
        self._task = task
        self._course = course
        self._store = store or Store()
        self._listeners: list[Callable[[], None]] = []
        self.hints_shown = 0
        self.solution_shown = False
        self.lab = Sandbox(task.world, course=course.folder)
        try:
            self._start()
        except BaseException:
            self.lab.close()
            raise

    def _start(self) -> None:
        self._after = 0
        self._saved: SavedCredentials = {}
        self._probe_entries: list[range] = []
        self._changed_by_probes: set[AccessChange] = set()
        self.result: CheckResult | None = None
        problems = start_task(self._task, self.lab, self._saved)
        if problems:
            raise SandboxError(f"the task “{self._task.title}” can't start: {'; '.join(problems)}")
        self._calls: list[dict[str, Any]] = []
        self._skip_calls()
        self._probe_entries.append(range(1, self.lab.last_entry + 1))
        self.lab.use(self._task.actor)

    def _skip_calls(self) -> None:
        """Leave out the calls that were made so far: the task or its probes made them."""
        calls = self.lab.calls(self._after)
        self._after = calls[-1]["number"] if calls else self._after

    def _access_changes(self) -> set[AccessChange]:
        return set(self.lab.changes_of_access()) if self._task.compares_access else set()

    @property
    def task(self) -> Task:
        """The task itself, as ``tasks.yaml`` has it."""
        return self._task

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function after each check, hint, solution, and reset."""
        self._listeners.append(listener)

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()

    def check(self) -> CheckResult:
        """Test whether the goal is reached, and save the attempt.

        The probes run in the sandbox as it is now. What they change there stays changed. A check before the
        first attempt isn't saved: looking at the problem isn't a wrong answer. A misconception is counted
        if a change shows it, and not for a call that was denied.

        Returns
        -------
        CheckResult
            What works, what stays denied, and which mistakes were recognized.
            It is true if the goal is reached.
        """
        self._calls += self.lab.calls(self._after)
        before = self.lab.last_entry
        changed = self._access_changes()
        grade = grade_task(
            *(self._task, self.lab, self._calls, self._saved),
            with_entries=True,
            not_compared=self._changed_by_probes,
        )
        self._changed_by_probes |= self._access_changes() - changed
        self._probe_entries.append(range(before + 1, self.lab.last_entry + 1))
        self._skip_calls()
        work = work_of(self._task, self._calls)
        untouched = not attempts_of(self._task, self._calls) if not needs_change(self._task) else not work
        save_error = ""
        if work or grade.reached:
            counted = [] if grade.reached else recognized_mistakes(self._task, work)
            save_error = self._save(grade, counted)
        self.result = CheckResult(
            grade.probes,
            () if untouched else tuple(self._recognized(grade)),
            save_error,
            nothing_changed=untouched and not grade.reached,
            because=self._task.because if grade.reached else "",
            advice=self._advice(),
        )
        self._changed()
        return self.result

    def _recognized(self, grade: TaskGrade) -> Iterator[RecognizedMistake]:
        known = self._misconceptions() if grade.mistakes else {}
        for mistake in grade.mistakes:
            misconception = known.get(mistake.misconception)
            experiment = ""
            if (
                misconception is not None
                and misconception.experiment is not None
                and self._is_repeated(mistake.misconception)
            ):
                experiment = experiment_code(misconception.experiment)
            yield RecognizedMistake(mistake, misconception, experiment)

    def _advice(self) -> str:
        """Say how to go on, with the name that the notebook gave this task."""
        name = name_in_notebook(self)
        if not name:
            return EXPLAIN
        return f"`{name}.hint()` shows the next hint. `{name}.explain()` explains your last denied call."

    def explain(self) -> CallExplanation:
        """Explain why the last of your calls that was denied was denied.

        The calls that a check makes are left out.

        Raises
        ------
        SandboxError
            If none of your calls was denied yet.
        """
        for entry in reversed(self.lab.trail):
            own = not any(entry.id in entries for entries in self._probe_entries)
            if own and entry.decision != "Allowed":
                return self.lab.explain(entry)
        raise SandboxError("None of your calls was denied yet in this task.")

    def explain_probe(self, probe: ProbeResult) -> CallExplanation:
        """Explain why a probe of the last check ended as it did.

        Raises
        ------
        SandboxError
            If no policy decided it.
        """
        entries = [one for one in self.lab.trail if probe.after < one.id <= probe.last]
        # A probe ends with the call that decides it; what should work fails at a denial.
        decisive = [one for one in entries if (one.decision == "Allowed") is probe.must_be_denied]
        if probe.passed or not decisive:
            decisive = entries
        if not decisive:
            raise SandboxError(
                "No policy decided this: it looks at the calls that you made, or at what they changed."
            )
        return self.lab.explain(decisive[-1])

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
        self.hints_shown = min(self.hints_shown + 1, len(hints))
        rest = len(hints) - self.hints_shown
        solution = f"{name_in_notebook(self) or 'task'}.solution()"
        after = f"{rest} more." if rest else f"That was the last hint; `{solution}` shows the solution."
        self._changed()
        return MarkdownText("\n\n".join([*hints[: self.hints_shown], after]))

    def solution(self) -> MarkdownText:
        """Show the calls that solve the task, and why they do."""
        self.solution_shown = True
        self._changed()
        return self.solution_text()

    def solution_text(self) -> MarkdownText:
        """Return the solution, without noting that the learner asked for it."""
        code = solution_code(self._task.solution, self._task.actor)
        return MarkdownText(f"```python\n{code}\n```\n\n{self._task.because}")

    def reset(self) -> None:
        """Return the sandbox to the state in which the task starts."""
        self.lab.reset()
        self._start()
        self.solution_shown = False
        self._changed()

    def solve(self) -> CheckResult:
        """Make the calls of the solution, and check."""
        problems = run_steps(self._task.solution, self.lab)
        if problems:
            raise SandboxError(f"the solution of “{self._task.title}” doesn't run: {'; '.join(problems)}")
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
