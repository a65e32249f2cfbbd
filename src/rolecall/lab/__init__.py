"""Hands-on tasks: the goal, the probes that prove it, and the mistakes that are recognized."""

import warnings

from rolecall.lab._grading import ProbeResult, TaskGrade, grade_task
from rolecall.lab._replay import MAX_CALLS, grade_calls, replayable_calls
from rolecall.lab._session import TaskSession, task
from rolecall.lab._task import Mistake, Probe, Task, TaskFile, find_task, load_tasks, task_files
from rolecall.lab.check_result import CheckResult, MarkdownText, RecognizedMistake
from rolecall.lab.steps import run_steps

__all__ = [
    "MAX_CALLS",
    "CheckResult",
    "MarkdownText",
    "Mistake",
    "Probe",
    "ProbeResult",
    "RecognizedMistake",
    "Task",
    "TaskFile",
    "TaskGrade",
    "TaskSession",
    "find_task",
    "grade_calls",
    "grade_task",
    "load_tasks",
    "replayable_calls",
    "run_steps",
    "task",
    "task_files",
]


def __getattr__(name: str) -> object:
    if name == "Mission":
        warnings.warn(
            "rolecall.lab.Mission is now rolecall.lab.TaskSession", DeprecationWarning, stacklevel=2
        )
        return TaskSession
    raise AttributeError(f"module 'rolecall.lab' has no attribute {name!r}")
