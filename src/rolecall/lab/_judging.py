"""Whether a task is reached: its probes, run in its sandbox, and the mistakes that its calls show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jmespath

from rolecall.lab._task import Mistake, Probe, Task
from rolecall.lab.steps import Came, Runner, unexpected
from rolecall.quiz import Step
from rolecall.sandbox.client import Sandbox

_DENIALS = frozenset(
    {
        "AccessDenied",
        # A machine without credentials gets nothing either.
        "NoCredentialsError",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "403",
        "Forbidden",
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    """How one probe came out.

    Parameters
    ----------
    said
        What the sandbox said to it, where it was refused.
    """

    says: str
    right: bool
    denied: bool
    said: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a task stands."""

    found: tuple[Found, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def reached(self) -> bool:
        """Whether everything is as it must be."""
        return all(one.right for one in self.found)

    @property
    def score(self) -> float:
        """What must work, by what must stay denied: doing nothing is worth nothing, opening all little."""
        works = [one.right for one in self.found if not one.denied]
        denied = [one.right for one in self.found if one.denied]
        kept = sum(denied) / len(denied) if denied else 1
        return kept * sum(works) / len(works)


def make(steps: Iterable[Step], sandbox: Sandbox) -> list[str]:
    """Makes calls one after another; gives what went otherwise than they expect."""
    runner = Runner(sandbox)
    told = ((step, unexpected(step, runner.run(step))) for step in steps)
    return [f"{step.actor}: {step.call}: {problem}" for step, problem in told if problem]


def judge(task: Task, sandbox: Sandbox, calls: list[dict[str, Any]]) -> Judgement:
    """Runs a task's probes.

    Parameters
    ----------
    calls
        The learner's own, as `Sandbox.calls` gives them: mistakes are looked for among them.
    """
    found = [_probed(probe, sandbox, calls, denied=False) for probe in task.succeed]
    found += [_probed(probe, sandbox, calls, denied=True) for probe in task.denied]
    reached = all(one.right for one in found)
    mistakes = () if reached else tuple(one for one in task.mistakes if jmespath.search(one.when, calls))
    return Judgement(tuple(found), mistakes)


def _probed(probe: Probe, sandbox: Sandbox, calls: list[dict[str, Any]], *, denied: bool) -> Found:
    if probe.seen is not None:
        seen = bool(jmespath.search(probe.seen, calls))
        return Found(probe.says, seen != denied, denied, "")
    runner = Runner(sandbox)
    for step in probe.steps:
        came = runner.run(step)
        if came.answer is None:
            return Found(
                probe.says, _as_wanted(step, came, denied=denied), denied, f"{came.error}: {came.message}"
            )
    return Found(probe.says, not denied, denied, "")


def _as_wanted(step: Step, came: Came, *, denied: bool) -> bool:
    """Whether a refusal is one: another error proves nothing of a probe that must stay denied."""
    if not denied:
        return False
    return came.error == step.expect.error or came.error in _DENIALS
