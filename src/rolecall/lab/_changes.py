"""Distinguish changes from calls that only look, or that reproduce the error that a task is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rolecall.lab._grading import DENIALS, recognized_mistakes
from rolecall.lab._task import Task
from rolecall.quiz import Step

_READS = (
    "assume",
    "batchget",
    "decode",
    "describe",
    "generate",
    "get",
    "head",
    "list",
    "lookup",
    "query",
    "receive",
    "scan",
    "search",
    "select",
    "simulate",
    "validate",
)
_IDENTITY = "sts.getcalleridentity"


def is_change(call: str) -> bool:
    """Return whether a call changes a resource: ``iam.PutRolePolicy`` does, ``s3.get_object`` doesn't."""
    operation = call.partition(".")[2].replace("_", "").lower()
    return not operation.startswith(_READS)


def needs_change(task: Task) -> bool:
    """Return whether a task's solution changes a resource, and doesn't only read with other credentials."""
    return any(is_change(step.call) for step in task.solution)


def work_of(task: Task, calls: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the calls that can be a wrong solution: attempts that weren't denied."""
    return [one for one in attempts_of(task, calls) if one["error"] not in DENIALS]


def attempts_of(task: Task, calls: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the calls that try to solve a task, also those that were denied.

    An attempt is a change, unless it only reproduces the problem as a probe does. For a task that needs no
    change, it is a call of an operation that a solution or a known mistake uses: a cell that prints the
    caller's identity is no attempt to read a report.
    """
    own = _operations(
        *task.solution,
        *(step for one in task.also_right for step in one.steps),
        *(step for one in task.mistakes for step in one.shown_by),
    )
    if needs_change(task):
        # A notebook shows the problem by a call that the task's probes make too.
        probed = _operations(*(step for one in (*task.succeed, *task.denied) for step in one.steps))
        return [
            one
            for one in calls
            if is_change(one["call"]) and (_plain(one["call"]) in own or _plain(one["call"]) not in probed)
        ]
    # Where the solution uses the credentials of AssumeRole, that call alone is an attempt only if it's a
    # known mistake.
    prepares = {one for one in own if one.startswith("sts.assumerole")}
    if not own - prepares - {_IDENTITY}:
        prepares = set()
    return [
        one
        for one in calls
        if _plain(one["call"]) in own
        and not _only_looks(one)
        and (_plain(one["call"]) not in prepares or recognized_mistakes(task, [one]))
    ]


def _operations(*steps: Step) -> set[str]:
    return {_plain(step.call) for step in steps}


def _only_looks(call: Mapping[str, Any]) -> bool:
    """Whether a call only shows who the caller is; one that fails shows a mistake with credentials."""
    return _plain(call["call"]) == _IDENTITY and not call["error"]


def _plain(call: str) -> str:
    """Return the same text for ``s3.get_object`` and ``s3.GetObject``."""
    return call.replace("_", "").lower()
