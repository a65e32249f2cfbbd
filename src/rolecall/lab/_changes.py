"""Distinguish changes from calls that only look, or that reproduce the error that a task is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rolecall.lab._grading import DENIALS
from rolecall.lab._task import Task

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


def is_change(call: str) -> bool:
    """Return whether a call changes a resource: ``iam.PutRolePolicy`` does, ``s3.get_object`` doesn't."""
    operation = call.partition(".")[2].replace("_", "").lower()
    return not operation.startswith(_READS)


def needs_change(task: Task) -> bool:
    """Return whether a task's solution changes a resource, and doesn't only read with other credentials."""
    return any(is_change(step.call) for step in task.solution)


def work_of(task: Task, calls: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the calls that can be a wrong solution: changes that weren't denied.

    For a task that needs no change, every call that wasn't denied is such a call.
    """
    any_call = not needs_change(task)
    return [one for one in calls if one["error"] not in DENIALS and (any_call or is_change(one["call"]))]
