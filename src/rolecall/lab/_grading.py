"""Grade a task: run its probes in its sandbox, and look for known mistakes in the learner's calls."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rolecall.aws.errors import DENIAL_CODES
from rolecall.lab._task import Mistake, Probe, Task
from rolecall.lab.steps import CallResult, SavedCredentials, StepRunner, missing_from, run_steps, search
from rolecall.quiz import Step
from rolecall.sandbox.access_change import AccessChange, AccessName
from rolecall.sandbox.client import Sandbox

# boto3 raises NoCredentialsError on a machine that gets no credentials. A response to HEAD has no body, so
# boto3 shows its status as the error code.
DENIALS = DENIAL_CODES | {"NoCredentialsError", "403", "Forbidden"}


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of one probe.

    Parameters
    ----------
    says
        What the probe tests, in the author's words.
    passed
        Whether a probe that must succeed succeeded, or one that must stay denied was denied.
    must_be_denied
        Which of the two kinds it is.
    error
        Code and message of the error that a call of the probe failed with; empty if every call succeeded.
    is_final
        Whether the probe fails because of a call that was made, so that only a new start helps.
    after, last
        The entries of the sandbox's trail that belong to the probe: those after this ID, up to the last.
    """

    says: str
    passed: bool
    must_be_denied: bool
    error: str = ""
    is_final: bool = False
    after: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class TaskGrade:
    """What a learner's work on a task is worth.

    Parameters
    ----------
    probes
        First the probes that must succeed, then those that must stay denied.
    mistakes
        The mistakes that the learner's calls show; empty if the task is solved.
    score_at_start
        What the probes are worth before the learner's first call.
    failed_calls
        One sentence for each call that succeeded for the learner but failed when it was made again.
    """

    probes: tuple[ProbeResult, ...]
    mistakes: tuple[Mistake, ...]
    score_at_start: float = 0.0
    failed_calls: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether every probe passed."""
        return all(one.passed for one in self.probes)

    @property
    def score(self) -> float:
        """From 0, for the state in which the task starts, to 1, for a solution."""
        gained = self._share_passed - self.score_at_start
        return gained / (1 - self.score_at_start) if gained > 0 else 0.0

    @property
    def _share_passed(self) -> float:
        """The share of what must work, times the share of what must stay denied.

        The product gives little for allowing everything.
        """
        succeed = [one.passed for one in self.probes if not one.must_be_denied]
        denied = [one.passed for one in self.probes if one.must_be_denied]
        share_denied = sum(denied) / len(denied) if denied else 1
        return share_denied * sum(succeed) / len(succeed)


def start_task(task: Task, sandbox: Sandbox, saved: SavedCredentials) -> list[str]:
    """Bring a sandbox to the state in which a task starts.

    Parameters
    ----------
    saved
        The credentials that the calls in the task's `start` save are added.

    Returns
    -------
    list of str
        One sentence for each call whose result differs from what it expects.
    """
    problems = run_steps(task.start, sandbox, saved)
    if task.compares_access:
        sandbox.remember_access()
    return problems


def grade_task(
    task: Task,
    sandbox: Sandbox,
    calls: Sequence[Mapping[str, Any]],
    saved: SavedCredentials | None = None,
    *,
    with_entries: bool = False,
    not_compared: Container[AccessChange] = (),
) -> TaskGrade:
    """Run a task's probes.

    Parameters
    ----------
    sandbox
        Where the learner worked, or where the learner's calls were made again.
    calls
        The learner's calls, as `Sandbox.calls` returns them: mistakes are looked for among these.
    saved
        The credentials that the calls in the task's `start` saved.
    with_entries
        Whether each result names its entries of the trail, so that it can be explained.
    not_compared
        Differences from the start that aren't the learner's: the probes of earlier checks made them.
    """
    probes = tuple(
        _run_probes(task, sandbox, calls, saved, with_entries=with_entries, not_compared=not_compared)
    )
    reached = all(one.passed for one in probes)
    return TaskGrade(probes, () if reached else tuple(recognized_mistakes(task, calls)))


def first_failure(
    task: Task,
    sandbox: Sandbox,
    calls: Sequence[Mapping[str, Any]],
    saved: SavedCredentials | None = None,
    *,
    denied_first: bool = False,
) -> ProbeResult | None:
    """Run a task's probes until one fails, and return that one; None if the task is solved.

    Parameters
    ----------
    denied_first
        Whether the probes that must stay denied run first, after the comparison with the start: they change
        nothing, and fail sooner after calls that solve the task and allow too much.
    """
    probes = _run_probes(task, sandbox, calls, saved, denied_first=denied_first)
    return next((one for one in probes if not one.passed), None)


def recognized_mistakes(task: Task, calls: Sequence[Mapping[str, Any]]) -> list[Mistake]:
    """Return the mistakes of a task that some calls show."""
    return [one for one in task.mistakes if search(one.when, list(calls))]


def _run_probes(
    task: Task,
    sandbox: Sandbox,
    calls: Sequence[Mapping[str, Any]],
    saved: SavedCredentials | None,
    *,
    with_entries: bool = False,
    denied_first: bool = False,
    not_compared: Container[AccessChange] = (),
) -> Iterator[ProbeResult]:
    last = sandbox.last_entry if with_entries else 0
    # The probes change something, too, so this comes before them.
    changes = sandbox.changes_of_access() if task.compares_access else []
    changes = [one for one in changes if one not in not_compared]
    probes = [*((one, False) for one in task.succeed), *((one, True) for one in task.denied)]
    if denied_first:
        probes.sort(key=lambda one: (one[0].only_changed is None, not one[1]))
    for probe, must_be_denied in probes:
        if probe.only_changed is not None:
            result = _compared(probe, probe.only_changed, changes)
        else:
            # A probe must not use what another one saved.
            runner = StepRunner(sandbox, dict(saved or {}))
            result = _run_probe(probe, runner, calls, must_be_denied=must_be_denied)
        if with_entries:
            after, last = last, sandbox.last_entry
            result = replace(result, after=after, last=last)
        yield result


def _compared(probe: Probe, expected: Sequence[str], changes: Sequence[AccessChange]) -> ProbeResult:
    names = [AccessName.parse(one) for one in expected]
    others = [str(one) for one in changes if not any(name.covers(one) for name in names)]
    error = f"changed: {', '.join(others)}" if others else ""
    return ProbeResult(probe.says, not others, must_be_denied=False, error=error)


def _run_probe(
    probe: Probe, runner: StepRunner, calls: Sequence[Mapping[str, Any]], *, must_be_denied: bool
) -> ProbeResult:
    if probe.seen is not None:
        seen = bool(search(probe.seen, list(calls)))
        return ProbeResult(
            probe.says, seen != must_be_denied, must_be_denied, is_final=seen and must_be_denied
        )
    for step in probe.steps:
        result = runner.run(step)
        if result.response is None:
            passed = _is_denial(step, result) if must_be_denied else _is_expected(step, result)
            if passed and not must_be_denied:
                continue
            return ProbeResult(probe.says, passed, must_be_denied, f"{result.error}: {result.message}")
        missing = missing_from(step, result.response)
        if missing or (step.expect.ok is None and not must_be_denied):
            problem = f"the response lacks {', '.join(missing)}" if missing else "the call succeeded"
            return ProbeResult(probe.says, must_be_denied, must_be_denied, problem)
    return ProbeResult(probe.says, not must_be_denied, must_be_denied)


def _is_expected(step: Step, result: CallResult) -> bool:
    """Whether a call of a probe that must succeed failed as the probe says."""
    expected = step.expect
    return result.error == expected.error and (expected.message or "") in result.message


def _is_denial(step: Step, result: CallResult) -> bool:
    """Whether a call failed because access was denied; any other error proves nothing."""
    return result.error in DENIALS or (step.expect.error is not None and _is_expected(step, result))
