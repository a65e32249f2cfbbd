"""Hands-on tasks: the goal, the probes that prove it, and the mistakes that are recognized."""

import warnings

from rolecall.lab._changes import is_change, needs_change, work_of
from rolecall.lab._grading import (
    ProbeResult,
    TaskGrade,
    first_failure,
    grade_task,
    recognized_mistakes,
    start_task,
)
from rolecall.lab._replay import MAX_CALLS, grade_calls, replayable_calls
from rolecall.lab._session import TaskSession, task
from rolecall.lab._task import (
    GoodSolution,
    Mistake,
    Probe,
    Task,
    TaskFile,
    find_task,
    load_tasks,
    task_files,
)
from rolecall.lab.check_result import CheckResult, MarkdownText, RecognizedMistake
from rolecall.lab.steps import SavedCredentials, run_steps

__all__ = [
    "MAX_CALLS",
    "CheckResult",
    "GoodSolution",
    "MarkdownText",
    "Mistake",
    "Probe",
    "ProbeResult",
    "RecognizedMistake",
    "SavedCredentials",
    "Task",
    "TaskFile",
    "TaskGrade",
    "TaskSession",
    "find_task",
    "first_failure",
    "grade_calls",
    "grade_task",
    "is_change",
    "load_tasks",
    "needs_change",
    "recognized_mistakes",
    "replayable_calls",
    "run_steps",
    "start_task",
    "task",
    "task_files",
    "work_of",
]


def __getattr__(name: str) -> object:
    if name == "Mission":
        warnings.warn(
            "rolecall.lab.Mission is now rolecall.lab.TaskSession", DeprecationWarning, stacklevel=2
        )
        return TaskSession
    raise AttributeError(f"module 'rolecall.lab' has no attribute {name!r}")
